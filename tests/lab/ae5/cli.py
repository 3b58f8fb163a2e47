# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated anaconda-enterprise-cli: only documented commands, unless the lab's switch ``cli_abilities`` is ``rich``.

Standard library only, and of that what starts fast: the tests run it thousands of times.  What it says (other than
``Logged U in!``, the prompts and the table's head), its exit codes, its configuration file and the routes below ``/_cli``
are invented (A3); all of ``rich`` is.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from urllib.parse import quote, quote_plus, urlsplit

ABILITIES = "minimal"
DELETES = True
RICH = ABILITIES == "rich"
HOME = os.path.join(os.path.expanduser("~"), ".anaconda", "anaconda-platform")
CONFIG = os.path.join(HOME, "config.json")
TOKENS = os.path.join(HOME, "tokens.json")
API_PATH = "/repository/api"
BLOCK = 1024 * 1024

TYPE_CHECKING = False
if TYPE_CHECKING:
    import typing


class Failure(Exception):
    """Ends the command with exit code 1 and this sentence on stderr."""


def noise(text: str) -> None:
    sys.stderr.write(f"[anaconda-enterprise-cli] {text}\n")


def load(path: str) -> dict:
    try:
        with open(path, encoding="utf-8") as stream:
            return json.load(stream)
    except FileNotFoundError:
        return {}
    except ValueError as exc:
        raise Failure(f"{path} is not JSON: {exc}") from exc


def save(path: str, value: object) -> None:
    """As a whole, readable by its owner alone: other processes of the same user read it at any time."""
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    draft = f"{path}.{os.getpid()}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        stream.write(value if isinstance(value, str) else json.dumps(value, indent=2) + "\n")
    os.replace(draft, path)


def site_url() -> str:
    config = load(CONFIG)
    name = config.get("default_site")
    url = config.get("sites", {}).get(name, {}).get("url") if name else None
    if not url:
        raise Failure("no site is configured: set sites.NAME.url and default_site")
    return url.rstrip("/")


class Form:
    """One file as multipart/form-data, sent in blocks."""

    BOUNDARY = "----ae5-lab-cli-boundary"

    def __init__(self, path: str) -> None:
        name = os.path.basename(path)
        self.path = path
        head = f'--{self.BOUNDARY}\r\nContent-Disposition: form-data; name="content"; filename="{name}"\r\n'
        self.head = (head + "Content-Type: application/octet-stream\r\n\r\n").encode()
        self.tail = f"\r\n--{self.BOUNDARY}--\r\n".encode()
        self.length = len(self.head) + os.path.getsize(path) + len(self.tail)
        self.content_type = f"multipart/form-data; boundary={self.BOUNDARY}"

    def __iter__(self) -> typing.Iterator[bytes]:
        yield self.head
        with open(self.path, "rb") as stream:
            while block := stream.read(BLOCK):
                yield block
        yield self.tail


class Site:
    """The cluster, with the token that the store holds for it."""

    def __init__(self) -> None:
        self.url = site_url()
        parts = urlsplit(self.url)
        if not parts.path.endswith(API_PATH) or parts.scheme != "http":
            raise Failure(f"{self.url} is not the address of the lab's repository API; it is http and ends in {API_PATH}")
        self.address = (parts.hostname or "", parts.port or 80)
        self.base = parts.path[: -len(API_PATH)] + "/_cli"
        self.token = load(TOKENS).get(self.url, {}).get("bearer_token")

    def call(self, method: str, path: str, body: typing.Any = None) -> typing.Any:
        headers = {"User-Agent": "anaconda-enterprise-cli/lab"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if isinstance(body, Form):
            headers.update({"Content-Type": body.content_type, "Content-Length": str(body.length)})
        elif body is not None:
            body = [json.dumps(body).encode()]
            headers.update({"Content-Type": "application/json", "Content-Length": str(len(body[0]))})
        status, text = self.exchange(method, self.base + path, headers, body or ())
        if status >= 400:
            raise Failure(f"{status}: {self.reason(text)}")
        return json.loads(text) if text else None

    def exchange(self, method: str, path: str, headers: dict, body: typing.Iterable[bytes] = ()) -> tuple:
        """The status and the body of the answer.  ``http.client`` would be half of the time that a command takes."""
        import socket  # noqa: PLC0415 - config and help do not need it

        lines = [f"{method} {path} HTTP/1.0", f"Host: {self.address[0]}:{self.address[1]}"]
        lines.extend(f"{name}: {value}" for name, value in headers.items())
        try:
            with socket.create_connection(self.address, timeout=300) as connection:
                connection.sendall("\r\n".join([*lines, "\r\n"]).encode())
                for piece in body:
                    connection.sendall(piece)
                with connection.makefile("rb") as stream:
                    head, end, text = stream.read().partition(b"\r\n\r\n")
        except OSError as exc:
            raise Failure(f"cannot reach {self.url}: {exc!r}") from exc
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        if not end or (length and int(length[1]) != len(text)):
            raise Failure(f"cannot reach {self.url}: the answer broke off")
        return int(head.split()[1]), text

    @staticmethod
    def reason(text: bytes) -> str:
        try:
            value = json.loads(text)
            return value["error"]["message"] if "error" in value else value["message"]
        except (ValueError, KeyError, TypeError):
            return text.decode("utf-8", "replace")[:200]

    def channels(self) -> list:
        items: list = []
        while True:
            page = self.call("GET", f"/channels?offset={len(items)}&limit=200")
            items.extend(page["items"])
            if not page["items"] or len(items) >= page["total"]:
                return items

    def upload(self, path: str, channel: str) -> dict:
        if not os.path.isfile(path):
            raise Failure(f"there is no file {path}")
        return self.call("POST", f"/channels/{quote(channel, safe='')}/artifacts", Form(path))


def table(head: list, rows: list) -> None:
    """Columns apart by blanks, a ruler of ``=`` below the head."""
    widths = [max(len(line[i]) for line in [head, *rows]) for i in range(len(head))]
    for line in (head, ["=" * width for width in widths], *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def config_set(options: argparse.Namespace) -> None:
    config = load(CONFIG)
    *parents, last = options.key.split(".")
    known = options.key in ("default_site", "ssl_verify") or (len(parents) == 2 and (parents[0], last) == ("sites", "url"))
    if not known:
        raise Failure(f"{options.key} is not a setting")
    place = config
    for name in parents:
        place = place.setdefault(name, {})
    place[last] = options.value
    save(CONFIG, config)


def login(options: argparse.Namespace) -> None:
    import getpass  # noqa: PLC0415 - the other commands start faster

    site = Site()
    username = options.username
    if username is None:
        sys.stdout.write("Username: ")
        sys.stdout.flush()
        username = sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ") if options.password is None else options.password
    site.token = None
    answer = site.call("POST", "/login", {"username": username, "password": password})
    save(TOKENS, {**load(TOKENS), site.url: {"bearer_token": answer["bearer_token"]}})
    # conda finds its token for the API's address here and uses it for /repository/conda as well.
    binstar = os.path.join(os.path.expanduser("~"), ".config", "binstar", quote_plus(site.url) + ".token")
    save(binstar, answer["conda_token"])
    print(f"Logged {answer['username']} in!")


def channels_create(options: argparse.Namespace) -> None:
    body = {"name": options.name}
    if getattr(options, "private", False):
        body["privacy"] = "private"
    Site().call("POST", "/channels", body)
    print(f"Created channel {options.name}")


def channels_list(_options: argparse.Namespace) -> None:
    site = Site()
    noise(f"using {site.url}")
    table(["Name", "Owner"], [[item["name"], item["owner"]] for item in site.channels()])


def channels_modify(options: argparse.Namespace) -> None:
    Site().call("PATCH", f"/channels/{quote(options.name, safe='')}", {"privacy": options.privacy})
    print(f"Channel {options.name} is {options.privacy}")


def channels_delete(options: argparse.Namespace) -> None:
    Site().call("DELETE", f"/channels/{quote(options.name, safe='')}")
    print(f"Deleted channel {options.name}")


def channels_share(options: argparse.Namespace) -> None:
    site = Site()
    path = f"/channels/{quote(options.name, safe='')}/shares"
    if getattr(options, "list", False):
        items = site.call("GET", path + "?limit=200")["items"]
        table(["Type", "Name", "Level"], [[item["type"], item["name"], item["access"]] for item in items])
        return
    if (options.user is None) == (options.group is None):
        raise Failure("give either --user or --group")
    kind, name = ("user", options.user) if options.user is not None else ("group", options.group)
    path += f"/{kind}/{quote(name, safe='')}"
    if options.remove:
        site.call("DELETE", path)
        print(f"Channel {options.name} is no longer shared with {kind} {name}")
    else:
        site.call("PUT", path, {"access": options.level})
        print(f"Shared channel {options.name} with {kind} {name}")


def upload(options: argparse.Namespace) -> None:
    site = Site()
    failed = []
    for path in options.files:
        try:
            site.upload(path, options.channel)
        except Failure as exc:
            failed.append(f"{path} was not uploaded to {options.channel}: {exc}")
        else:
            print(f"Uploaded {os.path.basename(path)} to {options.channel}")
    if failed:
        raise Failure("\n".join(failed))


def packages_list_files(options: argparse.Namespace) -> None:
    answer = Site().call("GET", f"/channels/{quote(options.channel, safe='')}/files")
    rows = [[item["subdir"] + "/" + item["file"], options.channel] for item in answer["items"] if options.package in item["file"]]
    table(["File", "Channel"], rows)


def admin_import(options: argparse.Namespace) -> None:
    from ae5_lab_admin_import import import_owner  # noqa: PLC0415 - lies beside the script; the other commands start faster

    site = Site()
    failed = []
    for folder in options.folders:
        failed.extend(import_owner(site, folder, Failure))
    if failed:
        raise Failure("\n".join(failed))


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="anaconda-enterprise-cli", description="Work with the repository of Anaconda Enterprise.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(place: typing.Any, name: str, work: typing.Callable, text: str) -> argparse.ArgumentParser:
        made = place.add_parser(name, help=text, description=text)
        made.set_defaults(work=work)
        return made

    def area(name: str, text: str) -> typing.Any:
        return commands.add_parser(name, help=text, description=text).add_subparsers(required=True, metavar="COMMAND")

    command = add(area("config", "settings"), "set", config_set, "change a setting")
    command.add_argument("key")
    command.add_argument("value")
    command = add(commands, "login", login, "log in and keep a token")
    command.add_argument("--username")
    command.add_argument("--password")
    channels = area("channels", "channels of packages")
    command = add(channels, "create", channels_create, "create a channel")
    command.add_argument("name", metavar="NAME")
    if RICH:
        command.add_argument("--private", action="store_true", help="only collaborators can read it")
    add(channels, "list", channels_list, "list the channels")
    if RICH:
        command = add(channels, "modify", channels_modify, "change a channel")
        group = command.add_mutually_exclusive_group(required=True)
        for value in ("private", "public"):
            group.add_argument(f"--{value}", dest="privacy", action="store_const", const=value)
        command.add_argument("name", metavar="NAME")
    if RICH and DELETES:
        command = add(channels, "delete", channels_delete, "delete a channel and its packages")
        command.add_argument("name", metavar="NAME")
    command = add(channels, "share", channels_share, "share a channel")
    command.add_argument("--user")
    command.add_argument("--group")
    command.add_argument("--level", choices=("r", "rw"), default="rw")
    command.add_argument("--remove", action="store_true")
    if RICH:
        command.add_argument("--list", action="store_true", help="show with whom it is shared")
    command.add_argument("name", metavar="NAME")
    command = add(commands, "upload", upload, "upload packages" if RICH else "upload a package")
    command.add_argument("files", metavar="FILE", nargs="+" if RICH else 1)
    command.add_argument("--channel", required=True)
    command = add(area("packages", "packages of a channel"), "list-files", packages_list_files, "list the files of a package")
    command.add_argument("channel", metavar="CHANNEL")
    command.add_argument("package", metavar="PACKAGE")
    command = add(area("admin", "administration"), "import", admin_import, "import folders of a site dump")
    command.add_argument("folders", metavar="DIR", nargs="+")
    return parser


def main() -> int:
    options = make_parser().parse_args()
    try:
        options.work(options)
    except Failure as exc:
        for line in str(exc).splitlines():
            sys.stderr.write(f"Error: {line}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
