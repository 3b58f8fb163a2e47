# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated host's commands: export-site with its dialects, layouts and faults, and the others."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.lab.ae4.host import Ae4Lab
from tests.lab.generate import fill_store, write_dump
from tests.lab.sites import guide_site, traps_site

GUIDE_FILES = {
    "anaconda-user-1/59921152446b5703f430383f--moto": "moto-0.4.31-2.tar.bz2",
    "anaconda-user-1/5992115f446b5703fa30383e--pysocks": "pysocks-1.6.6-py35_0.tar.bz2",
    "anaconda-organization/5989fbd1446b575b99032652--future": "future-0.16.0-py35_1.tar.bz2",
    "anaconda-organization/5989fc1d446b575b99032786--iso8601": "iso8601-0.1.11-py35_0.tar.bz2",
    "anaconda-organization/5989fc1f446b575b990327a8--simplejson": "simplejson-3.10.0-py35_0.tar.bz2",
    "anaconda-organization/5989fc26446b575b99032802--six": "six-1.10.0-py35_0.tar.bz2",
    "anaconda-organization/5989fc31446b575b990328b0--xz": "xz-5.2.2-1.tar.bz2",
    "anaconda-organization/5989fc35446b575b990328c6--zlib": "zlib-1.2.8-3.tar.bz2",
}
GUIDE_TREE = {
    *(f"{owner}/meta.json" for owner in ("anaconda-user-1", "anaconda-user-2", "anaconda-organization")),
    *(f"{folder}/meta.json" for folder in GUIDE_FILES),
    *(f"{folder}/{name}" for folder, name in GUIDE_FILES.items()),
}


