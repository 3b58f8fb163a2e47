# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Releases, files and uploads of the emulated binstar API.  Uploads stream to disk."""

from __future__ import annotations

import base64
import hashlib
import typing as t

from flask import Blueprint, Response, jsonify, request, send_file, url_for
from streaming_form_data import StreamingFormDataParser
from streaming_form_data.targets import FileTarget, ValueTarget

from . import asking, objects
from .store import Record, Store, StoreError

CHUNK = 1 << 20


class HashingFile(FileTarget):  # type: ignore[misc]
    """Streams a part to a file and hashes it on the way."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.md5, self.sha256, self.size = hashlib.md5(), hashlib.sha256(), 0  # noqa: S324 - AE4 speaks md5

    def on_data_received(self, chunk: bytes) -> None:
        self.md5.update(chunk)
        self.sha256.update(chunk)
        self.size += len(chunk)
        super().on_data_received(chunk)


def blueprint(store: Store, switches: t.Callable[[], Record]) -> Blueprint:
    """The routes of releases, files and uploads."""
    site = Blueprint("files", __name__)
    _releases(site, store)
    _files(site, store)
    _uploads(site, store, switches)
    return site


def _releases(site: Blueprint, store: Store) -> None:
    @site.get("/release/<owner>/<name>/<version>")
    def release(owner: str, name: str, version: str) -> Response:
        record = asking.readable(store, owner, name)
        attrs = store.release(owner, name, version)
        if attrs is None:
            raise StoreError(f"the release {owner}/{name}/{version} does not exist")
        files = [objects.file(record, item) for item in record["files"] if item["version"] == version]
        return jsonify({"version": version, "distributions": files, "public_attrs": attrs})

    @site.route("/release/<owner>/<name>/<version>", methods=["POST", "PATCH"])
    def add_release(owner: str, name: str, version: str) -> Response:
        asking.need_write(store, owner)
        store.add_release(owner, name, version, asking.body())
        return jsonify({"version": version})

    @site.delete("/release/<owner>/<name>/<version>")
    def remove_release(owner: str, name: str, version: str) -> tuple[str, int]:
        asking.need_write(store, owner)
        store.remove_release(owner, name, version)
        return "", 201


def _files(site: Blueprint, store: Store) -> None:
    @site.get("/dist/<owner>/<name>/<version>/<path:basename>")
    def dist(owner: str, name: str, version: str, basename: str) -> Response:
        record = asking.readable(store, owner, name)
        return jsonify(objects.file(record, store.file_of(owner, name, version, basename)))

    @site.delete("/dist/<owner>/<name>/<version>/<path:basename>")
    def remove_dist(owner: str, name: str, version: str, basename: str) -> Response:
        asking.need_write(store, owner)
        id = basename[2:] if basename.startswith("-/") else store.file_of(owner, name, version, basename)["id"]
        store.remove_file(id)
        return jsonify({})

    @site.get("/download/<owner>/<name>/<version>/<path:basename>")
    def download(owner: str, name: str, version: str, basename: str) -> Response:
        asking.readable(store, owner, name)
        return send_file(store.path_of(store.file_of(owner, name, version, basename)["fs_id"]), mimetype="application/octet-stream")


def _uploads(site: Blueprint, store: Store, switches: t.Callable[[], Record]) -> None:
    @site.post("/stage/<owner>/<name>/<version>/<path:basename>")
    def stage(owner: str, name: str, version: str, basename: str) -> Response:
        asking.need_write(store, owner)
        body = asking.body()
        labels = body.get("channels") or ["main"]
        more = {"attrs": body.get("attrs"), "dependencies": body.get("dependencies")}
        id = store.stage_file(owner, name, version, basename, body["distribution_type"], labels, **more)
        return jsonify({"post_url": url_for(".content", file_id=id, _external=True), "form_data": {}, "dist_id": id})

    @site.post("/upload/<file_id>")
    def content(file_id: str) -> tuple[Response | str, int]:
        arrived = store.incoming()
        part, digest = HashingFile(str(arrived)), ValueTarget()
        parser = StreamingFormDataParser(headers=request.headers)
        parser.register("file", part)
        parser.register("Content-MD5", digest)
        while chunk := request.stream.read(CHUNK):
            parser.data_received(chunk)
        claimed = digest.value.decode()
        if claimed and claimed != base64.b64encode(part.md5.digest()).decode():
            arrived.unlink(missing_ok=True)
            return "<Error><Code>InvalidDigest</Code></Error>", 400
        sha256 = part.sha256.hexdigest() if switches()["store_sha256"] else None
        store.put_content(file_id, arrived, part.md5.hexdigest(), sha256, part.size)
        return "", 201

    @site.post("/commit/<owner>/<name>/<version>/<path:basename>")
    def commit(owner: str, name: str, version: str, basename: str) -> Response:
        asking.need_write(store, owner)
        store.commit_file(asking.body()["dist_id"])
        record = store.package_record(owner, name)
        return jsonify({**objects.file(record, store.file_of(owner, name, version, basename)), "url": f"{request.host_url}{owner}/{name}"})
