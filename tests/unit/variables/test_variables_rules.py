# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a user's variables, as pure rules."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.ae_ops.migration.plugins.plugin_utils._variables import rules, values
from ansible_collections.ae_ops.migration.plugins.plugin_utils._variables.catalogue import (
    ALL,
    INVENTORY,
    NAMES,
    RENAMED,
    ROLE_NAMES,
    SETTABLE,
    role_of,
)

BY_NAME = {variable.name: variable for variable in INVENTORY}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("ae_onwers", "ae_onwers is no variable of this collection; the nearest known name is ae_owners"),
        ("ae5_pasword", "ae5_pasword is no variable of this collection; the nearest known name is ae5_password"),
        ("aen_projects", "aen_projects is no variable of this collection; the nearest known name is aen_projects_dir"),
        ("host_python_tarbal", "host_python_tarbal is no variable of this collection; the nearest known name is host_python_tarball"),
        ("ae_Owners", "ae_Owners is no variable of this collection; the nearest known name is ae_owners"),
        ("ae4_qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq", "ae4_qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq is no variable of this collection"),
        ("ae_import", "ae_import was renamed to ae_upload_method"),
        ("ae_pin", "ae_pin was renamed to ae_notebook_pin"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest_one(name: str, sentence: str) -> None:
    assert rules.unknown_names([name, "ansible_host", "ae_owners"]) == [sentence]


def test_names_that_are_as_near_are_all_told() -> None:
    assert rules.nearest("ae5_ur", ["ae5_uri", "ae5_url", "aen_user"]) == ["ae5_url", "ae5_uri"]


@pytest.mark.parametrize(
    "name", ["__ae_x", "_ae5_x", "aentity_x", "plan_layout", "vault_ae5_password", "ae_migration_cluster", "ae5_cli_needed", "my_ae_x"]
)
def test_other_names_are_nobodys_business(name: str) -> None:
    assert rules.unknown_names([name]) == []


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("ae_channel_layout", "vendr", "ae_channel_layout is 'vendr'; it must be one of vendor, by_label"),
        ("ae_channel_layout", ["vendor"], "ae_channel_layout is ['vendor']; it must be one of vendor, by_label"),
        ("ae4_raw", "maybe", "ae4_raw is 'maybe'; it must be true or false"),
        ("ae4_raw", "y", "ae4_raw is 'y'; it must be true or false"),
        ("ae4_raw", "", "ae4_raw is ''; it must be true or false"),
        ("ae4_raw", " true ", "ae4_raw is ' true '; it must be true or false"),
        ("ae4_raw", "true\n", "ae4_raw is 'true\\n'; it must be true or false"),
        ("ae4_raw", 2, "ae4_raw is 2; it must be true or false"),
        ("ae_workers", "many", "ae_workers is 'many'; it must be a whole number, 1 or more"),
        ("ae_workers", 0, "ae_workers is 0; it must be a whole number, 1 or more"),
        ("ae_notebook_wait", "-5", "ae_notebook_wait is '-5'; it must be a whole number, 1 or more"),
        ("ae_workers", "1.5", "ae_workers is '1.5'; it must be a whole number, 1 or more"),
        ("ae_workers", [8], "ae_workers is [8]; it must be a whole number, 1 or more"),
        ("ae_workers", True, "ae_workers is true; it must be a whole number, 1 or more"),
        ("ae_owners", {"alice": 1}, "ae_owners is {'alice': 1}; it must be a list of texts, also if there is only one"),
        ("ae_owners", "alice", "ae_owners is 'alice'; it must be a list of texts, also if there is only one"),
        ("ae_owners", [["alice"]], "ae_owners is [['alice']]; it must be a list of texts"),
        ("ae_owners", "", "ae_owners is ''; it must be a list of texts, also if there is only one"),
        ("ae_owners", None, "ae_owners has no value; give it one or remove it"),
        ("ae_user_map", ["a"], "ae_user_map is ['a']; it must be a mapping"),
        ("ae_work_dir", ["/x"], "ae_work_dir is ['/x']; it must be one text"),
        ("ae_report_dir", {"x" * 30: "y" * 90}, "ae_report_dir is {'" + "x" * 30 + "': '" + "y" * 21 + "...; it must be one text"),
        ("ae_work_dir", "", "ae_work_dir is empty; give it a value or remove it"),
        ("ae_work_dir", "  ", "ae_work_dir is empty; give it a value or remove it"),
        ("ae_work_dir", True, "ae_work_dir is true; it must be one text"),
        ("ae_report_dir", "", "ae_report_dir is empty; give it a value or remove it"),
        ("ae4_export_dir", "", "ae4_export_dir is empty; give it a value or remove it"),
        ("ae5_cli_prefix", "", "ae5_cli_prefix is empty; give it a value or remove it"),
        ("host_python_dest", "", "host_python_dest is empty; give it a value or remove it"),
        ("ae4_user", False, "ae4_user is false; it must be one text"),
        ("ae5_url", "127.0.0.1", "the address '127.0.0.1' of the AE5 cluster cannot be used; set it as https://HOST (ae5_url)"),
        (
            "ae_exclude",
            [{"larger_than": "5 Gigs"}],
            "ae_exclude[0] cannot be used: larger_than is '5 Gigs' and must be a number of bytes, or a size like 500MB or 1.5GiB",
        ),
        ("ae_include", [{"owner": "a"}, {}], "ae_include[1] cannot be used: it is empty, so it would match everything"),
        ("ae_exclude", "nightly", "ae_exclude is 'nightly'; it must be a list of mappings"),
        ("ae_exclude", ["nightly"], "ae_exclude[0] is 'nightly'; it must be a mapping"),
        ("ae_channel_map", [{"match": "a", "to": "b"}, {"match": "a"}], "ae_channel_map[1] has no to"),
        ("ae_channels", [{"name": "a", "pubic": True}], "ae_channels[0] has pubic, which is none of name, public, shares"),
        ("ae_channels", [{"name": "a", "public": "so"}], "ae_channels[0].public is 'so'; it must be true or false"),
        ("ae_channels", [{"name": "a", "shares": [{"access": "w"}]}], "ae_channels[0].shares[0].access is 'w'; it must be one of r, rw"),
        ("ae5_password", ["hunter2"], "ae5_password must be one text"),
        ("ae_notebook_logins", ["hunter2"], "ae_notebook_logins[0] must be a mapping"),
        ("ae_notebook_logins", [{"username": "a", "password": ["hunter2"]}], "ae_notebook_logins[0].password must be one text"),
        (
            "ae_notebook_logins",
            [{"username": "a", "pass": "hunter2", "password": "x"}],
            "ae_notebook_logins[0] has pass, which is none of username, password",
        ),
    ],
)
def test_a_wrong_value_is_told_as_it_was_written(name: str, value: t.Any, sentence: str) -> None:
    assert values.flaws(BY_NAME[name], value) == [sentence]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ae_channel_layout", "by_label"),
        *(("ae4_raw", value) for value in (True, False, 0, 1, "0", "yes", "No", "TRUE", "off")),
        ("ae_workers", 4),
        ("ae_workers", "4"),
        ("ae_owners", []),
        ("host_python_tarball", ""),
        ("ae5_cli", ""),
        ("ae_split_private", "a*"),
        ("ae_owners", ["alice", 7]),
        ("ae_split_private", True),
        ("ae_split_private", ["a*"]),
        ("ae_user_map", {}),
        ("ae_exclude", [{"owner": ["a", "b"], "older_than_days": 3}]),
        ("ae_channels", [{"name": "a", "public": "no", "shares": [{"user": "alice", "access": "rw"}]}]),
        ("ae_notebook_logins", [{"username": "a", "password": "{{ vault_a }}"}]),
        ("ae5_client_secret", "x"),
    ],
)
def test_a_value_that_fits_is_not_told(name: str, value: t.Any) -> None:
    assert values.flaws(BY_NAME[name], value) == []