def _run(lab: Ae4Lab, *command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    script = lab.bin_dir / command[0]
    return subprocess.run([str(script), *command[1:]], cwd=cwd or lab.export_dir, capture_output=True, text=True, check=False)


def _export(lab: Ae4Lab, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return _run(lab, "anaconda-server-admin", "export-site", cwd=cwd)


def _tree(dump: Path) -> dict[str, bytes]:
    return {str(path.relative_to(dump)): path.read_bytes() for path in dump.rglob("*") if path.is_file()}


def test_the_export_is_the_guides_drawing(guide_host: Ae4Lab) -> None:
    done = _export(guide_host)
    assert (done.returncode, done.stderr) == (0, "")
    tree = _tree(guide_host.export_dir / "site-dump")
    assert set(tree) == GUIDE_TREE
    meta = json.loads(tree["anaconda-organization/5989fc31446b575b990328b0--xz/meta.json"])
    assert (meta["files"][0]["labels"], meta["public"]) == (["Test"], True)
    (devs,) = [group for group in json.loads(tree["anaconda-organization/meta.json"])["groups"] if group["name"] == "Devs"]
    assert devs["permission"] == "read"
    assert [item["login"] for item in devs["members"]] == ["anaconda-user-2"]
    assert [item["name"] for item in devs["packages"]] == ["six", "xz", "zlib"]


def test_the_generator_writes_what_the_host_exports(guide_host: Ae4Lab, tmp_path: Path) -> None:
    assert _export(guide_host).returncode == 0
    assert _tree(guide_host.export_dir / "site-dump") == _tree(write_dump(tmp_path / "dump", guide_site()))


def test_the_mongo_dialect(guide_host: Ae4Lab) -> None:
    guide_host.set(meta_dialect="mongo", sha256_in_meta=True)
    assert _export(guide_host).returncode == 0
    folder = guide_host.export_dir / "site-dump" / "anaconda-organization"
    meta = json.loads((folder / "5989fc31446b575b990328b0--xz" / "meta.json").read_bytes())
    assert meta["_id"] == {"$oid": "5989fc31446b575b990328b0"}
    assert (meta["access"], meta["files"][0]["channels"], len(meta["files"][0]["sha256"])) == ("public", ["Test"], 64)
    groups = json.loads((folder / "meta.json").read_bytes())["groups"]
    assert groups["Devs"] == {"perms": "read", "members": ["anaconda-user-2"], "packages": ["six", "xz", "zlib"]}


@pytest.mark.parametrize("layout", ["flat", "subdir", "id_prefixed"])
def test_the_layouts_hold_the_same_bytes(tmp_path: Path, layout: str) -> None:
    lab = Ae4Lab(tmp_path / "east")
    fill_store(lab.store, traps_site())
    lab.set(file_layout=layout)
    assert _export(lab).returncode == 0
    dump = lab.export_dir / "site-dump"
    for package in lab.store.package_records("kinds"):
        folder = dump / "kinds" / f"{package['id']}--{package['name']}"
        found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        del found["meta.json"]
        expected = {}
        for file in package["files"]:
            name = file["basename"].rpartition("/")[2]
            flat = name if package["name"] != "both" or file is package["files"][0] else file["basename"]
            where = {"flat": flat, "subdir": file["basename"], "id_prefixed": f"{file['id']}--{name}"}[layout]
            expected[where] = lab.store.path_of(file["fs_id"]).read_bytes()
        assert found == expected
    lab.store.close()


def test_two_exports_have_equal_content_and_new_inodes(guide_host: Ae4Lab, tmp_path: Path) -> None:
    dumps = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        assert _export(guide_host, tmp_path / name).returncode == 0
        dumps.append(tmp_path / name / "site-dump")
    assert _tree(dumps[0]) == _tree(dumps[1])
    inodes = [{path.stat().st_ino for path in dump.rglob("*")} for dump in dumps]
    assert not inodes[0] & inodes[1]


def test_an_existing_dump_is_refused_or_overwritten(guide_host: Ae4Lab) -> None:
    stale = guide_host.export_dir / "site-dump" / "somebody" / "meta.json"
    stale.parent.mkdir(parents=True)
    stale.write_text("{}")
    done = _export(guide_host)
    assert (done.returncode, "exists already" in done.stderr, stale.exists()) == (1, True, True)
    guide_host.set(existing_dump="overwrite")
    assert _export(guide_host).returncode == 0
    assert set(_tree(guide_host.export_dir / "site-dump")) == GUIDE_TREE


def test_disk_full_leaves_half(guide_host: Ae4Lab) -> None:
    guide_host.set(export_fault="disk_full")
    done = _export(guide_host)
    assert done.returncode == 1
    assert "[Errno 28] No space left on device" in done.stderr
    tree = _tree(guide_host.export_dir / "site-dump")
    assert set(tree) < GUIDE_TREE
    assert sum(name.endswith(".tar.bz2") for name in tree) == 5
    assert "anaconda-organization/meta.json" not in tree


def test_a_crash_leaves_half_and_no_message(guide_host: Ae4Lab) -> None:
    guide_host.set(export_fault="crash")
    done = _export(guide_host)
    assert (done.returncode, done.stderr) == (-signal.SIGKILL, "")
    assert 0 < len(_tree(guide_host.export_dir / "site-dump")) < len(GUIDE_TREE)


def test_a_dead_database_leaves_nothing(guide_host: Ae4Lab) -> None:
    guide_host.set(export_fault="mongo_down")
    done = _export(guide_host)
    assert (done.returncode, "Connection refused" in done.stderr) == (1, True)
    assert list(guide_host.export_dir.iterdir()) == []


def test_one_owners_meta_can_be_missing(guide_host: Ae4Lab) -> None:
    guide_host.set(export_fault="skip_owner_meta:anaconda-user-1")
    assert _export(guide_host).returncode == 0
    assert set(_tree(guide_host.export_dir / "site-dump")) == GUIDE_TREE - {"anaconda-user-1/meta.json"}


def test_only_the_service_user_may_export(tmp_path: Path) -> None:
    lab = Ae4Lab(tmp_path / "east", user="anaconda-server-of-another-host")
    done = _export(lab)
    assert done.returncode == 1
    assert "must be run by the user anaconda-server-of-another-host" in done.stderr
    assert list(lab.export_dir.iterdir()) == []
    lab.store.close()


def test_the_commands_are_on_path_only_where_bashrc_is_read(guide_host: Ae4Lab) -> None:
    clean = {"HOME": str(guide_host.home), "PATH": os.defpath}
    look = ["/bin/bash", "--norc", "-c", "command -v anaconda-server-admin"]
    assert subprocess.run(look, env=clean, capture_output=True, check=False).returncode == 1
    look[-1] = f". {guide_host.home}/.bashrc; command -v anaconda-server-admin"
    found = subprocess.run(look, env=clean, capture_output=True, text=True, check=True).stdout.strip()
    assert Path(found) == guide_host.bin_dir / "anaconda-server-admin"


def test_server_config_tells_and_keeps_values(guide_host: Ae4Lab) -> None:
    assert _run(guide_host, "anaconda-server-config", "--get", "fs_storage_root").stdout.strip() == str(guide_host.storage)
    assert _run(guide_host, "anaconda-server-config", "--get", "no_such_key").returncode == 1
    assert _run(guide_host, "anaconda-server-config", "--set", "port", "8081").returncode == 0
    assert _run(guide_host, "anaconda-server-config", "--get", "port").stdout.strip() == "8081"


def test_supervisorctl_shows_the_documented_programs(guide_host: Ae4Lab) -> None:
    lines = _run(guide_host, "supervisorctl", "status").stdout.splitlines()
    assert [line.split()[0] for line in lines][:4] == [
        "binstar-scheduler",
        "binstar-server",
        "binstar-worker",
        "binstar-worker-low:binstar-worker-low_00",
    ]
    assert {line.split()[1] for line in lines} == {"RUNNING"}
    assert len(lines) == 11
