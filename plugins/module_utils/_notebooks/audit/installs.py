# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Matchers for code that installs something: system packages, packages for the session, channels.  Pure.  Private to the collection."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pins import NoPin, parse_pin
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.requirements import NOT_PACKAGES, name_of
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.facts import CALL, COMMAND, COMPUTED, Fact
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.matchers_base import Context, Hit, Where
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.tables import INSTALLERS, SYSTEM_PACKAGES
from ansible_collections.ae_ops.migration.plugins.module_utils._secrets import clean_url

_PIP = re.compile(r"pip\d?(?:\.\d+)?\Z")
_PYTHON = re.compile(r"python\d?(?:\.\d+)?\Z|\{?\$?\{?(?:sys\.executable|PYTHON)\}?\Z")
_CONDA = ("conda", "mamba", "micromamba")
_CONDA_VALUES = frozenset(("-n", "--name", "-p", "--prefix", "-c", "--channel", "--file"))
_SYSTEM_VALUES = frozenset(("-o", "-t", "-c", "--target-release", "-x", "--exclude"))
_R_INSTALLS = re.compile(r"install\.packages|install_(?:github|git|gitlab|bitbucket|url|local|version|cran|bioc)|biocLite|pkg_install")
_PIP_MAINS = re.compile(r"pip\.main|pip\._internal\.main|pip\._internal\.cli\.main\.main|pipmain")
_REDIRECT = re.compile(r"\d*[<>]")
SOME = "packages"
"""The subject where the code does not say which."""


def _conda_name(word: str) -> str:
    try:
        return parse_pin(word.strip("'\"")).name
    except NoPin:
        return clean_url(word)


def _wanted(words: t.Sequence[str], values: t.Container[str]) -> t.List[str]:
    """The words that are neither options nor their values nor redirections."""
    wanted: t.List[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif _REDIRECT.match(word):
            skip = word.endswith((">", "<"))
        elif word.startswith("-"):
            skip = word in values
        elif word:
            wanted.append(word)
    return wanted


def system_replacement(name: str) -> str:
    """The conda packages that replace a package of apt or yum, separated by blanks; empty where none is known."""
    return SYSTEM_PACKAGES.get(name, "") or SYSTEM_PACKAGES.get(re.sub(r"(?<=[a-z])-?\d[\d.]*\Z", "", name), "")


def system_package(context: Context, fact: Fact, where: Where) -> t.Iterator[Hit]:
    """Rule system-package."""
    if fact.kind != COMMAND:
        return
    if fact.name == "make" and "install" in fact.args:
        yield Hit("system-package", "what it builds", "make install", " Build a conda package of it.", fact.line)
        return
    if fact.name not in INSTALLERS:
        return
    verbs = INSTALLERS[fact.name]
    at = next((index for index, word in enumerate(fact.args) if word in verbs), None) if verbs else -1
    if at is None:
        return
    for word in _wanted(fact.args[at + 1 :], _SYSTEM_VALUES) or [SOME]:
        name = SOME if word in (COMPUTED, "_") or word.startswith(("$", "{")) else word
        conda = system_replacement(name)
        more = f" The conda {'packages' if ' ' in conda else 'package'} {conda.replace(' ', ' and ')} can replace it." if conda else ""
        yield Hit("system-package", name, fact.name, more or " Check whether a conda package provides it, or build one.", fact.line)


def session_install(context: Context, fact: Fact, where: Where) -> t.Iterator[Hit]:
    """Rules session-install and channel."""
    if fact.kind == COMMAND:
        yield from _command(fact)
    elif fact.kind == CALL and _R_INSTALLS.fullmatch(fact.name):
        names = re.split(r"[\0\n]", fact.args[0]) if fact.args and "=" not in fact.args[0] else []
        yield from _installs(names, fact.name, fact.line)
    elif fact.kind == CALL and _PIP_MAINS.fullmatch(fact.name) and fact.args:
        words = fact.args[0].split("\n")
        if words[0] == "install":
            yield from _pip_installs(words[1:], fact.line)


def _installs(names: t.Iterable[str], how: str, line: int, read: t.Callable[[str], str] = str) -> t.Iterator[Hit]:
    for name in [name for name in names if name.strip(COMPUTED)] or [SOME]:
        subject = SOME if COMPUTED in name or name == "_" or name.startswith(("$", "{")) else read(name)
        yield Hit("session-install", subject, how, line=line)


def _pip_installs(words: t.Sequence[str], line: int) -> t.Iterator[Hit]:
    return _installs(_wanted(words, NOT_PACKAGES), "pip", line, name_of)


def _command(fact: Fact) -> t.Iterator[Hit]:
    name, args = fact.name, list(fact.args)
    if _PYTHON.match(name) and args[:2] in (["-m", "pip"], ["-m", "conda"]):
        name, args = args[1], args[2:]
    if _PYTHON.match(name) and args[:1] == ["setup.py"] and args[1:2] in (["install"], ["develop"]):
        yield Hit("session-install", "setup.py", "setup.py", line=fact.line)
    elif _PIP.match(name) and "install" in args[:2]:
        yield from _pip_installs(args[args.index("install") + 1 :], fact.line)
    elif name in _CONDA and args[:1] in (["install"], ["update"], ["upgrade"]):
        names = _wanted(args[1:], _CONDA_VALUES)
        if names or "--file" in args:
            yield from _installs(names, name, fact.line, _conda_name)
        yield from _channels(args[1:], fact.line)
    elif name in _CONDA and args[:1] == ["config"] and "channels" in args:
        for word in args[args.index("channels") + 1 :][:1]:
            yield from _channels(["-c", word], fact.line)
    elif name == "easy_install":
        yield from _installs(_wanted(args, ()), name, fact.line, name_of)
    elif name == "R" and args[:2] == ["CMD", "INSTALL"]:
        yield from _installs(_wanted(args[2:], ("-l",)), "R CMD INSTALL", fact.line, clean_url)


def _channels(args: t.Sequence[str], line: int) -> t.Iterator[Hit]:
    for index, word in enumerate(args):
        value = ""
        if word in ("-c", "--channel"):
            value = args[index + 1] if index + 1 < len(args) else ""
        elif word.startswith("--channel="):
            value = word.partition("=")[2]
        if value and value != "defaults":
            yield Hit("channel", clean_url(value), line=line)
