# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The people of a plan: who they are on AE5, and the plan's files about them.  Private to the collection."""

from __future__ import annotations

import dataclasses
import os
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.identity import Identity
from ansible_collections.ae_ops.migration.plugins.module_utils._files import write_text
from ansible_collections.ae_ops.migration.plugins.module_utils._model import access
from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import Slot
from ansible_collections.ae_ops.migration.plugins.module_utils._model.people_map import Known
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import OwnerRecord
from ansible_collections.ae_ops.migration.plugins.module_utils._plan import principals_file
from ansible_collections.ae_ops.migration.plugins.module_utils._plan.build import Draft
from ansible_collections.ae_ops.migration.plugins.module_utils._store import access as access_classes


@dataclasses.dataclass(frozen=True)
class People:
    """The AE4 users and groups of a draft, each with its number of channels and the first of them."""

    draft: Draft
    used: t.Mapping[Known, t.Tuple[int, str]]
    warnings: t.Tuple[str, ...] = ()
    """One sentence for each line of ``principals.csv`` that is not used."""

    @classmethod
    def of(cls, draft: Draft, principals: t.Optional[str]) -> People:
        """Declares what the file ``principals`` says, if there is one.

        Raises:
            MigrationError: the file cannot be read.
        """
        used = principals_file.used_in(draft)
        if principals is None:
            return cls(draft, used)
        lines = principals_file.read_lines(principals)
        return cls(draft, used, tuple(principals_file.declare(draft, lines, used, os.path.basename(principals))))

    def lists(self, identity: t.Optional[Identity]) -> t.Dict[str, t.List[str]]:
        """The plan's files about people: the proposed ``principals.csv``, and the access that AE4 gave."""
        options, emails = self.draft.options, identity.emails if identity is not None else {}
        declared = {extra.name: access.merged(extra.shares) for extra in options.extra_channels}
        head = access_classes.Head(identity is not None, options.accept_wider, declared)
        lines = access_classes.lines(self.draft.classes, head, self._owner, options.principals)
        return {
            principals_file.PRINCIPALS: [principals_file.render(self.used, options.principals, identity, emails)],
            access_classes.ACCESS: list(lines),
        }

    def propose(self, folder: str, identity: Identity, check_mode: bool) -> str:
        """Writes only the proposal, for a plan that cannot be made before people are named; returns its path."""
        path = os.path.join(folder, principals_file.PRINCIPALS)
        if not check_mode:
            write_text(path, principals_file.render(self.used, self.draft.options.principals, identity, identity.emails))
        return path

    def _owner(self, site: str, name: str) -> OwnerRecord:
        return self.draft.owner(Slot(site, name, ""))
