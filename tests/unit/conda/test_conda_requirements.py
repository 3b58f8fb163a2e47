# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines for pip, read as pip does; packaging.requirements says whether what comes out is right."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Oracle

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.requirements import name_of, parse_file, parse_lines
from tests.unit.conftest import examples

GIT = "git+https://git.example.com/a/tool.git"
BUILT = "file:///home/conda/feedstock_root/build_artifacts/tool_1600000000000/work"

KEPT = [
    ("tool==1.0", "tool==1.0"),
    ("Tool[extra] >= 1.0, < 2", "Tool[extra] >= 1.0, < 2"),
    ("tool (==1.0)", "tool (==1.0)"),
    ("tool==1.0; python_version<'3'", "tool==1.0; python_version<'3'"),
    ("tool===1.0", "tool===1.0"),
    ("tool==1.0  # why", "tool==1.0"),
    (f"-e {GIT}@master#egg=tool", f"tool @ {GIT}@master"),
    (f"--editable={GIT}#egg=tool", f"tool @ {GIT}"),
    (f"--editable= {GIT}#egg=tool[x]", f"tool[x] @ {GIT}"),
    (f"{GIT}@1.0#egg=tool&subdirectory=py", f"tool @ {GIT}@1.0#subdirectory=py"),
    (f"{GIT}#egg=tool-1.2", f"tool @ {GIT}"),
    (f"{GIT}#egg=tool ; python_version < '3'", f"tool @ {GIT} ; python_version < '3'"),
    (f"tool @ {GIT}@v1", f"tool @ {GIT}@v1"),
    ("tool@https://x.example.com/tool-1.0.tar.gz", "tool @ https://x.example.com/tool-1.0.tar.gz"),
    ("git+ssh://deploy@git.example.com/a/tool.git#egg=tool", "tool @ git+ssh://deploy@git.example.com/a/tool.git"),
    ("git+git@git.example.com:a/tool.git#egg=tool", "tool @ git+ssh://git@git.example.com/a/tool.git"),
    ("tool @ https://x.example.com/tool-1.0.whl#sha256=00aa", "tool @ https://x.example.com/tool-1.0.whl#sha256=00aa"),
    ("https://x.example.com/tool-1.0.tar.gz#sha256=00aa&egg=tool", "tool @ https://x.example.com/tool-1.0.tar.gz#sha256=00aa"),
    ("https://x.example.com/dl?file=tool-1.0.tar.gz", "tool @ https://x.example.com/dl?file=tool-1.0.tar.gz"),
    ("https://x.example.com/my_tool-1.0-py3-none-any.whl", "my_tool @ https://x.example.com/my_tool-1.0-py3-none-any.whl"),
    ("tool @ git+https://${TOKEN}@git.example.com/a/tool.git", "tool @ git+https://${TOKEN}@git.example.com/a/tool.git"),
]

OPTIONS = [
    ("-f https://wheels.example.com/l.html torch==1.9.0", "-f", "torch==1.9.0"),
    ("--find-links=https://wheels.example.com/l.html torch==1.9.0", "--find-links", "torch==1.9.0"),
    ("--extra-index-url https://index.example.com/simple acme-lib==2.0", "--extra-index-url", "acme-lib==2.0"),
    ("--trusted-host index.example.com acme-lib", "--trusted-host", "acme-lib"),
    ("--pre acme-lib", "--pre", "acme-lib"),
    ("--no-deps acme-lib==2.0", "--no-deps", "acme-lib==2.0"),
    ("--no-binary :all: acme-lib==2.0", "--no-binary", "acme-lib==2.0"),
    ("-U acme-lib", "-U", "acme-lib"),
    ("acme-lib==2.0 --hash=sha256:00aa --hash=sha256:00bb", "--hash", "acme-lib==2.0"),
    ("acme-lib==2.0 --global-option='--x'", "--global-option", "acme-lib==2.0"),
]


def read(*lines: str, files: dict[str, str] | None = None) -> tuple[list[str], list[str]]:
    notes: list[str] = []
    found = parse_lines(lines, "It", notes, (files or {}).get)
    return [item.line for item in found if item.line], notes


@pytest.mark.parametrize(("text", "line"), KEPT)
def test_a_package_becomes_a_line_that_packaging_takes(text: str, line: str) -> None:
    assert read(text) == ([line], [])
    assert Oracle(line).name.lower().replace("_", "-").endswith("tool")
    assert read(line) == ([line], []), "what we write is read alike"


