# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What converting a project gave: the lines of ``conversions.jsonl``.  Private to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import read_lines
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Json, SchemaError
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.resolve import Resolution

CONVERSIONS = "conversions.jsonl"
ENDING = ".tar.gz"
CONVERTED, REFUSED = "converted", "refused"


@dataclasses.dataclass(frozen=True)
class Conversion:
    """One project: its archive, or why there is none."""

    host: str
    site: str
    owner: str
    project: str
    """Its name on AE4."""
    name: str
    """Its name on AE5, which is the archive's top folder."""
    user: str
    """Its owner on AE5."""
    state: str
    """converted or refused."""
    reason: str = ""
    """Of a refused one, a sentence that says what to do."""
    archive: str = ""
    """Path below the folder that holds ``conversions.jsonl``."""
    bytes: int = 0
    sha256: str = ""
    tree: str = ""
    """Digest of the files in the archive, by path, see ``archive.tree_digest``."""
    files: int = 0
    unpacked: int = 0
    """Bytes of all files together."""
    stamp: str = ""
    """Digest of all that the archive was made from, without the files' content: paths, sizes, times, what was put in."""
    environment: str = ""
    """Name of the environment that ``environment.yml`` describes; empty where a project's file of its own stayed."""
    notes: t.Tuple[str, ...] = ()
    left_out: t.Tuple[t.Tuple[str, str], ...] = ()
    """Path and why, of what is neither in the archive nor named by a pattern."""
    resolution: t.Optional[Resolution] = None

    @property
    def key(self) -> str:
        return f"{self.owner}/{self.project}"

    def to_json(self) -> Json:
        data = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        resolution = None if self.resolution is None else self.resolution.to_json()
        return {**data, "notes": list(self.notes), "left_out": [list(item) for item in self.left_out], "resolution": resolution}

    @classmethod
    def from_json(cls, data: t.Any) -> Conversion:
        names = {field.name for field in dataclasses.fields(cls)}
        try:
            values = {key: value for key, value in data.items() if key in names}
            values["notes"] = tuple(data.get("notes", ()))
            values["left_out"] = tuple((path, why) for path, why in data.get("left_out", ()))
            values["resolution"] = None if data.get("resolution") is None else Resolution.from_json(data["resolution"])
            return cls(**values)
        except (AttributeError, TypeError, ValueError) as exc:
            raise SchemaError("a conversion needs host, site, owner, project, name, user and state") from exc


def read_conversions(path: str) -> t.Iterator[Conversion]:
    """The conversions of one host.

    Raises:
        MigrationError: they cannot be read.
    """
    for number, data in enumerate(read_lines(path, "list of conversions"), start=1):
        try:
            yield Conversion.from_json(data)
        except SchemaError as exc:
            raise MigrationError(f"Line {number} of the list of conversions {path} cannot be used: {exc}; convert again.") from exc
