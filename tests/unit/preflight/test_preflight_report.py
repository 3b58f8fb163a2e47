"""The table of all hosts, from what was measured there and from the last inventories."""

from __future__ import annotations

import hashlib
import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._files import json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Placement, SliceHead, TransferRow
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import (
    GroupRecord,
    OwnerRecord,
    Problem,
    SiteRecord,
    SourceFile,
)
from tests.unit.module_runner import run_module

PROBE = "user=anaconda-server\npython=3.11.2 /usr/bin/python3\n"
ROW = {"check": "user", "host": "east", "verdict": "ok", "evidence": "Runs.", "task": "Export the site", "advice": ""}


def entry(host: str, **given: t.Any) -> dict[str, t.Any]:
    base = {"host": host, "user": "anaconda-server" if host != "prod" else "", "stdout": PROBE, "rows": [{**ROW, "host": host}]}
    return {**base, **given}


def file(name: str, size: int, labels: tuple[str, ...] = ("main",), **more: t.Any) -> SourceFile:
    text = f"{name}-1.0-0.tar.bz2"
    base = {"owner": "alice", "owner_kind": "user", "package": name, "package_id": "", "file": text, "subdir": "noarch", "path": text}
    rest = {"labels": labels, "access": "public", "groups": (), "size": size, "md5": None, "sha256": None, "kind": "conda"}
    return SourceFile(**{**base, **rest, **more})


def write_inventory(records: Path, site: str, files: list[SourceFile], owners: list[OwnerRecord]) -> None:
    folder = records / "inventories"
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(json_line(item.to_json()) for item in files)
    (folder / f"{site}.jsonl").write_text(text)
    head = SiteRecord(site, len(files), sum(item.size for item in files), hashlib.sha256(text.encode()).hexdigest(), len(owners))
    (folder / f"{site}.owners.jsonl").write_text("".join(json_line(item.to_json()) for item in [head, *owners]))


def report(tmp_path: Path, measured: list[dict[str, t.Any]], *, check: bool = False, **given: t.Any) -> dict[str, t.Any]:
    args = {
        "cluster": "prod",
        "sites": ["east", "west"],
        "measured": measured,
        "records": str(tmp_path / "records"),
        "dest": str(tmp_path / "dest"),
        "core_version": "2.19.1",
        **given,
    }
    return run_module("preflight_report", args, check=check)


def of(result: dict[str, t.Any], host: str) -> dict[str, tuple[str, str]]:
    return {row["check"]: (row["verdict"], row["evidence"]) for row in result["rows"] if row["host"] == host}


def test_the_table_is_returned_and_written_in_check_mode_too(tmp_path: Path) -> None:
    result = report(tmp_path, [entry("east"), entry("west"), entry("prod")], check=True)
    assert (result["failed"], result["changed"], result["blocking"]) == (False, False, [])
    written = json.loads((tmp_path / "dest" / "preflight.json").read_text())
    assert written["rows"] == result["rows"]
    assert written["cluster"] == "prod"
    assert (tmp_path / "dest" / "preflight.txt").read_text().splitlines() == result["table"]
    assert result["report_path"] == str(tmp_path / "dest" / "preflight.json")
    assert [row["host"] for row in result["rows"]] == ["east"] * 4 + ["west"] * 4 + ["prod"] * 3


def test_hosts_that_did_not_get_as_far_as_a_module(tmp_path: Path) -> None:
    measured = [
        entry("east", unreachable=True, said="Connection timed out", stdout="", rows=[]),
        entry("prod", stdout="user=me\n", rows=[]),
    ]
    result = report(tmp_path, measured)
    assert of(result, "east")["ssh"][0] == "blocking"
    assert "Connection timed out" in of(result, "east")["ssh"][1]
    assert "python" not in of(result, "east")
    assert of(result, "west")["ssh"][0] == "unknown"
    assert [of(result, "prod")[check][0] for check in ("ssh", "python", "checks")] == ["ok", "blocking", "unknown"]
    assert len(result["blocking"]) == 2


def test_an_old_python_blocks_and_the_user_is_told_all_the_same(tmp_path: Path) -> None:
    old = "user=root\npython=2.7.18 /usr/bin/python\n"
    found = of(report(tmp_path, [entry("east", stdout=old, rows=[], error="SyntaxError")], sites=["east"]), "east")
    assert [found[check][0] for check in ("ssh", "python", "user", "checks")] == ["ok", "blocking", "blocking", "unknown"]
    assert "/usr/bin/python is Python 2.7.18" in found["python"][1]


