# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan as it lies in its folder: written whole, read in streams.  Private to the collection.

``plan.json`` is written last and names the digest of every list beside it, so a folder with a ``plan.json`` holds a
whole plan, and a list that was cut off or exchanged later is noticed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import itertools
import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import (
    atomic_writer,
    file_sha256,
    holds,
    is_there,
    json_line,
    read_object,
    read_records,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Json, JsonRecord, SchemaError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import (
    PLAN_VERSION,
    Channel,
    Decision,
    LeftOut,
    Placement,
    SkippedPlacement,
    SliceHead,
    TransferRow,
)

PLAN = "plan.json"
PLAN_FOR_PEOPLE = "plan.yml"
TO_CREATE = "channels-to-create.csv"
PLACEMENTS = "placements.jsonl"
PLACEMENTS_WHAT = "list of placements"
PLAN_AGAIN = "run the plan playbook again"
LEFT_OUT = "left_out.jsonl"
SKIPPED = "skipped.jsonl"
PLACEMENTS_BY_SITE = "placements"
OWNERS_BY_SITE = "owners"
TRANSFER_BY_SITE = "transfer"


@dataclasses.dataclass(frozen=True)
class SiteInventory(JsonRecord):
    """Which inventory of a site a plan was made from."""

    TITLE = "site of a plan"
    BRIEF = ("old",)

    site: str
    files: int
    bytes: int
    sha256: str
    old: bool = False
    """The site could not be exported when the plan was made, so what is new there since is not in the inventory."""


@dataclasses.dataclass(frozen=True)
class Plan(JsonRecord):
    """``plan.json``: the desired state of one cluster, without the placements."""

    TITLE = "plan"
    HEAD: t.ClassVar[Json] = {"schema_version": PLAN_VERSION}

    cluster: str
    layout: str
    sites: t.Tuple[SiteInventory, ...]
    channels: t.Tuple[Channel, ...]
    decisions: t.Tuple[Decision, ...]
    left_out: t.Dict[str, int]
    """Number of files without a placement, by reason."""
    members: t.Dict[str, t.List[str]]
    """AE5 names of the people of each AE4 group (``SITE:ORGANIZATION/GROUP``) the plan shares with."""
    missing_sites: t.Tuple[str, ...] = ()
    """Sites of the cluster of which there is no inventory."""
    digests: t.Dict[str, str] = dataclasses.field(default_factory=dict)
    """sha256 of each list of a stored plan, by the name of its file."""
    target_read: bool = False
    """Whether the cluster was read when the plan was made, so that what it held then is known (``Channel.before``)."""
    by_hand: t.Dict[str, str] = dataclasses.field(default_factory=dict)
    """What a person has to do with channels before they can be filled, see ``_model.by_hand``."""
    changes: t.Dict[str, t.Any] = dataclasses.field(default_factory=dict)
    """What was to be done from where the cluster was then, see ``_plan.changes``; empty where nobody looked."""

    def with_decisions(self, more: t.Sequence[Decision]) -> Plan:
        """The same plan with further decisions at the end."""
        return dataclasses.replace(self, decisions=(*self.decisions, *more))


def load_plan(folder: str) -> Plan:
    """Reads ``plan.json``.

    Raises:
        MigrationError: there is none, or it is damaged or of another schema version.
    """
    path = os.path.join(folder, PLAN)
    if not is_there(path):
        raise MigrationError(f"There is no plan in {folder}; run the plan playbook first.")
    try:
        return Plan.from_json(read_object(path, "plan"))
    except SchemaError as exc:
        raise MigrationError(f"The plan {path} cannot be used: {exc}; run the plan playbook again.") from exc


def whole(folder: str, name: str, what: str) -> str:
    """The path of a list of a plan, after a look whether it is the one the plan was stored with."""
    path = os.path.join(folder, name)
    digest = load_plan(folder).digests.get(name)
    if digest is None:
        raise MigrationError(f"The plan in {folder} has no {what} {name}; run the plan playbook again.")
    try:
        found = file_sha256(path)
    except OSError as exc:
        raise MigrationError(f"The {what} {path} cannot be read: {exc.strerror}; run the plan playbook again.") from exc
    if found != digest:
        raise MigrationError(f"The {what} {path} is not the one of the plan beside it, or is damaged; run the plan playbook again.")
    return path


def site_list(site: str) -> str:
    """Where one site's slice of the placements lies in a plan's folder."""
    return f"{PLACEMENTS_BY_SITE}/{site}.jsonl"


def owners_list(site: str) -> str:
    """Where the list lies of how one site's owners compare to the vendor's own import (``_plan.vendor``)."""
    return f"{OWNERS_BY_SITE}/{site}.jsonl"


def iter_placements(folder: str, site: t.Optional[str] = None) -> t.Iterator[Placement]:
    """All placements of a plan, ordered by channel, or those of one site.

    Raises:
        MigrationError: there is no plan, or the list is not the one it was stored with.
    """
    path = whole(folder, PLACEMENTS if site is None else site_list(site), PLACEMENTS_WHAT)
    return read_placements(path)[1]


def read_placements(path: str) -> t.Tuple[t.Optional[SliceHead], t.Iterator[Placement]]:
    """A list of placements, one at a time, and its head if it is a site's slice.

    Raises:
        MigrationError: the list cannot be read; later, a line of it cannot be used.
    """
    lines = read_records(path, PLACEMENTS_WHAT, slice_line, PLAN_AGAIN)
    first = next(lines, None)
    if first is None:
        return None, iter(())
    if isinstance(first, SliceHead):
        return first, t.cast("t.Iterator[Placement]", lines)
    return None, t.cast("t.Iterator[Placement]", itertools.chain([first], lines))


def slice_line(data: Json) -> t.Union[SliceHead, Placement]:
    """A line of a list of placements."""
    return SliceHead.from_json(data) if data.get("record") == "slice" else Placement.from_json(data)


def iter_left_out(folder: str) -> t.Iterator[LeftOut]:
    """The files of the inventories that have no placement.

    Raises:
        MigrationError: there is no plan, or the list is not the one it was stored with.
    """
    what = "list of left-out files"
    return read_records(whole(folder, LEFT_OUT, what), what, LeftOut.from_json)


def iter_skipped(folder: str) -> t.Iterator[SkippedPlacement]:
    """The placements that are due and held back.

    Raises:
        MigrationError: there is no plan, or the list is not the one it was stored with.
    """
    what = "list of held placements"
    return read_records(whole(folder, SKIPPED, what), what, SkippedPlacement.from_json)


def iter_transfer(folder: str) -> t.Iterator[TransferRow]:
    """What the sites' last transfers of this plan reported; nothing where none ran."""
    transfers = os.path.join(folder, TRANSFER_BY_SITE)
    names: t.List[str] = []
    with contextlib.suppress(FileNotFoundError):
        names = sorted(name for name in os.listdir(transfers) if name.endswith(".jsonl"))
    return itertools.chain.from_iterable(
        read_records(os.path.join(transfers, name), "transfer record", TransferRow.from_json) for name in names
    )


def _lists(
    plan: Plan, placements: t.Iterable[Placement], left_out: t.Iterable[LeftOut], held: t.Iterable[SkippedPlacement]
) -> t.Dict[str, t.List[str]]:
    """The lines of each list of a plan, by the name of its file."""
    lists: t.Dict[str, t.List[str]] = {PLACEMENTS: []}
    by_site: t.Dict[str, t.List[str]] = {}
    for site in plan.sites:
        lists[site_list(site.site)] = by_site[site.site] = [json_line(SliceHead(site.site, site.sha256).to_json())]
    for placement in placements:
        line = json_line(placement.to_json())
        lists[PLACEMENTS].append(line)
        by_site[placement.site].append(line)
    lists[LEFT_OUT] = [json_line(item.to_json()) for item in left_out]
    lists[SKIPPED] = [json_line(item.to_json()) for item in held]
    return lists


@dataclasses.dataclass(frozen=True)
class Rendered:
    """The files of a plan as they are to be: the lines of each list, and the texts of ``plan.json`` and ``plan.yml``."""

    lists: t.Dict[str, t.List[str]]
    plan: str
    for_people: str


def rendered(
    plan: Plan,
    for_people: str,
    placements: t.Iterable[Placement],
    left_out: t.Iterable[LeftOut],
    owners: t.Optional[t.Mapping[str, t.List[str]]] = None,
    held: t.Iterable[SkippedPlacement] = (),
    people: t.Optional[t.Mapping[str, t.List[str]]] = None,
) -> Rendered:
    """The files of a plan; ``plan.json`` names the digest of every list.

    ``owners`` are lines of ``_plan.vendor``, by site; ``people`` are further lists, by name (``_plan.people``).
    """
    lists = {**_lists(plan, placements, left_out, held), **(people or {})}
    lists.update({owners_list(site): lines for site, lines in (owners or {}).items()})
    digests = {name: _digest(lines) for name, lines in lists.items()}
    return Rendered(lists, json_line(dataclasses.replace(plan, digests=digests).to_json()), for_people)


def _digest(lines: t.Iterable[str]) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def is_stored(folder: str, files: Rendered) -> bool:
    """Whether the folder holds exactly these files already."""
    wanted = {PLAN: [files.plan], PLAN_FOR_PEOPLE: [files.for_people], **files.lists}
    return all(holds(os.path.join(folder, name), _digest(lines)) for name, lines in wanted.items())


def write_plan(folder: str, files: Rendered) -> None:
    """Writes the files of a plan into ``folder``, ``plan.json`` last."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(os.path.join(folder, PLAN))
    for name, lines in [*files.lists.items(), (PLAN_FOR_PEOPLE, [files.for_people]), (PLAN, [files.plan])]:
        with atomic_writer(os.path.join(folder, name)) as stream:
            stream.writelines(lines)
