# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is generated from the declared variables, and what ``make lint`` finds where files and declaration differ."""

from __future__ import annotations

import dataclasses
import shutil
import typing as t
from pathlib import Path

import pytest
import yaml

from plugins.plugin_utils._variables.catalogue import INVENTORY, NAMES
from plugins.plugin_utils._variables.declaration import Variable
from tools.variables import __main__ as tool
from tools.variables import render, scan

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of what the tool reads."""
    for name in ("roles", "playbooks", "inventory.example"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_committed_files_are_what_the_declaration_says() -> None:
    assert tool.complaints(ROOT) == []


def test_generating_twice_changes_nothing(tree: Path) -> None:
    files, found = tool.generated(tree, scan.read_roles(tree))
    assert not found
    for path, text in files.items():
        (tree / path).write_text(text, encoding="utf-8")
    assert tool.generated(tree, scan.read_roles(tree)) == (files, [])


@pytest.mark.parametrize(
    ("path", "old", "new", "complaint"),
    [
        (
            "roles/plan/README.md",
            "| `vendor` |",
            "| `by_label` |",
            "roles/plan/README.md is not what the declared variables say; run make variables",
        ),
        (
            "roles/apply/meta/argument_specs.yml",
            "- keep\n",
            "",
            "roles/apply/meta/argument_specs.yml is not what the declared variables say; run make variables",
        ),
        (
            "inventory.example/group_vars/ae4.yml",
            "# ae4_raw: false",
            "# ae4_raw: true",
            "inventory.example/group_vars/ae4.yml is not what the declared variables say; run make variables",
        ),
        ("roles/verify/README.md", render.BEGIN, "", f"roles/verify/README.md has no lines {render.BEGIN} and {render.END}"),
        (
            "roles/export/defaults/main.yml",
            "export_deep: false",
            "export_deep: false\nexport_dept: 1",
            "roles/export: export_dept is not declared in plugins/plugin_utils/_variables",
        ),
        (
            "roles/export/tasks/site.yml",
            "{{ ae_migration_user }}",
            "{{ ae4_usr | default(ae_migration_user) }}",
            "roles/export: ae4_usr is not declared in plugins/plugin_utils/_variables",
        ),
        (
            "roles/plan/tasks/main.yml",
            "{{ plan_layout }}",
            "{{ plan_layuot }}",
            "roles/plan: plan_layuot is not declared in plugins/plugin_utils/_variables",
        ),
        (
            "roles/ae_migration/defaults/main.yml",
            "hostvars[ae_migration_cluster].ae_work_dir",
            "hostvars[ae_migration_cluster].ae_wrk_dir",
            "roles/ae_migration: ae_wrk_dir is not declared in plugins/plugin_utils/_variables",
        ),
        (
            "playbooks/apply.yml",
            "apply_goes_on | default(false) | bool",
            "apply_goes_off | bool",
            "playbooks: apply_goes_off is not declared in plugins/plugin_utils/_variables",
        ),
        (
            "roles/plan/defaults/main.yml",
            "{{ ae_channel_layout | default('vendor') }}",
            "vendor",
            "roles/plan/defaults/main.yml: plan_layout does not come from ae_channel_layout, as it is declared",
        ),
        (
            "roles/preflight/defaults/main.yml",
            "preflight_timeout: 60",
            "preflight_timeout: 61",
            "roles/preflight/defaults/main.yml: preflight_timeout is 61, and declared as 60",
        ),
        (
            "roles/plan/defaults/main.yml",
            "plan_offline: false\n",
            "",
            "roles/plan/defaults/main.yml: plan_offline is None, and declared as false",
        ),
        (
            "roles/export/tasks/main.yml",
            "- export_host_python | bool",
            "- export_host_python",
            "roles/export: export_host_python is asked without the filter bool, so the text 'false' would be true",
        ),
        (
            "roles/export/tasks/main.yml",
            "if export_raw | bool else",
            "if export_raw else",
            "roles/export: export_raw is asked without the filter bool, so the text 'false' would be true",
        ),
        (
            "roles/notebooks/defaults/main.yml",
            "{{ aen_become | default(true) | bool }}",
            "{{ not aen_become }}",
            "roles/notebooks: aen_become is asked without the filter bool, so the text 'false' would be true",
        ),
        (
            "roles/notebooks/defaults/main.yml",
            "{{ aen_become | default(true) | bool }}",
            "{{ aen_become | default(true) }}",
            "roles/notebooks/defaults/main.yml: notebooks_become does not pass the filter bool",
        ),
    ],
)
def test_what_is_planted_is_found(tree: Path, path: str, old: str, new: str, complaint: str) -> None:
    edit(tree / path, old, new)
    assert complaint in tool.complaints(tree)


@pytest.mark.parametrize("name", ["ae_work_dir", "ae_report_dir", "ae4_export_dir", "ae5_capabilities"])
def test_what_these_are_by_default_is_said_in_one_role(name: str) -> None:
    assert [role.name for role in scan.read_roles(ROOT).values() if name in role.used().names] == [scan.SHARED]


def test_a_declared_variable_that_nothing_uses_is_found(tree: Path) -> None:
    roles, playbooks = scan.read_roles(tree), scan.read_playbooks(tree)
    assert scan.unused(roles, playbooks, [*NAMES, "ae_spare"]) == [
        "plugins/plugin_utils/_variables: ae_spare is declared, and no role or playbook uses it"
    ]


def test_a_template_is_read_too(tree: Path) -> None:
    (tree / "roles" / "plan" / "templates").mkdir()
    (tree / "roles" / "plan" / "templates" / "x.j2").write_text("{% if ae_onwers %}{{ plan_owners }}{% endif %}", encoding="utf-8")
    assert tool.complaints(tree) == ["roles/plan: ae_onwers is not declared in plugins/plugin_utils/_variables"]


def test_an_old_name_in_a_message_is_found(tree: Path) -> None:
    source = tree / "plugins" / "modules" / "x.py"
    source.parent.mkdir(parents=True)
    source.write_text('PLAIN = "set ae_owners"\nOLD = f"give {PLAIN} another name with ae_project_names"\n', encoding="utf-8")
    assert tool.old_names(tree) == ["plugins/modules/x.py: ae_project_names was renamed to ae_notebook_project_names"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ae_a and not plan_b", {"ae_a", "plan_b"}),
        ("{{ hostvars[ae_c].ae5_url | default('x') }}", {"hostvars", "ae_c", "ae5_url"}),
        ("{{ groups['ae4'] | selectattr('ae5_cluster', 'defined') }}", {"groups", "ae5_cluster"}),
        ("{% for plan_row in rows %}{{ plan_row }}{% endfor %}", {"plan_row", "rows"}),
        ("{{ plan.ae_owners }}", {"plan", "ae_owners"}),
    ],
)
def test_names_of_an_expression(text: str, names: set[str]) -> None:
    assert scan.expression(text).names == names


def test_what_an_entry_point_reads_is_found_through_includes_and_definitions() -> None:
    roles = scan.read_roles(ROOT)
    channels = scan.reads(roles, "apply", "channels")
    assert {"ae_accept_public", "apply_accept_public", "ae5_url", "ae5_password", "ae_work_dir"} <= channels
    assert "ae_conflict" not in channels
    assert {"ae_conflict", "ae_upload_method", "ae_vendor_import_timeout", "host_python_dest"} <= scan.reads(roles, "apply", "packages")
    assert "ae5_password" not in scan.reads(roles, "export", "main")


def test_every_variable_of_the_inventory_is_read_by_a_role_and_has_its_place_in_the_example() -> None:
    files, _found = tool.generated(ROOT, scan.read_roles(ROOT))
    specs = [yaml.safe_load(text)["argument_specs"] for path, text in files.items() if path.endswith("argument_specs.yml")]
    read = {name for spec in specs for entry in spec.values() for name in entry["options"]}
    example = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "inventory.example").rglob("*.yml"))
    for variable in INVENTORY:
        assert variable.name in read
        assert f"{variable.name}:" in example


@pytest.mark.parametrize("name", sorted(render.EXAMPLES))
def test_each_example_is_yaml(name: str) -> None:
    text = render.example(name)
    for variable in (variable for variable in INVENTORY if variable.file == name):
        data = yaml.safe_load(variable.example or f"{variable.name}: {variable.default}")
        assert list(data) == [variable.name]
    assert isinstance(yaml.safe_load(text), dict | None)


def test_an_option_has_all_that_is_declared() -> None:
    inner = Variable("a", "Is `b (c)`.", type="bool", required=True)
    variable = Variable(
        "ae_x",
        "Is `x`.",
        type="list",
        elements="dict",
        choices=("p", "q"),
        options=(inner,),
        secret=True,
        more="Or `y`.",
        absent="the `z`",
    )
    assert render.option(variable) == {
        "description": ["Is C(x).", "Or C(y).", "By default the C(z)."],
        "type": "list",
        "elements": "dict",
        "choices": ["p", "q"],
        "no_log": True,
        "options": {"a": {"description": ["Is b (c)."], "type": "bool", "required": True}},
    }
    plain = dataclasses.replace(variable, type="int", elements="", choices=(), options=(), secret=False, absent="", default="5")
    assert render.role_option("plan_x", plain) == {"description": ["As O(ae_x), for this role only."], "type": "int"}
    assert t.cast("dict[str, object]", render.option(plain))["default"] == 5
