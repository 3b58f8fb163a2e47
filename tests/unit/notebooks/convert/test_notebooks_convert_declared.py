# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments that only files of a project describe, from collecting to the archive: lists for pip, project files, locks, secrets."""

from __future__ import annotations

import hashlib
import json
import tarfile
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.run import audit
from ansible_collections.ae_ops.migration.plugins.module_utils._store.conversions import Conversion
from tests.unit.module_runner import run_module
from tests.unit.notebooks.convert_host import conversions, project_file
from tests.unit.notebooks.notebooks_world import Host, notebook

SPEC = """\
# ours
name: p
packages:
  - python=3.6
  - notebook
  - pip:
      - six==1.16
channels: [defaults]
variables:
  DB_PASSWORD: hunter2
  API_TOKEN:
    default: hunter3
    description: for the service
  DB_PASSWORD_FILE: /secrets/db
  HOME_PAGE: https://me:hunter4@www.example.com/
downloads:
  DATA: https://files.example.com/data.csv?version=3
env_specs:
  default: {}
  test:
    packages: [pytest=5.0]
"""
LOCK = """\
locking_enabled: true
env_specs:
  default:
    locked: true
    env_spec_hash: abc
    packages:
      all: [notebook=5.0.0=py36_0]
      unix: [openssl=1.0=0]
      linux-64: [python=3.6.1=0]
      win-64: [vc=14=0]
"""


class World:
    """One project on a host, collected, audited and converted."""

    def __init__(self, tmp_path: Path, files: dict[str, str], **options: t.Any) -> None:
        self.host = Host(tmp_path)
        path = self.host.project()
        (path / "a.ipynb").write_text(notebook("1"))
        for name, text in files.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_text(text)
        self.project = self.host.only()
        self.findings = audit(self.project, self.host.sources, str(self.host.root))
        self.dest = tmp_path / "dest"
        result = run_module(
            "notebook_project_convert", {"projects": str(self.host.out / "projects.jsonl"), "dest": str(self.dest), **options}
        )
        assert not result["failed"], result
        self.result = result
        self.conversion: Conversion = conversions(self.dest)["alice/p"]

    @property
    def rules(self) -> set[str]:
        return {finding.rule for finding in self.findings}

    @property
    def document(self) -> dict[str, t.Any]:
        return project_file(self.dest, "alice/p")

    @property
    def asked(self) -> tuple[str, ...]:
        assert self.conversion.resolution is not None
        return self.conversion.resolution.environments[0].specs

    def everything(self) -> str:
        """All that was written, and what the module said."""
        parts = [
            path.read_bytes() for path in [*self.host.out.glob("projects.jsonl"), *self.dest.rglob("*.*ml*"), *self.dest.rglob("*.jsonl")]
        ]
        with tarfile.open(self.dest / self.conversion.archive) as tar:
            parts += [tar.extractfile(member).read() for member in tar if member.isreg()]  # type: ignore[union-attr]
        text = b"\n".join(parts).decode("utf-8")
        return text + json.dumps(self.result) + repr(self.findings)


def test_a_list_for_pip_alone_is_an_environment(tmp_path: Path) -> None:
    world = World(tmp_path, {"requirements.txt": "requests==2.0\n-r req/more.txt\n", "req/more.txt": "six\n"})
    (environment,) = world.project.environments
    assert [(item.name, item.version) for item in environment.pip] == [("requests", "2.0"), ("six", "")]
    assert "no-environment" not in world.rules
    assert world.document["packages"] == ["pip", "python", {"pip": ["requests==2.0", "six"]}]
    assert any("names no Python" in note for note in world.conversion.notes)


def test_a_list_for_pip_beside_another_environment_is_none(tmp_path: Path) -> None:
    world = World(tmp_path, {"requirements.txt": "requests\n", "environment.yml": "name: x\ndependencies:\n- numpy\n"})
    assert [item.name for item in world.project.environments] == ["x"]
    assert world.document["packages"] == ["numpy"]
    note = "Its requirements.txt is not what AE5 makes the environment from, and names packages that are not in it: requests; add those"
    assert [item for item in world.conversion.notes if "requirements.txt" in item] == [f"{note} that are needed."]


