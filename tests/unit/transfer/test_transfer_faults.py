# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A transfer as the exact requests it makes, when everything is well and when something breaks."""

from __future__ import annotations

import json
import resource
import tracemalloc
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import connect
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.token import FixedToken
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Placement
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.packages import sync as sync_module
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.packages.sync import SyncResult, sync
from tests.unit.ae5.ae5_params import params
from tests.unit.http_script import NoSleep, Script, Step
from tests.unit.transfer.transfer_world import World

UPLOAD = "/repository/api/channels/c/artifacts"


def repodata(*shown: Placement, **wrong: str) -> dict[str, t.Any]:
    return {
        "packages": {
            p.file: {"name": p.package, "size": p.size, "md5": wrong.get("md5", p.md5), "sha256": wrong.get("sha256", p.sha256)}
            for p in shown
        }
    }


def look(*shown: Placement, channel: str = "c", subdir: str = "noarch", status: int = 200, **wrong: str) -> Step:
    return Step("GET", f"/repository/conda/{channel}/{subdir}/repodata.json", status=status, reply=repodata(*shown, **wrong))


def send(**given: t.Any) -> Step:
    return Step("POST", UPLOAD, **{"status": 201, **given})


class Run:
    """Transfers of a world against scripts."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sleep = NoSleep()
        self.seen: list[t.Any] = []

    def __call__(self, steps: list[Step], check: bool = False, ordered: bool = True, workers: int = 1, **how: t.Any) -> SyncResult:
        with Script(steps, ordered) as server:
            with connect(params(server.url, workers=workers), check) as cluster:
                cluster.http.sleep = self.sleep
                result = sync(cluster, iter(self.world.placements), str(self.world.dump), str(self.world.results), sleep=self.sleep, **how)
            self.seen = server.seen
        return result

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        lines = [json.loads(line) for line in self.world.results.read_text().splitlines()]
        return [(line["file"], line["outcome"], line["reason"]) for line in lines]

    @property
    def outcomes(self) -> list[str]:
        return [outcome for _file, outcome, _reason in self.rows]


@pytest.fixture
def run(world: World) -> Run:
    return Run(world)


@pytest.fixture
def one(world: World) -> Placement:
    return world.add("c", "x", subdir="noarch")


def test_what_is_there_is_not_sent(run: Run, one: Placement) -> None:
    result = run([look(one)])
    assert run.rows == [(one.file, "present", "")]
    assert (result.failures, result.diff, result.bytes_uploaded) == ([], {}, 0)


def test_what_is_missing_is_sent_and_then_looked_for_until_it_is_seen(run: Run, one: Placement) -> None:
    result = run([look(status=404), send(), look(), look(), look(one)])
    assert run.rows == [(one.file, "uploaded", "")]
    assert run.sleep.slept == [0.25, 0.5]
    assert result.diff == {"c": [f"+ noarch/{one.file} -> c"]}
    assert result.bytes_uploaded == one.size
    assert (run.world.dump / one.path).read_bytes() in run.seen[1].body


def test_what_is_never_seen_is_a_failure(run: Run, one: Placement) -> None:
    result = run([look(), send()] + [look()] * len(sync_module.POLLS))
    assert run.outcomes == ["failed"]
    assert result.failures == [f"noarch/{one.file} is not in channel c: it was uploaded, but repodata did not show it within 32 s."]


def test_what_is_seen_with_other_bytes_is_a_failure(run: Run, one: Placement) -> None:
    result = run([look(), send(), look(one, sha256="00")])
    assert result.failures == [f"noarch/{one.file} is not in channel c: it was uploaded, but the cluster shows another digest for it."]


def test_check_mode_sends_and_writes_nothing_and_predicts_the_same(run: Run, one: Placement) -> None:
    predicted = run([look()], check=True)
    assert not list(run.world.root.glob("transfer*"))
    assert run([look(), send(), look(one)]) == predicted


def test_check_mode_without_the_dump_predicts_from_the_cluster(run: Run, one: Placement) -> None:
    run.world.dump = run.world.root / "not-brought-yet"
    assert run([look()], check=True).outcomes["uploaded"] == 1


@pytest.mark.parametrize("fault", [{"reset_after": 100}, {"status": 503}, {"status": 500}])
def test_an_upload_that_broke_but_was_carried_out_is_not_sent_again(run: Run, one: Placement, fault: dict[str, t.Any]) -> None:
    run([look(), send(**fault), look(one), look(one)])
    assert run.outcomes == ["uploaded"]


def test_an_upload_that_broke_is_sent_again_when_the_target_does_not_have_it(run: Run, one: Placement) -> None:
    steps = [
        look(),
        send(reset_after=100),
        look(),
        send(status=503, reply_headers={"Retry-After": "9"}),
        look(),
        send(),
        look(one),
    ]
    result = run(steps)
    assert (run.outcomes, result.failures) == (["uploaded"], [])
    assert run.sleep.slept[-1] == 9.0


def test_an_upload_that_breaks_each_time_is_one_failure(run: Run, one: Placement) -> None:
    result = run([look(), *[send(status=500, reply={"error": {"message": "boom"}}), look()] * 4])
    assert run.outcomes == ["failed"]
    assert result.failures == [f"noarch/{one.file} is not in channel c: POST {UPLOAD} at 127.0.0.1 failed with status 500: boom."]


def test_a_name_that_was_taken_meanwhile_by_the_same_file_is_present(run: Run, one: Placement) -> None:
    assert run([look(), send(status=409), look(one)]).failures == []
    assert run.outcomes == ["present"]


def test_a_name_that_was_taken_meanwhile_by_another_file_is_a_conflict(run: Run, one: Placement) -> None:
    result = run([look(), send(status=409), look(one, sha256="00")])
    assert run.outcomes == ["conflict"]
    assert "the file of this name in the channel has another digest" in result.failures[0]


def test_a_conflict_fails_unless_the_targets_file_is_kept(run: Run, one: Placement) -> None:
    result = run([look(one, sha256="00")])
    assert run.outcomes == ["conflict"]
    assert result.failures[0].startswith(
        f"noarch/{one.file} was not uploaded to channel c: the file of this name in the channel has another digest;"
    )
    result = run([look(one, sha256="00")], conflict="keep")
    assert (run.outcomes, result.failures) == (["conflict"], [])
    assert run.rows[0][2].startswith("kept: ")


def test_a_file_that_is_too_large_is_one_failure_and_the_rest_goes_on(run: Run, one: Placement) -> None:
    other = run.world.add("c", "y", subdir="noarch")
    result = run([look(), send(status=413), send(), look(other)])
    assert run.outcomes == ["failed", "uploaded"]
    assert result.failures[0].endswith("failed with status 413: Request Entity Too Large; the file is larger than the cluster accepts.")


def test_a_disk_that_is_at_its_end_stops_early_and_reports_the_rest(run: Run, one: Placement) -> None:
    for number in range(9):
        run.world.add("c", f"y{number}", subdir="noarch")
    result = run([look(), send(status=507)])
    assert run.outcomes == ["failed"] * 10
    assert "the cluster has no space left" in result.failures[0]
    assert result.failures[1:] == ["9 more files not tried for that reason."]


def test_a_token_that_is_not_accepted_at_all_is_one_failure(run: Run, one: Placement) -> None:
    for number in range(9):
        run.world.add("c", f"y{number}", subdir="noarch")
    result = run([look(), send(status=401)])
    assert run.outcomes == ["failed"] * 10
    assert (result.unfinished, len(result.failures)) == (0, 1)
    assert result.failures[0].startswith("10 files not sent, because the token was rejected or expires before")


def test_a_token_that_ends_on_the_way_leaves_the_rest_for_a_new_one(run: Run, one: Placement) -> None:
    others = [run.world.add("c", f"y{number}", subdir="noarch") for number in range(3)]
    result = run([look(), send(), send(status=401), look(one)])
    assert (result.unfinished, result.failures) == (3, [])
    assert run.outcomes == ["uploaded", "failed", "failed", "failed"]
    again = run([look(one), send(), send(), send(), look(one, *others)])
    assert (again.unfinished, again.failures) == (0, [])
    assert run.outcomes == ["present", "uploaded", "uploaded", "uploaded"]


def test_what_a_token_sent_and_cannot_prove_any_more_waits_for_a_new_one(run: Run, one: Placement) -> None:
    other = run.world.add("c", "y", subdir="linux-64")
    script = [look(), look(subdir="linux-64"), send(), send(), look(one), look(subdir="linux-64", status=401)]
    result = run(script, ordered=False)
    assert (result.unfinished, result.failures) == (1, [])
    assert sorted(run.outcomes) == ["failed", "uploaded"]
    again = run([look(one), look(other, subdir="linux-64")], ordered=False)
    assert (again.unfinished, run.outcomes) == (0, ["present", "present"])


def test_no_upload_is_begun_with_a_token_that_is_about_to_end(run: Run, one: Placement, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FixedToken, "seconds_left", lambda self: 4.0)
    result = run([look()])
    assert (run.outcomes, len(result.failures)) == (["failed"], 1)


def test_a_cluster_that_is_gone_stops_early(run: Run, one: Placement) -> None:
    run.world.add("c", "y", subdir="noarch")
    result = run([look(), send(reset_after=0)] + [Step("GET", "/repository/conda/c/noarch/repodata.json", reset_after=0)] * 5)
    assert run.outcomes == ["failed", "failed"]
    assert len(result.failures) == 2


@pytest.mark.parametrize("field", ["sha256", "md5"])
def test_a_corrupted_file_leaves_its_request_unfinished_and_the_rest_goes_on(run: Run, one: Placement, field: str) -> None:
    content = bytearray((run.world.dump / one.path).read_bytes())
    content[5] ^= 1
    (run.world.dump / one.path).write_bytes(content)
    other = run.world.add("c", "y", subdir="noarch")
    result = run([look(), send(), send(), look(other)])
    [broken] = [seen for seen in run.seen if not seen.whole]
    assert len(broken.body) < broken.length
    assert f'filename="{one.file}"'.encode() in broken.body
    assert not broken.body.endswith(b"--\r\n")
    assert run.outcomes == ["quarantined", "uploaded"]
    assert result.failures[0].startswith(f"File {one.path} of site east is corrupted, its sha256 is ")
    assert one.sha256 is not None
    assert one.sha256 in result.failures[0]


def test_a_file_of_another_size_is_quarantined_in_check_mode_too(run: Run, one: Placement) -> None:
    (run.world.dump / one.path).write_bytes(b"short")
    assert run([look()], check=True) == run([look()])
    assert run.outcomes == ["quarantined"]


def test_a_channel_that_cannot_be_read_gets_nothing(run: Run, one: Placement) -> None:
    result = run([look(status=403)])
    assert run.outcomes == ["failed"]
    assert "cannot be read with this token" in result.failures[0]


def test_a_refused_channel_is_neither_read_nor_filled(run: Run, one: Placement) -> None:
    result = run([], refused={"c"})
    assert run.outcomes == ["failed"]
    assert result.failures == [], "the cause is told where the channel was refused"


def test_repodata_is_read_once_for_each_channel_and_subdir(run: Run) -> None:
    placements = [
        run.world.add(channel, f"p{number}", subdir=subdir) for channel in "ab" for subdir in ("noarch", "linux-64") for number in range(5)
    ]
    steps = [
        look(*[p for p in placements if (p.channel, p.subdir) == (channel, subdir)], channel=channel, subdir=subdir)
        for channel in "ab"
        for subdir in ("noarch", "linux-64")
    ]
    run(steps, ordered=False, workers=4)
    assert run.outcomes == ["present"] * 20


def test_the_journal_has_each_row_as_it_comes_and_survives_a_crash(run: Run, one: Placement, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_module, "WINDOW_PLACEMENTS", 1)
    monkeypatch.setattr(sync_module, "windows", lambda placements: ([placement] for placement in placements))

    def crash(*_args: object) -> None:
        raise KeyboardInterrupt

    other = run.world.add("c", "y", subdir="noarch")
    monkeypatch.setattr(sync_module.Sync, "_conflict", crash)
    with pytest.raises(KeyboardInterrupt):
        run([look(one), look(one, other, sha256="00")])
    journal = run.world.results.with_name("transfer.jsonl.journal")
    assert [json.loads(line)["file"] for line in journal.read_text().splitlines()] == [one.file]
    assert not run.world.results.exists()


def test_a_large_file_is_sent_in_little_memory(run: Run, tmp_path: Path) -> None:
    size = 200 << 20
    path = run.world.dump / "o" / "big.conda"
    path.parent.mkdir(parents=True)
    with path.open("wb") as stream:
        stream.truncate(size)
    big = Placement("c", "east", "o", "big", "big.conda", "noarch", size, None, None, "o/big.conda")
    run.world.placements.append(big)
    # Nothing of it can be proven, so the request is all there is to look at.
    steps = [look(), send(discard=True), *[look()] * len(sync_module.POLLS)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tracemalloc.start()
    try:
        run(steps)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert run.seen[1].whole
    assert run.seen[1].length > size
    assert peak < 24 << 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10


def test_an_empty_list_is_a_whole_result(run: Run) -> None:
    run.world.dump.mkdir()
    names = ("uploaded", "replaced", "present", "conflict", "moved", "quarantined", "failed")
    assert run([]).outcomes == dict.fromkeys(names, 0)
    assert run.world.results.read_text() == ""
