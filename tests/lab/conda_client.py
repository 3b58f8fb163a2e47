# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real conda client (py-rattler) that installs from the cluster."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import rattler


def install(channel_url: str, spec: str, folder: Path) -> dict[str, str]:
    """Solves and installs one spec; the installed packages' names with the sha256 of the files that were downloaded.

    Raises:
        Exception: rattler's own, if the channel cannot be read or the spec not be solved.
    """

    async def work() -> list[rattler.RepoDataRecord]:
        client = rattler.networking.Client()
        gateway = rattler.Gateway(cache_dir=folder / "cache", client=client)
        found = await rattler.solve([rattler.Channel(channel_url)], [spec], gateway=gateway, platforms=["linux-64", "noarch"])
        await rattler.install(found, folder / "prefix", cache_dir=folder / "packages", show_progress=False, client=client)
        return list(found)

    records = asyncio.run(work())
    linked = sorted((folder / "prefix" / "conda-meta").glob("*.json"))
    if len(linked) != len(records):
        raise AssertionError(f"{len(records)} packages were solved, {len(linked)} are installed")
    return {record.name.normalized: record.sha256.hex() for record in records}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
