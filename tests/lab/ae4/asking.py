# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all parts of the emulated binstar API share: who asks, what it may do, the body it sent."""

from __future__ import annotations

import typing as t

from flask import g, request

from . import rights
from .store import Record, Store, StoreError


def login() -> str:
    """The user that asks; 401 without a token."""
    if g.login is None:
        raise StoreError("a token is needed", 401)
    return t.cast(str, g.login)


def need_write(store: Store, owner: str) -> None:
    """Refuses who may not upload to an owner."""
    store.user(owner)
    if not rights.may_write(store, g.login, owner):
        raise StoreError(f"{g.login or 'nobody'} may not write to {owner}", 401 if g.login is None else 403)


def need_admin(store: Store, owner: str) -> None:
    """Refuses who may not administer an owner."""
    store.user(owner)
    if not rights.may_administer(store, g.login, owner):
        raise StoreError(f"{g.login or 'nobody'} may not administer {owner}", 401 if g.login is None else 403)


def readable(store: Store, owner: str, package: str) -> Record:
    """A package the caller may see; what it may not see does not exist."""
    record = store.package_record(owner, package)
    if not rights.may_read(store, g.login, record):
        raise StoreError(f"the package {owner}/{package} does not exist")
    return record


def body() -> Record:
    """The JSON body of the request, empty if there is none."""
    return t.cast(Record, request.get_json(silent=True) or {})
