# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Precision of the audit on a labelled corpus: every planted finding, none besides."""

from __future__ import annotations

import collections
import re
import shutil
import sys
from pathlib import Path

import pytest
import yaml

from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import Finding
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.rules import CODE_RULES
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.run import audit_all
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.collect.run import collect

sys.path.insert(0, str(Path(__file__).parent))
from tests.unit.notebooks.notebooks_world import collected, conda_package  # noqa: E402

CORPUS = Path(__file__).parent / "corpus"
LABEL = re.compile(r"(?P<rule>[a-z-]+) (?:cell (?P<cell>\d+) )?line (?P<line>\d+)\Z")
Place = tuple[str, "int | None", int]

EVERYWHERE = {
    "numpy": ["numpy"],
    "pandas": ["pandas"],
    "scikit-learn": ["sklearn"],
    "pyyaml": ["yaml"],
    "python-dateutil": ["dateutil"],
    "six": ["six"],
    "sqlalchemy": ["sqlalchemy"],
}
NOT_FOR_IMPORTS = {
    **{name: [name] for name in ("requests", "pyodbc", "jaydebeapi", "ibm_db", "pyhive", "pymysql", "rpy2", "iopro")},
    "cx_oracle": ["cx_Oracle"],
    "impyla": ["impala"],
}
R_LIBRARIES = ("ggplot2", "dplyr", "zoo", "DBI", "odbc", "RODBC", "RJDBC", "stats")


def labels() -> dict[str, list[Place]]:
    """Path to what must be found there: rule, cell, line."""
    found: dict[str, list[Place]] = {}
    for path, lines in yaml.safe_load((CORPUS / "labels.yml").read_text(encoding="utf-8")).items():
        matches = [LABEL.match(line) for line in lines]
        assert all(matches), (path, lines)
        found[path] = [(m["rule"], int(m["cell"]) if m["cell"] else None, int(m["line"])) for m in matches if m]
    return found


def environment(prefix: Path, topic: str) -> None:
    conda_package(prefix, "python", "3.5.2")
    conda_package(prefix, "r-base", "3.3.2")
    for name, modules in {**EVERYWHERE, **({} if topic == "imports" else NOT_FOR_IMPORTS)}.items():
        conda_package(prefix, name, modules=modules)
    for name in R_LIBRARIES:
        conda_package(prefix, f"r-{name.lower()}", r=[name])
    site = prefix / "lib/python3.5/site-packages"
    (site / "copied_tool.py").write_text("")
    (site / "prettyplotlib").mkdir()
    info = site / "prettyplotlib-0.1.7.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: prettyplotlib\nVersion: 0.1.7\n")


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    """The corpus collected as the projects of one user and audited, as a run does it."""
    root = tmp_path_factory.mktemp("host") / "projects"
    for path in sorted(item for item in CORPUS.rglob("*") if item.is_file() and item.name != "labels.yml"):
        relative = path.relative_to(CORPUS)
        target = root / "alice" / relative.parent / (relative.stem if relative.suffix == ".txt" else relative.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        if path.name == "latin1.py.txt":  # in the repository it is UTF-8, as its checkers ask
            target.write_bytes(path.read_text(encoding="utf-8").encode("latin-1"))
    for project in (root / "alice").iterdir():
        environment(project / "envs/default", project.name)
    dest = root.parent / "out"
    result = collect(str(root), [], "east", "aen.example.com", str(dest))
    assert result.failures == []
    head, projects, sources = collected(dest)
    return list(audit_all(projects, sources, head.root))


def test_the_corpus_is_large_enough_and_labelled() -> None:
    files = {
        str(path.relative_to(CORPUS)).removesuffix(".txt") for path in CORPUS.rglob("*") if path.is_file() and path.name != "labels.yml"
    }
    assert files == set(labels())
    assert len(files) >= 60
    assert sum(not places for places in labels().values()) >= 10


def test_every_code_rule_is_in_the_corpus() -> None:
    planted = {rule for places in labels().values() for rule, _cell, _line in places}
    assert planted == {"secret-in-text", "secret-in-output", *(rule.id for rule in CODE_RULES)}


@pytest.mark.parametrize("path", sorted(labels()))
def test_what_is_planted_is_found_and_nothing_else(path: str, findings: list[Finding]) -> None:
    topic, name = path.split("/", 1)
    found = [(item.rule, item.cell, item.line) for item in findings if item.project == topic and item.path == name]
    wanted = collections.Counter(labels()[path])
    assert collections.Counter(found) == wanted, [
        (item.rule, item.cell, item.line, item.evidence) for item in findings if item.path == name
    ]


def test_no_finding_shows_a_password(findings: list[Finding]) -> None:
    shown = "\n".join(str(item.to_json()) for item in findings)
    for secret in ("s3cret", "corpus-secret", "tiger", "tk-123", "me/pw", "user:pw", "me:pw"):
        assert secret not in shown


def test_every_finding_says_why_and_what_to_do(findings: list[Finding]) -> None:
    assert findings
    for item in findings:
        assert item.advice
        assert "(Vendor guide: " in item.why or item.rule.startswith("secret")
        assert "{detail}" not in item.what + item.advice
