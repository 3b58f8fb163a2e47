# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment files that are not as conda writes them; inventory and conversion read each alike and lose no package."""

from __future__ import annotations

import io
import re
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement as Oracle
from ruamel.yaml import YAML

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.environment import (
    from_text,
    parse_environment,
    render,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.requirement_grammar import canonical
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._yaml import decoded, document_of, dump
from tests.unit.conftest import examples

ODD: dict[str, tuple[str, str, list[str], list[str]]] = {
    "flow": ("name: x\ndependencies: [python=3.6, numpy, {pip: [requests]}]\n", "x", ["python=3.6", "numpy"], ["requests"]),
    "null": ("name: null\ndependencies:\n  - numpy=1.1=0\nprefix: /projects/u1/p/envs/py36\n", "py36", ["numpy=1.1=0"], []),
    "tilde": ("name: ~\ndependencies:\n  - numpy\n", "default", ["numpy"], []),
    "number": ("name: 36\ndependencies:\n  - numpy\n", "36", ["numpy"], []),
    "windows": ("name: null\ndependencies:\n- numpy\nprefix: C:\\Users\\u1\\Anaconda3\\envs\\py36\n", "py36", ["numpy"], []),
    "conda in it": (
        "dependencies:\n  - numpy\n  - conda:\n    - scipy\n  - pip:\n    - requests\n",
        "default",
        ["numpy", "scipy"],
        ["requests"],
    ),
    "two documents": ("---\nname: a\ndependencies:\n  - numpy\n---\nname: b\ndependencies:\n  - scipy\n", "a", ["numpy", "scipy"], []),
    "tabs": ("name: x\ndependencies:\n\t- numpy\n\t- scipy\n", "x", ["numpy", "scipy"], []),
    "mark": ("\ufeffname: x\r\ndependencies:\r\n- numpy=1.1=0\r\n- pip:\r\n  - requests==2\r\n", "x", ["numpy=1.1=0"], ["requests==2"]),
    "old Mac": ("name: x\rdependencies:\r- numpy\r- scipy\r", "x", ["numpy", "scipy"], []),
    "no indent": ("dependencies:\n- numpy\n- pip:\n  - requests==2\n- scipy\n", "default", ["numpy", "scipy"], ["requests==2"]),
    "anchor": ("x-common: &c\n  - numpy\nname: x\ndependencies: *c\n", "x", ["numpy"], []),
    "other keys": ("name: x\nauthors: [me]\ndependencies:\n  - numpy\n", "x", ["numpy"], []),
    "packages": ("name: x\npackages:\n  - numpy\n", "x", ["numpy"], []),
    "a text": ("dependencies: numpy\n", "default", ["numpy"], []),
    "empty pip": ("dependencies:\n  - numpy\n  - pip:\n", "default", ["numpy"], []),
    "selectors": ("dependencies:\n  - numpy  # [linux]\n", "default", ["numpy"], []),
    "explicit": ("# $ conda create\n@EXPLICIT\nhttps://repo.example.com/x/linux-64/numpy-1.1-0.tar.bz2\n", "default", ["numpy=1.1=0"], []),
    "export": (
        "# x\nnumpy=1.1=0\nrequests=2.0=<pip>\nsix=1.0=pypi_0\n",
        "default",
        ["numpy=1.1=0"],
        ["requests==2.0", "six==1.0"],
    ),
}


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_file_is_read_whole_and_alike_by_inventory_and_conversion(kind: str) -> None:
    text, name, pins, pip = ODD[kind]
    for data in (text.encode(), text.encode("utf-16")):
        whole = decoded(data)
        spec, listed = from_text(whole, "environment.yml"), parse_environment(whole, "file", "environment.yml")
        assert (spec.name, [pin.text("exact") for pin in spec.pins], list(spec.pip)) == (name, pins, pip)
        assert (listed.name, [item.name for item in listed.conda]) == (name, [pin.name for pin in spec.pins])
        assert len(listed.pip) == len(pip)


def test_two_documents_are_said_and_what_is_not_a_text_is_named() -> None:
    assert "has several documents" in from_text(ODD["two documents"][0], "It").notes[0]
    spec = from_text("dependencies:\n- numpy\n- python: 3.6\n- 1.5\n- null\n- pip: [{tool: 1.0}, 2.5, null]\n- r: [zoo, xts]\n", "It")
    assert [pin.name for pin in spec.pins] == ["numpy"]
    for words in ("python: 3.6", "1.5", "tool: 1.0", "2.5", "r: zoo, xts"):
        assert f"It has an entry that is not a package and was left out: {words}." in spec.notes
    assert len(spec.notes) == 5


def test_of_a_key_that_is_there_twice_the_last_counts_as_for_conda() -> None:
    text = "name: a\nname: b\ndependencies: [x]\ndependencies:\n- y  # why\n"
    assert (from_text(text, "It").name, [pin.name for pin in from_text(text, "It").pins]) == ("b", ["y"])
    assert dump(document_of(text, "It")) == "name: b\ndependencies:\n  - y # why\n"


def test_a_template_keeps_the_names_of_its_packages() -> None:
    spec = from_text("{% set v = '1' %}\nname: x\ndependencies:\n  - numpy=={{ v }}\n  - scipy\n", "It")
    assert [pin.text("exact") for pin in spec.pins] == ["numpy", "scipy"]
    assert "It asks for numpy with '=={{ v }}', which conda does not take; that part was left out." in spec.notes


def test_a_list_for_pip_is_an_environment_and_one_of_conda_with_its_name_too() -> None:
    files = {"more.txt": "two==2\n"}
    spec = from_text("one==1\n-r more.txt\n", "Its requirements.txt", read=files.get)
    assert (spec.name, spec.pins, spec.pip) == ("default", (), ("one==1", "two==2"))
    spec = from_text("# conda create --name <env> --file <this file>\nnumpy=1.1=0\n", "Its requirements.txt")
    assert [pin.text("exact") for pin in spec.pins] == ["numpy=1.1=0"]
    with pytest.raises(MigrationError, match="it names no package"):
        from_text("# nothing\n", "Its requirements.txt")


NAMES = st.sampled_from(["numpy", "Scipy", "r-base", "_x", "a.b", "zlib", "tool", "python"])
RESTS = st.sampled_from(
    ["", "=1", "==1.0", " >=1,<2", "=1.*", "=1=py27_0", "=1=py*", " 1.0", "[version='>=2']", "=>1", " (1)", "=1.0=<pip>", "=1|2"]
)
CONDA = st.builds(lambda channel, name, rest: channel + name + rest, st.sampled_from(["", "main::", "a/label/b::"]), NAMES, RESTS)
PIP = st.builds(
    lambda before, name, rest: before + name + rest,
    st.sampled_from(["", "--pre ", "-U ", "-f https://u:hunter2@w.example.com/l "]),
    NAMES.filter(lambda name: name[0] != "_"),
    st.sampled_from(
        ["", "==1", ">=1,<2", "[x]==1", " (==1)", "=1", " @ git+https://u:hunter2@g.example.com/x.git", "; python_version<'3'"]
    ),
)
WRONG = st.one_of(st.none(), st.integers(0, 9), st.floats(1, 2), st.booleans(), st.dictionaries(NAMES, NAMES, min_size=1, max_size=2))
LINES = st.builds(lambda lines: {"pip": lines}, st.lists(st.one_of(PIP, WRONG), max_size=4))
CHANNELS = st.lists(st.sampled_from(["a", "https://u:hunter2@r.example.com/t/hunter2/c", "nodefaults"]), max_size=3)
DOCUMENTS = st.fixed_dictionaries(
    {
        "dependencies": st.lists(
            st.one_of(CONDA, WRONG, st.builds(lambda lines: {"pip": lines}, st.lists(st.one_of(PIP, WRONG), max_size=4))), max_size=6
        )
    },
    optional={
        "name": st.one_of(st.none(), NAMES, st.integers(0, 99)),
        "channels": st.one_of(NAMES, st.none(), CHANNELS),
        "prefix": st.sampled_from(["/projects/u/p/envs/e", "C:\\x\\envs\\w", ""]),
        "variables": st.just({"TOKEN": "hunter2"}),
        "x-more": st.lists(NAMES, max_size=2),
    },
)


def named(item: object) -> list[str]:
    """The names of packages in an item of a document."""
    if isinstance(item, str):
        return [re.sub(r".*::|(?<!\S)--?\w+ (?:https:\S+ )?", "", item)]
    if isinstance(item, dict):
        lines = [entry for key, value in item.items() if key == "pip" for entry in value or []]
        return [name for line in lines for name in named(line)] + [str(key) for key in item if key != "pip"]
    return []


@settings(deadline=None, max_examples=examples(150))
@given(DOCUMENTS, st.booleans())
def test_inventory_and_conversion_agree_and_no_package_is_lost(document: dict[str, t.Any], is_flow: bool) -> None:
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = is_flow
    stream = io.StringIO()
    yaml.dump(document, stream)
    text = stream.getvalue()
    try:
        spec = from_text(text, "It")
    except MigrationError:
        assert not [item for item in document["dependencies"] if isinstance(item, str)]
        with pytest.raises(MigrationError):
            parse_environment(text, "file", "It")
        return
    listed = parse_environment(text, "file", "It")
    assert (listed.name, listed.channels, listed.prefix) == (spec.name, spec.channels, spec.prefix)
    assert [(item.name, item.channel) for item in listed.conda] == [(pin.name, pin.channel) for pin in spec.pins]
    assert {canonical(Oracle(line).name) for line in spec.pip} == {canonical(item.name) for item in listed.pip}
    assert "hunter2" not in repr((spec, listed)) + render(spec, spec.channels, "exact")
    told = canonical("\n".join((render(spec, [], "exact"), *spec.notes)))
    for item in document["dependencies"]:
        for name in named(item):
            found = re.match(r"[\w.-]*\w", name)
            assert found is not None
            assert canonical(found.group()) in told, (name, text, told)


@pytest.mark.parametrize(
    ("pin", "works"), [("python=3.6", False), ("python=3.9", True), ("pip=19.1", False), ("pip", True), ("numpy", True)]
)
def test_a_package_in_the_project_is_kept_where_pip_takes_it(pin: str, works: bool) -> None:
    text = f"dependencies:\n  - {pin}\n  - pip:\n    - -e .\n    - six\n"
    spec = from_text(text, "It", read={"setup.py": "setup(name='own')"}.get)
    assert spec.pip == (("own @ file:.", "six") if works else ("six",))
    assert "own" in spec.names, "the package is named all the same"
    note = f"It asks for {pin}, where no pip takes a package in the project; build a conda package of own."
    assert (note in spec.notes) == (not works)
