# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Labs for the probe."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._probe import announce
from tests.unit.probe.probe_world import Probed

MakeLab = t.Callable[..., Probed]


@pytest.fixture
def make_lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[MakeLab]:
    """Makes labs that end with the test.  The probe waits less for an answer that does not come."""
    monkeypatch.setattr(announce, "PATIENCE", 0.3)
    made: list[Probed] = []

    def make(**switches: t.Any) -> Probed:
        made.append(Probed(tmp_path / f"lab{len(made)}", **switches))
        return made[-1]

    yield make
    for world in made:
        world.lab.stop()