def test_a_list_for_pip_beside_a_project_file_is_told_and_not_imported(tmp_path: Path) -> None:
    text = "~ool\n# tools\nSix==1.16  # why\n-r more.txt\n-e git+https://git.example.com/a/tool.git#egg=tool\n--pre acme-lib\n"
    files = {
        "anaconda-project.yml": "name: p\npackages: [acme:numpy]\nenv_specs: {default: {}}\n",
        "requirements.txt": text,
        "more.txt": "numpy\n",
    }
    world = World(tmp_path, files)
    note = "Its requirements.txt is not what AE5 makes the environment from, and names packages that are not in it: acme-lib, six, tool;"
    assert [item for item in world.conversion.notes if "requirements.txt" in item] == [
        "Its requirements.txt has a pip line that cannot be parsed and was left out: '~ool'.",
        f"{note} add those that are needed.",
    ]
    lines = "~oolSix==1.16  # whynumpygit+https://git.example.com/a/tool.git#egg=tool"
    assert world.document["skip_imports"] == {"environment": hashlib.sha1(lines.encode()).hexdigest()}  # noqa: S324 - the tool's own
    assert world.document["packages"] == ["acme:numpy"]
    assert "no-environment" not in world.rules


def test_a_spec_that_conda_takes_and_the_tool_does_not_is_written_for_both(tmp_path: Path) -> None:
    specs = "packages: [acme::tool, 'scipy 1.0.*', \"flask[version='>=1']\", django 2, '*', pytz >=2018]"
    world = World(tmp_path, {"anaconda-project.yml": f"name: p\npackages: [numpy 1.16 py27_0]\nenv_specs:\n  default:\n    {specs}\n"})
    assert world.document["packages"] == ["numpy=1.16=py27_0"]
    listed = world.document["env_specs"]["default"]["packages"]
    assert listed[:5] == ["acme::tool", "scipy=1.0.*", "flask[version='>=1']", "django==2", "*"]
    note = "Its anaconda-project.yml has package specifications that anaconda-project does not accept; they were written as it does:"
    assert f"{note} numpy=1.16=py27_0, scipy=1.0.*, django==2." in world.conversion.notes


def test_what_was_skipped_before_stays_skipped(tmp_path: Path) -> None:
    files = {"anaconda-project.yml": "name: p\npackages: [numpy]\nskip_imports:\n  notebooks: [a.ipynb]\n", "requirements.txt": "numpy\n"}
    world = World(tmp_path, files)
    digest = hashlib.sha1(b"numpy").hexdigest()  # noqa: S324 - the tool's own
    assert world.document["skip_imports"] == {"notebooks": ["a.ipynb"], "environment": digest}
    assert not [note for note in world.conversion.notes if "requirements.txt" in note]
    (tmp_path / "b").mkdir()
    other = World(tmp_path / "b", {**files, "environment.yml": "name: default\ndependencies: [numpy]\n"})
    assert "environment" not in other.document["skip_imports"], "the tool looks at environment.yml alone, which says the same"


@pytest.mark.parametrize(
    ("beside", "told"),
    [
        ("name: x\nchannels: [acme]\ndependencies: [numpy, scipy, {pip: [six]}]\n", "numpyscipysixacme"),
        ("name: p\nchannels: [acme]\ndependencies: [numpy, scipy]\n", "numpyscipyacme"),
        ("prefix: /opt/envs/p\npackages: [numpy]\n", "numpy"),
        ("name: p\nchannels: [acme]\ndependencies: [numpy, {pip: [six]}]\n", ""),
        ("name: q\nchannels: [acme]\ndependencies: [numpy, {pip: [six]}, flask]\n", ""),
        ("name: p\n\tdependencies: [", "req"),
    ],
)
def test_an_environment_that_differs_from_the_project_file_is_not_imported(tmp_path: Path, beside: str, told: str) -> None:
    specs = "env_specs:\n  p: {packages: [notebook]}\n  q: {inherit_from: p, packages: [flask]}\n"
    text = f"name: p\npackages: [numpy, {{pip: [six]}}]\nchannels: [acme]\n{specs}"
    world = World(tmp_path, {"anaconda-project.yml": text, "environment.yml": beside, "requirements.txt": "req\n"})
    expected = {"environment": hashlib.sha1(told.encode()).hexdigest()} if told else None  # noqa: S324 - the tool's own
    assert world.document.get("skip_imports") == expected


