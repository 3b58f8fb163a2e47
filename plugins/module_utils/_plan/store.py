# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan as it lies in its folder: written whole, read in streams.  Private to the collection.

``plan.json`` is written last, so a folder with a ``plan.json`` holds a whole plan.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import atomic_writer, json_line, read_lines, read_object
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import (
    SCHEMA_VERSION,
    Channel,
    Decision,
    Json,
    LeftOut,
    Placement,
    SchemaError,
    TransferRow,
)

PLAN = "plan.json"
PLAN_FOR_PEOPLE = "plan.yml"
PLACEMENTS = "placements.jsonl"
LEFT_OUT = "left_out.jsonl"
PLACEMENTS_BY_SITE = "placements"
TRANSFER_BY_SITE = "transfer"

Record = t.TypeVar("Record")


@dataclasses.dataclass(frozen=True)
class SiteInventory:
    """Which inventory of a site a plan was made from."""

    site: str
    files: int
    bytes: int
    sha256: str

    def to_json(self) -> Json:
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True)
class Plan:
    """``plan.json``: the desired state of one cluster, without the placements."""

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

    def with_decisions(self, more: t.Sequence[Decision]) -> Plan:
        """The same plan with further decisions at the end."""
        return dataclasses.replace(self, decisions=(*self.decisions, *more))

    def to_json(self) -> Json:
        return {
            "schema_version": SCHEMA_VERSION,
            "cluster": self.cluster,
            "layout": self.layout,
            "sites": [site.to_json() for site in self.sites],
            "missing_sites": list(self.missing_sites),
            "channels": [channel.to_json() for channel in self.channels],
            "decisions": [decision.to_json() for decision in self.decisions],
            "left_out": self.left_out,
            "members": self.members,
        }

    @classmethod
    def from_json(cls, data: Json) -> Plan:
        if data.get("schema_version") != SCHEMA_VERSION:
            raise SchemaError(f"schema_version {data.get('schema_version')} is not {SCHEMA_VERSION}")
        return cls(
            data["cluster"],
            data["layout"],
            tuple(SiteInventory(**site) for site in data["sites"]),
            tuple(Channel.from_json(channel) for channel in data["channels"]),
            tuple(Decision.from_json(decision) for decision in data["decisions"]),
            dict(data["left_out"]),
            dict(data["members"]),
            tuple(data.get("missing_sites", ())),
        )


def load_plan(folder: str) -> Plan:
    """Reads ``plan.json``.

    Raises:
        MigrationError: there is none, or it is damaged or of another schema version.
    """
    path = os.path.join(folder, PLAN)
    if not os.path.exists(path):
        raise MigrationError(f"There is no plan in {folder}; run the plan playbook first.")
    try:
        return Plan.from_json(read_object(path, "plan"))
    except (SchemaError, KeyError, TypeError) as exc:
        raise MigrationError(f"The plan {path} cannot be used: {exc}; run the plan playbook again.") from exc


def read_records(path: str, what: str, make: t.Callable[[Json], Record]) -> t.Iterator[Record]:
    """The records of a JSON-lines file, one at a time."""
    for number, data in enumerate(read_lines(path, what), start=1):
        try:
            yield make(data)
        except (SchemaError, KeyError, TypeError, ValueError) as exc:
            raise MigrationError(f"Line {number} of the {what} {path} cannot be used: {exc}.") from exc


def iter_placements(folder: str, site: t.Optional[str] = None) -> t.Iterator[Placement]:
    """All placements of a plan, ordered by channel, or those of one site."""
    path = os.path.join(folder, PLACEMENTS) if site is None else os.path.join(folder, PLACEMENTS_BY_SITE, site + ".jsonl")
    return read_records(path, "list of placements", Placement.from_json)


def iter_left_out(folder: str) -> t.Iterator[LeftOut]:
    """The files of the inventories that have no placement."""
    return read_records(os.path.join(folder, LEFT_OUT), "list of left-out files", LeftOut.from_json)


def iter_transfer(folder: str) -> t.Iterator[TransferRow]:
    """What the sites' last transfers of this plan reported; nothing where none ran."""
    transfers = os.path.join(folder, TRANSFER_BY_SITE)
    names: t.List[str] = []
    with contextlib.suppress(FileNotFoundError):
        names = sorted(name for name in os.listdir(transfers) if name.endswith(".jsonl"))
    return itertools.chain.from_iterable(
        read_records(os.path.join(transfers, name), "transfer record", TransferRow.from_json) for name in names
    )


def save_plan(folder: str, plan: Plan, for_people: str, placements: t.Sequence[Placement], left_out: t.Sequence[LeftOut]) -> None:
    """Writes the files of a plan into ``folder``, ``plan.json`` last."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(os.path.join(folder, PLAN))
    with atomic_writer(os.path.join(folder, PLACEMENTS)) as stream:
        stream.writelines(json_line(placement.to_json()) for placement in placements)
    for site in plan.sites:
        with atomic_writer(os.path.join(folder, PLACEMENTS_BY_SITE, site.site + ".jsonl")) as stream:
            stream.writelines(json_line(placement.to_json()) for placement in placements if placement.site == site.site)
    with atomic_writer(os.path.join(folder, LEFT_OUT)) as stream:
        stream.writelines(json_line(item.to_json()) for item in left_out)
    with atomic_writer(os.path.join(folder, PLAN_FOR_PEOPLE)) as stream:
        stream.write(for_people)
    with atomic_writer(os.path.join(folder, PLAN)) as stream:
        stream.write(json_line(plan.to_json()))
