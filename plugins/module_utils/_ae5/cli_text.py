# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses the output of ``anaconda-enterprise-cli``: tables and help texts.  Private to the collection.

Known of the table (AE5 facts 1.2): a header line with the word Name, a ruler line with ``==``, then one line per
channel whose first column is its name.  Other columns are read only by their header.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import ChannelState
from ansible_collections.ae_ops.migration.plugins.module_utils._command import NO_OUTPUT
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import GROUP, PRIVATE, PUBLIC, USER

NOISE = re.compile(r"^\s*(\[|(DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL)\b|\d{4}-\d\d-\d\d[ T])")
LOGIN_NEEDED = re.compile(
    r"\b401\b|unauthori[sz]ed|token\b.{0,20}\bexpired|not logged in|log ?in (first|again)|please log ?in", re.IGNORECASE
)
STATUS = re.compile(
    r"(?:\bstatus(?: code)?|\bHTTP(?:/\d(?:\.\d)?)?|\berror|\bcode)\W{0,3}([45]\d\d)\b|\(([45]\d\d)\)|\b([45]\d\d):", re.IGNORECASE
)
OPTIONAL_OPTION = r"\[-[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\]"
REQUIRED_OPTION = r"(?<![\w-])--?\w[\w-]*(?:[ =][A-Z<][\w<>-]*)?(?: \[[\w<>-]+ \.\.\.\])?"
"""In a usage line, an option with its values."""
UNREACHED = re.compile(r"connection|timed? ?out|temporar|reset by peer|unreachable", re.IGNORECASE)


def parse_channels(text: str) -> t.Dict[str, ChannelState]:
    """The channels of ``channels list``.

    Raises:
        MigrationError: there is no table in the text.
    """
    found: t.Dict[str, ChannelState] = {}
    for name, row in _table(text, "channels list"):
        privacy = next((row[key].lower() for key in ("privacy", "access", "visibility") if key in row), None)
        found[name] = ChannelState(name, row.get("owner") or None, privacy if privacy in (PUBLIC, PRIVATE) else None)
    return found


def parse_shares(text: str, channel: str) -> t.Tuple[Share, ...]:
    """The shares of ``channels share --list``, an undocumented option that is used only if a client has it.

    Raises:
        MigrationError: a share in the table has no principal or level.
    """
    shares = []
    for _first, row in _table(text, "channels share --list"):
        kind, access = row.get("type", "").lower(), row.get("level", "").lower()
        if kind not in (USER, GROUP) or access not in ("r", "rw") or not row.get("name"):
            raise MigrationError(
                f"The shares of channel {channel} cannot be read from the output of anaconda-enterprise-cli, so this version of it is not"
                " supported; install another one."
            )
        shares.append(Share(kind, row["name"], access))
    return tuple(shares)


def _table(text: str, command: str) -> t.Iterator[t.Tuple[str, t.Dict[str, str]]]:
    """The rows of the table in a text: the first word of each, and its cells by lower-case title."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if "==" not in line or re.search(r"[^=\s+|-]", line):
            continue
        header = next((above for above in reversed(lines[:number]) if re.search(r"\bName\b", above)), None)
        if header is not None:
            yield from _rows(header, line, lines[number + 1 :])
            return
    raise MigrationError(
        f"The output of '{command}' has no table with a column Name, so this version of anaconda-enterprise-cli is not supported; "
        "install another one."
    )


def _rows(header: str, ruler: str, lines: t.Iterable[str]) -> t.Iterator[t.Tuple[str, t.Dict[str, str]]]:
    spans = [match.span() for match in re.finditer(r"=+", ruler)]
    # A ruler without gaps does not show where columns begin.
    fixed = len(spans) > 1
    titles = [title.lower() for title in (_cells(header, spans) if fixed else header.split())]
    for line in lines:
        if not line.strip():
            return
        if not NOISE.match(line) and not line.startswith(" "):
            yield line.split()[0], dict(zip(titles, _cells(line, spans) if fixed else line.split()))


def _cells(line: str, spans: t.Sequence[t.Tuple[int, int]]) -> t.List[str]:
    starts = [start for start, _end in spans]
    ends: t.List[t.Optional[int]] = [*starts[1:], None]
    return [line[start:end].strip() for start, end in zip(starts, ends)]


def has_option(help_text: str, option: str) -> bool:
    """Whether a help text names a long option."""
    return re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", help_text) is not None


def takes_several(help_text: str) -> bool:
    """Whether the usage line of a help text shows an argument that may be repeated, as in ``FILE [FILE ...]`` or ``FILES...``.

    Arguments of options do not count.
    """
    usage = re.search(r"usage:\s*(.*?)(?:\n\s*\n|\Z)", help_text, re.IGNORECASE | re.DOTALL)
    if usage is None:
        return False
    line = " ".join(usage.group(1).split())
    for pattern in (OPTIONAL_OPTION, REQUIRED_OPTION, r"\[OPTIONS?\](?:\s?\.\.\.)?"):
        line = re.sub(pattern, " ", line)
    return re.search(r"[\w>\]]\s?\.\.\.", line) is not None


def commands_of(help_text: str) -> t.FrozenSet[str]:
    """The words of a help text that may be its commands: first word of an indented line, or within braces."""
    words = re.findall(r"^\s+([a-z][a-z-]*)\b", help_text, re.MULTILINE)
    for group in re.findall(r"\{([a-z,_ -]+)\}", help_text):
        words += [word.strip() for word in group.split(",")]
    return frozenset(words)


def status_in(text: str) -> t.Optional[int]:
    """The HTTP status in an error text."""
    match = STATUS.search(text)
    return int(next(group for group in match.groups() if group)) if match else None


def says_login_needed(text: str) -> bool:
    """Whether an error text reports an invalid or expired token."""
    return LOGIN_NEEDED.search(text) is not None


def says_unreached(text: str) -> bool:
    """Whether an error text is about the connection and not about an answer."""
    return UNREACHED.search(text) is not None


def last_line(text: str) -> str:
    """The last line of a command's output, which has the reason."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else NO_OUTPUT
