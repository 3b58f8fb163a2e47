# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shape of a site dump: names of folders and files, and the content of both kinds of meta.json.

The guide documents the tree and one sentence on each meta.json; **every key below is invented** after the objects of
the same server's API (dialect ``api``) or in the style of its database documents (dialect ``mongo``).  No other file of the
lab spells a key of a meta.json, so a real sample needs a change here only.

Input are neutral records (plain dicts):

* owner: ``id login name kind(user|org) created groups organizations``; of an organization ``groups`` are its own
  (``id name permission members packages``), of a user those it belongs to (``organization name permission``)
* package: ``id owner name access kinds summary created modified collaborators([{login, permission}]) files``
* file: ``id fs_id basename kind version attrs dependencies labels md5 sha256 size uploaded``

Times are seconds since the epoch, sizes bytes.
"""

from __future__ import annotations

import json
import time
import typing as t

Record = t.Dict[str, t.Any]

DUMP = "site-dump"
META = "meta.json"
DIALECTS = ("api", "mongo")
LAYOUTS = ("flat", "subdir", "id_prefixed")


def package_folder(package: Record) -> str:
    """The folder of a package, as the guide draws it."""
    return f"{package['id']}--{package['name']}"


def file_path(file: Record, layout: str, taken: t.Container[str] = ()) -> str:
    """Where a file lies below its package's folder.  Invented: the guide says nothing but "prefixed with the id".

    In layout ``flat`` a second file of one name (same file name in two subdirs) goes below its subdir.
    """
    base = str(file["basename"]).rpartition("/")[2]
    if layout == "id_prefixed":
        return f"{file['id']}--{base}"
    if layout == "subdir" or base in taken:
        return str(file["basename"])
    return base


def to_bytes(meta: t.Any) -> bytes:
    """A meta.json's bytes; equal content gives equal bytes."""
    return json.dumps(meta, indent=2, sort_keys=True).encode("utf-8") + b"\n"


def date(seconds: float) -> str:
    """A time as the API writes it: ``2017-08-14 21:08:34.000000+00:00``."""
    whole, micro = divmod(round(seconds * 1000000), 1000000)
    return f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(whole))}.{micro:06}+00:00"


def _oid(value: str) -> Record:
    return {"$oid": value}


def _mongo_date(seconds: float) -> Record:
    return {"$date": int(seconds * 1000)}


def owner_meta(owner: Record, dialect: str = "api") -> Record:
    """An owner's meta.json."""
    if dialect == "mongo":
        return _mongo_owner(owner)
    organization = owner["kind"] == "org"
    meta = {
        "login": owner["login"],
        "name": owner["name"],
        "user_type": owner["kind"],
        "company": None,
        "location": None,
        "url": None,
        "description": None,
        "created_at": date(owner["created"]),
    }
    if organization:
        meta["groups"] = [
            {
                "name": group["name"],
                "permission": group["permission"],
                "members": [{"login": login} for login in group["members"]],
                "packages": [{"name": name, "full_name": f"{owner['login']}/{name}"} for name in group["packages"]],
                "members_count": len(group["members"]),
                "repos_count": len(group["packages"]),
            }
            for group in owner["groups"]
        ]
    else:
        meta["groups"] = [dict(group) for group in owner["groups"]]
        meta["organizations"] = [{"login": login, "user_type": "org"} for login in owner["organizations"]]
    return meta


def _mongo_owner(owner: Record) -> Record:
    meta = {
        "_id": _oid(owner["id"]),
        "login": owner["login"],
        "name": owner["name"],
        "user_type": owner["kind"],
        "created_at": _mongo_date(owner["created"]),
    }
    if owner["kind"] == "org":
        meta["groups"] = {
            group["name"]: {"perms": group["permission"], "members": list(group["members"]), "packages": list(group["packages"])}
            for group in owner["groups"]
        }
    else:
        meta["groups"] = [{"org": group["organization"], "name": group["name"], "perms": group["permission"]} for group in owner["groups"]]
        meta["organizations"] = list(owner["organizations"])
    return meta


def package_meta(package: Record, dialect: str = "api", sha256: bool = False) -> Record:
    """A package's meta.json.  ``sha256``: whether it names the files' sha256 too."""
    if dialect == "mongo":
        return _mongo_package(package, sha256)
    owner, name = package["owner"], package["name"]
    conda = [item for item in package["files"] if item["kind"] == "conda"]
    return {
        "id": package["id"],
        "name": name,
        "full_name": f"{owner}/{name}",
        "owner": {"login": owner},
        "package_types": list(package["kinds"]),
        "public": package["access"] == "public",
        "access": package["access"],
        "published": False,
        "summary": package["summary"],
        "versions": sorted({item["version"] for item in package["files"]}),
        "conda_platforms": sorted({item["basename"].partition("/")[0] for item in conda}),
        "collaborators": [dict(item) for item in package["collaborators"]],
        "created_at": date(package["created"]),
        "modified_at": date(package["modified"]),
        "files": [_api_file(package, item, sha256) for item in package["files"]],
    }


def _api_file(package: Record, file: Record, sha256: bool) -> Record:
    meta = {
        "_id": file["id"],
        "basename": file["basename"],
        "distribution_type": file["kind"],
        "type": file["kind"],
        "version": file["version"],
        "attrs": file["attrs"],
        "dependencies": file["dependencies"],
        "labels": list(file["labels"]),
        "md5": file["md5"],
        "size": file["size"],
        "ndownloads": 0,
        "upload_time": date(file["uploaded"]),
        "full_name": f"{package['owner']}/{package['name']}/{file['version']}/{file['basename']}",
        "owner": package["owner"],
        "description": "",
    }
    if sha256:
        meta["sha256"] = file["sha256"]
    return meta


def _mongo_package(package: Record, sha256: bool) -> Record:
    return {
        "_id": _oid(package["id"]),
        "name": package["name"],
        "owner": package["owner"],
        "package_types": list(package["kinds"]),
        "access": package["access"],
        "summary": package["summary"],
        "collaborators": [{"login": item["login"], "perms": item["permission"]} for item in package["collaborators"]],
        "created_at": _mongo_date(package["created"]),
        "modified_at": _mongo_date(package["modified"]),
        "files": [
            {
                "_id": _oid(file["id"]),
                "fs_id": file["fs_id"],
                "basename": file["basename"],
                "type": file["kind"],
                "version": file["version"],
                "attrs": file["attrs"],
                "dependencies": file["dependencies"],
                "channels": list(file["labels"]),
                "md5": file["md5"],
                "sha256": file["sha256"] if sha256 else None,
                "size": file["size"],
                "upload_time": _mongo_date(file["uploaded"]),
            }
            for file in package["files"]
        ],
    }
