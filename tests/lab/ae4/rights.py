# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what on an AE4 site.  ``login`` is None for a request without a token."""

from __future__ import annotations

import typing as t

from .store import Record, Store


def _groups(store: Store, owner: str) -> list[Record]:
    record = store.owner_record(owner)
    return t.cast("list[Record]", record["groups"]) if record["kind"] == "org" else []


def may_write(store: Store, login: str | None, owner: str) -> bool:
    """Whether this user may upload to an owner: itself, co-owners, write and admin groups, superusers."""
    if login is None:
        return False
    if login == owner or store.user(login)["superuser"]:
        return True
    return any(login in group["members"] and group["permission"] != "read" for group in _groups(store, owner))


def may_administer(store: Store, login: str | None, owner: str) -> bool:
    """Whether this user may change an owner's groups and collaborators: itself, co-owners, admin groups, superusers."""
    if login is None:
        return False
    if login == owner or store.user(login)["superuser"]:
        return True
    return any(login in group["members"] and group["permission"] == "admin" for group in _groups(store, owner))


def may_read(store: Store, login: str | None, package: Record) -> bool:
    """Whether this user may see a package, after its access level, collaborators and groups."""
    if package["access"] == "public" or (package["access"] == "authenticated" and login):
        return True
    if login is None:
        return False
    if may_write(store, login, package["owner"]) or any(item["login"] == login for item in package["collaborators"]):
        return True
    return any(login in group["members"] and package["name"] in group["packages"] for group in _groups(store, package["owner"]))
