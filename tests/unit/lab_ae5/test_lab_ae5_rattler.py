# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real conda client solves and installs from the emulated cluster."""

from __future__ import annotations

import asyncio

import pytest

rattler = pytest.importorskip("rattler")


def install(channel: str, spec: str, folder, client=None) -> list[str]:
    """Solves and installs ``spec``; the names that were installed."""

    async def work() -> list[str]:
        http = client or rattler.networking.Client()
        gateway = rattler.Gateway(cache_dir=folder / "cache", client=http)
        records = await rattler.solve([rattler.Channel(channel)], [spec], gateway=gateway, platforms=["linux-64", "noarch"])
        await rattler.install(records, folder / "prefix", cache_dir=folder / "packages", show_progress=False, client=http)
        return sorted(record.name.normalized for record in records)

    return asyncio.run(work())


@pytest.fixture
def filled(owner, package):
    def fill(name: str, privacy: str) -> None:
        owner.create(name, privacy=privacy)
        owner.upload(name, *package("app", depends=["lib >=2"], subdir="linux-64", payload=b"the app\n"))
        owner.upload(name, *package("lib", "1.0", payload=b"old\n"))
        owner.upload(name, *package("lib", "2.0", payload=b"new\n"))

    return fill


def test_from_a_public_channel(ae5, filled, tmp_path):
    filled("org/Devs/Test", "public")
    assert install(f"{ae5.url}/repository/conda/org/Devs/Test", "app", tmp_path) == ["app", "lib"]
    assert (tmp_path / "prefix/share/app.txt").read_bytes() == b"the app\n"
    assert (tmp_path / "prefix/share/lib.txt").read_bytes() == b"new\n"


def test_from_a_private_channel_with_a_token(ae5, filled, tmp_path):
    filled("org/secret", "private")
    url = f"{ae5.url}/repository/conda/t/{ae5.conda_token('owner')}/org/secret"
    assert install(url, "app", tmp_path) == ["app", "lib"]
    assert (tmp_path / "prefix/share/app.txt").read_bytes() == b"the app\n"
    assert {record["user"] for record in ae5.log() if record["route"] in ("repodata", "package")} == {"owner"}


def test_from_a_private_channel_with_a_bearer_token(ae5, owner, filled, tmp_path):
    filled("org/secret", "private")
    client = rattler.networking.Client(headers={"Authorization": f"Bearer {owner.token}"})
    assert install(f"{ae5.url}/repository/conda/org/secret", "lib", tmp_path, client) == ["lib"]


def test_not_from_a_private_channel_without_a_right(ae5, filled, tmp_path):
    filled("org/secret", "private")
    for url in (f"{ae5.url}/repository/conda/org/secret", f"{ae5.url}/repository/conda/t/{ae5.conda_token('reader')}/org/secret"):
        with pytest.raises(Exception, match="403"):
            install(url, "app", tmp_path)
    assert not (tmp_path / "prefix").exists()
