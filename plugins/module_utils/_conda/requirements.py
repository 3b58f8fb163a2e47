# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines for pip, below ``pip:`` of an environment or in a ``requirements.txt``: the one reader of that grammar.  Private to the collection.

Sources: pip's "Requirements File Format", PEP 440 and 508.  What comes out is a line for each package that ``packaging.requirements``
takes, because anaconda-project hands each line to pip as one argument and refuses one that begins with an option or a path.
Files are read through ``Read``: a path inside the project to its text.
"""

from __future__ import annotations

import dataclasses
import posixpath
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._conda import requirement_grammar as grammar
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.requirement_grammar import NoRequirement, Requirement, canonical
from ansible_collections.ae_ops.migration.plugins.module_utils._secrets import clean_url, masked
from ansible_collections.ae_ops.migration.plugins.module_utils._words import listed

REQUIREMENTS = "requirements.txt"
MAX_FILES = NAMES_SHOWN = 50
"""Files that one environment may include."""

_COMMENT = re.compile(r"(?:^|\s+)#.*")
_OPTION = re.compile(r"--[A-Za-z][\w-]*|-[A-Za-z]")
_VALUE = re.compile(r"(?:\s*=\s*|\s+)?(\"[^\"]*\"|'[^']*'|\S+)")
_QUOTED = re.compile(r"\A(['\"])(.*)\1\Z")
_OF_A_LINE = re.compile(r"\s+(?=--(?:hash|global-option|install-option|config-settings?)\b)")
_OWN_FILES = (
    ("pyproject.toml", re.compile(r"^\s*name\s*=\s*[\"']([\w.-]+)[\"']", re.MULTILINE)),
    ("setup.cfg", re.compile(r"^\s*name\s*=\s*([\w.-]+)\s*$", re.MULTILINE)),
    ("setup.py", re.compile(r"\bname\s*=\s*[\"']([\w.-]+)[\"']")),
)
_BUILT = re.compile(
    r"/feedstock_root/|/croot/|/conda-bld/|\A/tmp/build/|\A/home/ktietz/|\A/?[A-Za-z]:[\\/](?:ci|bld|b)[\\/]|/work(?:/dist/[^/]*)?/?\Z"
)
"""Folders in which the vendor's and conda-forge's packages are built; ``pip freeze`` prints them for what conda installed."""

VALUE_OPTIONS = frozenset(
    {
        *("-i", "--index-url", "--pypi-url", "--extra-index-url", "-f", "--find-links", "--trusted-host", "--proxy", "--cert"),
        *("--client-cert", "--no-binary", "--only-binary", "--use-feature", "--use-deprecated", "--hash", "--global-option"),
        *("--install-option", "--build-option", "--config-settings", "--config-setting", "-C", "-t", "--target", "--prefix"),
        *("--root", "--src", "-b", "--build", "--cache-dir", "--timeout", "--default-timeout", "--retries"),
        *("--upgrade-strategy", "--platform", "--python-version", "--implementation", "--abi", "--progress-bar"),
        *("--exists-action", "--log", "--report", "--python", "--keyring-provider", "-d", "--download", "--root-user-action"),
        *("--allow-external", "--allow-unverified", "-r", "--requirement", "-c", "--constraint", "-e", "--editable"),
    }
)
"""pip's options with a value."""
NOT_PACKAGES = VALUE_OPTIONS - {"-r", "--requirement", "-e", "--editable"}
"""Those whose value is nothing that is installed."""
_FLAGS = frozenset(
    {
        *("--no-index", "--pre", "-U", "--upgrade", "--no-deps", "--user", "-I", "--ignore-installed", "--force-reinstall"),
        *("--prefer-binary", "--require-hashes", "--no-cache-dir", "-q", "--quiet", "-v", "--verbose", "--isolated"),
        *("--no-build-isolation", "--use-pep517", "--no-use-pep517", "--compile", "--no-compile", "--no-clean", "-y", "--yes"),
        *("--disable-pip-version-check", "--egg", "--use-wheel", "--no-use-wheel", "--no-warn-script-location"),
        *("--no-warn-conflicts", "--break-system-packages", "--ignore-requires-python", "--allow-all-external"),
        *("--process-dependency-links", "--no-python-version-warning", "--no-color", "--no-input"),
        *("--check-build-dependencies", "--dry-run", "--use-mirrors", "--no-download", "--no-install"),
    }
)
_INDEX = frozenset(
    {
        *("-i", "--index-url", "--pypi-url", "--extra-index-url", "-f", "--find-links", "--trusted-host", "--no-index"),
        *("--proxy", "--cert", "--client-cert"),
    }
)
_FILES, _CONSTRAINTS, _EDITABLE = ("-r", "--requirement"), ("-c", "--constraint"), ("-e", "--editable")

