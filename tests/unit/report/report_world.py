# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verifications of any size to be shown: an ordinary one, one of very many files, one in which every name is hostile."""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.equivalence import Row
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Channel, Decision, Share, SkippedShare
from ansible_collections.ae_ops.migration.plugins.module_utils._report.access_summary import AccessSummary
from ansible_collections.ae_ops.migration.plugins.module_utils._report.compare import Finding
from ansible_collections.ae_ops.migration.plugins.module_utils._report.content import Verification
from ansible_collections.ae_ops.migration.plugins.module_utils._report.deep import Downloaded
from ansible_collections.ae_ops.migration.plugins.module_utils._report.ledger import Ledger, LedgerLine, PlacementEnd
from ansible_collections.ae_ops.migration.plugins.module_utils._report.lists import all_lists
from ansible_collections.ae_ops.migration.plugins.module_utils._report.page import render
from ansible_collections.ae_ops.migration.plugins.module_utils._store.plan import Plan, SiteInventory
from tests.unit.report.report_samples import sha

PACKAGES = ("numpy", "pandas", "scipy", "xz", "zlib", "openssl", "moto", "pysocks", "six", "future", "simplejson", "iso8601")
OWNERS = ("bio-lab", "finance", "platform", "alice", "risk-models", "bob", "genomics", "anaconda-organization")
ENDS = {7: "failed", 11: "conflict", 13: "quarantined", 17: "unlabelled", 19: "unsupported_kind", 23: "excluded", 29: "present"}
DETAILS = {
    "failed": "AE5 answered 413: the file is larger than the cluster accepts",
    "conflict": "Channel {channel} has linux-64/{file} with other bytes.",
    "quarantined": "The file {file} has another md5 than AE4 says.",
    "unlabelled": "It has no label, and the channels of this owner are named after labels.",
    "unsupported_kind": "AE5 channels do not accept files of kind 'pypi'.",
    "excluded": "Rule 2 of ae_exclude (package numpy*) leaves it out.",
}
LEFT = ("unlabelled", "unsupported_kind", "excluded")


def line(number: int, sites: t.Sequence[str]) -> LedgerLine:
    """The ledger's line of the n-th file; a few of every hundred went another way."""
    package, owner = PACKAGES[number % len(PACKAGES)], OWNERS[(number * number) % len(OWNERS)]
    file = f"{package}-{number // 9}.{number % 9}.2-py3{number % 12}_{number % 4}.tar.bz2"
    end = ENDS.get(number % 331, "uploaded")
    channel = owner if number % 3 else f"{owner}/Devs"
    detail = DETAILS.get(end, "").format(channel=channel, file=file)
    ends = () if end in LEFT else (PlacementEnd(channel, "linux-64", end, detail),)
    if number % 5 == 0 and ends:
        ends = (*ends, PlacementEnd(f"{owner}/Test", "linux-64", "uploaded"))
    path = f"{owner}/0123--{package}/{file}"
    return LedgerLine(sites[number % len(sites)], owner, package, file, path, 1000 + (number * 7919) % 9_000_000, end, detail, ends)


def access(people: int, channels: t.Sequence[Channel]) -> AccessSummary:
    found = AccessSummary()
    for number in range(people):
        channel = channels[number % len(channels)]
        person, verdict, reason, known = f"user{number % 57}", "same", "", "yes"
        if number % 57 in (3, 20):
            verdict, reason, known = "narrower", "does not exist in AE5", "no"
        elif number % 90 == 5:
            verdict, reason = "stale", "AE4 no longer gives it to group Devs"
        elif number % 90 == 8:
            verdict, reason = "narrower", "collaborator of package risk-curves"
        planned, seen = ("r", "r") if verdict != "narrower" else ("r", "none")
        found.add(Row("east", channel.name, "user", person, known, "r", planned, seen, verdict, reason))
    found.add(
        Row(
            "east",
            channels[0].name,
            "anyone",
            "anyone",
            "yes",
            "r of 3 of 9 packages",
            "none",
            "none",
            "narrower",
            "package six made it private",
        )
    )
    return found


def others_findings(names: t.Sequence[str]) -> list[Finding]:
    """What was found in the channels of these names and is in no line of the ledger."""
    return [
        Finding(
            "stale",
            names[0],
            "user eve",
            f"AE4 no longer gives user eve access to channel {names[0]}; AE5 still does.",
            False,
            "cli --remove",
        ),
        Finding(
            "foreign",
            names[1],
            "noarch/x-1-0.conda",
            f"Channel {names[1]} has noarch/x-1-0.conda, but not from this migration.",
            False,
        ),
        Finding("wider", names[1], "privacy", f"Channel {names[1]} is public, but not everything in it was public in AE4.", True),
    ]


