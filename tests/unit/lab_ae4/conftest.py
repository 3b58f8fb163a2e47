# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the AE4 lab's own tests."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from tests.lab.ae4.host import Ae4Lab
from tests.lab.generate import fill_store
from tests.lab.sites import guide_site


@pytest.fixture
def host(tmp_path: Path) -> t.Iterator[Ae4Lab]:
    """A host whose web service runs and whose store is empty."""
    lab = Ae4Lab(tmp_path / "east", "east")
    lab.start()
    yield lab
    lab.stop()
    lab.store.close()


@pytest.fixture
def guide_host(tmp_path: Path) -> t.Iterator[Ae4Lab]:
    """A host that holds the guide's site; only its commands are used."""
    lab = Ae4Lab(tmp_path / "east", "east")
    fill_store(lab.store, guide_site())
    yield lab
    lab.store.close()
