# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as one self-contained page: no network, no script, works from a mail attachment.  Private to the collection."""

from __future__ import annotations

import html
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._plan.people import share_in_words, size_in_words

ROWS_SHOWN = 500

STYLE = """
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #cf222e; --soft: #8881; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 70rem; padding: 2rem 1rem; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .5rem; }
.verdict { border-left: .4rem solid; padding: .4rem 1rem; background: var(--soft); margin: 1rem 0; }
.good { border-color: var(--good); } .bad { border-color: var(--bad); }
.figures { display: flex; flex-wrap: wrap; gap: 1rem; margin: 1rem 0; }
.figures div { background: var(--soft); padding: .6rem 1rem; border-radius: .4rem; min-width: 7rem; }
.figures b { display: block; font-size: 1.4rem; }
table { border-collapse: collapse; width: 100%; } td, th { border-bottom: 1px solid var(--line); padding: .3rem .5rem; text-align: left;
vertical-align: top; overflow-wrap: anywhere; } th { font-weight: 600; } td.number { text-align: right; white-space: nowrap; }
.small { color: #888; font-size: .85rem; } code { font-size: .85rem; }
"""


def escaped(text: t.Any) -> str:
    """Text that cannot become markup; what is not a character (undecodable names) is shown as an escape."""
    return html.escape(str(text).encode("utf-8", "backslashreplace").decode("utf-8"))


def table(head: t.Sequence[str], rows: t.Sequence[t.Sequence[t.Any]], numbers: t.Container[int] = ()) -> str:
    """A table of escaped cells, cut when it is long."""
    cells = "".join(f"<th>{escaped(name)}</th>" for name in head)
    body = "".join(
        "<tr>"
        + "".join(f'<td class="number">{escaped(cell)}</td>' if i in numbers else f"<td>{escaped(cell)}</td>" for i, cell in enumerate(row))
        + "</tr>"
        for row in rows[:ROWS_SHOWN]
    )
    more = f'<p class="small">and {len(rows) - ROWS_SHOWN} more, see report.json</p>' if len(rows) > ROWS_SHOWN else ""
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>{more}"


def section(title: str, body: str) -> str:
    return f"<h2>{escaped(title)}</h2>{body}" if body else ""


def render(report: t.Mapping[str, t.Any]) -> str:
    """The page of a report (the content of ``report.json``)."""
    needs = report["failures"]
    verdict = (
        f'<div class="verdict bad"><b>{len(needs)} things need a person.</b></div>'
        if needs
        else '<div class="verdict good"><b>Everything that was planned is on the cluster, byte for byte.</b></div>'
    )
    plan = report["plan"]
    counts = report["ledger"]["counts"]
    figures = "".join(
        f"<div><b>{escaped(value)}</b>{escaped(name)}</div>"
        for name, value in (
            ("sites", len(plan["sites"])),
            ("channels", len(plan["channels"])),
            ("files in AE4", sum(counts.values())),
            ("files migrated", counts.get("migrated", 0)),
            ("placements", report["summary"]["placements"]),
            ("size", size_in_words(report["summary"]["bytes"])),
        )
    )
    parts = [
        section("What needs a person", table(["what"], [[item] for item in needs]) if needs else ""),
        section("What changed elsewhere", _findings(report["findings"])),
        section("Files by what became of them", table(["disposition", "files"], sorted(counts.items()), numbers={1})),
        section("Channels", _channels(plan["channels"])),
        section("Decisions of the plan", _decisions(plan["decisions"])),
        section("Files not migrated", _not_migrated(report["not_migrated"])),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Migration to {escaped(plan['cluster'])}</title><style>{STYLE}</style></head><body>"
        f"<h1>Migration to {escaped(plan['cluster'])}</h1>{verdict}<div class=figures>{figures}</div>{''.join(parts)}"
        f'<p class="small">Ledger digest <code>{escaped(report["ledger"]["digest"])}</code></p></body></html>\n'
    )


def _findings(findings: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    rows = [[item["verdict"], item["channel"], item["detail"], item["command"]] for item in findings if not item["fails"]]
    return table(["verdict", "channel", "what", "command that would revoke it"], rows) if rows else ""


def _channels(channels: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    rows = [
        [item["name"], "public" if item["public"] else "private", "; ".join(item["shared"]), item["files"], size_in_words(item["bytes"])]
        for item in channels
    ]
    return table(["channel", "privacy", "shared with", "files", "size"], rows, numbers={3, 4})


def _decisions(decisions: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    rows = [[item["detail"], item.get("variable") or ""] for item in decisions]
    return table(["what", "variable that changes it"], rows) if rows else ""


def _not_migrated(lines: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    rows = [[item["site"], f"{item['owner']}/{item['package']}/{item['file']}", item["disposition"], item["detail"]] for item in lines]
    return table(["site", "file", "disposition", "why"], rows) if rows else ""


def channel_for_report(channel: t.Any) -> t.Dict[str, t.Any]:
    """A planned channel with its shares in words."""
    return {**channel.to_json(), "shared": [share_in_words(share) for share in channel.shares]}
