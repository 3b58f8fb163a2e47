# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading meta.json: aliases, shapes that are refused, and any bytes at all."""

from __future__ import annotations

import json
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.ae_ops.migration.plugins.module_utils._ae4 import meta, values
from ansible_collections.ae_ops.migration.plugins.module_utils._json import MetaError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Collaborator
from tests.unit.conftest import examples

MD5 = "0123456789abcdef0123456789abcdef"
FILE: dict[str, t.Any] = {"basename": "linux-64/six-1.0-0.tar.bz2", "labels": ["main"], "type": "conda"}


def one_file(**entry: t.Any) -> meta.FileMeta:
    return meta.parse_package({"files": [{**FILE, **entry}]}).files[0]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "JSON"),
        (b"[]", "object"),
        (b"null", "object"),
        (b"\xff\xfe", "JSON"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": 1e999}', "range"),
        (b'{"a": {"b": 1, "b": 2}}', "duplicate key 'b'"),
        (b'{"a": ' + b"9" * 5000 + b"}", "digits"),
        (b"[" * 100_000, "nested"),
        (b'{"a":' * 45 + b"1" + b"}" * 45, "nested"),
    ],
)
def test_json_that_is_refused(data: bytes, word: str) -> None:
    with pytest.raises(MetaError, match=word) as caught:
        meta.load(data)
    assert caught.value.code == "meta_unreadable"


def test_json_with_byte_order_mark() -> None:
    assert meta.load(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize(
    "labels", [{"labels": ["b", "a", "a"]}, {"channels": {"b": {}, "a": {}}}, {"labels": [{"name": "a"}, {"name": "b"}]}]
)
def test_labels(labels: dict) -> None:
    entry = {key: value for key, value in FILE.items() if key != "labels"}
    assert meta.parse_package({"files": [{**entry, **labels}]}).files[0].labels == ("a", "b")


def test_labels_with_slash_colon_blank_and_capitals_are_kept() -> None:
    assert one_file(labels=["a/b", "release:1.0", "with space", "Test"]).labels == ("Test", "a/b", "release:1.0", "with space")


TIMES: dict[str, tuple[t.Any, str | None]] = {
    "the API's": ("2017-08-14 21:08:34.659000+00:00", "2017-08-14T21:08:34Z"),
    "ISO": ("2017-08-14T21:08:34Z", "2017-08-14T21:08:34Z"),
    "no zone is UTC": ("2017-08-14 21:08:34", "2017-08-14T21:08:34Z"),
    "another zone": ("2017-08-15T01:08:34.5+0400", "2017-08-14T21:08:34Z"),
    "milliseconds": (1502744914659, "2017-08-14T21:08:34Z"),
    "MongoDB, relaxed": ({"$date": "2017-08-14T21:08:34.659Z"}, "2017-08-14T21:08:34Z"),
    "MongoDB, canonical": ({"$date": {"$numberLong": "1502744914659"}}, "2017-08-14T21:08:34Z"),
    "before 1970": (-1000, "1969-12-31T23:59:59Z"),
    "null": (None, None),
    "a word": ("yesterday", None),
    "the 30th of February": ("2017-02-30 00:00:00", None),
    "beyond all calendars": (10**18, None),
    "true": (True, None),
    "an object": ({"when": 1}, None),
}


@pytest.mark.parametrize("case", TIMES.values(), ids=TIMES)
def test_upload_time(case: tuple[t.Any, str | None]) -> None:
    written, read = case
    file = one_file(upload_time=written)
    assert (file.uploaded, file.error) == (read, None)


def test_no_upload_time() -> None:
    assert one_file().uploaded is None


def test_file_values() -> None:
    file = one_file(md5=MD5.upper(), sha256="None", size={"$numberLong": "12"}, _id={"$oid": "f" * 24})
    assert (file.name, file.subdir, file.md5, file.sha256, file.size, file.id) == ("six-1.0-0.tar.bz2", "linux-64", MD5, None, 12, "f" * 24)
    attrs = {"subdir": "osx-64", "md5": MD5, "size": 7}
    file = one_file(basename="six-1.0-0.tar.bz2", attrs=attrs)
    assert (file.subdir, file.md5, file.size) == ("osx-64", MD5, 7)
    assert one_file(basename="x.tar.bz2", attrs={"platform": "win", "arch": "x86"}).subdir == "win-32"
    assert one_file(basename="x.tar.bz2", attrs={"platform": None, "arch": None}).subdir == "noarch"


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"labels": "main"}, "meta_shape_unknown"),
        ({"labels": [1]}, "meta_shape_unknown"),
        ({"labels": ["a\u202eb"]}, "name_unsafe"),
        ({"labels": ["\ud800"]}, "name_unsafe"),
        ({"md5": "xyz"}, "meta_shape_unknown"),
        ({"size": -1}, "meta_shape_unknown"),
        ({"size": True}, "meta_shape_unknown"),
        ({"basename": None}, "meta_shape_unknown"),
        ({"type": 7}, "meta_shape_unknown"),
    ],
)
def test_file_that_is_not_understood_spoils_no_other(entry: dict, code: str) -> None:
    bad, good = meta.parse_package({"files": [{**FILE, **entry}, FILE]}).files
    assert bad.error is not None
    assert bad.error.code == code
    assert bad.labels == ()
    assert good.error is None


