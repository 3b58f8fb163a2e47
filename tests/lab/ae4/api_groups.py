# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups and labels of the emulated binstar API."""

from __future__ import annotations

import typing as t

from flask import Blueprint, Response, g, jsonify, request

from . import asking, objects, rights
from .store import Record, Store, StoreError


def blueprint(store: Store) -> Blueprint:
    """The routes of groups and labels."""
    site = Blueprint("groups", __name__)
    _groups(site, store)
    _group_lists(site, store)
    _labels(site, store)
    return site


def _decoded(label: str) -> str:
    """The server leaves an encoded slash in a path as it is; the client sends a plain one."""
    return label.replace("%2F", "/").replace("%2f", "/")


def _group(store: Store, org: str, name: str) -> Record:
    asking.login()
    for item in store.group_records(org):
        if item["name"] == name:
            return item
    raise StoreError(f"the group {org}/{name} does not exist")


def _groups(site: Blueprint, store: Store) -> None:
    @site.get("/groups/<org>")
    def groups(org: str) -> Response:
        asking.login()
        return jsonify({"groups": [{"name": item["name"], "permission": item["permission"]} for item in store.group_records(org)]})

    @site.get("/group/<org>/<name>")
    def show(org: str, name: str) -> Response:
        found = _group(store, org, name)
        counts = {"members_count": len(found["members"]), "repos_count": len(found["packages"])}
        return jsonify({"name": found["name"], "permission": found["permission"], **counts})

    @site.post("/group/<org>/<name>")
    def add(org: str, name: str) -> tuple[str, int]:
        asking.need_admin(store, org)
        store.add_group(org, name, asking.body().get("perms") or "read")
        return "", 204


def _group_lists(site: Blueprint, store: Store) -> None:
    @site.get("/group/<org>/<name>/members")
    def members(org: str, name: str) -> Response:
        return jsonify([objects.user(store.owner_record(login)) for login in _group(store, org, name)["members"]])

    @site.route("/group/<org>/<name>/members/<login>", methods=["GET", "PUT", "DELETE"])
    def member(org: str, name: str, login: str) -> tuple[str, int]:
        if request.method == "GET":
            if login not in _group(store, org, name)["members"]:
                raise StoreError(f"{login} is not a member of {org}/{name}")
            return "", 204
        asking.need_admin(store, org)
        (store.add_member if request.method == "PUT" else store.remove_member)(org, name, login)
        return "", 204

    @site.get("/group/<org>/<name>/packages")
    def packages(org: str, name: str) -> Response:
        found = _group(store, org, name)["packages"]
        return jsonify([{"name": item, "full_name": f"{org}/{item}", "summary": store.package_row(org, item)["summary"]} for item in found])

    @site.route("/group/<org>/<name>/packages/<package>", methods=["PUT", "DELETE"])
    def package(org: str, name: str, package: str) -> tuple[str, int]:
        asking.need_admin(store, org)
        (store.add_group_package if request.method == "PUT" else store.remove_group_package)(org, name, package)
        return "", 204


def _labels(site: Blueprint, store: Store) -> None:
    def chosen(owner: str) -> t.Iterator[tuple[Record, Record]]:
        body = asking.body()
        for record in store.package_records(owner):
            for file in record["files"]:
                wanted = (("package", record["name"]), ("version", file["version"]), ("basename", file["basename"]))
                if all(body.get(key) in (None, value) for key, value in wanted):
                    yield record, file

    def visible(owner: str) -> list[tuple[Record, Record]]:
        readable = [item for item in store.package_records(owner) if rights.may_read(store, g.login, item)]
        return [(item, file) for item in readable for file in item["files"]]

    @site.get("/channels/<owner>")
    def labels(owner: str) -> Response:
        return jsonify({label: {"is_locked": store.is_locked(owner, label)} for _item, file in visible(owner) for label in file["labels"]})

    @site.get("/channels/<owner>/<path:label>")
    def label_files(owner: str, label: str) -> Response:
        files = [objects.file(item, file) for item, file in visible(owner) if _decoded(label) in file["labels"]]
        return jsonify({"is_locked": store.is_locked(owner, _decoded(label)), "files": files})

    @site.route("/channels/<owner>/<path:label>/lock", methods=["POST", "DELETE"])
    def lock(owner: str, label: str) -> tuple[str, int]:
        asking.need_write(store, owner)
        store.lock_label(owner, _decoded(label), request.method == "POST")
        return "", 201

    @site.post("/channels/<owner>/<path:label>/copy/<path:target>")
    def copy(owner: str, label: str, target: str) -> tuple[str, int]:
        asking.need_write(store, owner)
        for _record, file in visible(owner):
            if _decoded(label) in file["labels"]:
                store.set_labels(file["id"], [*file["labels"], _decoded(target)])
        return "", 201

    @site.route("/channels/<owner>/<path:label>", methods=["POST", "DELETE"])
    def change(owner: str, label: str) -> tuple[str, int]:
        asking.need_write(store, owner)
        label = _decoded(label)
        for _record, file in list(chosen(owner)):
            rest = [item for item in file["labels"] if item != label]
            store.set_labels(file["id"], rest if request.method == "DELETE" else [*rest, label])
        return "", 201
