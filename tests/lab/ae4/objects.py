# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON objects of the binstar API, made from neutral records (fields: ``ae4-facts.md`` 2.4)."""

from __future__ import annotations

from .store import Record
from .tools.dump_format import date


def user(record: Record) -> Record:
    """A user or organization."""
    shown = {"login": record["login"], "name": record["name"], "user_type": record["kind"], "created_at": date(record["created"])}
    return {**shown, "company": None, "location": None, "url": None, "description": None}


def package(record: Record, files: bool = True) -> Record:
    """A package, with its files unless it is one of a list."""
    conda = [item for item in record["files"] if item["kind"] == "conda"]
    versions = sorted({item["version"] for item in record["files"]})
    shown = {
        "id": record["id"],
        "name": record["name"],
        "full_name": f"{record['owner']}/{record['name']}",
        "owner": {"login": record["owner"]},
        "package_types": record["kinds"],
        "public": record["access"] == "public",
        "access": record["access"],
        "published": False,
        "summary": record["summary"],
        "versions": versions,
        "latest_version": versions[-1] if versions else None,
        "conda_platforms": sorted({item["basename"].partition("/")[0] for item in conda}),
        "created_at": date(record["created"]),
        "modified_at": date(record["modified"]),
    }
    if files:
        shown["files"] = [file(record, item) for item in record["files"]]
        shown["releases"] = [{"version": version} for version in versions]
    return shown


def file(package: Record, record: Record) -> Record:
    """A file ("dist")."""
    where = f"{package['owner']}/{package['name']}/{record['version']}/{record['basename']}"
    return {
        "_id": record["id"],
        "basename": record["basename"],
        "distribution_type": record["kind"],
        "type": record["kind"],
        "version": record["version"],
        "attrs": record["attrs"],
        "dependencies": record["dependencies"],
        "labels": record["labels"],
        "md5": record["md5"],
        "sha256": record["sha256"],
        "size": record["size"],
        "ndownloads": 0,
        "upload_time": date(record["uploaded"]),
        "full_name": where,
        "download_url": f"/download/{where}",
        "owner": package["owner"],
    }
