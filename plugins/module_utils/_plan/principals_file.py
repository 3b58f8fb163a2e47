# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``principals.csv``: proposed into every plan's folder, completed by a person, read back.  Private to the collection.

The columns are ``HEAD``.  Only ``kind``, ``ae4_name`` and ``ae5_name`` must be there when it is read; ``organization`` is
needed for groups, an empty ``site`` means every site.  ``ae5_name`` is empty (undecided), a name, or ``-`` (nobody).
"""

from __future__ import annotations

import collections
import csv
import io
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._csv import plain, write_table
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model import access, people_map
from ansible_collections.ae_ops.migration.plugins.module_utils._model.people_map import Known, Line
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import GROUP, USER
from ansible_collections.ae_ops.migration.plugins.module_utils._plan.build import Draft

PRINCIPALS = "principals.csv"
HEAD = ("site", "kind", "ae4_name", "organization", "used_in", "example", "ae5_name", "found_in_ae5", "note")
NEEDED = ("kind", "ae4_name", "ae5_name")


def read_lines(path: str) -> t.List[Line]:
    """The lines a person filled in, in their order.

    Raises:
        MigrationError: the file cannot be read or is not such a table.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as stream:
            text = stream.read()
    except OSError as exc:
        raise MigrationError(f"The principals file {path} cannot be read: {exc.strerror}.") from exc
    except UnicodeDecodeError:
        raise MigrationError(f"The principals file {path} is not UTF-8; save it as CSV in UTF-8.") from None
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    # The csv reader of older Pythons stops at a NUL.
    rows = csv.reader(io.StringIO(text.replace("\0", "\ufffd"), newline=""), delimiter=delimiter)
    try:
        columns = [plain(cell.strip()).casefold() for cell in next(rows, [])]
        absent = [name for name in NEEDED if name not in columns]
        if absent:
            raise MigrationError(
                f"The principals file {path} has no column {', '.join(absent)}; copy the {PRINCIPALS} of the plan and fill in ae5_name."
            )
        return [_line(rows.line_num, dict(zip(columns, row))) for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as exc:
        raise MigrationError(f"Line {rows.line_num} of the principals file {path} is not CSV ({exc}); correct it.") from None


def _line(number: int, cells: t.Mapping[str, str]) -> Line:
    kind, site, organization = (plain(cells.get(name, "").strip()) for name in ("kind", "site", "organization"))
    # Blanks around a typed name are ignored; an AE4 name is the key and is taken as it is.
    return Line(
        number, site, kind.casefold(), organization, plain(cells.get("ae4_name", "")), plain(cells.get("ae5_name", "").strip()).strip()
    )


def used_in(draft: Draft) -> t.Dict[Known, t.Tuple[int, str]]:
    """Each AE4 user and group that needs access: in how many channels, and the first of them.

    A member of a group needs to be known where the group is; a collaborator of a package wherever that is placed.
    """
    channels: t.Dict[Known, t.Dict[str, None]] = collections.defaultdict(dict)
    members: t.Dict[Known, t.Sequence[str]] = {}
    for slot, name in sorted(draft.names.items()):
        owner = draft.owner(slot)
        for due in access.due_on(slot, owner, draft.collaborators_of(slot)):
            channels[Known(slot.site, due.kind, slot.owner if due.kind == GROUP else "", due.name)][name] = None
        group = access.group_of(owner, slot.group) if slot.group else None
        if group is not None:
            members[Known(slot.site, GROUP, slot.owner, group.name)] = group.members
    for site, login, name in draft.classes.collaborators():
        channels[Known(site, USER, "", login)][name] = None
    found = {known: (len(names), min(names)) for known, names in channels.items()}
    for group_key, logins in members.items():
        count, example = found[group_key]
        for login in set(logins):
            person = Known(group_key.site, USER, "", login)
            before, first = found.get(person, (0, example))
            found[person] = (before + count, min(first, example))
    return found


def render(
    used: t.Mapping[Known, t.Tuple[int, str]],
    names: access.PrincipalMap,
    people: t.Optional[access.PeopleOfTarget],
    emails: t.Mapping[str, str],
) -> str:
    """The text of the proposed file, safe to open with a spreadsheet."""
    stream = io.StringIO(newline="")
    write_table(
        stream,
        HEAD,
        (
            [
                proposal.known.site,
                proposal.known.kind,
                proposal.known.name,
                proposal.known.organization,
                *used[proposal.known],
                proposal.ae5_name,
                proposal.found,
                proposal.note,
            ]
            for proposal in people_map.propose(used, names, people, emails)
        ),
    )
    return stream.getvalue()


def declare(draft: Draft, lines: t.Sequence[Line], used: t.Iterable[Known], where: str) -> t.List[str]:
    """Adds the lines to the draft's declarations; returns one sentence for each line that is not used."""
    declared, warnings = people_map.settle(lines, used, where)
    draft.declare_principals(declared)
    return warnings
