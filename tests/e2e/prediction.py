# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode's predictions beside what then happened, for every module call of a run (see ``tests/lab/startup``)."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

Json = dict[str, t.Any]

UNPREDICTED = {
    "_ae4.module.site_export": "the export is AE4's own command; check mode says that it shows the last good dump",
    "_ae5.module_token.token_work": "a token is another one each time",
    "_probe.module.probe_work": "a probe finds out what nobody can predict; check mode asks what can be asked without writing",
    "_preflight.cluster.module.cluster_work": "measures (space, clocks, seconds) and changes nothing",
    "_preflight.site.module.site_work": "measures (space, clocks, seconds) and changes nothing",
    "_preflight.notebooks.module.host_work": "measures (space) and changes nothing",
    "_ae5.cli_install.setup_work": "whether a program answers is known when it is there",
    "_ae4.module_stage.site_stage": "the batches are files that only a real run writes",
}
"""Work whose result cannot be predicted, and why."""

PLACES = ("dest", "placements_path", "projects_path", "sources_path")
"""Values that say where files are: in check mode in a folder of their own."""


def environment(log: Path) -> dict[str, str]:
    """What a run's environment needs so that its modules predict first; ``log`` is where they write."""
    return {"AE_LAB_PREDICTIONS": str(log), "TMPDIR": str(log.parent)}


def read(log: Path) -> list[Json]:
    """The calls that were predicted, in their order."""
    if not log.exists():
        return []
    return [json.loads(line) for line in log.read_text(encoding="utf-8", errors="surrogateescape").splitlines()]


def rows(outcome: Json) -> set[str]:
    """What an outcome says would be, or was, changed: the lines of its diff."""
    lines = set()
    for entry in outcome.get("diff", ()):
        text = entry.get("prepared") or json.dumps(entry, sort_keys=True)
        lines.update(line for line in text.splitlines() if line.strip())
    return lines


def placeless(outcome: Json) -> Json:
    """An outcome without where its files are."""
    return {**outcome, "values": {key: value for key, value in outcome.get("values", {}).items() if key not in PLACES}}


def differences(calls: t.Iterable[Json]) -> list[str]:
    """A sentence for each call that ended otherwise than predicted.

    A call that failed in part, or whose token ended on the way, is one that nobody could predict; all it did must have been
    among what was predicted.
    """
    found = []
    for call in calls:
        predicted, real = placeless(call["predicted"]), placeless(call["real"])
        if call["work"] in UNPREDICTED:
            continue
        unfinished = real.get("values", {}).get("unfinished")
        if real.get("error") or unfinished or real.get("failures") != predicted.get("failures"):
            if not rows(real) <= rows(predicted):
                found.append(f"{call['work']} did what it had not predicted: {sorted(rows(real) - rows(predicted))}")
            continue
        found.extend(
            f"{call['work']}: {key} was predicted as {predicted.get(key)!r} and became {real.get(key)!r}"
            for key in ("error", "changed", "summary", "values")
            if predicted.get(key) != real.get(key)
        )
        if rows(predicted) != rows(real):
            found.append(f"{call['work']}: rows differ: {sorted(rows(predicted) ^ rows(real))}")
    return found
