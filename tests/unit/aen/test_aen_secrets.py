# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The look for secrets while projects are collected: files, code, settings and outputs; within limits, and no secret is told."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._aen import collect, secrets
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import Finding, SecretSearch
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.project import audit_project
from tests.unit.notebooks.notebooks_world import Host

VALUE = "Tr0ub4dor&3"
KEY = f"-----BEGIN OPENSSH PRIVATE KEY-----\n{VALUE}\n-----END OPENSSH PRIVATE KEY-----\n"
Place = tuple[str, str, "int | None", "int | None", str]


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def put(folder: Path, files: t.Mapping[str, t.Union[str, bytes]]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def places(search: SecretSearch) -> list[Place]:
    return [(item.kind, item.path, item.cell, item.line, item.what) for item in search.found]


def of_secrets(host: Host) -> list[Finding]:
    return [finding for finding in audit_project(host.only()) if finding.rule.startswith("secret")]


FILES = {
    ".netrc": f"machine x login y password {VALUE}\n",
    ".ssh/id_rsa": KEY,
    ".ssh/id_rsa.pub": "ssh-rsa AAAA\n",
    ".ssh/known_hosts": "x ssh-rsa AAAA\n",
    "deploy-key": KEY,
    "src/db.py": f'import x\n\npassword = "{VALUE}"\ntoken = os.environ["TOKEN"]\n',
    "run": f"#!/bin/bash\nexport DB_PASSWORD={VALUE[:9]}\n",
    "conf/app.ini": f"[db]\npassword = {VALUE}\n",
    "notes.md": f"See https://bob:{VALUE}@wiki.example.com/x\n",
    "data.csv": f'password="{VALUE}"\n',
    "picture.json": b'\0password="' + VALUE.encode() + b'"',
    ".ipynb_checkpoints/db.py": f'password = "{VALUE}"\n',
    "envs/default/x.py": f'password = "{VALUE}"\n',
    "environment.yml": f"channels: [https://bob:{VALUE}@repo.example.com/x]\ndependencies: [python]\n",
}


def test_each_secret_is_told_with_its_place_and_not_itself(host: Host) -> None:
    put(host.project(), FILES)
    search = host.only().secrets
    assert sorted(places(search)) == [
        ("file", ".netrc", None, None, "logins with passwords"),
        ("file", ".ssh/id_rsa", None, None, "a private key"),
        ("file", "deploy-key", None, None, "a private key"),
        ("text", "conf/app.ini", None, 2, "password = ***"),
        ("text", "notes.md", None, 1, "https://wiki.example.com/x"),
        ("text", "run", None, 2, "DB_PASSWORD = ***"),
        ("text", "src/db.py", None, 3, "password = ***"),
    ]
    assert (search.more, search.cut, search.not_searched) == (0, 0, ())
    assert VALUE[:9] not in (host.out / "projects.jsonl").read_text()


def test_the_findings_say_where_and_what_to_do(host: Host) -> None:
    put(host.project(), FILES)
    found = {(item.rule, item.path): item for item in of_secrets(host)}
    assert found["secret-file", ".ssh/id_rsa"].what == "The file .ssh/id_rsa keeps a private key."
    item = found["secret-in-text", "src/db.py"]
    assert (item.severity, item.line, item.cell, item.evidence) == ("warning", 3, None, "password = ***")
    assert item.what == "The file src/db.py has a password, token or key in clear text: password = ***."
    assert "ae_notebook_secrets" in found["secret-file", ".netrc"].advice
    assert not any(VALUE[:9] in str(item) for item in found.values())


def old_notebook() -> str:
    """Of format 3: worksheets, input, outputs with texts by their kind."""
    cell = {"cell_type": "code", "input": [f"pwd = '{VALUE}'"], "outputs": [{"output_type": "pyout", "text": [f"'token': '{VALUE}'"]}]}
    return json.dumps({"worksheets": [{"cells": [{"cell_type": "heading", "source": "x"}, cell]}], "nbformat": 3, "metadata": {}})


def test_a_notebook_of_an_old_format(host: Host) -> None:
    put(host.project(), {"a.ipynb": old_notebook()})
    assert places(host.only().secrets) == [
        ("text", "a.ipynb", 2, 1, "pwd = ***"),
        ("output", "a.ipynb", 2, 1, "token = ***"),
    ]
    assert [(item.rule, item.cell, item.line) for item in of_secrets(host)] == [("secret-in-text", 2, 1), ("secret-in-output", 2, 1)]


@pytest.mark.parametrize(
    "outputs",
    [None, {}, "x", [1, None, []], [{"text": 5, "data": []}], [{"data": {"text/plain": 7, "image/png": ["a"]}}], [{"traceback": {"a": 1}}]],
)
def test_outputs_of_any_shape(host: Host, outputs: t.Any) -> None:
    cells = [{"cell_type": "code", "source": f"token = '{VALUE}'", "outputs": outputs}, {"cell_type": "code"}, 5, None]
    put(host.project(), {"a.ipynb": json.dumps({"cells": cells, "nbformat": 4, "metadata": {}})})
    assert places(host.only().secrets) == [("text", "a.ipynb", 1, 1, "token = ***")]


def test_what_is_too_large_is_searched_as_far_as_the_limit_and_named(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect, "Searcher", lambda fd: secrets.Searcher(fd, 1000, 5000))
    line = f'password = "{VALUE}"\n'
    output = {"output_type": "stream", "text": "x" * 600}
    cells = [{"cell_type": "code", "source": "1", "outputs": [output, {"output_type": "stream", "text": "y" * 390 + "\n" + line}]}]
    files = {
        "a.py": line + "#" * 2000 + "\n" + line,
        "b.ipynb": json.dumps({"cells": cells, "nbformat": 4, "metadata": {}}),
        **{f"c{number}.py": line + "#" * 900 + "\n" for number in range(4)},
    }
    put(host.project(), files)
    search = host.only().secrets
    # Notebooks first: 1 + 1000 characters; a.py 1000; three whole ones; the last in part.
    assert search.not_searched == ("b.ipynb", "a.py", "c3.py")
    assert [(item.path, item.line) for item in search.found] == [("a.py", 1), ("c0.py", 1), ("c1.py", 1), ("c2.py", 1), ("c3.py", 1)]
    (finding,) = [item for item in of_secrets(host) if item.rule == "secrets-not-searched"]
    assert finding.what == "3 files (b.ipynb, a.py, c3.py) were searched for passwords, tokens and keys only in part."


def test_there_is_an_end_to_what_is_told_of_a_project(host: Host) -> None:
    line = f'password = "{VALUE}"\n'
    put(host.project(), {f"{number:02}.py": line * 50 for number in range(12)})
    search = host.only().secrets
    assert (len(search.found), search.more) == (secrets.KEPT, 100)
    assert "There are 100 more passwords, tokens or keys than these." in [item.what for item in of_secrets(host)]
