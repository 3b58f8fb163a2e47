# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of the preflight table and how they are shown.  Private to the collection.

A row is one check on one host: what was measured, what would fail, what to do.  Nothing here does I/O.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import JsonRecord

Json = t.Dict[str, t.Any]

OK = "ok"
WARNING = "warning"
BLOCKING = "blocking"
UNKNOWN = "unknown"
VERDICTS = (BLOCKING, WARNING, UNKNOWN, OK)

SSH = "ssh"
PYTHON = "python"
CHECKS = "checks"
USER = "user"
ADMIN_COMMAND = "admin_command"
EXPORT_DIR = "export_dir"
SPACE = "space"
AE4_STATE = "ae4_state"
PROJECTS = "projects"
WORK_DIR = "work_dir"
TOOLS = "tools"
GIT = "git"
LIBRARIES = "libraries"
ADDRESS = "address"
CERTIFICATE = "certificate"
CLOCK = "clock"
CLI = "cli"
LOGIN = "login"
TRANSPORT = "transport"
IDENTITY = "identity"
ROLES = "roles"
TO_CREATE = "channels"
STAGING = "staging"
ARCHIVES = "archives"
IMPERSONATION = "impersonation"
OWNERS = "owners"
PROJECTS_API = "projects_api"
SOLVER = "solver"
INVENTORY = "inventory"
FILE_SIZE = "file_size"
NAMES = "names"
TOKEN_LIFE = "token_life"  # noqa: S105 - the name of a check

ORDER = (
    SSH,
    PYTHON,
    CHECKS,
    USER,
    ADMIN_COMMAND,
    EXPORT_DIR,
    PROJECTS,
    WORK_DIR,
    SPACE,
    AE4_STATE,
    TOOLS,
    GIT,
    LIBRARIES,
    ADDRESS,
    CERTIFICATE,
    CLOCK,
    CLI,
    LOGIN,
    TRANSPORT,
    IDENTITY,
    ROLES,
    TO_CREATE,
    STAGING,
    ARCHIVES,
    IMPERSONATION,
    OWNERS,
    PROJECTS_API,
    SOLVER,
    INVENTORY,
    FILE_SIZE,
    NAMES,
    TOKEN_LIFE,
)
"""As a run would meet them."""


@dataclasses.dataclass(frozen=True)
class Row(JsonRecord):
    """One check on one host."""

    check: str
    """One of ``ORDER``."""
    host: str
    verdict: str
    """One of ``VERDICTS``; unknown if the check could not be made."""
    evidence: str
    """What was measured."""
    task: str
    """The later task that needs it."""
    advice: str = ""
    """What to do; empty where nothing is to be done."""

    @classmethod
    def from_json(cls, data: t.Any) -> Row:
        known = data if isinstance(data, dict) else {"evidence": f"cannot be read: {data}"}
        values = {field.name: str(known.get(field.name, "")) for field in dataclasses.fields(cls)}
        if values["verdict"] not in VERDICTS:
            # Ansible masks a password wherever it stands, in a verdict too; what cannot be read must not let anything pass.
            values["verdict"] = BLOCKING
        return cls(**values)


def unknown(check: str, host: str, why: str, task: str, advice: str = "") -> Row:
    """The row of a check that could not be made."""
    return Row(check, host, UNKNOWN, one_line(why), task, advice)


def one_line(text: str, limit: int = 400) -> str:
    """The text on one line and not too long for a table."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 3] + "..."


def accept(rows: t.Iterable[Row], accepted: t.Container[str]) -> t.List[Row]:
    """The rows, blocking ones of an accepted check (``CHECK`` or ``CHECK@HOST``) turned into warnings."""
    return [
        dataclasses.replace(row, verdict=WARNING, evidence=f"{row.evidence} (accepted in preflight_accept)")
        if row.verdict == BLOCKING and (row.check in accepted or f"{row.check}@{row.host}" in accepted)
        else row
        for row in rows
    ]


def ordered(rows: t.Iterable[Row], hosts: t.Sequence[str]) -> t.List[Row]:
    """The rows by host, in the order given, and by check within a host."""
    places = {host: number for number, host in enumerate(hosts)}
    checks = {check: number for number, check in enumerate(ORDER)}
    return sorted(rows, key=lambda row: (places.get(row.host, len(places)), row.host, checks.get(row.check, len(checks))))


def counts(rows: t.Iterable[Row]) -> t.Dict[str, int]:
    """Number of rows for each verdict."""
    found = dict.fromkeys(VERDICTS, 0)
    for row in rows:
        found[row.verdict] = found.get(row.verdict, 0) + 1
    return found


def sentences(rows: t.Iterable[Row]) -> t.List[str]:
    """One sentence for each blocking row."""
    return [f"{row.host}: {row.check}: {row.evidence} {_then(row)}".strip() for row in rows if row.verdict == BLOCKING]


def _then(row: Row) -> str:
    parts = [f"Would fail: {row.task}." if row.task else "", row.advice]
    return " ".join(part for part in parts if part)


def table(rows: t.Sequence[Row]) -> t.List[str]:
    """The rows as lines for people; below each that is not ok what would fail and what to do."""
    head = ("VERDICT", "HOST", "CHECK", "EVIDENCE")
    cells = [(row.verdict, row.host, row.check, row.evidence) for row in rows]
    widths = [max(len(line[column]) for line in [head, *cells]) for column in range(3)]

    def line(parts: t.Sequence[str]) -> str:
        return "  ".join([*(part.ljust(width) for part, width in zip(parts, widths)), parts[3]]).rstrip()

    found = counts(rows)
    lines = [
        ", ".join(f"{found[verdict]} {verdict}" for verdict in VERDICTS),
        "",
        line(head),
        line(["-" * width for width in widths] + ["-" * 8]),
    ]
    indent = " " * (sum(widths) + 6)
    for row, parts in zip(rows, cells):
        lines.append(line(parts))
        if row.verdict != OK:
            lines.append(f"{indent}needed by: {row.task}")
            if row.advice:
                lines.append(f"{indent}to do: {row.advice}")
    return lines
