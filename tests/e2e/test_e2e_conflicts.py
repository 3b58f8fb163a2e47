# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where AE4 and AE5 do not agree: a file of the same name and other bytes, and what somebody took away on AE5."""

from __future__ import annotations

import hashlib
import json

from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from tests.e2e.world import PASSWORD, World
from tests.lab.ae5_admin import admin, put
from tests.lab.inventory import CLUSTER
from tests.lab.packages import conda_package

MOTO = "moto-0.4.31-2.tar.bz2"
CHANNEL = "anaconda-user-1"


def sha256_there(world: World) -> str:
    return {one["file"]: one["sha256"] for one in world.channels()[CHANNEL]["files"]}[MOTO]


def disposition(world: World) -> str:
    return str(world.ledger()[MOTO]["disposition"])


def test_other_bytes_fail_are_kept_or_are_replaced_where_that_was_seen_to_work(guide_site: World) -> None:
    world = guide_site
    world.cluster.seed(channels=[{"name": CHANNEL, "owner": "migrator", "privacy": "private"}])
    theirs, content = conda_package("moto", "0.4.31", "2", size=9000)
    with admin(world.cluster, "migrator", PASSWORD) as cluster:
        put(cluster, CHANNEL, theirs, content)
    other, ours = hashlib.sha256(content).hexdigest(), world.sites["east"].sha256(MOTO)

    failed = world.run()
    assert (failed.returncode != 0, disposition(world), sha256_there(world)) == (True, "conflict", other), failed.output
    plan = (world.reports / "plan.yml").read_text()
    assert f"Channel {CHANNEL} already has other bytes for 1 planned file (linux-64/{MOTO})." in " ".join(plan.split())

    kept = world.run(ae_conflict="keep")
    assert (kept.returncode, disposition(world), sha256_there(world)) == (0, "kept", other), kept.output

    unproven = world.run(ae_conflict="replace")
    assert (unproven.returncode != 0, disposition(world), sha256_there(world)) == (True, "conflict", other), unproven.output
    assert "replacing needs delete support, which is not verified on this cluster" in " ".join(unproven.output.split())

    answer = {"value": "works", "confidence": "declared", "evidence": "tried by hand"}
    found = {"schema_version": 1, "url": world.cluster.url, "answers": {"delete_file": answer}}
    (world.root / f"capabilities-{CLUSTER}.yml").write_text(json.dumps(found))
    replaced = world.run(ae_conflict="replace")
    assert (replaced.returncode, disposition(world), sha256_there(world)) == (0, "replaced", ours), replaced.output
    assert [write["path"].rsplit("/", 1)[-1] for write in world.writes() if write["method"] == "DELETE"] == [MOTO]

    again = world.run(ae_conflict="replace")
    assert (again.returncode, again.total("changed"), world.writes()) == (0, 0, []), again.output


def test_what_somebody_took_away_on_ae5_is_not_fought_until_a_person_says_so(guide_site: World) -> None:
    world = guide_site
    assert world.run().returncode == 0
    with admin(world.cluster, "migrator", PASSWORD) as cluster:
        cluster.delete_file(CHANNEL, "linux-64", MOTO)
        cluster.unshare("anaconda-organization/Devs", Share("group", "Devs", "r"))
        cluster.set_privacy("anaconda-user-1/test", "private")

    run = world.run()
    assert run.returncode != 0, "a loss of files needs a person"
    assert world.writes() == []
    assert [sentence for sentence in world.failures() if MOTO in sentence] != []
    assert disposition(world) == "removed_on_ae5"
    plan = " ".join((world.reports / "plan.yml").read_text().split())
    for sentence in (
        f"1 file (linux-64/{MOTO}) of channel {CHANNEL} was deleted on AE5 and will not be sent again.",
        "The share of group Devs on channel anaconda-organization/Devs (r) was removed on AE5 and will not be set again.",
        "Channel anaconda-user-1/test was public after an earlier run and was made private on AE5 since; it stays private.",
    ):
        assert sentence in plan

    restored = world.run(ae_restore=["anaconda-*"])
    assert restored.returncode == 0, restored.output
    assert world.files_of(CHANNEL) == [MOTO]
    assert world.shares_of("anaconda-organization/Devs") == {("group", "Devs", "r")}
    assert world.channels()["anaconda-user-1/test"]["privacy"] == "public"

    with admin(world.cluster, "migrator", PASSWORD) as cluster:
        for name in list(world.channels()):
            cluster.delete_channel(name)
    rebuilt = world.run()
    assert rebuilt.returncode != 0
    assert "if the cluster was rebuilt, set ae_restore: ['*'] to send everything again" in " ".join(rebuilt.output.split())
    assert world.writes() == []
    assert world.run(ae_restore=["*"]).returncode == 0
