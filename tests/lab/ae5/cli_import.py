# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``admin import`` of the emulated CLI: the vendor guide's naming and sharing, nothing more.  Standard library only.

From the guide: a user's channel for each label, an organization's for itself, each group and each group's label; ``main``
and the owners group add nothing; the user gets read-write, a group read.  Invented (A4): the reading of ``meta.json``, and
all that the switches ``import_...`` say; they are asked of the lab at each run, as the real tool would not.
"""

from __future__ import annotations

import json
import os
from urllib.parse import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    import typing

OWNERS = ("owner", "owners")


def first(data: dict, *names: str, default: typing.Any = None) -> typing.Any:
    """The first of these keys that is there: dumps of different servers spell them differently."""
    for name in names:
        if data.get(name) is not None:
            return data[name]
    return default


def login_of(item: typing.Any) -> str:
    return item if isinstance(item, str) else first(item, "login", "user_login", "name", "username")


def read_json(path: str) -> dict:
    with open(path, encoding="utf-8") as stream:
        return json.load(stream)


def groups_of(meta: dict) -> dict:
    """{name: {permission, members, packages}} of an organization."""
    groups = first(meta, "groups", default=[])
    if isinstance(groups, dict):
        groups = [{**value, "name": name} for name, value in groups.items()]
    return {
        group["name"]: {
            "permission": first(group, "permission", "perms", default="read"),
            "members": [login_of(item) for item in first(group, "members", default=[])],
            "packages": [login_of(item) for item in first(group, "packages", "repos", default=[])],
        }
        for group in groups
        if isinstance(group, dict)
    }


def files_of(folder: str) -> typing.Iterator[tuple]:
    """(package name, labels, path) of each conda file of an owner's folder."""
    for entry in sorted(os.listdir(folder)):
        package = os.path.join(folder, entry)
        if not os.path.isdir(package):
            continue
        meta = read_json(os.path.join(package, "meta.json"))
        listed = {}
        for item in first(meta, "files", "dists", default=[]):
            name = os.path.basename(first(item, "basename", "filename", "name", default=""))
            listed[name] = [str(label) for label in first(item, "labels", "channels", default=[])]
        for parent, _folders, names in os.walk(package):
            for name in sorted(names):
                if name.endswith((".tar.bz2", ".conda")):
                    yield entry.split("--", 1)[1], listed.get(name, []), os.path.join(parent, name)


def switches_of(site: typing.Any) -> dict:
    """The lab's switches."""
    return json.loads(site.exchange("GET", "/_lab/switches", {})[1])


def wanted(owner: str, organization: bool, groups: dict, files: list) -> dict:
    """{channel: (shares, {path})}, shares as (kind, name, level)."""
    channels: dict = {}

    def put(name: str, shares: list, path: str) -> None:
        channels.setdefault(name, (shares, set()))[1].add(path)

    owners = [member for name, group in groups.items() if name.lower() in OWNERS for member in group["members"]]
    for package, labels, path in files:
        if not organization:
            for label in labels:
                put(owner if label == "main" else f"{owner}/{label}", [("user", owner, "rw")], path)
            continue
        put(owner, [("user", name, "rw") for name in owners], path)
        for name, group in groups.items():
            if name.lower() in OWNERS or package not in group["packages"]:
                continue
            shares = [("group", name, "r" if group["permission"] == "read" else "rw")]
            put(f"{owner}/{name}", shares, path)
            for label in labels:
                if label != "main":
                    put(f"{owner}/{name}/{label}", shares, path)
    return channels


def import_owner(site: typing.Any, folder: str, failure: typing.Type[Exception]) -> list:
    """Imports one owner's folder; the sentences for what could not be done."""
    owner = os.path.basename(os.path.abspath(folder))
    try:
        meta = read_json(os.path.join(folder, "meta.json"))
        groups = groups_of(meta)
        organization = first(meta, "user_type", "type", default="org" if groups else "user") in ("org", "organization")
        switches = switches_of(site)
        files = [item for item in files_of(folder) if item[1] or switches["import_unlabelled"] == "take"]
        channels = wanted(owner, organization, groups if organization else {}, files)
    except (OSError, ValueError, KeyError, IndexError, AttributeError) as exc:
        return [f"{folder} cannot be read: {exc!r}"]
    problems: list = []
    left = switches["import_stops_after"] or len(files) * len(channels) + 1
    there = {channel["name"] for channel in site.channels()} if switches["import_channel"] == "refuse" else set()
    if there & channels.keys():
        return [f"{folder} was not imported: channel {min(there & channels.keys())} exists"]

    def attempt(text: str, work: typing.Callable, *arguments: typing.Any) -> None:
        try:
            work(*arguments)
        except failure as exc:
            if not str(exc).startswith("409") or (work == site.upload and switches["import_file"] == "report"):
                problems.append(f"{text}: {exc}")

    for name, (shares, paths) in sorted(channels.items()):
        address = f"/channels/{quote(name, safe='')}"
        attempt(f"channel {name} was not created", site.call, "POST", "/channels", {"name": name})
        for path in sorted(paths):
            if not left:
                return [*problems, f"{folder} was not imported to its end"]
            left -= 1
            attempt(f"{path} was not uploaded to {name}", site.upload, path, name)
        for kind, principal, level in shares:
            target = f"{address}/shares/{kind}/{quote(principal, safe='')}"
            attempt(f"{name} was not shared with {kind} {principal}", site.call, "PUT", target, {"access": level})
        print(f"Imported {len(paths)} files into {name}")
    return problems