def test_a_project_file_is_an_environment_for_the_audit(tmp_path: Path) -> None:
    for number, name in enumerate(("anaconda-project.yml", "kapsel.yml")):
        folder = tmp_path / str(number)
        folder.mkdir()
        world = World(folder, {name: SPEC})
        by_name = {item.name: item for item in world.project.environments}
        assert [item.name for item in by_name["default"].conda] == ["python", "notebook"]
        assert [item.name for item in by_name["test"].conda] == ["python", "notebook", "pytest"]
        assert (by_name["default"].python, by_name["default"].source, by_name["default"].file) == ("3.6", "project", name)
        assert not {"no-environment", "several-environments"} & world.rules
        assert "pip-package" in world.rules


def test_an_environment_file_that_names_nothing_is_reported(tmp_path: Path) -> None:
    host = Host(tmp_path)
    (host.project() / "environment.yml").write_text("name: x\n")
    assert [problem.code for problem in host.only().problems] == ["env_file"]


def test_the_pins_of_a_lock_are_what_is_looked_for(tmp_path: Path) -> None:
    world = World(tmp_path, {"anaconda-project.yml": SPEC, "anaconda-project-lock.yml": LOCK})
    assert set(world.asked) == {"notebook=5.0.0=py36_0", "openssl=1.0=0", "python=3.6.1=0"}
    assert {item.name for item in world.project.environments[0].conda} == {"notebook", "openssl", "python"}
    assert "Its anaconda-project-lock.yml is in force, so its pins were looked for on AE5 instead of those of anaconda-project.yml." in (
        world.conversion.notes
    )
    assert "locking_enabled: true" in world.everything()


@pytest.mark.parametrize(
    ("lock", "why"),
    [
        (LOCK.replace("notebook=5.0.0=py36_0", "six=1=0"), "it does not have notebook, which the commands of notebooks need, in default"),
        (
            "env_specs:\n  default:\n    locked: true\n    packages:\n      win-64: [python=3.6.1=0]\n",
            "it has no packages for linux-64 in default",
        ),
    ],
)
def test_a_lock_that_does_not_fit_is_disabled(tmp_path: Path, lock: str, why: str) -> None:
    world = World(tmp_path, {"anaconda-project.yml": SPEC, "anaconda-project-lock.yml": lock})
    assert f"Its anaconda-project-lock.yml was disabled, because {why}; lock the project again on AE5." in world.conversion.notes
    assert set(world.asked) == {"notebook", "python=3.6"}
    assert "locking_enabled: false" in world.everything()
    assert "locked: true" not in world.everything()


def test_a_lock_that_cannot_be_read_or_is_off_changes_nothing(tmp_path: Path) -> None:
    for number, lock in enumerate(("{[", "locking_enabled: false\n" + LOCK.partition("\n")[2].replace("    locked: true\n", ""))):
        (tmp_path / str(number)).mkdir()
        world = World(tmp_path / str(number), {"anaconda-project.yml": SPEC, "anaconda-project-lock.yml": lock})
        assert set(world.asked) == {"notebook", "python=3.6"}
        assert any("was replaced by one that is disabled" in note for note in world.conversion.notes) == (number == 0)


def test_an_environment_file_beside_a_project_file_that_is_not_yaml_is_kept(tmp_path: Path) -> None:
    text = "@EXPLICIT\nhttps://u:hunter2@repo.example.com/x/linux-64/numpy-1.1-0.tar.bz2\n"
    world = World(tmp_path, {"anaconda-project.yml": SPEC, "environment.yml": text})
    assert text.replace("u:hunter2@", "") in world.everything()
    assert any(note.startswith("Its environment.yml is kept as it is: ") for note in world.conversion.notes)


# -- secrets


