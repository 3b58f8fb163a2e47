# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated CLI as a process, the password on a terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import typing as t
from pathlib import Path

import pytest


class Cli:
    def __init__(self, lab, home: Path) -> None:
        self.lab, self.home = lab, home
        self.tokens = home / ".anaconda/anaconda-platform/tokens.json"
        self.api = f"{lab.url}/repository/api"

    def __call__(self, *arguments: t.Any) -> subprocess.CompletedProcess[str]:
        command = [str(self.lab.cli), *map(str, arguments)]
        return subprocess.run(command, env={"HOME": str(self.home)}, capture_output=True, text=True, timeout=60, check=False)

    def good(self, *arguments: t.Any) -> str:
        done = self(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def cli(ae5, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    made = Cli(ae5, home)
    made.good("config", "set", "sites.lab.url", made.api)
    made.good("config", "set", "default_site", "lab")
    made.good("config", "set", "ssl_verify", "false")
    return made


@pytest.fixture
def file(tmp_path, package):
    name, content = package("six")
    path = tmp_path / name
    path.write_bytes(content)
    return path


def on_a_terminal(cli: Cli, *dialogue: tuple[bytes, bytes]) -> tuple[int, bytes]:
    """Runs ``login`` on a pty of its own: waits for each prompt, answers it; the exit code and all that was shown."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(str(cli.lab.cli), [str(cli.lab.cli), "login"], {"HOME": str(cli.home)})  # noqa: S606
    shown, seen = b"", 0
    try:
        for prompt, answer in dialogue:
            while prompt not in shown[seen:]:
                shown += os.read(terminal, 1024)
            seen = len(shown)
            os.write(terminal, answer + b"\n")
        while True:
            shown += os.read(terminal, 1024)
    except OSError:  # the other end of the terminal is closed
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown
    finally:
        os.close(terminal)


def test_login_on_a_terminal_upload_and_list(ae5, cli, file):
    code, shown = on_a_terminal(cli, (b"Username:", b"owner"), (b"Password:", b"owner-pw"))
    assert code == 0
    assert b"Logged owner in!" in shown
    assert b"owner-pw" not in shown
    assert list(json.loads(cli.tokens.read_text())) == [cli.api]
    assert cli.tokens.stat().st_mode & 0o777 == 0o600

    cli.good("channels", "create", "owner/dev")
    cli.good("upload", file, "--channel", "owner/dev")
    listed = cli("channels", "list")

    assert [line.split() for line in listed.stdout.splitlines()] == [["Name", "Owner"], ["=========", "====="], ["owner/dev", "owner"]]
    assert listed.stderr
    assert cli.good("packages", "list-files", "owner/dev", "six").splitlines()[2].split() == [f"noarch/{file.name}", "owner/dev"]
    assert [(record["route"], record["write"], record["user"]) for record in ae5.log()] == [
        ("cli_login", False, "owner"),
        ("channel_create", True, "owner"),
        ("artifact_upload", True, "owner"),
        ("channel_list", False, "owner"),
        ("cli_files", False, "owner"),
    ]
    assert ae5.state()["channels"]["owner/dev"]["privacy"] == "public"


def test_a_wrong_password(cli):
    code, shown = on_a_terminal(cli, (b"Username:", b"owner"), (b"Password:", b"wrong"))
    assert code == 1
    assert b"Invalid username or password." in shown
    assert not cli.tokens.exists()


def test_a_token_of_the_store_is_obeyed_until_it_expires(ae5, cli, owner):
    cli.tokens.parent.mkdir(parents=True, exist_ok=True)
    cli.tokens.write_text(json.dumps({cli.api: {"bearer_token": owner.token}}))
    cli.good("channels", "create", "c")
    ae5.expire_tokens()
    late = cli("channels", "create", "d")
    assert (late.returncode, late.stdout) == (1, "")
    assert late.stderr.startswith("Error: 401: ")


def test_sharing_gives_read_write_unless_told(ae5, cli):
    cli.good("login", "--username", "owner", "--password", "owner-pw")
    cli.good("channels", "create", "c")
    cli.good("channels", "share", "--group", "Devs", "--level", "r", "c")
    cli.good("channels", "share", "--user", "writer", "c")
    assert ae5.state()["channels"]["c"]["shares"] == [
        {"type": "group", "name": "Devs", "access": "r"},
        {"type": "user", "name": "writer", "access": "rw"},
    ]
    cli.good("channels", "share", "--user", "writer", "--remove", "c")
    assert [share["name"] for share in ae5.state()["channels"]["c"]["shares"]] == ["Devs"]
    nobody = cli("channels", "share", "--user", "nobody", "c")
    assert (nobody.returncode, nobody.stderr) == (1, "Error: 404: there is no user nobody\n")


def test_it_works_where_the_api_is_absent(ae5, cli):
    ae5.set(api="absent")
    cli.good("login", "--username", "owner", "--password", "owner-pw")
    cli.good("channels", "create", "c")


def test_only_the_documented_forms_unless_it_is_rich(ae5, cli, file, package, tmp_path):
    cli.good("login", "--username", "owner", "--password", "owner-pw")
    cli.good("channels", "create", "c")
    second = tmp_path / "two-1.0-0.tar.bz2"
    second.write_bytes(package("two")[1])
    poor = [["channels", "create", "--private", "p"], ["channels", "modify", "--private", "c"], ["channels", "share", "--list", "c"]]
    poor.append(["upload", file, second, "--channel", "c"])
    assert [cli(*command).returncode for command in poor] == [2, 2, 2, 2]
    assert "--private" not in cli.good("channels", "create", "--help")
    ae5.set(cli_abilities="rich")
    for command in poor:
        cli.good(*command)
    assert "--private" in cli.good("channels", "create", "--help")
    channels = ae5.state()["channels"]
    assert {name: channel["privacy"] for name, channel in channels.items()} == {"c": "private", "p": "private"}
    assert [item["file"] for item in channels["c"]["files"]] == [file.name, second.name]


def test_one_bad_file_does_not_stop_the_others(ae5, cli, file, tmp_path):
    ae5.set(cli_abilities="rich")
    cli.good("login", "--username", "owner", "--password", "owner-pw")
    cli.good("channels", "create", "c")
    bad = tmp_path / "bad-1.0-0.tar.bz2"
    bad.write_bytes(b"nothing")
    done = cli("upload", bad, file, "--channel", "c")
    assert done.returncode == 1
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["Error"]
    assert [item["file"] for item in ae5.state()["channels"]["c"]["files"]] == [file.name]


def test_admin_import_names_and_shares_as_the_guide_says(ae5, cli, package, tmp_path):
    ae5.seed(users=["anaconda-user-1"])
    dump = tmp_path / "site-dump"

    def put(owner, package_name, labels, meta):
        folder = dump / owner / f"{'5' * 24}--{package_name}"
        folder.mkdir(parents=True)
        name, content = package(package_name)
        (folder / name).write_bytes(content)
        (folder / "meta.json").write_text(json.dumps({"files": [{"basename": f"noarch/{name}", "labels": labels}]}))
        (dump / owner / "meta.json").write_text(json.dumps(meta))

    put("anaconda-user-1", "moto", ["main"], {"login": "anaconda-user-1", "user_type": "user"})
    put("anaconda-user-1", "pysocks", ["test"], {"login": "anaconda-user-1", "user_type": "user"})
    groups = [
        {"name": "Owner", "permission": "admin", "members": ["anaconda-user-1"]},
        {"name": "Devs", "permission": "read", "members": ["reader"], "packages": ["xz"]},
    ]
    put("anaconda-organization", "xz", ["main", "Test"], {"user_type": "org", "groups": groups})
    cli.good("login", "--username", "boss", "--password", "boss-pw")

    cli.good("admin", "import", *sorted(dump.iterdir()))

    channels = ae5.state()["channels"]
    found = {name: ([item["file"] for item in c["files"]], [(s["name"], s["access"]) for s in c["shares"]]) for name, c in channels.items()}
    user, group = [("anaconda-user-1", "rw")], [("Devs", "r")]
    assert found == {
        "anaconda-user-1": (["moto-1.0-0.tar.bz2"], user),
        "anaconda-user-1/test": (["pysocks-1.0-0.tar.bz2"], user),
        "anaconda-organization": (["xz-1.0-0.tar.bz2"], user),
        "anaconda-organization/Devs": (["xz-1.0-0.tar.bz2"], group),
        "anaconda-organization/Devs/Test": (["xz-1.0-0.tar.bz2"], group),
    }