def test_a_site_without_python_is_measured_through_its_shell(tmp_path: Path) -> None:
    shell = "bin=/b\nstorage=10 /s\nexport=/e\nparent=/e\nwritable=yes\nfree=10\n"
    site = entry("east", stdout="user=anaconda-server\n", rows=[], raw=True, staged=True, shell=shell, space_factor=1.0)
    found = of(report(tmp_path, [site], sites=["east"]), "east")
    assert [(check, found[check][0]) for check in found if check != "inventory"] == [
        ("ssh", "ok"),
        ("python", "ok"),
        ("user", "ok"),
        ("admin_command", "ok"),
        ("export_dir", "ok"),
        ("space", "warning"),
    ]


def test_a_storage_that_the_shell_could_not_read_whole_is_more_than_was_seen(tmp_path: Path) -> None:
    shell = "bin=/b\nstorage=10 /s\npartial=/s\nexport=/e\nparent=/e\nwritable=yes\nfree=1000\n"
    site = entry("east", stdout="user=anaconda-server\n", rows=[], raw=True, staged=True, shell=shell, space_factor=1.0)
    status, evidence = of(report(tmp_path, [site], sites=["east"]), "east")["space"][:2]
    assert status == "warning"
    assert evidence.startswith("The storage /s holds more than ")


def test_a_python_that_will_be_unpacked_does_not_block(tmp_path: Path) -> None:
    site = entry("east", stdout="user=anaconda-server\n", rows=[], supplied=True)
    result = report(tmp_path, [site], sites=["east"])
    assert [of(result, "east")[check][0] for check in ("python", "checks")] == ["warning", "unknown"]
    assert result["blocking"] == []


def test_a_module_that_failed_blocks_with_its_words(tmp_path: Path) -> None:
    found = of(report(tmp_path, [entry("prod", rows=[], error="missing required arguments: url")], sites=[]), "prod")
    assert found["checks"][0] == "blocking"
    assert "missing required arguments: url" in found["checks"][1]


def test_the_last_inventory_is_held_against_the_cluster(tmp_path: Path) -> None:
    wheel = file("wheel", 9 * 10**9, kind="pypi")
    broken = file("broken", 8 * 10**9, problems=(Problem("md5_mismatch", "x"),))
    group = GroupRecord("Wet Lab", "read", ("bob",), ("big",))
    files = [file("small", 10), file("big", 2 * 10**9, ("main", "release:1")), wheel, broken]
    write_inventory(tmp_path / "records", "east", files, [OwnerRecord("alice", "organization", groups=(group,))])
    facts = {"token_seconds": 100.0, "size_limit": None, "channel_names": {"colon": "rejected", "blank": "accepted"}}
    found = of(report(tmp_path, [entry("east"), entry("prod", facts=facts)], sites=["east"], rate=10_000_000), "east")
    assert found["file_size"] == ("warning", "The largest file is big-1.0-0.tar.bz2 with 2.0 GB; the documented limit is 1.0 GB.")
    assert found["names"] == ("warning", "The probe found that AE5 rejects names like 'release:1'.")
    assert found["token_life"] == ("warning", "A token lives 100 s; 2.0 GB at 10.0 MB/s take 200 s.")
    facts = {"token_seconds": 300.0, "size_limit": 3 * 10**9, "channel_names": {"colon": "accepted", "blank": "accepted"}}
    found = of(report(tmp_path, [entry("east"), entry("prod", facts=facts)], sites=["east"]), "east")
    assert {found[check][0] for check in ("file_size", "names", "token_life")} == {"ok"}


def test_what_has_arrived_is_not_waited_for_again(tmp_path: Path) -> None:
    records = tmp_path / "records"
    write_inventory(records, "east", [file("a", 10**9), file("b", 10**9)], [])
    placements = [
        Placement(channel, "east", "alice", name, f"{name}-1.0-0.tar.bz2", "noarch", 10**9, None, None, name)
        for channel, name in (("alice", "a"), ("alice", "b"), ("alice/dev", "b"))
    ]
    done = [
        TransferRow(*placements[0].key, "present"),
        TransferRow(*placements[1].key, "uploaded"),
        TransferRow(*placements[2].key, "failed"),
    ]
    for folder, lines in (("placements", [SliceHead("east", "0" * 64), *placements]), ("transfer", done)):
        (records / folder).mkdir()
        (records / folder / "east.jsonl").write_text("".join(json_line(line.to_json()) for line in lines))
    facts = {"token_seconds": 300.0}
    found = of(report(tmp_path, [entry("east"), entry("prod", facts=facts)], sites=["east"]), "east")
    assert found["token_life"] == ("ok", "A token lives 300 s; 1.0 GB at 10.0 MB/s take 100 s.")
    assert found["inventory"] == ("ok", "2 files with 2.0 GB; 1.0 GB are still to be uploaded.")