def test_a_reference_is_followed_by_name_only() -> None:
    known = {"vault_a": "{{ vault_b }}", "loop": "{{ loop }}", "plain": "x", "nothing": None}
    assert rules.undefined_reference("{{ vault_a }}", known) == "vault_b"
    assert rules.undefined_reference(" {{vault_c}} ", known) == "vault_c"
    for value in (
        "{{ plain }}",
        "{{ loop }}",
        "{{ nothing }}",
        "{{ none }}",
        "{{ omit }}",
        "{{ vault_c | default('') }}",
        "{{ lookup('x', 'y') }}",
        "text",
        ["{{ vault_c }}"],
        None,
    ):
        assert rules.undefined_reference(value, known) is None


LISTS = [name for name, variable in sorted(SETTABLE.items()) if variable.type == "list"]


@pytest.mark.parametrize("name", LISTS)
def test_one_text_is_no_list_of_any_variable(name: str) -> None:
    """Jinja would read it letter by letter, or fail; a module would cut it at its commas."""
    (sentence,) = values.flaws(SETTABLE[name], "one,two", name)
    assert sentence.startswith(name)
    assert "must be a list of " in sentence
    assert values.flaws(SETTABLE[name], [], name) == []


def test_one_text_is_no_list_within_a_value() -> None:
    library = {"path": "/x", "requires": "numpy >=1.10,<2"}
    (sentence,) = values.flaws(BY_NAME["ae_notebook_libraries"], [library])
    assert sentence == ("ae_notebook_libraries[0].requires is 'numpy >=1.10,<2'; it must be a list of texts, also if there is only one")


