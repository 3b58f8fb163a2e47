# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every record goes to JSON text and back unharmed, and a wrong shape is a ``SchemaError`` that names what lacks."""

from __future__ import annotations

import dataclasses
import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.ae_ops.migration.plugins.module_utils._files import json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model import plan_records, records
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import SchemaError

CLASSES = [
    records.Problem,
    records.SourceFile,
    records.GroupRecord,
    records.OwnerRecord,
    records.SiteRecord,
    plan_records.Channel,
    plan_records.Decision,
    plan_records.Placement,
    plan_records.LeftOut,
    plan_records.TransferRow,
]
IDS = [found.__name__ for found in CLASSES]
texts = st.text(st.characters(codec=None, exclude_categories=()), max_size=8)
shares = st.builds(plan_records.Share, st.sampled_from(["user", "group"]), texts, st.sampled_from(["r", "rw"]))


st.register_type_strategy(plan_records.Share, shares)


@pytest.mark.parametrize("record_class", CLASSES, ids=IDS)
@given(data=st.data())
def test_a_record_survives_its_line(record_class: t.Any, data: st.DataObject) -> None:
    record = data.draw(st.builds(record_class))
    assert record_class.from_json(json.loads(json_line(record.to_json()))) == record


UNDECODABLE = "a\udcff\n\x00\u2028{{ 7*7 }}"


@pytest.mark.parametrize(
    "record_class",
    [records.SourceFile, plan_records.Placement, plan_records.LeftOut, plan_records.TransferRow],
    ids=lambda found: found.__name__,
)
def test_a_name_that_is_no_text_survives_the_bytes_of_its_line(record_class: t.Any) -> None:
    fields = {field.name: UNDECODABLE for field in dataclasses.fields(record_class) if field.type in ("str", "t.Optional[str]")}
    fixed = {"size": 1, "labels": (UNDECODABLE,), "groups": (UNDECODABLE,)}
    record = record_class(**fields, **{name: value for name, value in fixed.items() if name in record_class.__dataclass_fields__})
    line = json_line(record.to_json()).encode("utf-8", "surrogateescape")
    assert line.count(b"\n") == 1
    assert record_class.from_json(json.loads(line.decode("utf-8", "surrogateescape"))) == record


@given(shares)
def test_a_share_survives_its_line(share: plan_records.Share) -> None:
    assert plan_records.Share.from_json(json.loads(json_line(share.to_json()))) == share


@pytest.mark.parametrize("record_class", [*CLASSES, plan_records.Share], ids=[*IDS, "Share"])
@pytest.mark.parametrize("data", [None, [], "text", 1, {}], ids=repr)
def test_a_wrong_shape_is_a_schema_error(record_class: t.Any, data: t.Any) -> None:
    with pytest.raises(SchemaError, match=r"^a (\w|[ -])+ (must be a JSON object|lacks)"):
        record_class.from_json(data)


SHARES = {"access x": {"user": "u", "access": "x"}, "no principal": {"access": "r"}, "access missing": {"group": "g"}}


@pytest.mark.parametrize("data", SHARES.values(), ids=SHARES)
def test_a_share_that_is_none(data: t.Any) -> None:
    with pytest.raises(SchemaError):
        plan_records.Share.from_json(data)


def test_another_schema_version_is_refused() -> None:
    site = records.SiteRecord("east", 0, 0, "0" * 64).to_json()
    with pytest.raises(SchemaError, match="schema_version 2 is not 1"):
        records.SiteRecord.from_json({**site, "schema_version": 2})
