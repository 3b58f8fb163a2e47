# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module ``notebook_audit`` does with its parameters.  Private to the collection."""

from __future__ import annotations

import collections
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._files import write_text
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import SEVERITIES, Finding
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_limits import MAX_BYTES
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule, Outcome, prepared_diff
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.run import audit_all
from ansible_collections.ae_ops.migration.plugins.module_utils._store.projects import findings_text, read_projects, read_sources

AUDIT = ArgumentSpec(
    {
        "projects": {"type": "path", "required": True},
        "sources": {"type": "path", "required": True},
        "findings": {"type": "path", "required": True},
        "limit": {"type": "int", "default": MAX_BYTES},
    }
)


def audit_work(module: MigrationModule) -> Outcome:
    """Writes the findings unless they are there already; in check mode only says whether it would."""
    params = module.params
    head, projects = read_projects(params["projects"])
    findings = list(audit_all(projects, read_sources(params["sources"], head), head.root, params["limit"]))
    text = "".join(findings_text(findings))
    changed = write_text(params["findings"], text, write=not module.check_mode)
    return Outcome(
        changed=changed,
        summary=_summary(head.projects, findings),
        report_path=params["findings"],
        diff=[prepared_diff(params["findings"], _diff_lines(findings))] if changed else [],
    )


def _summary(projects: int, findings: t.Sequence[Finding]) -> t.Dict[str, t.Any]:
    severities = collections.Counter(finding.severity for finding in findings)
    rules = collections.Counter(finding.rule for finding in findings)
    return {
        "projects": projects,
        "findings": len(findings),
        **{severity: severities[severity] for severity in SEVERITIES},
        "rules": dict(sorted(rules.items())),
    }


def _diff_lines(findings: t.Iterable[Finding]) -> t.Iterator[str]:
    for finding in findings:
        cell = f" cell {finding.cell}" if finding.cell else ""
        line = f" line {finding.line}" if finding.line else ""
        yield f"+ {finding.severity} {finding.key} {finding.path}{cell}{line}: {finding.what}"
