# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``plan.yml``: people read it, safe YAML reads it too, and no name in it becomes anything else than a name."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MissingLibrary
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import LeftOut
from ansible_collections.ae_ops.migration.plugins.module_utils._plan import build, for_people
from ansible_collections.ae_ops.migration.plugins.module_utils._store import plan as store
from tests.unit.plan.inventory_builder import Site, demo_east, draft_of, group, organization
from tests.unit.saved_plan import save_plan

HOSTILE = {
    "jinja": "{{ 7*7 }}",
    "html": "<script>alert(1)</script>",
    "formula": "=cmd|' /C calc'!A0",
    "newlines": "a\nb: c\r\nd",
    "truth": "yes",
    "off": "off",
    "number": "1e3",
    "octal": "012",
    "date": "2001-01-01",
    "sexagesimal": "1:20",
    "null": "null",
    "tilde": "~",
    "tag": "!!python/object/apply:os.system",
    "anchor": "&a *a",
    "comment": "a #b",
    "indicator": "- x",
    "document end": "...",
    "quotes": "\"'`",
    "control": "a\x00\x1b[31m\x7f",
    "line separator": "a\u2028b\x85c",
    "right to left": "a\u202eb",
    "byte order mark": "\ufeffa",
    "astral": "😀",
    "undecodable": "a\udcffb",
}


def parse(text: str) -> t.Any:
    return YAML(typ="safe", pure=True).load(text)


def rendered(folder: Path, *sites: Site, **options: t.Any) -> tuple[store.Plan, t.Any]:
    plan, _placements, left_out = build.finish(draft_of(folder, *sites, **options))
    return plan, parse(for_people.render(plan, left_out))


def test_the_demo_in_words(tmp_path: Path) -> None:
    site = demo_east().file("anaconda-user-1/nb/nb.ipynb", "main", kind="ipynb")
    plan, document = rendered(tmp_path, site, cluster="prod", sites=("west",))
    assert document["cluster"] == "prod"
    assert document["layout"] == "vendor"
    assert document["sites"] == {"east": {"files": 9, "size": "409 B", "inventory": plan.sites[0].sha256}}
    assert document["sites_without_inventory"] == ["west"]
    assert document["channels"]["anaconda-organization/Devs"] == {
        "owner": "anaconda-organization",
        "public": True,
        "shared": ["group Devs may read"],
        "files": 1,
        "size": "43 B",
    }
    assert document["channels"]["anaconda-user-1"]["shared"] == ["user anaconda-user-1 may read and write"]
    assert document["decisions"] == [
        {
            "what": f"Channel {name} shows 1 file that was not on the label main in AE4.",
            "why": "visible_without_label",
            "change_it_with": "ae_channel_layout",
        }
        for name in ("anaconda-organization", "anaconda-organization/Devs")
    ]
    assert document["left_out"] == {
        "unsupported_kind": ["anaconda-user-1/nb/nb.ipynb of site east: AE5 channels do not accept files of kind 'ipynb'."]
    }


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_survive_unharmed(tmp_path: Path, name: str) -> None:
    site = Site("east").owner(organization("o", group(name, ["x"], ["p"]), owners=[name]))
    site.file("o/p/p-1-0.conda", name).file(f"u/p/{name}", name, kind="pypi")
    plan, document = rendered(tmp_path, site, cluster=name)
    assert document["cluster"] == name
    assert list(document["channels"]) == ["o", f"o/{name}", f"o/{name}/{name}"]
    assert document["channels"]["o"]["shared"] == [f"user {name} may read and write"]
    assert document["channels"][f"o/{name}"]["shared"] == [f"group {name} may read"]
    assert document["left_out"]["unsupported_kind"] == [f"u/p/{name} of site east: AE5 channels do not accept files of kind 'pypi'."]
    folder = str(tmp_path / "plan")
    save_plan(folder, plan, for_people.render(plan, []), [], [])
    assert [channel.name for channel in store.load_plan(folder).channels] == list(document["channels"])


@given(
    st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("\x85\u2028\u2029\r\n\t '\"")), max_size=20).filter(
        lambda text: not text.startswith("\ufeff")
    )
)
def test_any_cluster_name_survives(name: str) -> None:
    plan = store.Plan(name, "vendor", (), (), (), {}, {})
    assert parse(for_people.render(plan, []))["cluster"] == name


def test_a_long_list_of_left_out_files_is_cut_and_says_so() -> None:
    items = [LeftOut("east", "u", "p", f"p-{number}.conda", "", 1, "unlabelled", "It has no label.") for number in range(203)]
    plan = store.Plan("c", "vendor", (), (), (), {"unlabelled": 203}, {})
    lines = parse(for_people.render(plan, items))["left_out"]["unlabelled"]
    assert len(lines) == 201
    assert lines[-1] == "and 3 more, see left_out.jsonl"


def test_without_the_library_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(for_people, "RUAMEL_ERROR", "Traceback")
    with pytest.raises(MissingLibrary, match=r"ruamel\.yaml"):
        for_people.render(store.Plan("c", "vendor", (), (), (), {}, {}), [])