@pytest.mark.parametrize(("text", "option", "line"), OPTIONS)
def test_an_option_before_or_after_a_package_is_named_and_the_package_kept(text: str, option: str, line: str) -> None:
    lines, notes = read(text)
    assert lines == [line]
    assert Oracle(line)
    assert [note for note in notes if f"the option {option} for pip with {Oracle(line).name}" in note]


def test_an_option_alone_is_named_and_several_packages_after_one_are_kept() -> None:
    lines, notes = read("--no-index", "-qU one two==2")
    assert lines == ["one", "two==2"]
    assert "It has the option --no-index for pip, which was left out: AE5 has its own package index." in notes
    assert "It has the option -U for pip with one, two, which was left out: a project on AE5 lists packages only." in notes


@pytest.mark.parametrize("text", [f"tool @ {BUILT}", "tool @ file:///C:/ci/tool_1600/work", "tool @ file:///croot/tool_1/work"])
def test_where_conda_built_a_package_is_no_address(text: str) -> None:
    lines, notes = read(text)
    assert lines == ["tool"]
    assert "only where it was built" in notes[0]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "/home/u1/tool",
            "-e /home/u1/tool",
            "file:///home/u1/tool",
            "tool @ file:///home/u1/tool",
            "../tool",
            "file:../tool",
            "./src/tool",
        ),
        *("/home/u1/wheels/tool-1.0-py3-none-any.whl", "wheels/tool-1.0-py3-none-any.whl", "../tool-1.0.tar.gz", "~/tool", "C:\\x\\tool"),
    ],
)
def test_what_is_not_in_the_project_is_named_with_its_package(text: str) -> None:
    notes: list[str] = []
    (item,) = parse_lines([text], "It", notes)
    assert (item.package.name, item.line) == ("tool", "")
    assert notes[0].startswith("It installs tool from ")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (".", "own @ file:."),
        ("-e .", "own @ file:."),
        ("-e .[dev]", "own[dev] @ file:."),
        ("./src/tool", "tool @ file:./src/tool"),
        ("file:src/tool", "tool @ file:./src/tool"),
        ("wheels/tool-1.0-py3-none-any.whl", "tool @ file:./wheels/tool-1.0-py3-none-any.whl"),
        ("./plain", "plain @ file:./plain"),
    ],
)
def test_what_is_in_the_project_is_in_its_archive_too(text: str, line: str) -> None:
    files = {
        "setup.py": "from setuptools import setup\nsetup(name='own', version='1')\n",
        "src/tool/pyproject.toml": '[project]\nname = "tool"\n',
        "wheels/tool-1.0-py3-none-any.whl": "PK",
        "plain/setup.py": "setup()",
    }
    lines, (note,) = read(text, files=files)
    assert lines == [line]
    assert Oracle(line)
    assert note.endswith("in the project, which needs pip 24.1 or later in the environment on AE5.")


def test_files_of_the_project_are_read_and_others_named() -> None:
    files = {
        "requirements.txt": "-r requirements/base.txt\n-c limits.txt\none\ntwo==2\n",
        "requirements/base.txt": "three \\\n  ==3\n-r ../requirements.txt\n-r more.txt\n",
        "requirements/more.txt": "four\n",
        "limits.txt": "one==1\nunused==5\n",
    }
    for text in ("-r requirements.txt", "-r file:requirements.txt", "--requirement=requirements.txt", "-rrequirements.txt"):
        lines, notes = read(text, files=files)
        assert [line.replace(" ", "") for line in lines] == ["three==3", "four", "one==1", "two==2"]
        assert notes == ["It has constraints for Python packages that it does not name; they were left out: unused."]
    for outside in ("../base.txt", "/etc/base.txt", "https://u:hunter2@x.example.com/base.txt", "missing.txt"):
        lines, (note,) = read(f"-r {outside}", files=files)
        assert lines == []
        assert outside.rpartition("/")[2] in note
        assert "hunter2" not in note


@pytest.mark.parametrize(
    "text", ["~ool==1.0", "-ool==1.0", "-ip==19.0", "git@git.example.com:a/tool.git", "some words", "==1.0", "--frobnicate x"]
)
def test_what_cannot_be_read_is_shown(text: str) -> None:
    assert read(text) == ([], [f"It has a pip line that cannot be parsed and was left out: {text!r}."])


@pytest.mark.parametrize(
    ("text", "line"), [("tool=1.0", "tool"), ("tool==1.0-x y", "tool"), ("tool[x]=>1", "tool[x]"), ("tool==1 ; maybe", "tool==1")]
)
def test_versions_that_pip_does_not_take_are_left_out_and_shown(text: str, line: str) -> None:
    lines, (note,) = read(text)
    assert lines == [line]
    assert note.startswith("It asks for the Python package tool with ")


