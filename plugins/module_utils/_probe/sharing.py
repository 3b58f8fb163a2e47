# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shares, the second account, and names.  Private to the collection."""

from __future__ import annotations

import typing as t
from urllib.parse import quote

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.contract import CONDA_BASE
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import TokenSource
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata import SEEN, channel_path
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import LIST_SHARES, PRIVACY_AT_CREATION, UploadSource
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_names import NOARCH
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import GROUP, UNKNOWN, USER
from ansible_collections.ae_ops.migration.plugins.module_utils._probe import verdict
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.scratch_names import FOREIGN, NOBODY, awkward, scratch_of
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.session import Bench, attempted
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.verdict import Seen, known, unknown

EVERYONE = "everyone"
"""A group that every AE5 has (AE5 facts 3.2)."""


def unknown_principals(bench: Bench) -> None:
    """Shares with a user and a group that do not exist."""
    for kind in (USER, GROUP):
        with bench.trying(f"unknown_{kind}"):
            share = Share(kind, NOBODY, "r")
            seen = bench.give(share)
            bench.answers[f"unknown_{kind}"] = verdict.taken(seen)
            if seen.ok:
                bench.take(share)


def shares(bench: Bench) -> None:
    """Gives a right to a group that there is, lists it, takes it away."""
    cluster, share = bench.cluster, Share(GROUP, EVERYONE, "r")
    with bench.trying("list_shares", "unshare"):
        given = bench.give(share)
        bench.record("share_put", given)
        if not given.ok:
            raise MigrationError(str(given))
        listed = _listed(bench)
        taken = bench.take(share)
        if listed is None:
            bench.answers["list_shares"] = known(verdict.NOT_OFFERED, f"transport {cluster.transport.name} shows no way to do it")
            bench.answers["unshare"] = unknown(taken, "whether it is gone cannot be seen")
            return
        works = share in listed
        bench.answers["list_shares"] = known("works" if works else "ignored", given, f"the list {'shows' if works else 'does not show'} it")
        bench.answers["unshare"] = verdict.deleting(taken, share in (_listed(bench) or ()) if taken.ok else None)


def _listed(bench: Bench) -> t.Optional[t.Tuple[Share, ...]]:
    if not bench.cluster.transport.can(LIST_SHARES):
        return None
    found: t.List[t.Tuple[Share, ...]] = []
    seen = bench.attempt("list the shares", lambda: found.append(bench.cluster.shares(bench.scratch) or ()), "share_list")
    if not seen.ok:
        raise MigrationError(str(seen))
    return found[0]


def conda_auth(bench: Bench) -> None:
    """What opens the private scratch channel to conda."""
    with bench.trying("conda_auth"):
        _need_private(bench)
        cluster = bench.cluster
        path = f"/{channel_path(bench.scratch)}/{NOARCH}/repodata.json"

        def opens(url_path: str, tokens: t.Optional[TokenSource]) -> bool:
            return cluster.http.call("GET", url_path, auth=tokens, ok=(200, 401, 403, 404), status_only=True).status == 200

        bearer = opens(CONDA_BASE + path, cluster.transport.tokens)
        conda_token = bench.params["conda_token"] or cluster.transport.conda_token()
        cluster.http.protect(conda_token)
        token = opens(f"{CONDA_BASE}/t/{quote(conda_token, safe='')}{path}", None) if conda_token else None
        bench.answers["conda_auth"] = verdict.conda_auth(bearer, token)


def second_account(bench: Bench, source: UploadSource) -> None:
    """What an account without rights sees and may do; ``source`` is what it tries to upload."""
    with bench.trying("private_means", "channel_list", "unprivileged"):
        if not bench.params["probe_username"] or not bench.params["probe_password"]:
            raise MigrationError("there is no second account (probe_username, probe_password)")
        other, me = bench.second(), str(bench.params["probe_username"])
        rights = _rights(bench, other, me, source)
        bench.answers["unprivileged"] = known({name: verdict.taken(seen).value for name, seen in rights.items()}, *rights.values())
        self_share = verdict.taken(rights["share_to_itself"]).value
        privileged = None if self_share == UNKNOWN else self_share == verdict.ACCEPTED
        with bench.trying("private_means", "channel_list"):
            _need_private(bench)
            _need_unshared(bench)
            shown = bench.scratch in other.channels()
            before = _reads(bench, other)
            share = Share(USER, me, "r")
            given = bench.give(share)
            if not given.ok:
                raise MigrationError(str(given))
            after = _reads(bench, other)
            bench.take(share)
            bench.answers["channel_list"] = verdict.channel_list(shown, privileged)
            bench.answers["private_means"] = verdict.private_means(before, after, privileged)


def _need_private(bench: Bench) -> None:
    if not bench.is_private:
        raise MigrationError("the scratch channel is not private")


def _need_unshared(bench: Bench) -> None:
    """Of a channel from an earlier probe it must be seen that it is shared with no one."""
    listed = () if bench.is_new else _listed(bench)
    if listed is None or listed:
        raise MigrationError("the scratch channel is from an earlier probe, and it may be shared")


def _reads(bench: Bench, other: Cluster) -> bool:
    key = (bench.scratch, NOARCH)
    return other.repodata.read([key])[key].state == SEEN


def _rights(bench: Bench, other: Cluster, me: str, source: UploadSource) -> t.Dict[str, Seen]:
    """Things that need a right, tried without one; what goes through is taken back."""
    own = scratch_of(me)
    rights: t.Dict[str, Seen] = {}
    share = Share(USER, me, "rw")
    rights["share_to_itself"] = bench.give(share, other, "the second account shares the first one's channel with itself")
    if rights["share_to_itself"].ok:
        bench.take(share)
    rights["upload"] = attempted("the second account uploads to the first one's channel", lambda: other.upload(bench.scratch, source))
    if rights["upload"].ok:
        bench.files.append(source.file)
    if bench.deletes:
        rights["create_channel"] = _create(bench, own, other, "the second account creates a channel of its own")
    return rights


def _create(bench: Bench, name: str, cluster: Cluster, asked: str) -> Seen:
    """Creates a channel that is deleted at the end, privately where that can be said."""
    if name in bench.made:
        # From an earlier probe that was ended before it could clean up.
        bench.made[name].delete_channel(name)
    bench.made[name] = cluster
    seen = attempted(asked, lambda: cluster.create_channel(name, cluster.transport.can(PRIVACY_AT_CREATION)))
    if seen.refused:
        del bench.made[name]
    return seen


def names(bench: Bench) -> None:
    """Creates channels with awkward names, and looks how they are listed."""
    cluster = bench.cluster
    with bench.trying("channel_names", "foreign_names"):
        if not bench.deletes:
            raise MigrationError("it would leave a channel for each name")
        tried = {what: (name, _create(bench, name, cluster, what)) for what, name in awkward(bench.username).items()}
        listed = cluster.channels()
        bench.unlisted.update(name for name, seen in tried.values() if seen.ok and name not in listed)
        bench.answers["channel_names"] = verdict.channel_names(tried, listed)
        bench.answers["foreign_names"] = verdict.taken(_create(bench, FOREIGN, cluster, "create a channel below somebody else's name"))
