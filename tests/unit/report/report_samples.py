# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Short ways to say what was planned and what is seen."""

from __future__ import annotations

import csv
import hashlib
import json
import typing as t
from pathlib import Path

import jsonschema

from ansible_collections.ae_ops.migration.plugins.module_utils._model.observed import Applied, Observed
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import LeftOut, Placement
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Package

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "report.schema.json").read_text())


def wrong(report: t.Any) -> list[str]:
    """What the schema of report.json has against a report."""
    validator = jsonschema.Draft202012Validator(SCHEMA)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(report)]


def table(path: Path) -> list[list[str]]:
    """The rows of a table, its heading too."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def placement(channel: str = "u", file: str = "p-1-0.conda", **more: t.Any) -> Placement:
    given: dict[str, t.Any] = {
        "channel": channel,
        "site": "east",
        "owner": "u",
        "package": "p",
        "file": file,
        "subdir": "noarch",
        "size": 5,
        "md5": None,
        "sha256": sha(file),
        "path": f"u/1--p/{file}",
    }
    return Placement(**{**given, **more})


def package(placed: Placement, **more: t.Any) -> Package:
    given: dict[str, t.Any] = {"size": placed.size, "md5": placed.md5, "sha256": placed.sha256, **more}
    return Package(placed.subdir, placed.file, placed.package, "1", "0", **given)


def left_out(file: str, reason: str = "unlabelled", site: str = "east") -> LeftOut:
    return LeftOut(site, "u", "p", file, f"u/1--p/{file}", 5, reason, f"The file {file} is {reason}.")


def seen(*placements: Placement, **more: t.Any) -> Observed:
    """What a cluster shows that holds these placements and nothing else."""
    packages: dict[tuple[str, str], dict[str, Package]] = {}
    for item in placements:
        packages.setdefault((item.channel, item.subdir), {})[item.file] = package(item)
    given: dict[str, t.Any] = {
        "channels": frozenset({"u"} | {item.channel for item in placements}),
        "packages": packages,
        "shares": {},
        "public": {},
    }
    return Observed(**{**given, **more})


def applied(*placements: Placement, **shares: t.Iterable[tuple[str, str]]) -> Applied:
    return Applied(frozenset(item.key for item in placements), {channel: frozenset(items) for channel, items in shares.items()})