Read = t.Callable[[str], t.Optional[str]]


def read_nothing(_path: str) -> t.Optional[str]:
    """Where no project's files can be read."""
    return None


def parse_lines(lines: t.Iterable[str], what: str, notes: t.List[str], read: Read = read_nothing) -> t.List[Requirement]:
    """The packages that lines below ``pip:`` ask for, those that are left out among them; ``what`` names the file in messages."""
    reader = _Reader(what, notes, read)
    for line in lines:
        reader.line(line, what, "")
    return reader.finish()


def parse_file(text: str, what: str, notes: t.List[str], read: Read = read_nothing) -> t.List[Requirement]:
    """As ``parse_lines`` for the text of a ``requirements.txt`` in the project's top folder."""
    reader = _Reader(what, notes, read)
    reader.text(text, what, "")
    return reader.finish()


def from_location(name: str, location: str) -> str:
    """The line for a package that is installed from an address; empty if AE5 cannot reach it there."""
    if "://" not in location:
        return ""
    try:
        found = grammar.from_address(location, name)
    except NoRequirement:
        return ""
    return "" if found.path is not None else found.line


def name_of(word: str) -> str:
    """The name of the package that an argument of ``pip install`` asks for; of an address that does not say it, the address, clean."""
    try:
        found = grammar.parse(word.strip("'\""))
    except NoRequirement:
        return masked(clean_url(word))
    return found.package.location if found.guessed or not found.package.name else found.package.name