def test_secrets_of_a_project_file_are_taken_out_and_said(tmp_path: Path) -> None:
    world = World(tmp_path, {"anaconda-project.yml": SPEC})
    assert "hunter" not in world.everything()
    assert world.document["variables"] == {
        "DB_PASSWORD": None,
        "API_TOKEN": {"description": "for the service"},
        "DB_PASSWORD_FILE": "/secrets/db",
        "HOME_PAGE": "https://www.example.com/",
    }
    assert world.document["downloads"]["DATA"].endswith("?version=3")
    what = "Its anaconda-project.yml has values of variables that are named like secrets; they were taken out, so set them on AE5: "
    assert f"{what}DB_PASSWORD, API_TOKEN." in world.conversion.notes
    what = "Its anaconda-project.yml has addresses with a user, password, token or query, which was taken out: https://www.example.com/."
    assert what in world.conversion.notes


def test_with_note_they_go_along_and_are_said_without_being_shown(tmp_path: Path) -> None:
    world = World(tmp_path, {"anaconda-project.yml": SPEC}, secrets="note")
    assert world.document["variables"]["DB_PASSWORD"] == "hunter2"
    assert world.document["variables"]["HOME_PAGE"] == "https://me:hunter4@www.example.com/"
    assert "hunter" not in "".join(world.conversion.notes)
    assert len([note for note in world.conversion.notes if "to AE5 with it" in note]) == 2


LINES = {
    "idx": "--extra-index-url https://u1:hunter8@index.example.com/simple",
    "idxq": '"--index-url=https://u1:hunter8@index.example.com/simple acme-lib==2.0"',
    "links": '"-f https://u1:hunter8@wheels.example.com/l.html torch==1.9.0"',
    "nodeps": '"--no-deps git+https://u1:hunter8@git.example.com/a/tool.git"',
    "trusted": '"--trusted-host index.example.com -i https://u1:hunter8@index.example.com/simple tool"',
    "at": '"tool @ git+https://u1:hunter8@git.example.com/a/tool.git@v1"',
    "atq": '"tool@https://x.example.com/tool.whl?X-Sig=hunter8"',
    "tok": '"tool @ https://x.example.com/t/hunter8-tok/simple/tool.whl"',
    "plain": '"https://u1:hunter8@git.example.com/a/tool.zip"',
    "escaped": '"tool @ https:\\/\\/u1:hunter8@git.example.com\\/a\\/tool.zip"',
    "word": '"--password hunter8 tool"',
    "equals": '"--api-key=hunter8 tool"',
    "quoted": "'--client-token \"hunter8\" tool'",
}


@pytest.mark.parametrize("kind", LINES)
@pytest.mark.parametrize("name", ["environment.yml", "_env.yml", "requirements.txt"])
def test_no_secret_of_a_pip_line_is_in_a_record_a_finding_a_note_or_the_archive(tmp_path: Path, kind: str, name: str) -> None:
    line = LINES[kind]
    text = f"name: x\ndependencies:\n  - python=3.6\n  - pip:\n    - {line}\n"
    if name == "requirements.txt":
        if kind == "escaped":
            pytest.skip("a list for pip has no escapes")
        text = "six\n" + line.strip('"') + "\n"
    world = World(tmp_path, {name: text})
    assert world.conversion.state == "converted", world.conversion.reason
    assert "hunter8" not in world.everything()
    if kind == "word" and name != "environment.yml":
        note = f"Its {name} has options with a password or token, whose value was taken out, so set it on AE5: --password."
        assert note in world.conversion.notes


def test_an_option_of_a_kept_project_file_loses_its_secret(tmp_path: Path) -> None:
    lines = "    - --token hunter8 tool\n    - --password ${PIP_PASSWORD} other\n"
    text = f"name: p\npackages:\n  - numpy\n  - pip:\n{lines}env_specs: {{default: {{}}}}\n"
    world = World(tmp_path, {"anaconda-project.yml": text})
    assert "hunter8" not in world.everything()
    assert world.document["packages"][1]["pip"] == ["--token *** tool", "--password ${PIP_PASSWORD} other"]


