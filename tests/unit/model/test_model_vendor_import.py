# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which owners may be left to the vendor's own import."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import PrincipalMap
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import SchemaError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import Slot
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import LeftOut
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import GroupRecord, OwnerRecord
from ansible_collections.ae_ops.migration.plugins.module_utils._model.vendor_import import OwnerFacts, facts_of, refusal

ANN = OwnerRecord("ann", "user")
LAB = OwnerRecord("lab", "organization", (GroupRecord("Wet", "write", (), ()), GroupRecord("Dry", "unknown", (), ())), ("ann",))


def slot(name: str, kind: str = "organization") -> Slot:
    owner, _slash, rest = name.partition("/")
    return Slot("east", owner, kind, rest if kind == "organization" else "", rest if kind == "user" else "")


def left(reason: str, file: str = "x-1-0.conda", path: str | None = None) -> LeftOut:
    return LeftOut("east", "ann", "x", file, f"ann/x/{file}" if path is None else path, 1, reason, "why")


def ann(*files: LeftOut, layout: str = "vendor", **people: t.Any) -> OwnerFacts:
    names = {slot("ann", "user"): "ann", slot("ann/dev", "user"): "ann/dev"}
    return facts_of(ANN, names, {"ann", "ann/dev"}, files, layout, PrincipalMap(**people))


@pytest.mark.parametrize("layout", ["vendor", "by_label"])
def test_user_as_the_guide_has_it_is_importable_in_every_layout(layout: str) -> None:
    assert ann(layout=layout) == OwnerFacts("ann")
    assert refusal(ann(layout=layout), [], set(), ["ann"]) == ""


@pytest.mark.parametrize(
    "file",
    [
        left("unsupported_kind", "x-1.tar.gz"),
        left("quarantined", "README.md"),
        left("quarantined", path=""),
        left("duplicate"),
    ],
)
def test_files_that_the_import_does_not_take_or_that_are_placed_anyway_do_no_harm(file: LeftOut) -> None:
    assert ann(file).reasons == ()
    assert ann(file).known == (("ann/x/x-1-0.conda",) if file.reason == "duplicate" else ())


@pytest.mark.parametrize(
    "file",
    [
        left("unlabelled"),
        left("quarantined"),
        left("excluded"),
        left("unsupported_kind", "data.tar.bz2"),
        left("quarantined", "x", "ann/x/y.conda"),
    ],
)
def test_package_that_is_left_out_is_named(file: LeftOut) -> None:
    assert ann(file).reasons == (f"the plan leaves out files that the import may take: {file.path} ({file.reason})",)


def test_many_left_out_files_are_three_names_and_a_number() -> None:
    (reason,) = ann(*(left("unlabelled", f"x-{number}-0.conda") for number in range(5))).reasons
    assert reason.endswith("ann/x/x-2-0.conda (unlabelled) and 2 more")


def test_group_whose_permission_is_unknown_is_a_reason_and_a_known_one_is_none() -> None:
    public = {"lab", "lab/Wet", "lab/Dry"}
    wet = {slot("lab"): "lab", slot("lab/Wet"): "lab/Wet"}
    assert facts_of(LAB, wet, public, (), "vendor", PrincipalMap()).reasons == ()
    dry = facts_of(LAB, {**wet, slot("lab/Dry"): "lab/Dry"}, public, (), "vendor", PrincipalMap())
    assert dry.reasons == ("the dump does not give the permission of its group Dry",)


def test_map_of_another_owner_or_of_a_mere_member_has_no_effect() -> None:
    names = {slot("lab"): "lab", slot("lab/Wet"): "lab/Wet"}
    people = PrincipalMap({"bob": "robert"}, {"other/Wet": "Rain", "west:lab/Wet": "Rain"})
    assert facts_of(LAB, names, {"lab", "lab/Wet"}, (), "vendor", people).reasons == ()
    people = PrincipalMap({}, {"east:lab/Wet": "Rain"})
    assert facts_of(LAB, names, {"lab", "lab/Wet"}, (), "vendor", people).reasons == (
        "ae_group_map gives group Wet another name, which the import does not support",
    )


def test_private_channels_must_all_be_accepted() -> None:
    facts = OwnerFacts("lab", private=("lab", "lab/Wet"))
    assert "channels lab, lab/Wet must be private" in refusal(facts, ["other*"], set(), [])
    assert "channel lab must be private" in refusal(facts, ["lab/*"], set(), [])
    assert refusal(facts, ["lab*"], set(), []) == ""


def test_all_reasons_are_said_and_an_owner_without_facts_is_refused() -> None:
    facts = OwnerFacts("lab", ("one", "two"), ("lab",))
    said = refusal(facts, [], {"lab", "lab/Wet"}, ["lab", "lab/Wet"])
    assert said.startswith("one; two; its channel lab must be private")
    assert said.endswith("; its channel lab/Wet could not be created as planned")
    assert refusal(None, ["*"], set(), []) == "the plan has no facts about this owner; run the plan playbook again"


def test_facts_come_back_from_their_line() -> None:
    facts = OwnerFacts("lab", ("one",), ("lab",), ("lab/x/y.conda",))
    assert OwnerFacts.from_json(facts.to_json()) == facts
    with pytest.raises(SchemaError):
        OwnerFacts.from_json({"record": "site"})