class _Reader:
    def __init__(self, what: str, notes: t.List[str], read: Read) -> None:
        self._what, self._notes, self._read = what, notes, read
        self._found: t.List[Requirement] = []
        self._constraints: t.Dict[str, Requirement] = {}
        self._files: t.Set[str] = set()

    def finish(self) -> t.List[Requirement]:
        """What was found, each package once, with the constraints on it."""
        known: t.Dict[str, Requirement] = {}
        for item in self._found:
            key = canonical(item.package.name) or item.package.location
            if key in known and known[key].line != item.line:
                self._notes.append(f"{self._what} names the Python package {item.package.name} twice; the last entry is used.")
            known[key] = item
        spare = []
        for key, limit in self._constraints.items():
            if key not in known:
                spare.append(limit.package.name)
            elif known[key].is_open:
                known[key] = limit
        if spare:
            names = listed(spare, NAMES_SHOWN)
            self._notes.append(f"{self._what} has constraints for Python packages that it does not name; they were left out: {names}.")
        return list(known.values())

    def text(self, text: str, what: str, folder: str, limits: bool = False) -> None:
        for line in re.sub(r"\\\r?\n", " ", text).splitlines():
            self.line(line, what, folder, limits)

    def line(self, text: str, what: str, folder: str, limits: bool = False) -> None:
        """Takes one line; ``folder`` is that of its file, ``limits`` says that it is a constraint."""
        whole = rest = _COMMENT.sub("", text).strip()
        options: t.List[str] = []
        while rest.startswith("-"):
            match = _OPTION.match(rest)
            option = match.group() if match else ""
            takes_value = option in VALUE_OPTIONS
            if (not takes_value and option not in _FLAGS) or (takes_value and re.match(r"-\w\w[\w.]*==", rest)):
                self._note(f"{what} has a pip line that cannot be parsed and was left out: {_shown(whole)}.")
                return
            rest = rest[len(option) :]
            if option in _EDITABLE:
                self._requirement(rest.lstrip("= \t"), what, folder, limits, [], True)
                return
            value = _VALUE.match(rest) if takes_value else None
            if value:
                rest = rest[value.end() :]
            if option in (*_FILES, *_CONSTRAINTS):
                self._file(value.group(1).strip("'\"") if value else "", what, folder, limits or option in _CONSTRAINTS)
            elif not takes_value and len(option) == 2 and rest[:1].isalpha():
                rest = f"-{rest}"
                options.append(option)
            else:
                options.append(option)
            rest = rest.lstrip()
        if rest:
            self._requirement(rest, what, folder, limits, options)
        else:
            self._options(options, what, "")

    def _note(self, sentence: str) -> None:
        if sentence not in self._notes:
            self._notes.append(sentence)

    def _options(self, options: t.Iterable[str], what: str, names: str) -> None:
        of = f" with {names}" if names else ""
        for option in options:
            why = "AE5 has its own package index" if option in _INDEX else "a project on AE5 lists packages only"
            self._note(f"{what} has the option {option} for pip{of}, which was left out: {why}.")

    def _file(self, path: str, what: str, folder: str, limits: bool) -> None:
        path = path[len("file:") :] if path.startswith("file:") and not path.startswith("file://") else path
        inside = posixpath.normpath(posixpath.join(folder, path.replace("\\", "/")))
        if inside in self._files:
            return
        self._files.add(inside)
        is_inside = path and not re.match(r"\.\.(?:/|\Z)|/|~|[A-Za-z]:|[a-z]+://", inside) and "://" not in path
        text = self._read(inside) if is_inside and len(self._files) <= MAX_FILES else None
        if text is None:
            self._note(
                f"{what} includes {masked(clean_url(path)) or 'a file'}, which is not in the project or cannot be read; add the"
                " packages that it names."
            )
            return
        prefix = "Its " if self._what.startswith("Its ") else ""
        self.text(text, f"{prefix}{inside}", posixpath.dirname(inside), limits)

    def _requirement(self, text: str, what: str, folder: str, limits: bool, options: t.Sequence[str], editable: bool = False) -> None:
        text, *more = _OF_A_LINE.split(_QUOTED.sub(r"\2", text.strip()))
        options = [*options, *(part.split("=")[0].split()[0] for part in more)]
        try:
            found = [grammar.parse(text, editable)]
        except NoRequirement as exc:
            words = text.split()
            try:
                if not options or len(words) < 2:
                    raise NoRequirement(str(exc))
                found = [grammar.parse(word) for word in words]
            except NoRequirement:
                self._note(f"{what} has a pip line that cannot be parsed and was left out: {_shown(text)}.")
                return
        self._options(dict.fromkeys(options), what, listed([item.package.name or item.package.location for item in found]))
        for item in found:
            placed = item if item.path is None else self._local(item, what, folder)
            if placed.dropped:
                self._note(
                    f"{what} asks for the Python package {placed.package.name} with {_shown(placed.dropped)}, which pip does not take; that"
                    " part was left out."
                )
            if placed.guessed:
                self._note(
                    f"{what} does not say the name of the package at {placed.package.location}; {placed.package.name} was taken from the"
                    " address, so correct it if that is wrong."
                )
            if limits:
                self._constraints[canonical(placed.package.name)] = placed
            else:
                self._found.append(placed)

    def _local(self, item: Requirement, what: str, folder: str) -> Requirement:
        """A requirement of a path: kept if that is in the project, so that it is in the archive too."""
        path = t.cast(str, item.path)
        if item.package.name and _BUILT.search(path) and not path.startswith("."):
            self._note(
                f"{what} says of the Python package {item.package.name} only where it was built ({path}); any version of it is asked for."
            )
            return grammar.named(item.package.name, item)
        inside = posixpath.normpath(posixpath.join(folder, path.replace("\\", "/")))
        name, there = item.package.name, False
        if not re.match(r"\.\.(?:/|\Z)|/|~|[A-Za-z]:", inside):
            if grammar.is_archive(inside):
                there = self._read(inside) is not None
            else:
                told = [(self._read(posixpath.normpath(posixpath.join(inside, file))), pattern) for file, pattern in _OWN_FILES]
                names = (pattern.search(text) for text, pattern in told if text is not None)
                name = name or next((match.group(1) for match in names if match), "")
                there = any(text is not None for text, _pattern in told)
        name = name or (posixpath.basename(inside) if re.match(r"[A-Za-z]", posixpath.basename(inside)) else "")
        if there and name:
            self._note(f"{what} installs {name} from {path} in the project, which needs pip 24.1 or later in the environment on AE5.")
            return grammar.at(name, f"file:./{inside}" if inside != "." else "file:.", item)
        is_relative = re.match(r"\w(?!:)|\.(?!\.)", path) is not None
        where = f"{path}, which is not a package in the project" if is_relative else f"{path} of the old host, which AE5 cannot access"
        self._note(f"{what} installs {name or 'a Python package'} from {where}; build a conda package of it.")
        return dataclasses.replace(item, package=dataclasses.replace(item.package, name=name or path), line="")


def _shown(text: str) -> str:
    text = masked(clean_url(text))
    return repr(text if len(text) <= 80 else text[:80] + "...")
