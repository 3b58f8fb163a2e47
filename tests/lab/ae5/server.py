# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cluster as one object: ``Ae5Lab`` in this process, ``LabClient`` (client.py) for one in another."""

from __future__ import annotations

import threading
import typing as t
from pathlib import Path

from cheroot import wsgi
from flask import Flask
from werkzeug.routing import Rule

from . import api, conda, control, keycloak, projects, projects_login, real_keycloak
from .gateway import Gate, LabGateway
from .parts import Parts
from .requestlog import Record
from .scripts import CLI_NAME, write_cli
from .switches import Switches

THREADS = 16
HOST = "127.0.0.1"


class Route(Rule):
    """One to find only.  Werkzeug also compiles how to make its address, most of a lab's start, and nothing here asks for one."""

    def _compile_builder(self, append_unknown: bool = True) -> t.Callable[..., t.Any]:
        return lambda *_values, **_more: None


def make_application(parts: Parts, set_switches: t.Callable[[dict[str, t.Any]], None]) -> Gate:
    flask = Flask(__name__)
    flask.url_rule_class = Route
    # Raw paths are routed (names may hold %2F), so nothing may be tidied up on the way.
    flask.url_map.merge_slashes = False
    flask.url_map.strict_slashes = False
    flask.json.sort_keys = False  # type: ignore[attr-defined]
    for area in (api, conda, projects, projects_login):
        flask.register_blueprint(area.blueprint(parts))
    url = parts.switches.keycloak_url
    flask.register_blueprint(real_keycloak.blueprint(url) if url else keycloak.blueprint(parts))
    flask.register_blueprint(control.blueprint(parts, set_switches))
    return Gate(flask, parts)


class Ae5Lab:
    """An emulated cluster with its data below ``root``; a second one on the same root finds what the first left.

    ``switches`` are those of ``switches.Switches``.  ``with Ae5Lab(root) as lab:`` starts and stops it.
    """

    def __init__(self, root: Path, **switches: t.Any) -> None:
        self.root = Path(root)
        self.switches = Switches()
        self.switches.update(switches)
        self.parts = Parts.make(self.root, self.switches)
        self.cli = self._write_cli()
        self._server: t.Optional[wsgi.Server] = None
        self._thread: t.Optional[threading.Thread] = None

    # -- running

    def start(self, port: int = 0) -> None:
        """Listens when it returns.  Raises ``OSError`` if the port is taken."""
        application = make_application(self.parts, lambda values: self.set(**values))
        server = wsgi.Server((HOST, port), application, numthreads=THREADS, request_queue_size=128, timeout=60, shutdown_timeout=2)
        server.max_request_body_size = 0
        server.expiration_interval = 0.02  # also how long stopping takes
        server.gateway = LabGateway
        server.prepare()
        self._server = server
        self._thread = threading.Thread(target=server.serve, name="ae5-lab", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the server and closes the files; the data stay."""
        if self._server is not None:
            self._server.stop()
            self._server = None
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self.parts.close()

    def __enter__(self) -> Ae5Lab:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    @property
    def port(self) -> int:
        if self._server is None:
            raise RuntimeError("the lab is not started")
        return int(self._server.bind_addr[1])

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def bin_dir(self) -> Path:
        """The path of ``anaconda-enterprise-cli``."""
        return self.cli.parent

    # -- control, as LabClient has it

    def log(self) -> list[Record]:
        return self.parts.log.records()

    def writes(self) -> list[Record]:
        return [record for record in self.log() if record["write"]]

    def clear_log(self) -> None:
        self.parts.log.clear()

    def counters(self) -> Record:
        return self.parts.log.counters()

    def wait_for(self, wanted: t.Callable[[list[Record]], bool], timeout: float = 10.0) -> bool:
        """See ``RequestLog.wait_for``: for what a client cannot know of, as the end of an upload it broke off."""
        return self.parts.log.wait_for(wanted, timeout)

    def set(self, **switches: t.Any) -> None:
        self.switches.update(switches)
        if {"cli_abilities", "delete"} & set(switches):
            self._write_cli()

    def _write_cli(self) -> Path:
        return write_cli(self.root / "bin", self.switches.cli_abilities, self.switches.delete != "absent")

    def faults(self, orders: t.Sequence[t.Mapping[str, t.Any]]) -> None:
        """Replaces the orders in force; an empty list ends them.  See ``faults.Fault``."""
        self.parts.faults.replace(orders)

    def seed(self, **data: t.Any) -> None:
        """See ``control.seed``."""
        control.seed(self.parts, data)

    def conda_token(self, user: str) -> str:
        return control.conda_token(self.parts, user)

    def expire_tokens(self, kind: str = "access") -> None:
        self.parts.expire(kind)

    def state(self) -> dict[str, t.Any]:
        return control.state_json(self.parts)


__all__ = ["CLI_NAME", "Ae5Lab", "make_application"]
