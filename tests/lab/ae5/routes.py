# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a request is, from its method and raw path alone: the name of its route, whether it is a write, its parameters.

The contract is the collection's own file, imported and never repeated.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t
from urllib.parse import unquote

from . import projects_routes

try:
    from ansible_collections.ae_ops.migration.plugins.module_utils._ae5 import contract
except ImportError:  # run as ``python -m tests.lab.ae5``: the repository's root is importable, the collection's name is not
    from plugins.module_utils._ae5 import contract  # type: ignore[no-redef]

CLI_BASE = "/_cli"
"""Invented: where the emulated CLI finds what the contract describes, so that it works with switch ``api: absent``."""

LAB_BASE = "/_lab"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

# A name is one encoded segment; a channel may also be spelt with literal slashes (A2).
_PARAMETERS = {"channel": r"(?P<channel>.+?)", "kind": r"(?P<kind>user|group)"}
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclasses.dataclass(frozen=True)
class Request:
    """``route`` is a name of the contract, or one of the lab's own for the other areas."""

    route: str
    write: bool
    parameters: dict[str, str] = dataclasses.field(default_factory=dict)


def _pattern(template: str) -> re.Pattern[str]:
    def group(match: re.Match[str]) -> str:
        return _PARAMETERS.get(match[1], f"(?P<{match[1]}>[^/]+)")

    return re.compile(re.sub(r"\{(\w+)\}", group, template))


# The longest template first: /channels/a/shares is the shares of a before it is the channel a/shares.
_API = sorted(
    ((route.method, _pattern(route.path), name, route.write, len(route.path)) for name, route in contract.ROUTES.items()),
    key=lambda item: -item[4],
)
_CLI = (
    ("POST", re.compile(r"/login"), "cli_login", False),
    ("GET", re.compile(r"/channels/(?P<channel>.+?)/files"), "cli_files", False),
)


def _api(method: str, path: str, cli: bool) -> Request:
    candidates: list[tuple[str, re.Pattern[str], str, bool]] = [item[:4] for item in _API]
    if cli:
        candidates[:0] = _CLI
    for verb, pattern, name, write in candidates:
        match = pattern.fullmatch(path)
        if verb == ("GET" if method == "HEAD" else method) and match:
            return Request(name, write, {key: unquote(value) for key, value in match.groupdict().items()})
    return Request("unknown", method not in SAFE_METHODS)


def _conda(method: str, path: str) -> Request:
    name = path.rsplit("/", 1)[-1]
    if name in ("repodata.json", "current_repodata.json"):
        return Request(name.split(".", 1)[0], method not in SAFE_METHODS)
    kind = "package" if name.endswith((".tar.bz2", ".conda")) else "conda_other"
    return Request(kind, method not in SAFE_METHODS)


def classify(method: str, path: str) -> Request:
    """``path`` is the raw path of the request line: cheroot leaves ``%2F`` as it is, and so does this."""
    for base, cli in ((contract.API_BASE, False), (CLI_BASE, True)):
        if path == base or path.startswith(base + "/"):
            return _api(method, path[len(base) :], cli)
    if path.startswith(contract.CONDA_BASE + "/"):
        return _conda(method, path)
    found = projects_routes.classify(method, path)
    if found is not None:
        return Request(*found)
    if path.startswith(contract.ADMIN_BASE + "/"):
        shape = _UUID.sub("{id}", path[len(contract.ADMIN_BASE) + 1 :])
        return Request(f"identity:{shape}", method not in SAFE_METHODS and shape != projects_routes.IMPERSONATION)
    if re.fullmatch(r"/auth/realms/[^/]+/protocol/openid-connect/(token|logout)", path):
        return Request(path.rsplit("/", 1)[-1], False)
    return Request("unknown", method not in SAFE_METHODS)


def masked(path: str) -> str:
    """The path without the conda token that may be in it, for the log."""
    return re.sub(r"^(/repository/conda/t/)[^/]+", r"\1****", path)


def segments(path: str) -> list[str]:
    """The decoded segments of a raw path."""
    return [unquote(part) for part in path.split("/")]


Environ = t.Dict[str, t.Any]

__all__ = ["CLI_BASE", "LAB_BASE", "Environ", "Request", "classify", "contract", "masked", "segments"]