def test_no_path_may_be_empty_unless_the_roles_take_that_for_none() -> None:
    for name, variable in SETTABLE.items():
        if variable.type == "path":
            assert bool(values.flaws(variable, "", name)) != variable.empty, name
    # Where something is written, an empty path would be the root of the file system.
    for name in ("ae_work_dir", "ae_report_dir", "ae4_export_dir", "export_dir", "stage_dest", "ae5_cli_prefix", "notebooks_root"):
        assert not SETTABLE[name].empty


TEMPLATE = "{{ ae5_password }}"


@pytest.mark.parametrize(
    ("name", "value", "written", "sentence"),
    [
        ("ae_conflict", "hunter2", TEMPLATE, "ae_conflict is '{{ ae5_password }}'; its value must be one of fail, keep, replace"),
        ("ae5_username", {"user": "hunter2"}, TEMPLATE, "ae5_username is '{{ ae5_password }}'; its value must be one text"),
        ("ae5_url", "hunter2", TEMPLATE, "ae5_url is '{{ ae5_password }}'; its value must be an address like https://HOST"),
        (
            "ae_workers",
            "hunter2",
            "{% if x %}{% endif %}",
            "ae_workers is '{% if x %}{% endif %}'; its value must be a whole number, 1 or more",
        ),
        (
            "ae_owners",
            [["hunter2"]],
            [["{{ ae5_password }}"]],
            "ae_owners is [['{{ ae5_password }}']]; its value must be a list of texts",
        ),
        (
            "ae_channels",
            [{"name": "a", "public": "hunter2"}],
            [{"name": "a", "public": TEMPLATE}],
            "ae_channels[0].public is '{{ ae5_password }}'; its value must be true or false",
        ),
        ("ae_channels", [{"name": "a", "hunter2": 1}], TEMPLATE, "ae_channels[0] has a key, which is none of name, public, shares"),
        ("ae_channels", ["hunter2"], TEMPLATE, "ae_channels[0] is '{{ ae5_password }}'; its value must be a mapping"),
        (
            "ae_exclude",
            [{"larger_than": "hunter2"}],
            [{"larger_than": TEMPLATE}],
            "ae_exclude[0] is {'larger_than': '{{ ae5_password }}'}; its value cannot be used as a rule",
        ),
        ("ae_notebook_logins", {"hunter2": 1}, TEMPLATE, "ae_notebook_logins must be a list of mappings"),
    ],
)
def test_what_comes_out_of_a_template_is_not_shown(name: str, value: t.Any, written: t.Any, sentence: str) -> None:
    assert values.flaws(BY_NAME[name], value, written=written) == [sentence]


