# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records by annotation: what is written, what is read back, and the sentence for a field that does not fit."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Choices, Json, JsonRecord, SchemaError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Placement, Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import SourceFile


@dataclasses.dataclass(frozen=True)
class Leaf(JsonRecord):
    TITLE = "leaf"

    name: str
    number: int = 0


@dataclasses.dataclass(frozen=True)
class Tree(JsonRecord):
    TITLE = "tree"
    HEAD: t.ClassVar[Json] = {"record": "tree", "schema_version": 3}
    NEEDED = ("leaves",)
    CHOICES: t.ClassVar[Choices] = {"colour": ("red", "green")}
    BRIEF = ("old", "pairs")
    ORDER = ("colour", "name", "old", "leaves", "pairs", "notes", "by_name", "maybe", "maybe_leaf", "anything")

    name: str
    colour: str = "red"
    old: bool = False
    leaves: t.Tuple[Leaf, ...] = ()
    pairs: t.Tuple[t.Tuple[str, int], ...] = ()
    notes: t.List[str] = dataclasses.field(default_factory=list)
    by_name: t.Mapping[str, Leaf] = dataclasses.field(default_factory=dict)
    maybe: t.Optional[int] = None
    maybe_leaf: t.Optional[Leaf] = None
    anything: t.Any = None


FULL = Tree("oak", "green", True, (Leaf("a", 1),), (("x", 1),), ["n"], {"b": Leaf("b")}, 5, Leaf("c"), {"k": [1]})


def test_everything_that_an_annotation_can_say_comes_back() -> None:
    written = FULL.to_json()
    assert written == {
        "record": "tree",
        "schema_version": 3,
        "colour": "green",
        "name": "oak",
        "old": True,
        "leaves": [{"name": "a", "number": 1}],
        "pairs": [["x", 1]],
        "notes": ["n"],
        "by_name": {"b": {"name": "b", "number": 0}},
        "maybe": 5,
        "maybe_leaf": {"name": "c", "number": 0},
        "anything": {"k": [1]},
    }
    assert list(written)[:5] == ["record", "schema_version", "colour", "name", "old"], "the head, then by ORDER"
    for _again in range(2):
        assert Tree.from_json(written) == FULL


def test_what_is_brief_and_empty_is_not_written_and_what_is_missing_or_unknown_is_no_harm() -> None:
    assert {"old", "pairs"}.isdisjoint(Tree("oak").to_json())
    short = {"record": "tree", "schema_version": 3, "name": "oak", "leaves": [], "of a later version": 1}
    assert Tree.from_json(short) == Tree("oak")


WRONG: dict[str, tuple[Json, str]] = {
    "text": ({"name": 5}, "name of a tree must be a text, not a number"),
    "null": ({"name": None}, "name of a tree must be a text, not null"),
    "bool": ({"old": 1}, "old of a tree must be true or false, not a number"),
    "number": ({"maybe": True}, "maybe of a tree must be a whole number, not true or false"),
    "list": ({"notes": "abc"}, "notes of a tree must be a list, not a text"),
    "item": ({"notes": ["a", 1]}, "notes of a tree must be a text, not a number"),
    "row": ({"pairs": [["a"]]}, "pairs of a tree must be lists of 2, not of 1"),
    "cell": ({"pairs": [["a", "b"]]}, "pairs of a tree must be a whole number, not a text"),
    "object": ({"by_name": []}, "by_name of a tree must be an object, not a list"),
    "record": ({"leaves": [{"name": 1}]}, "name of a leaf must be a text, not a number"),
    "record no object": ({"leaves": ["a"]}, "a leaf must be a JSON object, not a text"),
    "record lacks": ({"maybe_leaf": {}}, "a leaf lacks name"),
    "choice": ({"colour": "blue"}, "colour of a tree must be one of red, green, not 'blue'"),
    "version": ({"schema_version": 2}, "schema_version 2 is not 3"),
    "kind": ({"record": "bush"}, "record bush is not tree"),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_a_wrong_field_is_named(case: tuple[Json, str]) -> None:
    change, sentence = case
    with pytest.raises(SchemaError) as caught:
        Tree.from_json({**FULL.to_json(), **change})
    assert str(caught.value) == sentence


@pytest.mark.parametrize("key", ["record", "schema_version", "name", "leaves"])
def test_what_must_be_there_is_named(key: str) -> None:
    with pytest.raises(SchemaError, match=f"^a tree lacks {key}$"):
        Tree.from_json({name: value for name, value in FULL.to_json().items() if name != key})


class Word(str):
    """As ansible-core marks a text of which it knows more."""


def test_a_marked_text_is_a_text() -> None:
    assert Leaf.from_json({"name": Word("a"), "number": 1}) == Leaf("a", 1)
    assert Tree.from_json({**FULL.to_json(), "notes": [Word("n")]}) == FULL


PLACEMENT = Placement("c", "s", "o", "p", "f", "noarch", 1, None, "x", "p/f")
FILE = SourceFile("o", "user", "p", "i", "f", None, "p/f", ("main",), "public", ("g",), 1, None, None, "conda")


@pytest.mark.parametrize("record", [PLACEMENT, FILE], ids=["Placement", "SourceFile"])
def test_every_field_of_the_long_lists_is_checked(record: t.Any) -> None:
    written = record.to_json()
    assert type(record).from_json(written) == record
    for name in written:
        with pytest.raises(SchemaError, match=f"^{name} of a (placement|file of an inventory) must be "):
            type(record).from_json({**written, name: 1.5})


def test_a_class_that_is_written_otherwise_keeps_its_own_form() -> None:
    share = Share("group", "Devs", "r")
    for _again in range(2):
        assert share.to_json() == {"group": "Devs", "access": "r"}
        assert Share.from_json(share.to_json()) == share


def test_an_annotation_that_json_cannot_hold_is_an_error_of_the_class() -> None:
    @dataclasses.dataclass(frozen=True)
    class Odd(JsonRecord):
        names: bytes

    with pytest.raises(TypeError, match="is no annotation of a field that JSON can hold"):
        Odd(b"").to_json()