@pytest.mark.parametrize(
    "address",
    [
        "https://git.example.com/a/tool/tarball/master",
        "https://git.example.com/a/tool/archive/master.zip",
        "https://git.example.com/a/tool/archive/refs/heads/main.tar.gz",
        "https://git.example.com/a/tool/-/archive/v1/tool-v1.zip",
        "https://git.example.com/a/tool/get/default.tar.bz2",
        "https://git.example.com/a/tool/zipball/",
    ],
)
def test_an_archive_of_a_repository_is_called_like_the_repository(address: str) -> None:
    lines, _notes = read(address)
    assert lines == [f"tool @ {address}"]


def test_a_name_that_only_the_address_tells_is_to_be_checked() -> None:
    lines, (note,) = read("git+https://git.example.com/a/tool.git@v1")
    assert lines == ["tool @ git+https://git.example.com/a/tool.git@v1"]
    assert "tool was taken from the address" in note


def test_a_package_that_is_named_twice_is_one_line() -> None:
    assert read("My.Tool==1", "my-tool==2") == (["my-tool==2"], ["It names the Python package my-tool twice; the last entry is used."])


SECRETS = [
    "--extra-index-url https://u1:hunter8@index.example.com/simple",
    "--index-url=https://u1:hunter8@index.example.com/simple acme-lib==2.0",
    "-f https://u1:hunter8@wheels.example.com/l.html torch==1.9.0",
    "--no-deps git+https://u1:hunter8@git.example.com/a/tool.git",
    "--trusted-host index.example.com -i https://u1:hunter8@index.example.com/simple tool",
    "tool @ git+https://u1:hunter8@git.example.com/a/tool.git@v1",
    "tool@https://x.example.com/tool.whl?X-Sig=hunter8",
    "tool @ https://x.example.com/t/hunter8-tok/simple/tool.whl",
    "https://u1:hunter8@git.example.com/a/tool.zip",
    "https://u1:hun/ter8@git.example.com/a/tool.zip",
    "-r https://u1:hunter8@x.example.com/base.txt",
    "https://u1:hunter8@git.example.com/",
    "--unknown https://u1:hunter8@git.example.com/",
]


@pytest.mark.parametrize("text", SECRETS)
def test_no_secret_is_in_a_line_a_package_or_a_note(text: str) -> None:
    notes: list[str] = []
    found = parse_lines([text], "It", notes)
    assert "hunter8" not in repr((found, notes))
    assert "ter8" not in repr((found, notes))


def test_a_file_with_continued_lines_comments_and_other_line_ends() -> None:
    notes: list[str] = []
    found = parse_file("# all\r\none==1 \\\r\n  --hash=sha256:00aa\r\n\r\ntwo # b\r\n", "It", notes)
    assert [item.line for item in found] == ["one==1", "two"]


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("requests==2", "requests"),
        ("'x>=1'", "x"),
        ("tool[a]", "tool"),
        (f"{GIT}#egg=tool", "tool"),
        ("requirements.txt", "requirements.txt"),
        (".", "."),
    ],
)
def test_the_name_in_an_argument_of_pip(word: str, name: str) -> None:
    assert name_of(word) == name


WORD = st.text(alphabet="abcXYZ019._-", min_size=1, max_size=8)
PIECES = st.lists(
    st.one_of(
        WORD,
        st.sampled_from(
            [
                "==1.0",
                ">=1,<2",
                " ",
                " @ ",
                GIT,
                "#egg=x",
                "-e ",
                "-r ",
                "--pre ",
                "-f u ",
                ";",
                " ; ",
                "python_version<'3'",
                "[a,b]",
                "(",
                ")",
                "./",
                "~=1",
                "file:",
            ]
        ),
    ),
    max_size=6,
).map("".join)


@settings(deadline=None, max_examples=examples(200))
@given(st.lists(PIECES, max_size=3))
def test_every_line_is_one_that_packaging_takes_and_nothing_is_lost(lines: list[str]) -> None:
    found, notes = read(*lines)
    for line in found:
        Oracle(line)
    for text in lines:
        try:
            name = Oracle(text).name
        except InvalidRequirement:
            continue
        told = "\n".join((*found, *notes)).lower().replace("_", "-").replace(".", "-")
        assert name.lower().replace("_", "-").replace(".", "-") in told, (text, found, notes)