def test_packages_that_stand_beside_their_env_spec_are_not_lost(tmp_path: Path) -> None:
    text = "name: p\nenv_specs:\n  default:\n  description: ours\n  packages:\n  - python=3.6\n  - notebook\n"
    world = World(tmp_path, {"anaconda-project.yml": text})
    assert [item.name for item in world.project.environments[0].conda] == ["python", "notebook"]
    assert "no-environment" not in world.rules
    assert world.document["env_specs"] == {"default": {"description": "ours", "packages": ["python=3.6", "notebook"]}}
    note = "Its anaconda-project.yml has entries of env_specs that are not env specs and were moved into default, which they stand beside:"
    assert f"{note} description: ours; packages: python=3.6, notebook." in world.conversion.notes


@pytest.mark.parametrize(
    ("specs", "shown"),
    [
        ("{a: {}, b: {}, packages: [numpy]}", "entries of env_specs that are not env specs and were left out: packages: numpy."),
        ("[numpy]", "a value of env_specs that is not a list of env specs and was left out: ['numpy']."),
    ],
)
def test_what_is_no_env_spec_is_named(tmp_path: Path, specs: str, shown: str) -> None:
    world = World(tmp_path, {"anaconda-project.yml": f"name: p\nenv_specs: {specs}\n"})
    assert f"Its anaconda-project.yml has {shown}" in world.conversion.notes


def test_what_the_project_downloads_is_not_in_the_archive_as_with_the_tool(tmp_path: Path) -> None:
    files = {"data/a.csv": "1", "data/a.csv.part": "1", "a.csv": "2"}
    text = "name: p\npackages: [numpy]\ndownloads:\n  DATA:\n    url: https://x.example.com/a.csv\n    filename: data/a.csv\n"
    world = World(tmp_path, {"anaconda-project.yml": text, **files})
    with tarfile.open(world.dest / world.conversion.archive) as tar:
        assert {name for name in tar.getnames() if ".csv" in name} == {"p/a.csv"}
    assert [note for note in world.conversion.notes if "downloads" in note] == [
        "Its anaconda-project.yml downloads data/a.csv, so that is not in the archive, as with anaconda-project; AE5 downloads it again,"
        " unless you remove it from the key downloads and convert again."
    ]


# -- text that is no text


def test_records_are_utf8_whatever_a_project_holds(tmp_path: Path) -> None:
    host = Host(tmp_path)
    path = host.project()
    (path / "old.py").write_bytes(b"x = 'it\x92s'\n")
    (path / "half.ipynb").write_text(notebook("print('\ud800 and \udc92')"))
    (path / "windows.ipynb").write_bytes(notebook("x").encode().replace(b'"x"', b'"it\x92s"'))
    (path / "utf16.ipynb").write_text(notebook("x"), encoding="utf-16")
    (path / "mark.ipynb").write_bytes(b"\xef\xbb\xbf" + notebook("x").encode())
    (path / "environment.yml").write_bytes(b"name: caf\x92\ndependencies:\n- numpy\n")
    (path / "caf\udce9.py").write_text("import os\n")
    project = host.only()
    for name in ("projects.jsonl", "sources.jsonl"):
        (host.out / name).read_bytes().decode("utf-8")
    texts = {source.path: source.text for source in host.sources}
    assert texts == {"old.py": "x = 'it\u2019s'\n", "half.ipynb": "print('\ufffd and \ufffd')", "caf\udce9.py": "import os\n"}
    assert [item.name for item in project.environments] == ["caf\u2019"]
    why = {item.path: [problem.detail for problem in item.problems] for item in project.notebooks}
    assert why == {
        "half.ipynb": [],
        "mark.ipynb": ["The notebook mark.ipynb cannot be read: it begins with a byte order mark."],
        "utf16.ipynb": ["The notebook utf16.ipynb cannot be read: it is not UTF-8."],
        "windows.ipynb": ["The notebook windows.ipynb cannot be read: it is not UTF-8."],
    }
    rules = {finding.path for finding in audit(project, host.sources, str(host.root)) if finding.rule == "unreadable-notebook"}
    assert rules == {"mark.ipynb", "utf16.ipynb", "windows.ipynb"}
