# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated AEN host, collected and audited: each trap of its description is found, its clean projects stay clean."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import INFO, Finding
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.run import audit_all
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.collect.run import collect
from ansible_collections.ae_ops.migration.plugins.module_utils._store.projects import findings_text, read_projects, read_sources
from tests.lab.aen.host import AenLab
from tests.lab.aen.spec import CANARY
from tests.unit.module_runner import run_module

PATHS = {"own-path", "other-project-path", "host-path"}
RULES_OF: dict[str, set[str]] = {
    "acl_per_file": {"rights"},
    "active_missing": {"active-missing"},
    "ae4_channel": {"environment-channel"},
    "archive_too_large": {"archive-too-large"},
    "binary": {"binary-data"},
    "channel_short_name": {"environment-channel"},
    "compiled_library": {"shared-library"},
    "conda_in_cell": {"session-install", "channel"},
    "copied_module": {"module-by-hand"},
    "environment_is_link": {"shared-environment"},
    "git": {"git-history"},
    "jdbc": {"jdbc"},
    "kernel_of_root": {"kernel-unknown"},
    "kernel_unknown": {"kernel-unknown"},
    "large_file": {"large-file"},
    "link_absolute_inside": {"link"},
    "link_dangling": {"link"},
    "link_outside": {"link"},
    "mirror_channel": {"environment-channel"},
    "name": {"project-name"},
    "name_hostile": {"project-name"},
    "notebooks_disagree": {"notebooks-disagree"},
    "odbc": {"odbc"},
    "old_path": PATHS | {"shared-library"},
    "pip": {"pip-package"},
    "pip_develop": {"pip-elsewhere"},
    "pip_from_git": {"pip-elsewhere"},
    "pip_in_cell": {"session-install"},
    "pip_not_public": {"pip-package"},
    "pip_shadows_conda": {"pip-package"},
    "public": {"rights"},
    "r_install": {"session-install"},
    "r_library_path": {"shared-library"},
    "root_environment": {"no-environment"},
    "several_environments": {"several-environments"},
    "secret_file": {"secret-file"},
    "special_file": {"special-file"},
    "system_package": {"system-package"},
    "unlisted_import": {"import-not-listed"},
    "unreadable_notebook": {"unreadable-notebook"},
    "wakari_variable": {"old-host"},
}
"""Traps that the audit is there for, to the rules of which one must tell of it.  The others are traps for collecting or converting."""
NO_CODE_LIBRARY = {"riskutils"}
"""A trap of code that is not in this project but in those that use it."""
CLEAN = ("plain-analysis", "clean-many-notebooks", "format-three", "my-project", "shown-in-env-kernel", "bokeh-app")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> AenLab:
    made = AenLab(tmp_path_factory.mktemp("aen"))
    made.make_all()
    return made


@pytest.fixture(scope="module")
def findings(lab: AenLab) -> dict[tuple[str, str], list[Finding]]:
    dest = lab.root / "collected"
    result = collect(str(lab.projects_dir), [], "east", "aen.example.com", str(dest), str(lab.root / "etc/passwd"))
    assert result.failures == []
    head, projects = read_projects(str(dest / "projects.jsonl"))
    found: dict[tuple[str, str], list[Finding]] = {(spec.owner, spec.folder): [] for spec in lab.specs}
    for finding in audit_all(projects, read_sources(str(dest / "sources.jsonl"), head), head.root):
        found[(finding.owner, finding.project)].append(finding)
    return found


def test_every_trap_of_the_lab_is_found(lab: AenLab, findings: dict[tuple[str, str], list[Finding]]) -> None:
    missed = []
    for spec in lab.specs:
        rules = {finding.rule for finding in findings[(spec.owner, spec.folder)]}
        for trap in spec.traps:
            wanted = RULES_OF.get(trap.code, set())
            if wanted and not (wanted & rules) and spec.key not in NO_CODE_LIBRARY and lab.acls | (trap.code != "acl_per_file"):
                missed.append((spec.key, trap.code, trap.where))
    assert missed == []


def test_clean_projects_have_nothing_to_be_done_by_hand(lab: AenLab, findings: dict[tuple[str, str], list[Finding]]) -> None:
    by_key = {spec.key: findings[(spec.owner, spec.folder)] for spec in lab.specs}
    found = [(key, finding.rule, finding.what) for key in CLEAN for finding in by_key[key] if finding.severity != INFO]
    assert found == []


def test_no_secret_of_a_project_is_in_a_finding(findings: dict[tuple[str, str], list[Finding]]) -> None:
    text = "".join(line for items in findings.values() for line in findings_text(items))
    assert text.count("\n") > 100
    assert CANARY not in text


def test_libraries_are_named_by_their_folder_for_all_who_use_them(findings: dict[tuple[str, str], list[Finding]]) -> None:
    users = {
        project
        for (_owner, project), items in findings.items()
        for finding in items
        if finding.rule == "shared-library" and finding.subject == "/projects/quant/riskutils"
    }
    assert users == {"uses-riskutils-append", "uses-riskutils-insert", "uses-riskutils-site"}


def test_collecting_leaves_a_whole_host_as_it_was(lab: AenLab, tmp_path: Path) -> None:
    def state() -> list[tuple[str, int, int, int]]:
        entries = [(path, path.lstat()) for path in sorted(lab.projects_dir.rglob("*"))]
        return [(str(path), status.st_mode, status.st_size, status.st_mtime_ns) for path, status in entries]

    before = state()
    collect(str(lab.projects_dir), [], "east", "aen", str(tmp_path))
    assert state() == before


def test_an_audit_of_names_that_are_no_utf8_is_equal_the_second_time(lab: AenLab, tmp_path: Path) -> None:
    run_module("notebook_project_info", {"root": str(lab.projects_dir), "dest": str(tmp_path), "projects": ["mallory/*"]})
    files = {name: str(tmp_path / f"{name}.jsonl") for name in ("projects", "sources", "findings")}
    assert [run_module("notebook_audit", files)["changed"] for _time in range(2)] == [True, False]
