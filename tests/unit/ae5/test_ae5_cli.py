# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cli transport against a client that writes down everything it is given, and its tables as texts."""

from __future__ import annotations

import json
import os
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5 import cli_text
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster, connect
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import (
    LIST_SHARES,
    PRIVACY_AT_CREATION,
    PRIVACY_LATER,
    ChannelState,
    UnknownPrincipal,
    UploadSource,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from tests.unit.ae5.ae5_params import params

URL = "https://ae5.example.com"
API = URL + "/repository/api"
PASSWORD = "pa$$ word"

CLIENT = """#!{python} -SE
import getpass, json, os, sys
home = os.path.expanduser("~")
files = {{}}
for folder, _folders, names in os.walk(home):
    for name in names:
        path = os.path.join(folder, name)
        files[os.path.relpath(path, home)] = [oct(os.stat(path).st_mode & 0o777), open(path).read()]
record = {{"argv": sys.argv[1:], "env": dict(os.environ), "home": home, "mode": oct(os.stat(home).st_mode & 0o777), "files": files}}
with open({log!r}, "a") as stream:
    stream.write(json.dumps(record) + "\\n")
script = json.load(open({script!r}))
key = " ".join(sys.argv[1:])
if key == "login":
    user, password = input("Username: "), getpass.getpass("Password: ")
    if [user, password] != ["me", {password!r}]:
        print("Error: wrong login for", password)
        sys.exit(1)
    path = os.path.join(home, ".anaconda", "anaconda-platform")
    os.makedirs(path, exist_ok=True)
    json.dump({{{api!r}: {{"bearer_token": "bt-" + str(len(files))}}}}, open(os.path.join(path, "tokens.json"), "w"))
    print("Logged", user, "in!")
    sys.exit(0)
if key.startswith("config set"):
    open(os.path.join(home, "config." + sys.argv[3]), "w").write(sys.argv[4])
    sys.exit(0)
answers = script.get(key) or [[2, "", "no such command: " + key]]
code, out, err = answers[0]
if len(answers) > 1:
    script[key] = answers[1:]
    json.dump(script, open({script!r}, "w"))
print(out)
print(err, file=sys.stderr)
if code == "hang":
    import time
    time.sleep(600)
sys.exit(code)
"""


class Client:
    """The client's program, what it answers by command line, and the calls it got."""

    def __init__(self, root: Path) -> None:
        self.program = root / "anaconda-enterprise-cli"
        self._log = root / "calls"
        self._script = root / "script"
        self.answers()
        source = CLIENT.format(python=sys.executable, log=str(self._log), script=str(self._script), password=PASSWORD, api=API)
        self.program.write_text(source)
        self.program.chmod(0o755)

    def answers(self, **answers: t.Any) -> None:
        self._script.write_text(json.dumps(answers))

    def script(self, answers: dict[str, list[list[t.Any]]]) -> None:
        self._script.write_text(json.dumps(answers))

    @property
    def calls(self) -> list[dict[str, t.Any]]:
        return [json.loads(line) for line in self._log.read_text().splitlines()] if self._log.exists() else []

    @property
    def commands(self) -> list[str]:
        return [" ".join(call["argv"]) for call in self.calls]

    def connect(self, **given: t.Any) -> Cluster:
        login = {"username": "me", "password": PASSWORD, "access_token": None}
        return connect(params(URL, transport="auto", **{"cli": str(self.program), **login, **given}), False)


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    return Client(tmp_path)


TABLE = "Name     Owner\n=======  =====\na        me\na/b      you\n"


def test_a_command_runs_configured_and_logged_in_with_a_home_of_its_own(client: Client) -> None:
    client.script({"channels list": [[0, TABLE, "INFO noise"]]})
    with client.connect() as cluster:
        assert cluster.channels() == {"a": ChannelState("a", "me"), "a/b": ChannelState("a/b", "you")}
        assert cluster.transport.tokens.token() == "bt-3"
        home = client.calls[-1]["home"]
        assert os.path.isdir(home)
    assert not os.path.exists(home)
    assert client.commands == [
        f"config set sites.ae5.url {API}",
        "config set default_site ae5",
        "config set ssl_verify true",
        "login",
        "channels list",
    ]
    assert {call["home"] for call in client.calls} == {home}
    assert {call["mode"] for call in client.calls} == {"0o700"}
    assert home != os.path.expanduser("~")


def test_the_password_is_in_no_argument_variable_or_file(client: Client) -> None:
    client.script({"channels list": [[0, TABLE, ""]]})
    with client.connect() as cluster:
        cluster.channels()
    assert "login" in client.commands
    assert PASSWORD not in json.dumps(client.calls)
    assert PASSWORD not in json.dumps([list(call["env"].items()) for call in client.calls])


def test_a_token_is_put_into_the_clients_store_and_no_login_is_made(client: Client) -> None:
    client.script({"channels list": [[0, TABLE, ""]]})
    with client.connect(username=None, password=None, access_token="given") as cluster:
        cluster.channels()
        assert cluster.transport.tokens.token() == "given"
    assert "login" not in client.commands
    mode, content = client.calls[-1]["files"][".anaconda/anaconda-platform/tokens.json"]
    assert (mode, json.loads(content)) == ("0o600", {API: {"bearer_token": "given"}})


def test_a_wrong_password_is_one_sentence_without_it(client: Client) -> None:
    with client.connect(password="other-secret") as cluster:
        with pytest.raises(MigrationError) as caught:
            cluster.channels()
    assert str(caught.value) == (
        "anaconda-enterprise-cli refused the login of 'me': Error: wrong login for ***; check the user name and the password."
    )


def test_an_expired_token_leads_to_one_new_login(client: Client) -> None:
    client.script({"channels list": [[1, "", "Error: 401: the token has expired"], [0, TABLE, ""]]})
    with client.connect() as cluster:
        assert len(cluster.channels()) == 2
    assert client.commands[3:] == ["login", "channels list", "login", "channels list"]


def test_a_token_that_is_refused_twice_is_an_error_that_says_401(client: Client) -> None:
    client.script({"channels list": [[1, "", "Error: 401: no"]]})
    with client.connect() as cluster:
        with pytest.raises(HttpError, match=r"'anaconda-enterprise-cli channels list' failed with exit code 1: Error: 401: no.") as caught:
            cluster.channels()
    assert caught.value.status == 401
    assert client.commands.count("login") == 2


def test_a_command_that_hangs_is_ended(client: Client) -> None:
    client.script({"channels list": [["hang", "", ""]]})
    with client.connect(timeout=1) as cluster:
        with pytest.raises(MigrationError, match="did not end within 1 s"):
            cluster.channels()


def test_a_client_that_is_not_there_is_named(client: Client) -> None:
    with client.connect(cli="/nowhere/cli") as cluster:
        with pytest.raises(MigrationError, match="/nowhere/cli cannot be run: No such file or directory"):
            cluster.channels()


def test_the_certificates_to_trust_are_passed_on(client: Client, tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text("")
    with client.connect(ca_path=str(ca)) as cluster:
        cluster.transport.tokens.token()
    with client.connect(validate_certs=False) as cluster:
        cluster.transport.tokens.token()
    assert [command for command in client.commands if "ssl_verify" in command] == [
        f"config set ssl_verify {ca}",
        "config set ssl_verify false",
    ]


def test_what_a_documented_client_cannot_do_is_refused_by_name(client: Client) -> None:
    client.script({"channels --help": [[0, "{create,list,share}", ""]], "channels create --help": [[0, "create NAME", ""]]})
    with client.connect() as cluster:
        assert not any(cluster.can(ability) for ability in (PRIVACY_AT_CREATION, PRIVACY_LATER, LIST_SHARES))
        assert cluster.shares("a") is None
        with pytest.raises(MigrationError, match="Channel a/b must be private, but anaconda-enterprise-cli cannot"):
            cluster.create_channel("a/b", True)
        with pytest.raises(MigrationError, match="Channel a/b must be made public"):
            cluster.set_privacy("a/b", "public")
    assert not [command for command in client.commands if "a/b" in command]


def test_what_the_help_texts_show_is_used_and_asked_once(client: Client) -> None:
    client.script(
        {
            "channels --help": [[0, "  create   c\n  modify   m\n", ""]],
            "channels create --help": [[0, "--private  hide it", ""]],
            "channels modify --help": [[0, "--private | --public", ""]],
            "channels share --help": [[0, "--list", ""]],
            "channels create a --private": [[0, "", ""]],
            "channels modify --public a": [[0, "", ""]],
            "channels share --list a": [[0, "Type   Name     Level\n=====  =======  =====\ngroup  Wet Lab  r\nuser   jane     rw\n", ""]],
        }
    )
    with client.connect() as cluster:
        cluster.create_channel("a", True)
        cluster.set_privacy("a", "public")
        assert cluster.shares("a") == (Share("group", "Wet Lab", "r"), Share("user", "jane", "rw"))
        assert cluster.can(PRIVACY_AT_CREATION)
    helps = [command for command in client.commands if command.endswith("--help")]
    assert len(helps) == len(set(helps)) == 4


def test_shares_are_given_and_taken_with_the_documented_commands(client: Client) -> None:
    done = [[0, "", ""]]
    client.script(
        {
            "channels share --user jane --level rw a/b": done,
            "channels share --group Devs --level r a/b": done,
            "channels share --group Devs --remove a/b": done,
            "channels share --user nobody --level r a/b": [[1, "", "Error: 404: user nobody not found"]],
        }
    )
    with client.connect() as cluster:
        cluster.share("a/b", Share("user", "Jane", "rw"))
        cluster.share("a/b", Share("group", "Devs", "r"))
        cluster.unshare("a/b", Share("group", "Devs", "r"))
        with pytest.raises(UnknownPrincipal, match="The user 'nobody' does not exist on AE5"):
            cluster.share("a/b", Share("user", "nobody", "r"))


class Checked(UploadSource):
    file = "x-1-0.tar.bz2"
    size = 10

    def open(self) -> t.Any:
        raise AssertionError("the client opens the file")

    def checked_path(self) -> str:
        return "/dump/x-1-0.tar.bz2"


def test_an_upload_is_given_the_path_of_the_checked_file(client: Client) -> None:
    client.script({"upload /dump/x-1-0.tar.bz2 --channel a/b": [[0, "", ""], [1, "", "Error: 409: taken"]]})
    with client.connect() as cluster:
        cluster.upload("a/b", Checked())
        with pytest.raises(HttpError) as caught:
            cluster.upload("a/b", Checked())
    assert caught.value.status == 409


@pytest.mark.parametrize(
    ("usage", "several"),
    [
        ("usage: cli upload [-h] --channel CHANNEL FILE [FILE ...]\n\nupload packages\n", True),
        ("usage: cli upload [-h] --channel CHANNEL\n                  FILE [FILE ...]\n\nupload packages\n", True),
        ("Usage: cli upload [OPTIONS] FILES...\n\n  Upload packages.\n", True),
        ("Usage: cli upload [OPTIONS] [FILES]...\n", True),
        ("Usage: cli upload <file>... --channel <channel>\n", True),
        ("usage: cli upload [-h] --channel CHANNEL FILE\n\nupload a package ...\n", False),
        ("usage: cli upload [-h] [--label LABEL [LABEL ...]] --channel CHANNEL FILE\n", False),
        ("usage: cli upload --label LABEL [LABEL ...] --channel CHANNEL FILE\n", False),
        ("Usage: cli upload [OPTION]... FILE\n", False),
        ("Uploads FILES...\n", False),
        ("", False),
    ],
)
def test_several_files_are_given_only_where_the_usage_says_so(usage: str, several: bool) -> None:
    assert cli_text.takes_several(usage) is several


def test_a_name_that_looks_like_an_option_is_refused(client: Client) -> None:
    with client.connect() as cluster:
        with pytest.raises(MigrationError, match="begins with a dash"):
            cluster.upload("--help", Checked())


@pytest.mark.parametrize(
    "text",
    [
        "Name\n====\na/b\nName2\n",
        "[cli] using x\nINFO hello\n\nName      Owner   Updated\n========  ======  ==========\n"
        "a/b       me      2026-01-01 10:00\nName2\n\n2 channels\n",
        "Name Owner\n==========\na/b me\n[noise]\nName2 you\n",
    ],
)
def test_a_table_of_channels_is_read_whatever_is_around_it(text: str) -> None:
    assert list(cli_text.parse_channels(text)) == ["a/b", "Name2"]


def test_a_text_without_a_table_is_not_an_empty_list() -> None:
    with pytest.raises(MigrationError, match="no table with a column Name"):
        cli_text.parse_channels("Traceback (most recent call last):\n")
    assert cli_text.parse_channels("Name\n====\n") == {}


@pytest.mark.parametrize(
    ("text", "status"),
    [("Error: 409: taken", 409), ("HTTP 503", 503), ("status code: 413", 413), ("(404)", 404), ("500 files", None), ("port 4040", None)],
)
def test_the_status_in_an_error_text(text: str, status: t.Optional[int]) -> None:
    assert cli_text.status_in(text) == status