class EncryptedString:
    """As ansible-core's type of that name: whoever shows it has decrypted it."""

    def __repr__(self) -> str:
        return "hunter2"

    __str__ = __repr__


def test_what_is_encrypted_is_not_shown() -> None:
    secret = EncryptedString()
    assert values.flaws(BY_NAME["ae_conflict"], "hunter2", written=secret) == [
        "ae_conflict is encrypted; its value must be one of fail, keep, replace"
    ]
    assert values.flaws(BY_NAME["ae_owners"], {"a": "hunter2"}, written={"a": secret}) == [
        "ae_owners is {'a': '(encrypted)'}; its value must be a list of texts, also if there is only one"
    ]


@pytest.mark.parametrize(
    ("value", "written"),
    [(None, "{{ none }}"), ("", "{{ none }}"), ("__omit_place_holder__1234", "{{ omit }}"), (None, None)],
)
@pytest.mark.parametrize("name", ["ae_owners", "ae_workers", "ae_conflict", "ae_work_dir", "ae4_raw", "ae_user_map", "ae_notebook_logins"])
def test_a_template_that_comes_to_nothing_is_no_value(name: str, value: t.Any, written: t.Any) -> None:
    assert values.flaws(BY_NAME[name], value, written=written) == [f"{name} has no value; give it one or remove it"]


@pytest.mark.parametrize(
    ("message", "written", "name"),
    [
        ("'vault_x' is undefined", "{{ vault_x }}", "vault_x"),
        ("Error while resolving value for 'ae5_url': 'vault_x' is undefined", ["{{ middle }}"], "vault_x"),
        ("'hunter2' is undefined", "{{ lookup('vars', ae5_password) }}", None),
        ("The file was not found", "{{ vault_x }}", None),
    ],
)
def test_the_undefined_name_is_found_in_the_complaint(message: str, written: t.Any, name: str | None) -> None:
    known = {"middle": {"a": "{{ vault_x }}"}, "ae5_password": "hunter2"}
    assert rules.undefined_name(message, written, known) == name


def test_each_problem_is_told_once_with_its_hosts() -> None:
    problems = {"a": ["x", "x", "y"], "b": ["x"], "c": [], "d": ["x"], "e": ["x"]}
    assert rules.sentences(problems) == ["a, b, d and 1 more: x.", "a: y."]


def test_the_declaration_is_sound() -> None:
    names = [variable.name for variable in ALL] + list(ROLE_NAMES)
    assert len(names) == len(set(names))
    assert not set(RENAMED) & NAMES
    assert set(RENAMED.values()) <= set(BY_NAME)
    for variable in ALL:
        assert variable.text.endswith("."), variable.name
        assert variable.type in {"str", "bool", "int", "float", "list", "dict", "path", "raw"}, variable.name
        assert (variable.type == "list") == bool(variable.elements), variable.name
        assert not variable.choices or variable.default in variable.choices, variable.name
    for variable in INVENTORY:
        assert variable.hosts, variable.name
        assert bool(rules.OURS.fullmatch(variable.name)), variable.name
    # What holds a password says so, or it would be shown; ae_notebook_secrets says what becomes of other people's.
    secret = {name for name in BY_NAME if any(word in name for word in ("password", "secret", "token", "logins"))}
    assert secret - {"ae_notebook_secrets"} == {variable.name for variable in INVENTORY if variable.secret}


def test_the_longest_role_that_fits_is_the_one_of_a_variable() -> None:
    assert role_of("notebooks_pin", ["notebooks", "plan"]) == "notebooks"
    assert role_of("ae5_cli_needed", ["ae5", "ae5_cli"]) == "ae5_cli"
    assert role_of("ae_owners", ["plan"]) is None
