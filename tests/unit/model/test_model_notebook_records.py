# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of notebook projects: there and back, unknown keys, wrong shapes; and the files they are in."""

from __future__ import annotations

import gzip
import json
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import SchemaError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import (
    CondaPackage,
    Environment,
    FileEntry,
    Files,
    Finding,
    Git,
    Member,
    Notebook,
    NotebookHost,
    Project,
    Source,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._store.projects import (
    CollectionWriter,
    findings_text,
    read_findings,
    read_projects,
    read_sources,
)

sys.path.insert(0, str(Path(__file__).parent))
from tests.unit.notebooks.records_world import (  # noqa: E402
    CONVERSION,
    ENVIRONMENT,
    FINDING,
    HEAD,
    LIBRARY,
    LISTS,
    PROJECT,
    RESOLUTION,
    ROW,
    SAMPLES,
    SOURCE,
)

RECORDS = [PROJECT, SOURCE, FINDING, HEAD, ENVIRONMENT, CONVERSION, RESOLUTION, LIBRARY, ROW]


@pytest.mark.parametrize("name", sorted(LISTS))
def test_the_lists_hold_what_they_held(name: str) -> None:
    """And are UTF-8; the samples have bytes of names that are not."""
    lines = "".join(json_line(record.to_json()) for record in LISTS[name]).encode("utf-8")
    before = gzip.decompress((SAMPLES / f"{name}.gz").read_bytes()).decode("utf-8", "surrogateescape")
    assert [json.loads(line) for line in lines.decode("utf-8").split("\n")[:-1]] == [json.loads(line) for line in before.split("\n")[:-1]]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_record_comes_back_as_it_was(record: t.Any) -> None:
    data = json.loads(json.dumps(record.to_json()))
    assert type(record).from_json(data) == record
    assert type(record).from_json({**data, "a key of later": 1}) == record


@pytest.mark.parametrize(
    "cls", [Project, Source, Finding, NotebookHost, Environment, CondaPackage, FileEntry, Notebook, Member, Git, Files]
)
def test_what_lacks_a_key_is_refused_by_name(cls: type) -> None:
    with pytest.raises(SchemaError, match="lacks"):
        cls.from_json({})  # type: ignore[attr-defined]
    with pytest.raises(SchemaError, match="must be a JSON object"):
        cls.from_json([])  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("record", "changed", "sentence"),
    [
        (FINDING, {"cell": "2"}, "cell of a finding must be a whole number, not a text"),
        (FINDING, {"rule": None}, "rule of a finding must be a text, not null"),
        (HEAD, {"projects": True}, "projects of a notebook host must be a whole number, not true or false"),
        (PROJECT, {"public": 0}, "public of a project must be true or false, not a number"),
        (PROJECT, {"team": [{"kind": "user", "name": ["bob"], "access": "r"}]}, "name of a member of a project must be a text, not a list"),
        (PROJECT, {"acl_exceptions": "a"}, "acl_exceptions of a project must be a list, not a text"),
        (ENVIRONMENT, {"modules": {"numpy": 1}}, "modules of a conda environment must be a text, not a number"),
        (ENVIRONMENT, {"modules": []}, "modules of a conda environment must be an object, not a list"),
        (CONVERSION, {"left_out": [["a"]]}, "left_out of a conversion must be lists of 2, not of 1"),
        (CONVERSION, {"resolution": {"owner": "alice"}}, "a resolution lacks project, user, channels, pins"),
        (LIBRARY, {"recipe": "r"}, "recipe of a shared library must be an object, not a text"),
        (ROW, {"notes": None}, "notes of a row of an upload must be a list, not null"),
    ],
)
def test_a_value_of_another_kind_is_refused_by_name(record: t.Any, changed: dict[str, t.Any], sentence: str) -> None:
    with pytest.raises(SchemaError, match=f"^{sentence}$"):
        type(record).from_json({**record.to_json(), **changed})


def test_an_unknown_severity_and_another_version_are_refused() -> None:
    with pytest.raises(SchemaError, match="severity of a finding must be one of blocker, warning, info, not 'fatal'"):
        Finding.from_json({**FINDING.to_json(), "severity": "fatal"})
    with pytest.raises(SchemaError, match="schema_version 99 is not 1"):
        NotebookHost.from_json({**HEAD.to_json(), "schema_version": 99})


def test_the_projects_own_environment_is_the_active_one_or_default_or_the_only_one() -> None:
    def chosen(active: str, *names: str) -> str | None:
        project = Project("h", "s", "o", "n", "/p", environments=tuple(Environment(name) for name in names), active_environment=active)
        return project.environment.name if project.environment else None

    assert chosen("b", "a", "b", "default") == "b"
    assert chosen("", "a", "default") == "default"
    assert chosen("gone", "a") == "a"
    assert chosen("", "a", "b") is None
    assert chosen("") is None


def written(dest: Path) -> Path:
    with CollectionWriter(str(dest)) as writer:
        writer.add_source(SOURCE)
        writer.add_project(PROJECT)
        writer.finish("aen", "east", "/projects", [])
    return dest


def test_the_files_come_back_with_names_and_code_that_are_no_utf8(tmp_path: Path) -> None:
    written(tmp_path)
    head, projects = read_projects(str(tmp_path / "projects.jsonl"))
    assert list(projects) == [PROJECT]
    assert list(read_sources(str(tmp_path / "sources.jsonl"), head)) == [SOURCE]
    assert (head.host, head.site, head.projects, head.sources) == ("aen", "east", 1, 1)
    assert (tmp_path / "sources.jsonl").stat().st_mode & 0o7777 == 0o600


def test_what_utf8_cannot_hold_comes_back(tmp_path: Path) -> None:
    with CollectionWriter(str(tmp_path)) as writer:
        writer.add_source(Source("o", "p", "a.ipynb", "python", "x = '\ud83d'\n", 1))
        head = writer.finish("h", "s", "/projects", [])
    (source,) = read_sources(str(tmp_path / "sources.jsonl"), head)
    assert ascii(source.text) == ascii("x = '\ud83d'\n")
    assert (tmp_path / "sources.jsonl").read_bytes().decode("utf-8")


def test_nothing_is_left_where_the_collection_breaks_off(tmp_path: Path) -> None:
    def breaks_off() -> None:
        with CollectionWriter(str(tmp_path)) as writer:
            writer.add_source(SOURCE)
            raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        breaks_off()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_cut_off_or_exchanged_is_noticed(tmp_path: Path) -> None:
    written(tmp_path)
    path = tmp_path / "projects.jsonl"
    head, _projects = read_projects(str(path))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0])
    _head, projects = read_projects(str(path))
    with pytest.raises(MigrationError, match="holds 0 of 1 projects, so it was cut off"):
        list(projects)
    sources = tmp_path / "sources.jsonl"
    sources.write_bytes(sources.read_bytes().replace(b"print", b"pr1nt"))
    with pytest.raises(MigrationError, match="does not belong to its list of projects"):
        list(read_sources(str(sources), head))
    path.write_bytes(b"")
    with pytest.raises(MigrationError, match=r"The list of projects .* is empty; collect the projects again\."):
        read_projects(str(path))


def test_findings_are_lines_that_come_back(tmp_path: Path) -> None:
    path = tmp_path / "findings.jsonl"
    path.write_text("".join(findings_text([FINDING])), encoding="utf-8")
    assert list(read_findings(str(path))) == [FINDING]
    path.write_text('{"owner": "x"}\n')
    with pytest.raises(MigrationError, match="cannot be used: a finding lacks project"):
        list(read_findings(str(path)))
