# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The preflight on two sites: green without a write; each thing that is in the way alone has its row and stops every host.

And the command line client out of a package, put in place by its role.
"""

from __future__ import annotations

import bz2
import contextlib
import hashlib
import io
import json
import sys
import tarfile
import typing as t
from pathlib import Path

import pytest

from tests.e2e import mishaps
from tests.e2e.conftest import MakeWorld
from tests.e2e.world import PASSWORD, World
from tests.lab.ae5 import scripts
from tests.lab.playbook import Run

HOSTS = ("east", "west", "prod")
Rows = dict[tuple[str, str], dict[str, str]]


def rows(world: World) -> Rows:
    """The rows of the last report by host and check."""
    data = json.loads((world.reports / "preflight.json").read_text(encoding="utf-8"))
    return {(row["host"], row["check"]): row for row in data["rows"]}


def blocking(world: World) -> set[tuple[str, str]]:
    return {key for key, row in rows(world).items() if row["verdict"] == "blocking"}


def preflight(world: World, **variables: t.Any) -> Run:
    run = world.run("preflight", **variables)
    assert world.writes() == []
    assert run.total("changed") == 0
    assert PASSWORD not in run.output
    return run


def test_in_order_before_and_after_the_first_export(two_sites: World) -> None:
    first = preflight(two_sites)
    assert first.returncode == 0, first.output
    before = rows(two_sites)
    assert {row["verdict"] for row in before.values()} == {"ok", "unknown"}
    assert {check for (host, check), row in before.items() if row["verdict"] == "unknown"} == {
        "ae4_state",
        "inventory",
    }
    text = (two_sites.reports / "preflight.txt").read_text(encoding="utf-8")
    assert text.startswith("0 blocking, 0 warning, 4 unknown, ")
    assert "- ok       prod  login " in first.output, "the table is shown"
    assert two_sites.channels() == {}

    two_sites.sites["east"].lab.start()
    try:
        assert two_sites.run("export").returncode == 0
        second = preflight(two_sites, ae4_url=two_sites.sites["east"].lab.url)
    finally:
        two_sites.sites["east"].lab.stop()
    assert second.returncode == 0, second.output
    after = rows(two_sites)
    assert {row["verdict"] for row in after.values()} == {"ok"}
    assert "Devs" not in after["east", "names"]["evidence"]
    assert ".tar.bz2" in after["east", "file_size"]["evidence"]

    assert "are still to be uploaded" in after["east", "inventory"]["evidence"]
    left = dict(after)

    assert two_sites.run().returncode == 0
    done = preflight(two_sites)
    assert done.returncode == 0, done.output
    assert {row["verdict"] for key, row in rows(two_sites).items() if key[1] != "ae4_state"} == {"ok"}
    assert rows(two_sites)["east", "inventory"]["evidence"].endswith("0 B are still to be uploaded.")
    assert rows(two_sites)["east", "file_size"] == left["east", "file_size"]

    checked = two_sites.run("preflight", "--check")
    assert checked.returncode == 0, checked.output
    assert (two_sites.reports / "check" / "preflight.json").exists()


def stopped(world: World, run: Run, where: set[tuple[str, str]]) -> None:
    """Exactly these rows are in the way, and each host was stopped with the advice of each of them."""
    assert run.returncode != 0
    assert blocking(world) == where
    assert {host: counts["failed"] for host, counts in run.recap.items()} == dict.fromkeys([*world.sites, "prod"], 1), "nobody goes on"
    found = rows(world)
    for key in where:
        assert found[key]["advice"]
        assert found[key]["task"]
        assert all(found[key]["advice"] in said(run, host) for host in run.recap)
    assert not any("not the password" in row["evidence"] for row in found.values())


@pytest.mark.parametrize(
    ("what", "where"),
    [("password", {("prod", "login")}), ("uploader", {("prod", "roles")}), ("cluster", {("east", "address"), ("prod", "address")})],
)
def test_what_is_in_the_way_at_the_cluster(make_world: MakeWorld, what: str, where: set[tuple[str, str]]) -> None:
    world = make_world("east")
    given: dict[str, t.Any] = {}
    with contextlib.ExitStack() as stack:
        if what == "password":
            given["ae5_password"] = "not the password"
        elif what == "uploader":
            world.cluster.seed(users=[{"username": "reader", "password": PASSWORD, "roles": ["ae-admin"]}])
            given["ae5_username"] = "reader"
        elif what == "cluster":
            given["ae5_url"] = f"http://127.0.0.1:{stack.enter_context(mishaps.closed_port())}"
        run = preflight(world, **given)
    stopped(world, run, where)


def test_what_is_in_the_way_at_a_site(make_world: MakeWorld) -> None:
    """Five sites, each with one thing in the way; the site has that row alone, and the sixth has none."""
    where = {"space": "space", "user": "user", "command": "admin_command", "host": "ssh", "python": "python"}
    world = make_world(*where, "sound")
    sites = world.sites
    sites["space"].variables["preflight_space_factor"] = 1e12
    (sites["space"].lab.storage / "blob").write_bytes(b"x" * 1000)
    sites["user"].variables["ae4_user"] = "anaconda-server"
    mishaps.take_command_away(sites["command"])
    sites["python"].variables["ansible_python_interpreter"] = "/nonexistent/python"
    with mishaps.closed_port() as port:
        sites["host"].variables.update(mishaps.unreachable(port))
        run = preflight(world)
    stopped(world, run, set(where.items()))


def said(run: Run, host: str) -> str:
    """The words with which a host was stopped, on one line."""
    return " ".join(str(mishaps.said(run, host)[-1]).split())


def test_what_is_accepted_does_not_stop(guide_site: World) -> None:
    run = preflight(guide_site, preflight_space_factor=1e12, preflight_accept=["space@east"])
    assert run.returncode == 0, run.output
    assert rows(guide_site)["east", "space"]["verdict"] == "warning"


def test_hosts_without_a_python_of_their_own(two_sites: World) -> None:
    east, west = two_sites.sites["east"], two_sites.sites["west"]
    east.variables.update(ansible_python_interpreter="/nonexistent/python", host_python_candidates=[sys.executable])
    west.variables.update(ansible_python_interpreter="/nonexistent/python", ae4_raw=True, ae_transfer="staged")
    run = preflight(two_sites)
    assert run.returncode == 0, run.output
    found = rows(two_sites)
    assert sys.executable in found["east", "python"]["evidence"]
    assert found["east", "libraries"]["verdict"] == "ok"
    assert {
        check: found["west", check]["verdict"] for check in ("python", "user", "admin_command", "export_dir", "space")
    } == dict.fromkeys(("python", "user", "admin_command", "export_dir", "space"), "ok")
    assert str(west.lab.storage) in found["west", "space"]["evidence"]
    assert ("west", "libraries") not in found


# -- the client


def client_package(path: Path) -> str:
    """A conda package with the lab's client in it; its digest."""
    cli = scripts.write_cli(path.parent / "client", "rich")
    placeholder = "/opt/anaconda1anaconda2anaconda3"
    members = {
        f"bin/{scripts.CLI_NAME}": f"#!{placeholder}/bin/python\n" + cli.read_text(encoding="utf-8").split("\n", 1)[1],
        f"bin/{scripts.IMPORT_NAME}": (cli.parent / scripts.IMPORT_NAME).read_text(encoding="utf-8"),
        "info/index.json": json.dumps({"name": scripts.CLI_NAME, "version": "5.7.1", "build": "0", "depends": ["python"]}),
        "info/has_prefix": f'"{placeholder}" "text" "bin/{scripts.CLI_NAME}"\n',
    }
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, text in members.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(text.encode()), 0o755
            archive.addfile(member, io.BytesIO(text.encode()))
    path.write_bytes(bz2.compress(stream.getvalue()))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_client_comes_from_its_package_and_is_used(two_sites: World) -> None:
    package = two_sites.root / "anaconda-enterprise-cli-5.7.1-0.tar.bz2"
    digest = client_package(package)
    two_sites.variables.update(ae5_transport="cli", ae5_cli_package=str(package), ae5_cli_package_sha256=digest)

    predicted = two_sites.run("ae5_cli", "--check")
    assert predicted.returncode == 0, predicted.output
    assert not list((two_sites.root / "work").rglob(scripts.CLI_NAME))
    first = two_sites.run("ae5_cli")
    assert first.returncode == 0, first.output
    assert {host: first.recap[host]["changed"] for host in HOSTS} == {host: predicted.recap[host]["changed"] for host in HOSTS}
    assert {host: first.recap[host]["changed"] for host in HOSTS} == dict.fromkeys(HOSTS, 2), "the package was copied and unpacked"
    second = two_sites.run("ae5_cli")
    assert (second.returncode, second.total("changed")) == (0, 0), second.output

    programs = {host: two_sites.root / "work" / "prod" / "hosts" / host / "cli" / "bin" / scripts.CLI_NAME for host in HOSTS}
    assert all(program.exists() for program in programs.values())
    site_programs = {name: str(programs[name]) for name in two_sites.sites}
    for name, site in two_sites.sites.items():
        site.variables["ae5_cli"] = site_programs[name]
    found = preflight(two_sites)
    assert found.returncode == 0, found.output
    assert rows(two_sites)["east", "cli"]["evidence"] == f"{programs['east']} answers --help."

    wrong = two_sites.run("ae5_cli", ae5_cli_package_sha256="0" * 64)
    assert wrong.returncode != 0
    assert all(digest in mishaps.said(wrong, host)[0] for host in HOSTS)
    assert two_sites.writes() == []


def test_the_client_is_installed_by_a_command_where_it_does_not_answer(two_sites: World) -> None:
    installed = two_sites.root / "opt" / scripts.CLI_NAME
    command = ["/bin/cp", "-r", str(two_sites.cluster.bin_dir), str(installed.parent)]
    two_sites.variables["ae5_transport"] = "api"
    first = two_sites.run("ae5_cli", ae5_cli=str(installed), ae5_cli_install_command=command)
    assert first.returncode == 0, first.output
    assert {host: first.recap[host]["changed"] for host in HOSTS} == {"east": 0, "west": 0, "prod": 1}, "over the api sites need none"
    second = two_sites.run("ae5_cli", ae5_cli=str(installed), ae5_cli_install_command=command)
    assert (second.returncode, second.total("changed")) == (0, 0)
    missing = two_sites.run("ae5_cli", ae5_cli=str(installed) + "-not")
    assert "ae5_cli_package" in mishaps.said(missing, "prod")[0]
