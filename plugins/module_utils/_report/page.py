# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as one self-contained page: no network, no script, works from a mail attachment.  Private to the collection.

The order is that of its readers: is it done, who must do what, who lost access, how much it is, and then the lists.
"""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Channel
from ansible_collections.ae_ops.migration.plugins.module_utils._model.words import counted, share_in_words, size_in_words
from ansible_collections.ae_ops.migration.plugins.module_utils._report.ledger import FAILING, MIGRATED
from ansible_collections.ae_ops.migration.plugins.module_utils._report.markup import (
    Markup,
    document,
    element,
    joined,
    listing,
    section,
    segments,
    table,
    tag,
)

Json = t.Mapping[str, t.Any]

NEEDS_SHOWN = 50

DISPOSITIONS = {
    "migrated": "on the cluster in every channel it belongs to, byte for byte",
    "kept": "the cluster holds another file of this name, and ae_conflict keeps that",
    "quarantined": "damaged or not understood in AE4, so it was not sent",
    "conflict": "the cluster holds another file of this name",
    "failed": "not on the cluster",
    "unproven": "on the cluster perhaps; nothing shows its bytes",
    "unlabelled": "without a label in AE4, and labels name the channels",
    "unsupported_kind": "of a kind that AE5 channels do not take",
    "duplicate": "the same file as another one, which was migrated",
    "excluded": "excluded by the inventory",
}
"""What a disposition means, in words; one that is not here shows its own name."""

DECISIONS = {
    "narrower": "Who can see less than in AE4",
    "visible_without_label": "Files that are easier to find than in AE4",
    "group_permission": "Permissions of groups that the vendor guide does not name",
    "collaborators": "Rights on single packages, which AE5 does not have",
    "shared_with_nobody": "Channels without anybody",
    "stale_member": "Members that AE4 no longer has",
    "group_missing": "Groups that AE5 does not know",
    "user_missing": "Users that AE5 does not know",
}
"""Headings for the decisions of a plan; a code that is not here is its own heading."""

LOSSES = ("narrower", "collaborators", "shared_with_nobody", "group_missing", "user_missing")
"""Decisions by which somebody can see less: they stand at the top (DESIGN section 6)."""

MOODS = {"same": "good", "narrower": "bad", "wider": "bad", "missing": "bad", "stale": "odd", "foreign": "odd", "accepted": "odd"}


def render(report: Json) -> str:
    """The page of a report (the content of ``report.json``)."""
    plan = report["plan"]
    losses = [item for item in plan["decisions"] if item["code"] in LOSSES]
    others = [item for item in plan["decisions"] if item["code"] not in LOSSES]
    title = f"Migration to {plan['cluster']}"
    sites = ", ".join([*(site["site"] for site in plan["sites"]), *(f"{site} without an inventory" for site in plan["missing_sites"])])
    return document(
        title,
        element("h1", title),
        element("p", f"From Anaconda Enterprise 4 ({sites or 'no site'}) to Anaconda Enterprise 5.", class_="soft"),
        _verdict(report),
        _figures(report),
        section("What needs a person", _needs(report["failures"])),
        section("Who lost access", _decisions(losses)),
        section("What differs from the plan and was left alone", _left_alone(report["findings"])),
        section("Files by owner", _owners(report["owners"])),
        section("Files by what became of them", _dispositions(report["ledger"]["counts"])),
        section("Channels", _channels(report)),
        section("What could not be seen", _unseen(report["findings"])),
        section("Other decisions of the plan", _decisions(others)),
        section("Files that are not on the cluster", _not_migrated(report)),
        section("Proof", _proof(report)),
    )


def _verdict(report: Json) -> Markup:
    needs = len(report["failures"])
    counts = report["ledger"]["counts"]
    files, migrated = sum(counts.values()), counts.get(MIGRATED, 0)
    told = f"{migrated:,} of {counted(files, 'file')} of AE4 {'is' if migrated == 1 else 'are'} on the cluster, proven by digest."
    failing = sum(counts.get(name, 0) for name in FAILING)
    left = files - migrated - failing
    if failing:
        told += f" {counted(failing, 'file is', 'files are')} not, and should be."
    if left:
        told += f" {counted(left, 'file was', 'files were')} left out for a reason that stands below."
    unseen = report["summary"]["findings"].get("unknown", 0)
    if unseen:
        told += f" {counted(unseen, 'thing')} could not be seen over this transport."
    if needs:
        head = f"{counted(needs, 'thing needs a person', 'things need a person')}."
    elif migrated:
        head = "Everything that was planned is on the cluster, byte for byte."
    else:
        head = "Nothing was planned, so nothing is missing."
    return element("div", element("b", head), told, class_=f"verdict {'bad' if needs else 'good'}")


def _figures(report: Json) -> Markup:
    summary, counts = report["summary"], report["ledger"]["counts"]
    figures = [
        (summary["sites"], "site"),
        (summary["channels"], "channel"),
        (sum(counts.values()), "file in AE4", "files in AE4"),
        (counts.get(MIGRATED, 0), "file migrated", "files migrated"),
        (summary["placements"], "placement"),
    ]
    shown = []
    for number, *words in figures:
        figure, _space, word = counted(t.cast(int, number), *t.cast(t.List[str], words)).partition(" ")
        shown.append(element("div", element("b", figure), word))
    shown.append(element("div", element("b", size_in_words(summary["bytes"])), "in channels"))
    return element("div", *shown, class_="figures")


def _needs(failures: t.Sequence[str]) -> Markup:
    return listing(failures, "report.json", NEEDS_SHOWN) if failures else Markup()


def _left_alone(findings: t.Sequence[Json]) -> Markup:
    rows = [
        [tag(item["verdict"], MOODS.get(item["verdict"], "")), item["detail"], element("code", item["command"]) if item["command"] else ""]
        for item in findings
        if not item["fails"] and item["verdict"] != "unknown"
    ]
    if not rows:
        return Markup()
    words = (
        "Stale: AE4 has taken it away since it was migrated. Foreign: somebody added it on AE5. Accepted: the inventory declares it. "
        "The migration takes nothing away; a command that would stands beside it."
    )
    return joined([element("p", words, class_="soft"), table(["verdict", "what", "to revoke it"], rows)])


def _unseen(findings: t.Sequence[Json]) -> Markup:
    details = [item["detail"] for item in findings if item["verdict"] == "unknown"]
    if not details:
        return Markup()
    words = "This transport does not show it, so it was sent as planned and is not verified."
    return joined([element("p", words, class_="soft"), listing(details, "report.json", NEEDS_SHOWN)])


def _owners(owners: t.Sequence[Json]) -> Markup:
    if not owners:
        return Markup()
    most = max(item["files"] for item in owners)
    rows = []
    for item in owners:
        left = item["files"] - item["migrated"] - item["failing"]
        pieces = segments(most, [("good", item["migrated"]), ("rest", left), ("bad", item["failing"])])
        rows.append([item["owner"], element("span", item["site"], class_="key"), f"{item['files']:,}", pieces])
    legend = [
        joined([element("i", class_=mood), text])
        for mood, text in (("good", "on the cluster"), ("rest", "left out with a reason"), ("bad", "needs a person"))
    ]
    return joined([table(["owner", "site", "files", ""], rows, numbers={2}), element("p", *legend, class_="soft small legend")])


def _dispositions(counts: t.Mapping[str, int]) -> Markup:
    def mood(name: str) -> str:
        return "good" if name == MIGRATED else "bad" if name in FAILING else ""

    rows = [
        [tag(name.replace("_", " "), mood(name)), DISPOSITIONS.get(name, ""), f"{number:,}"]
        for name, number in sorted(counts.items(), key=lambda item: (item[0] != MIGRATED, item))
    ]
    return table(["", "", "files"], rows, numbers={2})


def _channels(report: Json) -> Markup:
    verdicts: t.Dict[str, t.Dict[str, None]] = {}
    for item in [*report["access"], *(item for item in report["findings"] if item["what"] in ("channel", "privacy", "shares"))]:
        if item["verdict"] != "same":
            verdicts.setdefault(item["channel"], {})[item["verdict"]] = None
    rows = [
        [
            item["name"],
            "public" if item["public"] else "private",
            joined(element("div", text) for text in item["shared"]),
            joined((tag(name, MOODS.get(name, "")) for name in verdicts.get(item["name"], ["same"])), " "),
            f"{item['files']:,}",
            size_in_words(item["bytes"]),
        ]
        for item in report["plan"]["channels"]
    ]
    return table(["channel", "privacy", "shared with", "access", "files", "size"], rows, numbers={4, 5})


def _decisions(decisions: t.Sequence[Json]) -> Markup:
    by_code: t.Dict[str, t.List[t.List[t.Any]]] = {}
    for item in decisions:
        variable = element("code", item["variable"], class_="key") if item.get("variable") else ""
        by_code.setdefault(item["code"], []).append([item["detail"], variable])
    return joined(
        table([DECISIONS.get(code, code.replace("_", " ").capitalize()), "to change it"], rows, where="plan.yml")
        for code, rows in sorted(by_code.items())
    )


def _not_migrated(report: Json) -> Markup:
    rows = [
        [
            f"{item['owner']}/{item['package']}/{item['file']}",
            element("span", item["site"], class_="key"),
            tag(item["disposition"].replace("_", " "), "bad" if item["disposition"] in FAILING else ""),
            item["detail"],
        ]
        for item in report["not_migrated"]
    ]
    return table(["file", "site", "disposition", "why"], rows, where="ledger.jsonl")


def _proof(report: Json) -> Markup:
    lines = sum(report["ledger"]["counts"].values())
    words = f"The ledger has {counted(lines, 'line')}, one for each file of AE4. The sha256 of ledger.jsonl is "
    return element("p", words, element("code", report["ledger"]["digest"]), ".", class_="soft")


def channel_for_report(channel: Channel) -> t.Dict[str, t.Any]:
    """A planned channel with its shares in words."""
    return {**channel.to_json(), "shared": [share_in_words(share) for share in channel.shares]}
