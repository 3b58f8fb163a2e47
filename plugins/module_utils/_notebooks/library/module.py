# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module ``notebook_library_package`` does with its parameters.  Private to the collection."""

from __future__ import annotations

import dataclasses
import os
import shutil
import tempfile
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._aen.access import Accounts
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import (
    file_sha256,
    is_there,
    json_line,
    write_bytes,
    write_text,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import PROTECTED_CHANNELS, folded
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.share_words import share_in_words
from ansible_collections.ae_ops.migration.plugins.module_utils._model.user_map import user_map
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule, Outcome, prepared_diff
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_views import iter_views
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.build import MAX_BYTES, Host, conda_spec, make
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.numbers import Held, held, numbered
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.package import Content
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.readers import Readers, channels_of, narrowed, shares_of
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.use import Uses
from ansible_collections.ae_ops.migration.plugins.module_utils._store.libraries import (
    BUILT,
    LIBRARIES_FILE,
    PLACEMENTS_FILE,
    REPORTED,
    Library,
    Wanted,
    read_libraries,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._store.projects import read_findings, read_projects
from ansible_collections.ae_ops.migration.plugins.module_utils._text import encode, shown
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, listed, size_in_words

NAME_FIELD = "{name}"
DEFAULT_CHANNEL = f"libraries/{NAME_FIELD}"
"""A channel for each library: a right is one on a whole channel, and not all libraries have the same readers."""

MOST_BYTES = 2_000_000_000
"""A library is in memory while it is packed."""
_LIST = {"type": "list", "elements": "str"}

LIBRARY = ArgumentSpec(
    {
        "projects": {"type": "path", "required": True},
        "findings": {"type": "path"},
        "dest": {"type": "path", "required": True},
        "channels": {"type": "path", "required": True},
        "libraries": {
            "type": "list",
            "elements": "dict",
            "default": [],
            "options": {
                "path": {"type": "str", "required": True},
                "channel": {"type": "str"},
                "name": {"type": "str"},
                "version": {"type": "str"},
                "packages": _LIST,
                "requires": _LIST,
                "users": _LIST,
                "groups": _LIST,
                "also": {**_LIST, "default": []},
                "include": {**_LIST, "default": []},
            },
        },
        "accept": {**_LIST, "default": []},
        "channel": {"type": "str", "default": DEFAULT_CHANNEL},
        "users": {"type": "dict", "default": {}},
        "root": {"type": "path", "default": "/"},
        "accounts": {"type": "path"},
        "site": {"type": "str"},
        "max_bytes": {"type": "int", "default": MAX_BYTES},
    }
)


def wanted_of(params: t.Mapping[str, t.Any]) -> t.List[Wanted]:
    """The libraries that the options name.  Raises ``MigrationError``."""

    def items(entry: t.Mapping[str, t.Any], key: str) -> t.Optional[t.Tuple[str, ...]]:
        return None if entry[key] is None else tuple(entry[key])

    found: t.Dict[str, Wanted] = {}
    for entry in params["libraries"]:
        path = entry["path"].rstrip("/") or "/"
        if path in found:
            raise MigrationError(f"The library {shown(path)} is listed twice in libraries; remove one entry.")
        for spec in entry["requires"] or ():
            conda_spec(spec)
        found[path] = Wanted(
            path,
            channel=entry["channel"] or "",
            name=entry["name"] or "",
            version=entry["version"] or "",
            packages=items(entry, "packages"),
            requires=items(entry, "requires"),
            users=items(entry, "users"),
            groups=items(entry, "groups"),
            also=tuple(also.rstrip("/") for also in entry["also"]),
            include=tuple(entry["include"]),
        )
    return list(found.values())


def channel_of(template: str, name: str) -> str:
    """A library's channel.  Raises ``MigrationError`` if it is none, or one that AE5 keeps for itself."""
    channel = template.replace(NAME_FIELD, name)
    if not all(channel.split("/")) or any(char.isspace() or not char.isprintable() for char in channel):
        raise MigrationError(f"{channel!r} is not a valid channel name; correct channel.")
    if folded(channel) in {folded(name) for name in PROTECTED_CHANNELS}:
        raise MigrationError(f"The channel {channel} is reserved by AE5; set another one in channel.")
    return channel


class _Run:
    """One run: builds the libraries one by one, so that only one of them is in memory.

    ``dest`` is where its files go, in check mode another folder than the parameter of that name.
    """

    def __init__(self, params: t.Mapping[str, t.Any], dest: str, last: t.Iterable[Library]) -> None:
        self._params, self._dest = params, dest
        self._last = {(library.path, library.channel): library for library in last if library.state == BUILT}
        self._views = {view.name: view for view in iter_views(params["channels"])}
        head, projects = read_projects(params["projects"])
        self.site = params["site"] or head.site
        accounts = Accounts(params["accounts"] or "")
        self._host = Host(params["root"], accounts, params["max_bytes"])
        self._readers = Readers(user_map(params["users"]), head.site, accounts)
        self.uses = Uses(params["root"], head.root)
        for project in projects:
            self.uses.add_project(project)
        for finding in read_findings(params["findings"]) if params["findings"] else ():
            self.uses.add_finding(finding)
        self.unnamed: t.Dict[str, t.Tuple[str, ...]] = {}
        self.added: t.List[str] = []
        self.warnings: t.List[str] = []
        self._taken: t.Dict[t.Tuple[str, str], str] = {}

    def libraries(self) -> t.List[Library]:
        """Builds all of them; their files are in ``dest`` then."""
        wanted = wanted_of(self._params)
        accepted, self.unnamed = self.uses.candidates(self._params["accept"], wanted)
        wanted.extend(Wanted(path) for path in accepted)
        return narrowed([self._library(item) for item in sorted(wanted, key=lambda item: encode(item.path))])

    def _library(self, wanted: Wanted) -> Library:
        made = make(wanted, self._host)
        library = dataclasses.replace(made.library, used_by=self.uses.of(wanted, made.library.imports))
        if made.content is None:
            return library
        channel = channel_of(wanted.channel or self._params["channel"], library.name)
        other = self._taken.setdefault((folded(channel), library.name), library.path)
        if other != library.path:
            what = f"The library {shown(other)} has the same name {library.name} in the channel {channel}"
            why = f"{what}; give one of them another name or channel."
            return Library(library.path, REPORTED, why, name=library.name, version=library.version, used_by=library.used_by)
        library = dataclasses.replace(library, channel=channel)
        view, last = self._views.get(channel), self._last.get((library.path, channel))
        if view is not None and view.unread:
            library = self._not_numbered(library, last)
            if library.state == REPORTED:
                return library
        else:
            library = self._numbered(library, made.content, held(view, library.name, library.version), last)
        rights = {path: value for path, value in made.rights.items() if not self.uses.leads_to_projects(path)}
        return self._readers.of(library, wanted, rights, (self.uses.users[key] for key in library.used_by))

    def _numbered(self, library: Library, content: Content, there: Held, last: t.Optional[Library]) -> Library:
        """With the package that its channel has or is to get."""
        package, above = numbered(content, there, last.build if last else "")
        if above:
            self.warnings.append(
                f"The channel {library.channel} holds the build {above} of {library.name} {library.version}, which was not made of"
                f" {shown(library.path)} and which clients prefer; remove it, or give one of them another name or channel."
            )
        library = dataclasses.replace(
            library,
            build=package.build,
            file=package.file,
            size=len(package.data),
            sha256=package.sha256,
            md5=package.md5,
        )
        self._keep(library, package.data)
        return library

    def _not_numbered(self, library: Library, last: t.Optional[Library]) -> Library:
        """What the last run made of it, because a number that is guessed may lose; reported if there is nothing."""
        why = f"AE5 does not show what is in its channel {library.channel}, so the next build number is not known"
        path = os.path.join(self._params["dest"], last.package_path) if last else ""
        if last is None or not is_there(path) or file_sha256(path) != last.sha256:
            why = f"{why[0].upper()}{why[1:]}; give the user of the migration read access."
            return Library(library.path, REPORTED, why, name=library.name, version=library.version, used_by=library.used_by)
        self.warnings.append(
            f"The shared library {shown(library.path)} keeps the package of the last run: {why}; give the user of the migration read"
            " access."
        )
        with open(path, "rb") as stream:
            self._keep(last, stream.read())
        return dataclasses.replace(last, used_by=library.used_by)

    def _keep(self, library: Library, data: bytes) -> None:
        path = os.path.join(self._params["dest"], library.package_path)
        changed = write_bytes(path, data, dest=os.path.join(self._dest, library.package_path))
        last = self._last.get((library.path, library.channel))
        if changed or last is None or last.file != library.file:
            self.added.append(f"+ {library.package_path} ({size_in_words(library.size)}) -> {library.channel}")


def _last(dest: str) -> t.List[Library]:
    """The libraries of the last run; none if there was no run."""
    path = os.path.join(dest, LIBRARIES_FILE)
    return read_libraries(path) if is_there(path) else []


def _prune(dest: str, last: t.Iterable[Library], now: t.Iterable[Library], is_check: bool) -> t.List[str]:
    """Takes away the packages of the last run that are none of this one; the lines for the diff."""
    kept = {library.package_path for library in now}
    gone = sorted({library.package_path for library in last if library.file and "/" not in library.file} - kept)
    gone = [path for path in gone if os.path.isfile(os.path.join(dest, path))]
    for path in gone if not is_check else ():
        os.unlink(os.path.join(dest, path))
    return [f"- {path}" for path in gone]


def library_work(module: MigrationModule) -> Outcome:
    """The module ``notebook_library_package``."""
    params, is_check = module.params, module.check_mode
    if not 1 <= params["max_bytes"] <= MOST_BYTES:
        raise MigrationError(f"The option max_bytes must be from 1 to {MOST_BYTES:,}, not {params['max_bytes']:,}.")
    last = _last(params["dest"])
    dest = tempfile.mkdtemp(prefix="ae_library_packages.") if is_check else params["dest"]
    try:
        run = _Run(params, dest, last)
        libraries = run.libraries()
        rows = "".join(json_line(library.to_json()) for library in libraries)
        placements = [library.placement(run.site) for library in libraries if library.state == BUILT]
        placements.sort(key=lambda placement: placement.key)
        lines = [*run.added, *_prune(params["dest"], last, libraries, is_check)]
        texts = {PLACEMENTS_FILE: "".join(json_line(item.to_json()) for item in placements), LIBRARIES_FILE: rows}
        differ = [write_text(os.path.join(params["dest"], name), text, dest=os.path.join(dest, name)) for name, text in texts.items()]
    except BaseException:
        if is_check:
            shutil.rmtree(dest, ignore_errors=True)
        raise
    shares = _share_lines(last, libraries)
    return Outcome(
        changed=bool(lines) or any(differ),
        summary=_summary(libraries, run, lines),
        warnings=[*_warnings(libraries), *run.warnings],
        report_path=os.path.join(dest, LIBRARIES_FILE),
        diff=[
            *([prepared_diff("packages of shared libraries", lines)] if lines else []),
            *([prepared_diff("readers of shared libraries", shares)] if shares else []),
        ],
        values={
            "dest": dest,
            "placements_path": os.path.join(dest, PLACEMENTS_FILE),
            "libraries": [_row(library) for library in libraries],
            "channels": channels_of(libraries),
            "shares": shares_of(libraries),
            "unnamed": [{"path": shown(path), "used_by": [shown(key) for key in keys]} for path, keys in run.unnamed.items()],
        },
    )


def _summary(libraries: t.Sequence[Library], run: _Run, lines: t.Sequence[str]) -> t.Dict[str, t.Any]:
    built = [library for library in libraries if library.state == BUILT]
    return {
        "libraries": len(libraries),
        BUILT: len(built),
        REPORTED: len(libraries) - len(built),
        "packages_changed": len(lines),
        "bytes": sum(library.size for library in built),
        "projects": len({key for library in libraries for key in library.used_by}),
        "unnamed": len(run.unnamed),
    }


def _row(library: Library) -> t.Dict[str, t.Any]:
    """What a result says of a library; the rest is in ``libraries.jsonl``."""
    return {
        "path": shown(library.path),
        "state": library.state,
        "why": library.why,
        **{key: getattr(library, key) for key in ("language", "name", "version", "file", "channel")},
        "used_by": [shown(key) for key in library.used_by],
        "notes": list(library.notes),
    }


def _share_lines(last: t.Iterable[Library], now: t.Iterable[Library]) -> t.List[str]:
    def lines(libraries: t.Iterable[Library]) -> t.Set[str]:
        return {f"{share['channel']}: {share_in_words(Share.from_json(share))}" for share in shares_of(libraries)}

    before, after = lines(last), lines(now)
    return [*(f"- {line}" for line in sorted(before - after)), *(f"+ {line}" for line in sorted(after - before))]


def _warnings(libraries: t.Iterable[Library]) -> t.List[str]:
    """One sentence for each library that is not built, or not everybody's who uses it, or lacks something."""
    found = []
    for library in libraries:
        what = f"The shared library {shown(library.path)}"
        if library.state == REPORTED:
            users = f"{counted(len(library.used_by), 'project')} ({listed([shown(key) for key in library.used_by], 3)})"
            found.append(f"{what} is not built{f', and {users} use it' if library.used_by else ''}: {library.why}")
            continue
        if library.withheld:
            names = listed([shown(name) for name, _why in library.withheld], 5)
            why = library.withheld[0][1]
            found.append(f"{what} is used by people who get no access to the channel {library.channel} ({names}): {why}.")
        if library.left_out:
            first = f"{shown(library.left_out[0][0])}: {library.left_out[0][1]}"
            found.append(f"{what} is built without {counted(len(library.left_out), 'file')} ({first}).")
    return found
