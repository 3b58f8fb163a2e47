# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the environments of one project find on AE5, from the rewriting of each.  Private to the collection.  Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.environment import EnvironmentSpec
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_map import Rewriting
from ansible_collections.ae_ops.migration.plugins.module_utils._store.resolutions import Asked, PinState, Resolution


def resolution(owner: str, project: str, user: str, found: t.Sequence[t.Tuple[EnvironmentSpec, Rewriting]]) -> Resolution:
    """The environments of one project together; a pin that several have counts once."""
    pins: t.Dict[t.Tuple[str, str, str, str], PinState] = {}
    for _spec, rewriting in found:
        pins.update({(item.pin.name, item.pin.version, item.pin.build, item.pin.spec): item for item in rewriting.pins})
    return Resolution(
        owner,
        project,
        user,
        tuple(dict.fromkeys(name for _spec, rewriting in found for name in rewriting.channels)),
        tuple(pins[key] for key in sorted(pins)),
        tuple(dict.fromkeys(name for _spec, rewriting in found for name in rewriting.dropped)),
        tuple(dict.fromkeys(line for spec, _rewriting in found for line in spec.pip)),
        tuple(Asked(spec.name, rewriting.channels, tuple(pin.text(rewriting.how) for pin in spec.pins)) for spec, rewriting in found),
    )
