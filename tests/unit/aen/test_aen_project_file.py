# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``anaconda-project.yml``: made new as ``init`` makes it, and completed where there is one."""

from __future__ import annotations

import re
import typing as t

import pytest
from ruamel.yaml import YAML

from ansible_collections.ae_ops.migration.plugins.module_utils._aen.project_file import (
    Made,
    as_name,
    command_names,
    completed,
    environment_text,
    new,
    read,
    with_packages,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.environment import EnvironmentSpec, from_text
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pin import Pin
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from tests.unit.notebooks.convert_world import SAMPLE

Json = dict[str, t.Any]

EXISTING = """\
# Our project.
name: Sales Report 2016
icon: icon.png   # drawn by Bob

commands:
  first:
    notebook: first.ipynb
  serve:
    unix: curl https://bob:s3cr3t@host/t/path | cat
    supports_http_options: true
channels: [http://repo:8080/t/s3cr3t/conda/alice, defaults]
packages:
  - python=2.7
  - pip:
      - git+https://u:s3cr3t@git/x.git#egg=x
platforms: [linux-64, osx-64, win-64]
variables:
  DB_PASSWORD: null
downloads:
  DATA: {url: 'https://u:s3cr3t@files/data.csv?version=3', filename: data.csv}
env_specs:
  default: {}
  test:
    packages: [pytest]
    channels: [bob/label/dev]
    platforms: [osx-64]
"""


def loaded(text: str) -> Json:
    return t.cast(Json, YAML(typ="safe").load(text))


def renamed(old: t.Sequence[str], _pins: t.Sequence[Pin]) -> list[str]:
    return [f"new-{channel.rpartition('/')[2]}" for channel in old]


def complete(text: str, notebooks: t.Mapping[str, str] | None = None, made: Made | None = None) -> tuple[Json, list[str], str]:
    result, notes = completed(text, "Its anaconda-project.yml", "sales", made, notebooks or {}, renamed, "exact")
    return loaded(result), notes, result


def test_the_guides_sample_becomes_what_init_would_write_for_linux_alone() -> None:
    spec = from_text(SAMPLE, "_env.yml")
    text = new("MigrationExample", [Made(spec, ("wakari", "main"))], {"example.ipynb": ""}, "exact")
    assert text == (
        "name: MigrationExample\n"
        "commands:\n"
        "  example:\n"
        "    notebook: example.ipynb\n"
        "    env_spec: default\n"
        "packages:\n"
        "  - _license=1.1=py27_1\n"
        "  - accelerate=2.3.1=np111py27_0\n"
        "  - accelerate_cudalib=2.0=0\n"
        "  - alabaster=0.7.9=py27_0\n"
        "  - pip:\n"
        "      - flask-restless==0.17.0\n"
        "channels:\n"
        "  - wakari\n"
        "  - main\n"
        "platforms:\n"
        "  - linux-64\n"
        "env_specs:\n"
        "  default:\n"
        "    packages:\n"
        "      - notebook\n"
        "    channels: []\n"
    )


def test_a_notebook_that_is_pinned_is_not_asked_for_again() -> None:
    spec = EnvironmentSpec("default", (), (Pin("notebook", "4.2.3", "py27_0"),))
    document = loaded(new("p", [Made(spec, ())], {"a.ipynb": ""}, "name"))
    assert document["env_specs"] == {"default": {}}
    assert document["packages"] == ["notebook"]


def test_without_notebooks_there_is_no_command_and_no_notebook() -> None:
    document = loaded(new("p", [Made(EnvironmentSpec("default"), ())], {}, "exact"))
    assert document == {"name": "p", "packages": [], "channels": [], "platforms": ["linux-64"], "env_specs": {"default": {}}}


def test_several_environments_become_env_specs_of_their_own() -> None:
    made = [
        Made(EnvironmentSpec(name, (), (Pin("python", version, "0"),)), (f"c-{name}",))
        for name, version in (("py27", "2.7"), ("py35", "3.5"))
    ]
    document = loaded(new("p", made, {"a.ipynb": "", "b.ipynb": "py35"}, "exact"))
    assert "packages" not in document
    assert document["env_specs"]["py35"] == {"packages": ["notebook", "python=3.5=0"], "channels": ["c-py35"]}
    assert {name: command["env_spec"] for name, command in document["commands"].items()} == {"a": "py27", "b": "py35"}


def test_names_of_commands_are_safe_and_no_two_alike() -> None:
    paths = ["a b.ipynb", "a-b.ipynb", "a/b.ipynb", "A-B.ipynb", "été.ipynb", "東京.ipynb", "...ipynb", "x.txt"]
    names = command_names(paths, taken=["a-b"])
    assert len({name.lower() for name in names.values()}) == len(paths)
    assert all(set(name) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-") for name in names.values())
    assert names["A-B.ipynb"] == "A-B-2"
    assert names["été.ipynb"] == "ete"
    assert names["東京.ipynb"] == "notebook-2", "no letter of it is safe"
    assert command_names(reversed(paths), ["a-b"]) == names, "in whatever order they come"


# -- a file that is there


def test_what_its_owner_wrote_stays() -> None:
    document, _notes, text = complete(EXISTING)
    assert "# Our project." in text
    assert "# drawn by Bob" in text
    assert document["variables"] == {"DB_PASSWORD": None}
    assert document["commands"]["serve"]["supports_http_options"] is True
    assert document["commands"]["first"] == {"notebook": "first.ipynb"}
    assert document["env_specs"]["test"]["packages"] == ["pytest"]
    assert document["packages"][0] == "python=2.7", "packages are as they were named"


def test_platforms_channels_name_and_secrets_do_not() -> None:
    document, notes, text = complete(EXISTING)
    assert document["platforms"] == ["linux-64"]
    assert document["env_specs"]["test"]["platforms"] == ["linux-64"]
    assert document["channels"] == ["new-alice", "new-defaults"]
    assert document["env_specs"]["test"]["channels"] == ["new-dev"]
    assert document["name"] == "sales"
    assert "s3cr3t" not in text
    assert document["downloads"]["DATA"]["url"] == "https://files/data.csv?version=3", "what is downloaded keeps its query"
    assert document["commands"]["serve"]["unix"] == "curl https://host/t/path | cat"
    assert "no longer lists the platforms osx-64, win-64" in notes[0]


def test_a_notebook_without_a_command_gets_one() -> None:
    document, notes, _text = complete(EXISTING, {"first.ipynb": "", "sub/second.ipynb": "test", "third.ipynb": "unheard of"})
    assert list(document["commands"]) == ["first", "serve", "sub-second", "third"]
    assert document["commands"]["sub-second"] == {"notebook": "sub/second.ipynb", "env_spec": "test"}
    assert document["commands"]["third"]["env_spec"] == "default"
    assert document["env_specs"]["default"]["packages"] == ["notebook"]
    assert notes[-1].endswith("for each of these notebooks: sub/second.ipynb, third.ipynb.")


def test_a_notebook_that_its_owner_did_not_want_gets_none() -> None:
    text = EXISTING + "skip_imports:\n  notebooks: [draft.ipynb]\n"
    assert "draft" not in complete(text, {"draft.ipynb": "", "first.ipynb": ""})[0]["commands"]
    everything = EXISTING + "skip_imports: {notebooks: true}\n"
    assert "other" not in complete(everything, {"other.ipynb": ""})[0]["commands"]


def test_a_second_time_changes_nothing() -> None:
    notebooks = {"first.ipynb": "", "b.ipynb": ""}
    once = completed(EXISTING, "It", "sales", None, notebooks, renamed, "exact")[0]
    again, notes = completed(once, "It", "sales", None, notebooks, lambda old, _pins: list(old), "exact")
    assert again == once
    assert notes == []


@pytest.mark.parametrize("text", ["", "name: x\n", "# only a comment\n", "env_specs:\n  default:\n", "commands: null\nenv_specs: []\n"])
def test_a_file_without_packages_gets_those_of_the_environment(text: str) -> None:
    made = Made(EnvironmentSpec("default", (), (Pin("x", "1", "0"),)), ("main",))
    document, notes, _text = complete(text, {"a.ipynb": ""}, made)
    assert document["packages"] == ["x=1=0"]
    assert document["channels"] == ["main"]
    assert document["commands"]["a"]["notebook"] == "a.ipynb"
    assert document["env_specs"]["default"]["packages"] == ["notebook"]
    assert "listed no packages" in notes[0]


@pytest.mark.parametrize("text", ["- a\n", "name: [\n", '{"name": "cut of', "a: b: c\n"])
def test_a_file_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(MigrationError, match=r"^Its anaconda-project.yml cannot be used: .*; ask its owner to correct it\.$"):
        complete(text)


def test_the_environments_of_a_file_with_what_its_top_gives_to_all() -> None:
    existing = read(EXISTING, "It")
    assert existing.has_packages
    default, test = existing.environments
    assert (default.name, [pin.text("exact") for pin in default.pins]) == ("default", ["python=2.7"])
    assert [pin.name for pin in test.pins] == ["python", "pytest"]
    assert test.channels[-1] == "bob/label/dev"
    assert test.pip == ("x @ git+https://git/x.git",)


def test_an_environment_file_beside_it_gets_the_same_channels() -> None:
    text = "name: default\nchannels:\n- http://repo/t/s3cr3t/conda/alice\n- defaults\ndependencies:\n- python=2.7 # why\nprefix: /x\n"
    result = environment_text(text, "Its environment.yml", renamed, "strip", [])
    assert loaded(result) == {"name": "default", "channels": ["new-alice", "new-defaults"], "dependencies": ["python=2.7"]}
    assert "# why" in result


def test_a_name_that_an_env_spec_can_have() -> None:
    assert as_name(EnvironmentSpec("my env/ö")).name == "my-env"
    assert as_name(EnvironmentSpec("東京")).name == "default"


COMMENTED = """\
# Our project.
name: a
# What it needs.
packages:
  # the old one, on purpose
  - pandas=0.19  # until Easter
  # ours
  - risk  # by path

  - pip:
      # nested
      - foo  # why
# Where from.
channels:
  - a  # first
  # the second
  - b  # second

# Last.
platforms: [linux-64]
"""


def plain(text: str) -> str:
    """Without the blanks before a comment on an item's line: it stays in its column where the item gets longer."""
    return re.sub(r"(?<=\S) +#", " #", text)


def test_comments_stay_with_their_items_when_packages_are_added() -> None:
    made = with_packages(COMMENTED, "It", ["risk=1.4", "tools=2"], "packages")
    assert plain(made) == plain(COMMENTED.replace("  - risk  # by path\n\n", "  - risk=1.4 # by path\n  - tools=2\n\n"))


def test_a_second_line_for_one_package_goes_with_its_comment() -> None:
    text = COMMENTED.replace("# ours\n", "# ours\n  - risk>1  # both\n  # the rest\n")
    made = with_packages(text, "It", ["risk=1.4"], "packages")
    assert plain(made) == plain(COMMENTED.replace("  - risk  # by path\n", "  - risk=1.4 # both\n  # the rest\n"))
    only = "packages:\n  # one\n  - a  # x\n  # two\n  - a>1\n"
    assert plain(with_packages(only, "It", ["a=2"], "packages")) == "packages:\n  # one\n  - a=2 # x\n  # two\n"


@pytest.mark.parametrize(
    ("new_channels", "text"),
    [
        (["x", "y"], "  - x  # first\n  # the second\n  - y  # second\n"),
        (["x", "b"], "  - x  # first\n  # the second\n  - b  # second\n"),
        (["a", "x", "b"], "  - a  # first\n  - x\n  # the second\n  - b  # second\n"),
        (["a", "b", "x"], "  - a  # first\n  # the second\n  - b  # second\n  - x\n"),
        (["x", "a", "b"], "  - x\n  - a  # first\n  # the second\n  - b  # second\n"),
        (["a"], "  - a  # first\n  # the second\n"),
        (["b"], "  # the second\n  - b  # second\n"),
        (["c"], "  - c  # first\n  # the second\n"),
        (["a", "b"], "  - a  # first\n  # the second\n  - b  # second\n"),
    ],
)
def test_comments_stay_with_their_items_when_channels_are_replaced(new_channels: list[str], text: str) -> None:
    before, after = COMMENTED.partition("channels:\n")[0], COMMENTED.partition("\n\n# Last.")[1:]
    made = environment_text(COMMENTED, "It", lambda _old, _pins: new_channels, "strip", [])
    assert plain(made) == plain(f"{before}channels:\n{text}" + "".join(after)[1:])


def test_comments_stay_with_their_items_when_notebook_is_added() -> None:
    head = "name: a\nplatforms: [linux-64]\nenv_specs:\n  default:\n"
    text = f"{head}    packages:\n      # old\n      - b=1  # until Easter\n\n    # Next.\n    channels: []\n"
    made = completed(text, "It", "a", None, {"a.ipynb": ""}, lambda old, _pins: list(old), "exact")[0]
    assert made.partition("commands:")[0].replace("channels: []\n", "") == text.replace(
        "# until Easter\n", "# until Easter\n      - notebook\n"
    ).replace("channels: []\n", "")


def test_a_list_that_an_alias_repeats_changes_in_one_place_only() -> None:
    text = (
        "packages: &all\n  - risk  # ours\nenv_specs:\n  default: &base\n    packages: *all\n  other:\n    <<: *base\n    description: x\n"
    )
    document = loaded(with_packages(text, "It", ["risk=1.4"], "packages"))
    assert document["packages"] == ["risk=1.4"]
    assert [document["env_specs"][name]["packages"] for name in ("default", "other")] == [["risk"], ["risk"]]


def test_a_list_of_absurd_length_is_edited_in_time_without_its_comments() -> None:
    text = "packages:\n" + "  - risk  # x\n" * 6_000
    assert with_packages(text, "It", ["risk=1.4"], "packages") == "packages:\n  - risk=1.4\n"
