# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The matchers that rules name: what a pattern alone cannot decide about a fact.  Pure.  Private to the collection."""

from __future__ import annotations

import dataclasses
import posixpath
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.facts import (
    CALL,
    COMMAND,
    COMPUTED,
    IMPORT,
    MAGIC,
    SETENV,
    STRING,
    Fact,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.installs import session_install, system_package
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.matchers_base import Context, Hit, Where
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.tables import (
    AE5_ROOTS,
    ALWAYS_THERE,
    EVERYWHERE,
    IMPORT_PACKAGES,
    METAPACKAGES,
    PROJECTS_ROOT,
    R_BASE,
    STANDARD_LIBRARY,
)

_ADDS = re.compile(r"sys\.path\.(?:append|insert|extend|assign)|site\.addsitedir|\.libPaths")
_LOADS = re.compile(
    r"imp\.load_(?:source|module|dynamic)|importlib\.util\.spec_from_file_location|importlib\.machinery\.\w+Loader"
    r"|execfile|runpy\.run_path|source|sys\.source|library|require|requireNamespace|loadNamespace"
)
_NATIVE = re.compile(
    r"ctypes\.(?:CDLL|PyDLL|cdll\.LoadLibrary|CDLL\.LoadLibrary)|(?:\?\.|cffi\.FFI\(\)\.)dlopen|dyn\.load|numpy\.ctypeslib\.load_library"
)
_VARIABLES = frozenset({"PYTHONPATH", "R_LIBS", "R_LIBS_USER", "R_LIBS_SITE", "LD_LIBRARY_PATH", "LD_PRELOAD", "CLASSPATH", "PERL5LIB"})
_ALWAYS_NATIVE = re.compile(r"(?:libc|libm|libdl|libpthread|msvcrt|kernel32)(?:\.so[\d.]*|\.dll)?\Z")
_URL = re.compile(r"\w[\w+.-]*://")
_MARKUP = re.compile(r"<[a-zA-Z/!][^>]*>")
_TRAILING = "/.'\""


def library_path(context: Context, fact: Fact, where: Where) -> t.Iterator[Hit]:
    """Rules shared-library, library-path-computed, native-library."""
    if fact.kind == CALL and _ADDS.fullmatch(fact.name):
        for place in _split(fact.args):
            yield from _library(context, place, where.path, fact.line, computed=fact.name != ".libPaths")
    elif fact.kind == CALL and _LOADS.fullmatch(fact.name):
        for place in _split(fact.args):
            if place.startswith("lib.loc="):
                yield from _library(context, place[len("lib.loc=") :], where.path, fact.line)
            elif fact.name not in ("library", "require", "requireNamespace", "loadNamespace") and ("/" in place or place.startswith("~")):
                yield from _library(context, place, where.path, fact.line)
    elif fact.kind == CALL and _NATIVE.fullmatch(fact.name):
        for place in fact.args[:2]:
            yield from _native(context, place, where.path, fact.line)
    elif fact.kind == SETENV and fact.name in _VARIABLES:
        for place in fact.args[0].split(":") if fact.args else ():
            yield from _library(context, place, where.path, fact.line)
    elif fact.kind == MAGIC and fact.name in ("%run", "%load"):
        words = [word.strip("'\"") for word in fact.args[0].split() if not word.startswith("-")]
        yield from _library(context, words[0] if words else "", where.path, fact.line)


def _split(args: t.Iterable[str]) -> t.Iterator[str]:
    for arg in args:
        if arg == COMPUTED:
            yield arg
        elif "\n" in arg or (COMPUTED in arg and arg.startswith("/")):
            yield from (part for part in re.split(rf"[\n{COMPUTED}]", arg) if part)
        else:
            yield arg


def _library(context: Context, place: str, path: str, line: int, computed: bool = False) -> t.Iterator[Hit]:
    place = place.strip()
    if _URL.match(place) or not place or place.startswith(AE5_ROOTS):
        return
    if place.startswith((COMPUTED, "$", "_")) and not place.startswith("$HOME"):
        if computed:
            yield Hit("library-path-computed", "", line=line)
    elif place.startswith(("/", "~", "$HOME")):
        if not context.is_own(place):
            yield Hit("shared-library", place.rstrip("/") or "/", line=line)
    elif _leaves(path, place):
        yield Hit("shared-library", place, ", above its project", line=line)


def _leaves(path: str, place: str) -> bool:
    """Whether a path relative to the folder of ``path`` leads out of the project."""
    whole = posixpath.normpath(posixpath.join(posixpath.dirname(path) or ".", place.replace(COMPUTED, "x")))
    return whole == ".." or whole.startswith("../")


def _native(context: Context, place: str, path: str, line: int) -> t.Iterator[Hit]:
    if "/" in place or place.startswith("~"):
        yield from _library(context, place, path, line)
    elif re.search(r"\.(?:so(?:\.[\d.]+)?|dll|dylib)\Z", place) and not _ALWAYS_NATIVE.match(place):
        yield Hit("native-library", place, line=line)


def host_path(context: Context, fact: Fact, where: Where) -> t.Iterator[Hit]:
    """Rules own-path, other-project-path, host-path."""
    if fact.kind != STRING or "/" not in fact.name or _MARKUP.search(fact.name):
        return
    for pattern in context.paths:
        for match in pattern.finditer(fact.name):
            place = match.group("path")
            shown = place.rstrip(_TRAILING)
            if place.startswith(AE5_ROOTS) or "<" in place or shown.count("/") < 2 or shown in EVERYWHERE:
                continue
            line = fact.line + fact.name.count("\n", 0, match.start())
            if context.is_own(place):
                yield Hit("own-path", shown, line=line)
            elif place.startswith((PROJECTS_ROOT + "/", context.root + "/")):
                yield Hit("other-project-path", shown, line=line)
            else:
                yield Hit("host-path", shown, line=line)


def old_host(context: Context, fact: Fact, where: Where) -> t.Iterator[Hit]:
    """Rule old-host: the names of the old servers in addresses."""
    if fact.kind != STRING:
        return
    for name in context.hosts:
        match = re.search(rf"(?://(?:[^@/\s]*@)?|\A){re.escape(name)}(?=[:/]|\Z)", fact.name)
        if match and ("//" in match.group() or "." in name):
            yield Hit("old-host", name, line=fact.line + fact.name.count("\n", 0, match.start()))


def unlisted_import(context: Context, fact: Fact, where: Where) -> t.Iterator[Hit]:
    """Rule import-not-listed.  Imports that code can do without, and those of another kernel, are not looked at."""
    environment = context.environment(where)
    if fact.kind != IMPORT or where.foreign or environment is None:
        return
    if where.language == "r":
        known = environment.r_libraries
        names = {package.name for package in environment.conda}
        if known.get(fact.name) or fact.name in R_BASE or f"r-{fact.name.lower()}" in names or not (known or "r-base" in names):
            return
        yield _unlisted(fact, known.get(fact.name))
        return
    top = fact.name.split(".")[0]
    if top in STANDARD_LIBRARY or top in ALWAYS_THERE or top in context.local or top.startswith("_"):
        return
    brought = environment.modules.get(top)
    if brought is not None and (not brought or brought.startswith("path:")):
        yield _unlisted(dataclasses.replace(fact, name=top), brought)
    elif brought is None and environment.conda and not _may_have(environment.conda, environment.pip, top):
        yield _unlisted(dataclasses.replace(fact, name=top), None)


def _unlisted(fact: Fact, brought: t.Optional[str]) -> Hit:
    if brought is None:
        detail = "does not have"
    elif brought:
        detail = f"uses from the folder {brought.partition(':')[2]}, which belongs to no package"
    else:
        detail = "has outside any package: it was added by hand"
    return Hit("import-not-listed", fact.name, detail, line=fact.line)


def _may_have(conda: t.Iterable[t.Any], pip: t.Iterable[t.Any], module: str) -> bool:
    """Whether one of the packages may provide a module, judged by names."""
    names = {re.sub(r"[-_.]+", "-", package.name).lower() for package in (*conda, *pip)}
    plain = module.lower().replace("_", "-")
    candidates = {plain, f"python-{plain}", f"py{plain}", f"{plain}-python", *IMPORT_PACKAGES.get(module, ())}
    return bool(names & (candidates | METAPACKAGES))


Matcher = t.Callable[[Context, Fact, Where], t.Iterable[Hit]]
KINDS: t.Mapping[str, t.Tuple[str, ...]] = {
    "library_path": (CALL, SETENV, MAGIC),
    "host_path": (STRING,),
    "old_host": (STRING,),
    "unlisted_import": (IMPORT,),
    "system_package": (COMMAND,),
    "session_install": (COMMAND, CALL),
}
"""The kinds of facts that a matcher looks at."""
MATCHERS: t.Mapping[str, Matcher] = {
    "library_path": library_path,
    "host_path": host_path,
    "old_host": old_host,
    "unlisted_import": unlisted_import,
    "system_package": system_package,
    "session_install": session_install,
}
"""What ``Rule.matcher`` names."""