def verification(files: int = 400, people: int = 300, sites: t.Sequence[str] = ("east", "west"), clean: bool = False) -> Verification:
    """What a verification of so many files and rights found; ``clean`` is one in which nothing is wrong."""
    lines = [line(number, sites) for number in range(files)]
    if clean:
        lines = [item for item in lines if item.disposition in ("uploaded", "present", *LEFT)]
    lines.sort(key=lambda item: (item.site, item.owner, item.package, item.path))
    names = sorted({end.channel for item in lines for end in item.placements})
    sums: dict[str, list[int]] = {name: [0, 0] for name in names}
    for item in lines:
        for end in item.placements:
            sums[end.channel][0] += 1
            sums[end.channel][1] += item.size
    held = SkippedShare(Share("user", "user3", "r"), "unknown_principal", "AE5 does not know user3.")
    channels = tuple(
        Channel(name, name.split("/")[0], number % 4 == 0, (Share("group", "Devs", "r"), Share("user", "ann", "rw")), *sums[name])
        if number != 2 or clean
        else Channel(name, name.split("/")[0], False, (Share("group", "Devs", "r"),), *sums[name], skipped_shares=(held,))
        for number, name in enumerate(names)
    )
    ledger = Ledger(tuple(lines))
    found = [] if clean else [*others_findings(names), *ledger.findings()]
    decisions = (
        ()
        if clean
        else (
            Decision("narrower", f"Channel {names[0]} is not public because of six, so fewer people than in AE4 can read xz."),
            Decision(
                "visible_without_label", f"Channel {names[0]} shows 3 files that were not on the label main in AE4.", "ae_channel_layout"
            ),
            Decision("user_missing", "The AE5 user 'user3' does not exist, so nothing can be shared with them.", "ae_user_map"),
        )
    )
    by_site = ledger.by_site()
    stored = tuple(SiteInventory(site, *by_site.get(site, (0, 0)), sha(site), site == "west" and not clean) for site in sites)
    totals = {"channels_to_create": len(channels), "files_to_send": len(lines), "bytes_to_send": sum(item.size for item in lines)}
    to_do = {channel.name: {"create": True, "send": channel.files, "send_bytes": channel.bytes} for channel in channels}
    changes: dict[str, t.Any] = {} if clean else {"totals": totals, "channels": to_do}
    plan = Plan("prod", "vendor", stored, channels, decisions, {}, {}, target_read=not clean, changes=changes)
    table = AccessSummary() if clean or not people else access(people, channels)
    ends = sum(len(item.placements) for item in lines)
    downloads = {("a", "noarch", str(number)): Downloaded("present", 1000) for number in range(12)}
    return Verification(plan, ledger, tuple(found), table, ends, downloads, "20261122T144000Z")


def hostile(names: t.Sequence[str]) -> Verification:
    """A verification in which every text that comes from AE4 or AE5 is one of ``names``."""
    lines = tuple(
        LedgerLine(name, name, name, name, name, 5, end, name, (PlacementEnd(name, name, end, name),))
        for name in names
        for end in ("failed", "uploaded", name)
    )
    ledger = Ledger(lines)
    found = AccessSummary()
    for name in names:
        for verdict in ("narrower", "same", name):
            found.add(Row(name, name, "user", name, name, name, name, name, verdict, name))
    findings = [Finding(verdict, name, name, name, verdict == "wider", name) for name in names for verdict in ("wider", "foreign", name)]
    share = Share("user", names[0], "r")
    channels = tuple(Channel(name, name, False, (Share("group", name, "r"),), 1, 1, (SkippedShare(share, name, name),)) for name in names)
    decisions = tuple(Decision(code, name, name) for name in names for code in ("narrower", name))
    sites = tuple(SiteInventory(name, 3, 15, sha(name)) for name in names)
    plan = Plan(names[0], "vendor", sites, channels, decisions, {}, {}, (names[-1],))
    return Verification(plan, ledger, tuple(findings), found, len(lines))


def page_of(result: Verification) -> str:
    return render(result.report(), all_lists(result))


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'onmouseover='alert(1)",
    "</style></script><script>alert(1)</script>",
    "<!--<script>",
    "{{ 7*7 }}",
    "=cmd|' /C calc'!A0",
    "http://192.0.2.1/x.js",
    "javascript:alert(1)",
    "evil\u202egnp.exe",
    "a\u200bb\u2066c",
    "line\nbreak\x1b[31m\x00",
    "name-\udcff\udc80",
    "&lt;b&gt;",
    "__proto__",
    "constructor",
)
"""What a name of AE4 may look like."""


def shown_as(name: str) -> str:
    """How a page shows a name: what cannot be seen is an escape."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in name)
