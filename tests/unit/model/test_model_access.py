# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shares and privacy of a channel, as tables."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._model import access
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import PrincipalMap, Privacy
from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import Slot
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import ORGANIZATION, USER
from tests.unit.plan.inventory_builder import group, group_share, organization, user, user_share

LEVELS = {"read": "r", "write": "rw", "admin": "rw", "unknown": "r", "": "r", "WRITE": "r"}


@pytest.mark.parametrize(("permission", "expected"), LEVELS.items(), ids=LEVELS)
@pytest.mark.parametrize("label", ["", "Test"])
def test_a_group_gets_what_its_permission_says_and_never_more(permission: str, expected: str, label: str) -> None:
    owner = organization("org", group("Devs", permission=permission), owners=["boss"])
    assert access.shares_of(Slot("east", "org", ORGANIZATION, "Devs", label), owner, PrincipalMap()) == (group_share("Devs", expected),)


def test_a_group_the_owner_record_does_not_know_gets_read() -> None:
    assert access.shares_of(Slot("east", "org", ORGANIZATION, "Ghost"), organization("org"), PrincipalMap()) == (group_share("Ghost"),)


SHARES: dict[str, tuple[Slot, t.Any, PrincipalMap, tuple[t.Any, ...]]] = {
    "user": (Slot("east", "u", USER), user("u"), PrincipalMap(), (user_share("u"),)),
    "user with label": (Slot("east", "u", USER, "", "test"), user("u"), PrincipalMap(), (user_share("u"),)),
    "user, mapped": (Slot("east", "u", USER), user("u"), PrincipalMap({"u": "v"}), (user_share("v"),)),
    "owners, ordered": (
        Slot("east", "o", ORGANIZATION),
        organization("o", owners=["zoe", "ann"]),
        PrincipalMap(),
        (user_share("ann"), user_share("zoe")),
    ),
    "owners with label": (
        Slot("east", "o", ORGANIZATION, "", "dev"),
        organization("o", owners=["ann"]),
        PrincipalMap(),
        (user_share("ann"),),
    ),
    "two owners mapped to one user": (
        Slot("east", "o", ORGANIZATION),
        organization("o", owners=["a", "b"]),
        PrincipalMap({"a": "x", "b": "x"}),
        (user_share("x"),),
    ),
    "no owners": (Slot("east", "o", ORGANIZATION), organization("o"), PrincipalMap(), ()),
    "group, mapped": (
        Slot("east", "o", ORGANIZATION, "G"),
        organization("o", group("G")),
        PrincipalMap(groups={"o/G": "o-g"}),
        (group_share("o-g"),),
    ),
    "group, mapped for this site": (
        Slot("east", "o", ORGANIZATION, "G"),
        organization("o", group("G")),
        PrincipalMap(groups={"o/G": "any", "east:o/G": "here", "west:o/G": "there"}),
        (group_share("here"),),
    ),
    "group, mapped for another site": (
        Slot("east", "o", ORGANIZATION, "G"),
        organization("o", group("G")),
        PrincipalMap(groups={"west:o/G": "there"}),
        (group_share("G"),),
    ),
}


@pytest.mark.parametrize("case", SHARES.values(), ids=SHARES)
def test_shares(case: tuple[Slot, t.Any, PrincipalMap, tuple[t.Any, ...]]) -> None:
    slot, owner, principals, expected = case
    assert access.shares_of(slot, owner, principals) == expected


def test_read_for_everyone_is_added_once_and_last() -> None:
    assert access.with_everyone((user_share("u"),)) == (user_share("u"), group_share("everyone"))
    assert access.with_everyone((group_share("everyone", "rw"),)) == (group_share("everyone", "rw"),)
    assert access.with_everyone((user_share("everyone"),)) == (user_share("everyone"), group_share("everyone"))


PRIVACY = {
    "all public": ({"a": "public", "b": "public"}, Privacy(True, False)),
    "all authenticated": ({"a": "authenticated"}, Privacy(False, True, (), ("a",))),
    "all private": ({"a": "private"}, Privacy(False, False, (), ("a",))),
    "all unknown": ({"a": "unknown"}, Privacy(False, False, (), ("a",))),
    "public and authenticated": ({"a": "public", "b": "authenticated"}, Privacy(False, True, ("a",), ("b",))),
    "public and private": ({"a": "public", "b": "private"}, Privacy(False, False, ("a",), ("b",))),
    "public and unknown": ({"a": "public", "b": "unknown"}, Privacy(False, False, ("a",), ("b",))),
    "authenticated and private": ({"a": "authenticated", "b": "private"}, Privacy(False, False, ("a",), ("b",))),
    "all four": (
        {"d": "public", "c": "authenticated", "b": "private", "a": "unknown"},
        Privacy(False, False, ("c", "d"), ("a", "b")),
    ),
    "a word nobody knows": ({"a": "Public"}, Privacy(False, False, (), ("a",))),
    "no packages": ({}, Privacy(False, False)),
}


@pytest.mark.parametrize("case", PRIVACY.values(), ids=PRIVACY)
def test_privacy(case: tuple[dict[str, str], Privacy]) -> None:
    packages, expected = case
    assert access.privacy_of(packages) == expected


def test_two_users_of_keycloak_are_two() -> None:
    keys = {access.principal_key(USER, name) for name in ("weiß", "weiss", "Weiß")}
    assert keys == {(USER, "weiß"), (USER, "weiss")}
