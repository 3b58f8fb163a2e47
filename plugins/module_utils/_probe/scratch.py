# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scratch channel: born, privacy, deleted, born again.  Private to the collection."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.capabilities import WORKS
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.contract import CONDA_BASE
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata import SEEN, channel_path
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import DELETE_CHANNEL, PRIVACY_AT_CREATION, PRIVACY_LATER
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_names import NOARCH
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import PRIVATE, PUBLIC
from ansible_collections.ae_ops.migration.plugins.module_utils._probe import verdict
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.scratch_names import NAME, extra_names
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.session import Bench
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.verdict import Seen, known, unknown

BIRTH = ("privacy_at_creation", "default_privacy")


def open_scratch(bench: Bench, cluster: Cluster) -> None:
    """Makes the scratch channel over this transport, or takes the one that is there, and learns from its birth.

    Raises:
        MigrationError: there is none afterwards; nothing that needs it can be tried over this transport.
    """
    bench.use(cluster)
    bench.step = "delete_channel"
    listed = cluster.channels()
    for name in sorted(extra_names(bench.username) & listed.keys()):
        bench.made[name] = cluster
    if bench.scratch in listed:
        take_over(bench)
        if not bench.deletes:
            bench.leave_unknown(BIRTH, f"channel {bench.scratch} was there from an earlier probe")
            return
    if not cluster.transport.can(PRIVACY_AT_CREATION):
        bench.answers["privacy_at_creation"] = known(verdict.NOT_OFFERED, f"transport {cluster.transport.name} has no way to ask for it")
        born(bench, private=False)
        delete(bench)
        if bench.deletes:
            born(bench, private=False)
        return
    created = born(bench, private=True)
    if created.ok:
        delete(bench)
    if bench.deletes or not created.ok:
        born(bench, private=False)
        if bench.deletes and bench.answers["privacy_at_creation"].value == WORKS and not cluster.transport.can(PRIVACY_LATER):
            # What follows needs a private channel, and this one could not become one.
            delete(bench)
            born(bench, private=True)
    else:
        bench.leave_unknown(["default_privacy"], f"channel {bench.scratch} cannot be deleted, so it is created only once")


def born(bench: Bench, private: bool) -> Seen:
    """Creates the scratch channel; privately, or without a word about privacy."""
    name = bench.scratch
    asked = "create the scratch channel " + ("privately" if private else "without a privacy")
    bench.made[name] = bench.cluster
    if private or bench.cluster.transport.name != "api":
        seen = bench.attempt(asked, lambda: bench.cluster.create_channel(name, private), "channel_create")
    else:
        seen = bench.api("channel_create", asked, body={"name": name}, want_json=False)[0]
    if seen.refused:
        del bench.made[name]
    privacy = look(bench) if seen.ok else None
    bench.is_new = seen.ok
    bench.is_private = privacy == PRIVATE
    if private:
        bench.answers["privacy_at_creation"] = verdict.privacy_at_creation(seen, privacy)
    else:
        bench.answers["default_privacy"] = verdict.default_privacy(seen, privacy)
        if not seen.ok:
            raise MigrationError(f"there is no scratch channel ({seen})")
    return seen


def look(bench: Bench) -> t.Optional[str]:
    """Whether a stranger sees the scratch channel."""
    return bench.cluster.repodata.privacy([bench.scratch])[bench.scratch]


def take_over(bench: Bench) -> None:
    """A scratch channel that is there from an earlier probe: deleted if that can be done, else used again.

    Raises:
        MigrationError: it holds something that no probe has put there.
    """
    name = bench.scratch
    found = bench.cluster.repodata.read((name, subdir) for subdir in (NOARCH, "linux-64", "win-64", "osx-64"))
    files = sorted(file for listing in found.values() for file in listing.packages)
    foreign = [file for file in files if not file.startswith(NAME + "-")]
    if foreign:
        raise MigrationError(f"channel {name} holds {foreign[0]}, which is not from a probe, so the channel is not changed")
    bench.made[name] = bench.cluster
    bench.files[:] = files
    bench.is_private = look(bench) == PRIVATE
    delete(bench)


def delete(bench: Bench) -> None:
    """Deletes the scratch channel and looks whether it is gone."""
    name, cluster = bench.scratch, bench.cluster
    with bench.trying("delete_channel"):
        if not cluster.transport.can(DELETE_CHANNEL):
            bench.answers["delete_channel"] = known(verdict.NOT_OFFERED, f"transport {cluster.transport.name} shows no way to do it")
            return
        seen = bench.attempt("delete the scratch channel", lambda: cluster.delete_channel(name))
        there = name in cluster.channels() if seen.ok else None
        bench.answers["delete_channel"] = verdict.deleting(seen, there)
        if seen.ok and not there:
            bench.deletes = True
            bench.made.pop(name, None)
            bench.files.clear()
            cluster.repodata.forget()


def privacy_later(bench: Bench) -> None:
    """Makes the scratch channel public and private, and looks at it each time; it ends private if it can be."""
    cluster = bench.cluster
    with bench.trying("privacy_later"):
        if not cluster.transport.can(PRIVACY_LATER):
            bench.answers["privacy_later"] = known(verdict.NOT_OFFERED, f"transport {cluster.transport.name} has no way to do it")
            return
        seen = []
        for privacy in (PUBLIC, PRIVATE):
            asked = bench.attempt(f"make it {privacy}", functools.partial(cluster.set_privacy, bench.scratch, privacy), "channel_update")
            seen.append((asked, look(bench) if asked.ok else None))
        bench.is_private = seen[1][1] == PRIVATE
        bench.answers["privacy_later"] = verdict.privacy_later(*seen[0], *seen[1])


def spelling(bench: Bench) -> None:
    """The slash of the scratch channel's name, spelt both ways, below the assumed interface and in conda URLs."""
    name = bench.scratch
    with bench.trying("slash_in_paths"):
        if not bench.has_api:
            raise MigrationError("there is no assumed interface to ask")
        encoded = bench.api("channel_get", "channel with %2F", segments={"channel": name})[0]
        literal = bench.api("channel_get", "channel with /", path=f"/channels/{channel_path(name)}")[0]
        bench.record("channel_get", encoded)
        bench.answers["slash_in_paths"] = verdict.slash_in_paths(encoded, literal)
    with bench.trying("slash_in_conda_urls"):
        state = bench.cluster.repodata.read([(name, NOARCH)])[name, NOARCH].state
        asked = f"{CONDA_BASE}/USER/{NAME}/{NOARCH}/repodata.json"
        bench.answers["slash_in_conda_urls"] = known("literal", f"{asked} is there") if state == SEEN else unknown(f"{asked} is {state}")