@pytest.mark.parametrize(
    ("data", "files"),
    [
        ({"files": []}, []),
        ({"dists": [FILE]}, ["six-1.0-0.tar.bz2"]),
        ({"files": {"noarch/a-1-0.tar.bz2": {"labels": []}}}, ["a-1-0.tar.bz2"]),
        ({"releases": [{"distributions": [FILE]}, {"files": []}]}, ["six-1.0-0.tar.bz2"]),
    ],
)
def test_where_files_are_found(data: dict, files: list[str]) -> None:
    assert [file.name for file in meta.parse_package(data).files] == files


@pytest.mark.parametrize(
    ("data", "access"),
    [
        ({}, "unknown"),
        ({"public": True}, "public"),
        ({"public": False}, "private"),
        ({"public": 1}, "unknown"),
        ({"access": "Public"}, "public"),
        ({"access": "authenticated", "public": False}, "authenticated"),
        ({"access": "authenticated", "public": True}, "authenticated"),
        ({"access": "private", "public": True}, "private"),
        ({"access": "public", "public": False}, "private"),
        ({"access": "internal", "public": True}, "unknown"),
        ({"private": True}, "private"),
        ({"access": None}, "unknown"),
    ],
)
def test_access(data: dict, access: str) -> None:
    assert meta.parse_package({"files": [], **data}).access == access


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("read", "read"),
        ("Read-Only", "read"),
        (["read", "write"], "write"),
        ("admin", "admin"),
        ("own", "unknown"),
        (None, "unknown"),
        (3, "unknown"),
    ],
)
def test_permission(value: t.Any, word: str) -> None:
    assert values.permission(value) == word


def test_collaborators() -> None:
    for box in ([{"login": "bob", "perms": "write"}, "al"], {"bob": "write", "al": {"permission": None}}):
        found = meta.parse_package({"files": [], "collaborators": box}).collaborators
        assert found == (Collaborator("al", "unknown"), Collaborator("bob", "write"))


@pytest.mark.parametrize(
    "data",
    [
        {"user_type": "user", "groups": [{"org": "acme", "name": "Devs"}]},
        {"user_type": "user", "groups": [{"organization": {"login": "acme"}, "group": "Devs"}]},
        {"user_type": "user", "groups": ["acme/Devs"]},
        {"user_type": "user", "groups": {"acme": ["Devs"]}},
        {"user_type": "user", "groups": ["Devs"], "orgs": ["acme"]},
        {"orgs": [{"login": "acme", "groups": ["Devs"]}]},
        {"organizations": {"acme": {"groups": [{"name": "Devs"}]}}},
        {"groups": [{"organization": "acme", "name": "Devs", "permission": "read"}]},
    ],
)
def test_memberships_of_a_user(data: dict) -> None:
    owner = meta.parse_owner(data)
    assert (owner.kind, owner.memberships) == ("user", (("acme", "Devs"),))


@pytest.mark.parametrize(
    "data",
    [
        {"user_type": "org", "groups": [{"name": "Devs", "permission": "read", "members": ["b", "a"], "packages": [{"name": "six"}]}]},
        {"type": "organization", "groups": {"Devs": {"perms": "read", "users": [{"login": "a"}, "b"], "repos": ["six"]}}},
        {"is_org": True, "groups": [{"group": "Devs", "access": "r", "members": {"a": {}, "b": {}}, "packages": {"six": {}}}]},
    ],
)
def test_groups_of_an_organization(data: dict) -> None:
    assert meta.parse_owner(data).groups == (meta.GroupMeta("Devs", "read", ("a", "b"), ("six",)),)


@pytest.mark.parametrize("name", ["owners", "Owners", "Owner", "OWNER"])
def test_owners_group(name: str) -> None:
    assert meta.GroupMeta(name, "admin", (), ()).is_owners


def test_owners_beside_the_groups() -> None:
    groups = meta.parse_owner({"user_type": "org", "groups": [], "owners": [{"login": "ann"}]}).groups
    assert [(group.is_owners, group.members) for group in groups] == [(True, ("ann",))]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"user_type": "robot"},
        {"user_type": "org"},
        {"user_type": "org", "groups": "Devs"},
        {"user_type": "org", "groups": [{"name": "A"}, {"name": "A"}]},
        {"user_type": "org", "groups": [{"name": "A", "members": 3}]},
        {"user_type": "org", "groups": [{"title": "A"}]},
        {"user_type": "user", "groups": ["Devs"]},
        {"user_type": "user", "groups": 3},
        {"user_type": "user", "login": ["x"]},
    ],
)
def test_owner_that_is_not_understood(data: dict) -> None:
    with pytest.raises(MetaError):
        meta.parse_owner(data)


# -- anything at all -----------------------------------------------------------------------------------------------------

_WORDS_OF_META = """
login name user_type type groups members packages perms permission access public files dists releases basename labels channels
_id id attrs subdir platform arch md5 sha256 size collaborators orgs organizations owners org owner package_types kind
"""
KEYS = st.sampled_from(sorted({*_WORDS_OF_META.split(), "$oid", "$date"}))
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["user", "org", "a/b", MD5, "main", "\x00"])
)
TREES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20)


@given(st.dictionaries(KEYS, TREES, max_size=6))
@settings(max_examples=examples(400), deadline=None)
def test_any_object_is_read_or_refused(data: dict) -> None:
    for parse in (meta.parse_owner, meta.parse_package):
        said = ""
        try:
            hash(parse(data))
        except MetaError as exc:
            said = str(exc)
        assert "\n" not in said


@given(st.binary(max_size=200) | TREES.map(lambda value: json.dumps(value).encode()))
@settings(max_examples=examples(300), deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        value = meta.load(data)
    except MetaError:
        return
    assert isinstance(value, dict)
