# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as one self-contained page: no network, works from a mail attachment and without its script.  Private to the collection.

The order follows the readers' questions: is it done, who must do what, who lost access, how much is it; then the lists.
"""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._report import picture
from ansible_collections.ae_ops.migration.plugins.module_utils._report.ledger import ARRIVED, FAILING
from ansible_collections.ae_ops.migration.plugins.module_utils._report.lists import MOODS
from ansible_collections.ae_ops.migration.plugins.module_utils._report.markup import (
    Markup,
    data_block,
    document,
    element,
    joined,
    link,
    listing,
    more,
    section,
    table,
    tag,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._report.projects import lists as project_lists
from ansible_collections.ae_ops.migration.plugins.module_utils._report.projects import page
from ansible_collections.ae_ops.migration.plugins.module_utils._report.script import SCRIPT
from ansible_collections.ae_ops.migration.plugins.module_utils._report.style import ROW_HEIGHT, STYLE
from ansible_collections.ae_ops.migration.plugins.module_utils._report.tables import DataTable, in_words
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, listed, size_in_words

Json = t.Mapping[str, t.Any]

NEEDS = "What needs a person"
LOST = "Who lost access, and why"
EVERYBODY = {"anyone": "Anyone without a login", "everyone": "Everyone who is logged in"}
"""The kinds of principals that are not one user or group."""
NEEDS_SHOWN = 30
LOSERS_SHOWN = 15

DISPOSITIONS = {
    "uploaded": "sent, and verified in every channel it belongs to",
    "replaced": "sent in place of another file of this name, and verified",
    "present": "on the cluster before, with the same digest",
    "kept": "the cluster has another file of this name, and ae_conflict keeps that one",
    "quarantined": "damaged or not readable in AE4, so it was not sent",
    "moved": "changed since the plan was made, so it was not sent; run the plan playbook again",
    "conflict": "the cluster has another file of this name",
    "failed": "not on the cluster",
    "unproven": "perhaps on the cluster; its bytes could not be verified",
    "removed_on_ae5": "was on the cluster and was deleted there",
    "unlabelled": "without a label in AE4, and the channels are named after labels",
    "unsupported_kind": "of a kind that AE5 channels do not accept",
    "duplicate": "the same file as another one; see that one",
    "excluded": "excluded by the inventory",
    "mirror": "of an owner who mirrors a public repository; mirror it in AE5",
    "in_reference": "already in a reference channel of AE5",
}
"""What a disposition means, in words; one without words shows its own name."""

INTROS = {
    "owners": "",
    "findings": "Where the cluster differs from the plan. Stale: it was removed in AE4 after it was migrated. Foreign: somebody added it "
    "on AE5. Accepted: the inventory declares it. The migration removes nothing; the last column has a command that would.",
    "access": "What people could do in AE4, what was planned, and what AE5 shows.",
    "channels": "",
    "files": "Every file of every site, with its disposition.",
    "decisions": "Choices that the plan made, each with the inventory variable that changes it.",
}

TITLES = {
    "owners": "Owners",
    "findings": "Findings",
    "access": "Access",
    "channels": "Channels",
    "files": "Files",
    **project_lists.TITLES,
    "decisions": "Decisions",
}

GOOD_MARK = "M16 2a14 14 0 1 0 0 28 14 14 0 0 0 0-28zm-2.2 20.2-6-6 2.1-2.1 3.9 3.9 8.3-8.3 2.1 2.1z"
BAD_MARK = "M16 2a14 14 0 1 0 0 28 14 14 0 0 0 0-28zm-1.6 6.5h3.2v10h-3.2zm0 12.3h3.2V24h-3.2z"


def render(report: Json, lists: t.Mapping[str, DataTable]) -> str:
    """The page of a report: the content of ``report.json`` and the long tables."""
    title = f"Migration to {report['cluster']}"
    moods = _moods(report)
    data = {"moods": moods, "height": ROW_HEIGHT, "tables": {name: item.to_data() for name, item in lists.items() if item.rows}}
    needs = _needs(report)
    return document(
        title,
        STYLE + picture.STYLE + (page.STYLE if "projects" in report else ""),
        SCRIPT,
        element("header", element("p", "Migration report", class_="over"), element("h1", title), _sources(report), _verdict(report)),
        _navigation(lists, (NEEDS if report["failures"] else LOST) if needs else ""),
        element(
            "main",
            needs,
            _figures(report),
            section("way", "From AE4 to AE5", _way(report)),
            section("ends", "Results of the files", _dispositions(report["ledger"]["counts"])),
            *(section(name, TITLES[name], _long(name, lists[name], report, moods)) for name in TITLES if name in lists),
            section("proof", "Proof", _proof(report)),
        ),
        data_block("data", data),
    )


def _moods(report: Json) -> t.Mapping[str, str]:
    return {**MOODS, **project_lists.MOODS} if "projects" in report else MOODS


def _sources(report: Json) -> Markup:
    plan = report["plan"]
    names = [site["site"] for site in plan["sites"]]
    words = f"From Anaconda Enterprise 4 ({', '.join(names) or 'no site'}) to Anaconda Enterprise 5"
    return element("p", f"{words}{_planned(report['run'])}.", class_="soft")


def _planned(run: t.Optional[str]) -> str:
    """When the plan was made, from the name of its run."""
    if run is None:
        return ""
    return f", by the plan of {run[:4]}-{run[4:6]}-{run[6:8]} {run[9:11]}:{run[11:13]} UTC"


def _verdict(report: Json) -> Markup:
    needs, counts = report["failures_total"], report["ledger"]["counts"]
    files = sum(counts.values())
    arrived = sum(counts.get(name, 0) for name in ARRIVED)
    failing = sum(counts.get(name, 0) for name in FAILING)
    words = f"{arrived:,} of {counted(files, 'file')} of AE4 {'is' if arrived == 1 else 'are'} on the cluster, verified by digest."
    if failing:
        words += f" {counted(failing, 'file is', 'files are')} not, but should be."
    if files - arrived - failing:
        words += f" {counted(files - arrived - failing, 'file was', 'files were')} left out; the reasons are listed below."
    if report["access"]["lost"]:
        words += f" {_losers(report['access']['lost'])} less access than in AE4."
    projects = report.get("projects")
    words += page.verdict_words(projects)
    if not report["summary"]["verified"]:
        unseen = report["summary"]["findings"].get("unknown", 0)
        words += f" {counted(unseen, 'check was', 'checks were')} not possible over this transport."
    if needs:
        head = f"{counted(needs, 'problem needs a person', 'problems need a person')}."
    elif arrived or (projects is not None and projects["total"]):
        head = "Everything that was planned is on the cluster."
    else:
        head = "Nothing was planned, so nothing is missing."
    mark = element(
        "svg", element("path", d=BAD_MARK if needs else GOOD_MARK, fill="currentColor", fill_rule="evenodd"), viewBox="0 0 32 32"
    )
    text = element("div", element("b", head), element("p", words))
    return element("div", element("span", mark, class_="mark"), text, class_=f"verdict {'bad' if needs else 'good'}")


def _navigation(lists: t.Mapping[str, DataTable], needs: str) -> Markup:
    links = [link(needs, "needs")] if needs else []
    links += [link("Summary", "way")]
    titles = {**TITLES, **project_lists.SHORT_TITLES}
    links += [link(joined([titles[name], element("b", f"{item.total:,}")]), name) for name, item in lists.items() if item.total]
    return element("nav", element("div", *links, link("Proof", "proof")))


def _needs(report: Json) -> Markup:
    """Who lost access and why, then everything else that needs a person."""
    lost = _lost(report["access"]["lost"], report["access"]["counts"])
    if not report["failures"]:
        return section("needs", LOST, lost)
    return section("needs", NEEDS, element("h3", LOST) if lost else Markup(), lost, _put_right(report))


def _losers(lost: t.Sequence[Json]) -> str:
    """Who lost access, with the verb: everybody by that name, people by their number."""
    kinds = {item["kind"] for item in lost}
    named = [who for kind, who in EVERYBODY.items() if kind in kinds]
    number = sum(item["kind"] not in EVERYBODY for item in lost)
    named += [counted(number, "user or group", "users and groups")] if number else []
    words = " and ".join([named[0], *(who[0].lower() + who[1:] for who in named[1:])])
    return f"{words} {'has' if len(named) == 1 and number < 2 else 'have'}"


def _lost(lost: t.Sequence[Json], counts: Json) -> Markup:
    if not lost:
        return Markup()
    rows = []
    for item in lost[:LOSERS_SHOWN]:
        who = EVERYBODY.get(item["kind"], item["name"])
        places = listed(item["examples"], len(item["examples"]), total=item["channels"])
        rows.append([who, places, "; ".join(item["reasons"])])
    total = counts.get("narrower", 0)
    words = f"{_losers(lost)} less access than in AE4 in {counted(total, 'case')}. "
    return joined(
        [
            element("p", words, link("Show them all", "access?verdict=narrower"), class_="soft"),
            table(["Who", "Channels", "Why"], rows, ["name", "text", "text"]),
            more(len(lost), LOSERS_SHOWN, link("the access table", "access?verdict=narrower")),
        ]
    )


def _put_right(report: Json) -> Markup:
    if not report["failures"]:
        return Markup()
    where = joined([link("the findings", "findings?fails=yes"), " and ", link("the files", "files")])
    if report.get("projects"):
        where = joined([where, " and ", link("the notebook projects", project_lists.PROJECTS)])
    return joined([element("h3", "What must be corrected"), listing(report["failures"], where, NEEDS_SHOWN, report["failures_total"])])


def _figures(report: Json) -> Markup:
    summary, counts = report["summary"], report["ledger"]["counts"]
    files = sum(counts.values())
    arrived = sum(counts.get(name, 0) for name in ARRIVED)
    failing = sum(counts.get(name, 0) for name in FAILING)
    figures = [
        (f"{files:,}", "file in AE4" if files == 1 else "files in AE4", ""),
        (f"{arrived:,}", "on the cluster", ""),
        (f"{files - arrived - failing:,}", "left out with a reason", ""),
        (f"{failing:,}", "file needs a person" if failing == 1 else "files need a person", "bad" if failing else ""),
        (f"{_channels(summary):,}", "channel" if _channels(summary) == 1 else "channels", ""),
        *([(f"{summary['channels_absent']:,}", "planned channels missing", "bad")] if summary["channels_absent"] else []),
        (size_in_words(summary["bytes"]), "planned for channels, copies counted", ""),
    ]
    return joined(
        element("div", *(element("div", element("b", number), words, class_=mood) for number, words, mood in row), class_="figures")
        for row in (figures, page.figures(report.get("projects")))
        if row
    )


def _channels(summary: Json) -> int:
    """Number of planned channels that exist."""
    return int(summary["channels"] - summary["channels_absent"])


def _way(report: Json) -> Markup:
    owners, plan = report["owners"], report["plan"]
    flows = picture.flows_of(owners)
    rows: t.List[t.List[t.Any]] = [
        [
            site["site"],
            f"{site['files']:,}",
            size_in_words(site["bytes"]),
            tag("planned from an old inventory", "odd") if site.get("old") else "",
            element("code", site["sha256"][:16], title=site["sha256"]),
        ]
        for site in plan["sites"]
    ]
    rows += [[site, "", "", tag("no inventory", "bad"), ""] for site in plan["missing_sites"]]
    return joined(
        [
            picture.picture(flows, report["cluster"], _channels(report["summary"])),
            element("p", _to_do(plan["changes"].get("totals", {})), class_="soft") if plan["changes"] else Markup(),
            table(["Site", "Files", "Size", "", "sha256 of its inventory"], rows, ["name", "number", "number", "short", "short"]),
        ]
    )


def _to_do(totals: Json) -> str:
    """What there was to do when the plan was made."""
    words = [
        counted(totals["channels_to_create"], "channel") + " to create" if totals.get("channels_to_create") else "",
        f"{counted(totals['files_to_send'], 'file')} ({size_in_words(totals['bytes_to_send'])}) to send"
        if totals.get("files_to_send")
        else "",
        counted(totals["conflicts"], "file") + " in conflict" if totals.get("conflicts") else "",
        counted(totals["shares_to_add"], "share") + " to add" if totals.get("shares_to_add") else "",
        counted(totals["shares_to_change"], "share") + " to change" if totals.get("shares_to_change") else "",
        counted(totals["channels_to_publish"], "channel") + " to make public" if totals.get("channels_to_publish") else "",
        counted(totals["channels_to_hide"], "channel") + " to make private" if totals.get("channels_to_hide") else "",
    ]
    known = [text for text in words if text]
    return f"The plan had {', '.join(known)}." if known else "The plan had nothing to do."


def _dispositions(counts: Json) -> Markup:
    def order(name: str) -> t.Tuple[bool, bool, int, str]:
        return (name not in FAILING, name not in ARRIVED, -counts[name], name)

    rows = [
        [tag(in_words(name), MOODS.get(in_words(name), "")), DISPOSITIONS.get(name, ""), link(f"{counts[name]:,}", f"files?{_asks(name)}")]
        for name in sorted(counts, key=order)
    ]
    return table(["Result", "Meaning", "Files"], rows, ["short", "text", "number"])


def _asks(disposition: str) -> str:
    """The part of an address that shows the files of one disposition."""
    return f"disposition={in_words(disposition).replace(' ', '+')}"


def _long(name: str, content: DataTable, report: Json, moods: t.Mapping[str, str]) -> Markup:
    if name in project_lists.TITLES:
        known = content.total or name == project_lists.PROJECTS
        return joined([page.intro(name, report), content.markup(moods)]) if known else Markup()
    if not content.total:
        return Markup()
    intro = INTROS[name]
    legend = [element("span", element("i", class_=mood), text) for mood, text in LEGEND] if name == "owners" else []
    return joined(
        [
            element("p", intro, class_="soft") if intro else Markup(),
            element("p", *legend, class_="soft small legend") if legend else Markup(),
            content.markup(moods),
        ]
    )


LEGEND = (("good", "on the cluster"), ("rest", "left out with a reason"), ("bad", "needs a person"))


def _proof(report: Json) -> Markup:
    ledger, summary = report["ledger"], report["summary"]
    ends = sum(ledger["placements"].values())
    projects = report["projects"]["total"] if "projects" in report else 0
    more = f" and {counted(projects, 'line')}, one for each notebook project" if projects else ""
    words = (
        f"The ledger has {counted(ledger['lines'] - projects, 'line')}, one for each file of AE4, with {counted(ends, 'placement')} in"
        f" channels{more}. "
        "Its sums match the inventories, by site, in number and in bytes. The sha256 of ledger.jsonl is "
    )
    loaded = summary["downloaded"]
    how = "Every package on the cluster was compared with the digest in its channel's repodata."
    if loaded["files"]:
        number = counted(loaded["files"], "package was", "packages were")
        how += f" {number} also downloaded ({size_in_words(loaded['bytes'])}) and compared with the inventory."
    return joined([element("p", words, element("code", ledger["digest"]), ".", class_="soft"), element("p", how, class_="soft")])
