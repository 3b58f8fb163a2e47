# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``anaconda-project-lock.yml``: the pins that AE5 uses instead of those of the project's file.  Private to the collection.

As anaconda-project reads it: a lock is enabled unless ``locking_enabled``, or ``locked`` of its env spec, says otherwise, and its
packages are listed by platform, some of them for all.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.environment import read_dependencies
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pin import Pin
from ansible_collections.ae_ops.migration.plugins.module_utils._yaml import document_of, dump

LOCK_FILES = ("anaconda-project-lock.yml", "anaconda-project-lock.yaml")
PLATFORM = "linux-64"
"""The only platform of AE5's sessions."""
_PLATFORMS = ("all", "unix", "linux", PLATFORM)
DISABLED = "locking_enabled: false\n"
"""The text of a lock that anaconda-project ignores."""


@dataclasses.dataclass(frozen=True)
class Lock:
    """The enabled locks of a file, by the name of their env spec."""

    pins: t.Mapping[str, t.Tuple[Pin, ...]] = dataclasses.field(default_factory=dict)
    elsewhere: t.Tuple[str, ...] = ()
    """Env specs that are locked, but not for AE5's platform."""

    @property
    def is_enabled(self) -> bool:
        return bool(self.pins or self.elsewhere)


NO_LOCK = Lock()


def read_lock(text: str, what: str) -> Lock:
    """The locks in the text of a lock file.

    Raises:
        MigrationError: it cannot be understood.
    """
    document = document_of(text, what)
    specs = document.get("env_specs")
    pins: t.Dict[str, t.Tuple[Pin, ...]] = {}
    elsewhere = []
    for name, spec in specs.items() if isinstance(specs, dict) else ():
        if not isinstance(spec, dict) or not spec.get("locked", document.get("locking_enabled", True)):
            continue
        packages = spec.get("packages")
        named = packages if isinstance(packages, dict) else {}
        items = [item for platform in _PLATFORMS for item in named.get(platform) or ()]
        found, _pip = read_dependencies({"packages": items}, what, [])
        if found:
            pins[str(name)] = tuple(found)
        elif named:
            elsewhere.append(str(name))
    return Lock(pins, tuple(elsewhere))


def disabled(text: str, what: str) -> str:
    """The text of a lock file with all locks off, its packages and comments as they are.

    Raises:
        MigrationError: it cannot be understood.
    """
    document = document_of(text, what)
    document["locking_enabled"] = False
    for spec in document.get("env_specs", {}).values():
        if isinstance(spec, dict) and spec.get("locked"):
            spec["locked"] = False
    return dump(document)