def test_what_was_never_made_is_not_known(tmp_path: Path) -> None:
    found = of(report(tmp_path, [entry("east")], sites=["east"]), "east")
    assert found["inventory"] == ("unknown", "There is no inventory of this site yet.")
    assert not {"file_size", "names", "token_life"} & found.keys(), "one cause is told once"


@pytest.mark.parametrize("how", ["cut", "no text", "folder", "missing", "link to nowhere"])
@pytest.mark.parametrize(
    "name", ["inventories/east.jsonl", "inventories/east.owners.jsonl", "placements/east.jsonl", "transfer/east.jsonl"]
)
def test_a_file_of_ours_that_cannot_be_used_is_an_error_with_its_name(tmp_path: Path, name: str, how: str) -> None:
    records = tmp_path / "records"
    write_inventory(records, "east", [file("a", 1), file("b", 1)], [OwnerRecord("alice", "user")])
    for folder, record in (("placements", SliceHead("east", "0" * 64)), ("transfer", TransferRow("alice", "noarch", "a", "present"))):
        (records / folder).mkdir()
        (records / folder / "east.jsonl").write_text(json_line(record.to_json()))
    assert of(report(tmp_path, [entry("east")], sites=["east"]), "east")["inventory"][0] == "ok"
    path = records / name
    content = path.read_bytes()
    path.unlink()
    if how == "cut":
        path.write_bytes(content[:-9])
    elif how == "no text":
        path.write_bytes(b"\x00\xff\n")
    elif how == "folder":
        path.mkdir()
    elif how == "link to nowhere":
        path.symlink_to("nowhere")
    found = of(report(tmp_path, [entry("east")], sites=["east"]), "east")["inventory"]
    if how == "missing" and not name.startswith("inventories"):
        assert found[0] == "ok", "without a plan, or before its first transfer, there is no such file"
    else:
        assert found[0] == "blocking"
        assert str(path) in found[1]


def test_staged_sites_need_room_on_the_clusters_host_and_no_token_of_their_own(tmp_path: Path) -> None:
    for site in ("east", "west"):
        write_inventory(tmp_path / "records", site, [file("a", 700)], [])
    facts = {"work_dir": "/work", "work_dir_free": 1000, "token_seconds": 1.0}
    measured = [entry("east", staged=True), entry("west", staged=True), entry("prod", facts=facts)]
    result = report(tmp_path, measured)
    assert of(result, "prod")["staging"] == ("blocking", "By the last inventories 1.4 kB are still to be staged; /work has 1.0 kB free.")
    measured[-1]["facts"] = {**facts, "staged_bytes": 1000}
    assert of(report(tmp_path, measured), "prod")["staging"][0] == "ok"
    assert "token_life" not in of(result, "east")
    assert "staging" not in of(report(tmp_path, [entry("east"), entry("prod", facts=facts)]), "prod")


def test_where_auto_became_api_nobody_needs_the_client(tmp_path: Path) -> None:
    client = {**ROW, "check": "cli", "verdict": "blocking"}
    for transport, blocking in (("api", 0), ("cli", 1)):
        result = report(tmp_path, [entry("east", rows=[client]), entry("prod", facts={"transport": transport})], sites=["east"])
        assert len(result["blocking"]) == blocking


def test_what_is_accepted_does_not_block(tmp_path: Path) -> None:
    space = {**ROW, "check": "space", "verdict": "blocking"}
    assert report(tmp_path, [entry("east", rows=[space])], accept=["space@east"])["blocking"] == []
    assert len(report(tmp_path, [entry("east", rows=[space])], accept=["space@west"])["blocking"]) == 1


@pytest.mark.parametrize("rate", [0, -1])
def test_a_rate_must_be_one(tmp_path: Path, rate: int) -> None:
    result = report(tmp_path, [], rate=rate)
    assert result["failed"]
    assert "preflight_rate" in result["msg"]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "dest").write_text("")
    result = report(tmp_path, [])
    assert result["failed"]
    assert str(tmp_path / "dest") in result["msg"]
