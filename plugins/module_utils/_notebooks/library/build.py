# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a conda package of one shared library, or says why not.  Private to the collection."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
import typing as t
import warnings

from ansible_collections.ae_ops.migration.plugins.module_utils._aen.access import Accounts
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_match_spec import NoSpec, parse_spec
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_versions import NoVersion, parse_version
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.python import parsed
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.metadata import (
    Metadata,
    of_pkg_info,
    read_metadata,
    version_in_files,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.package import (
    SCRIPTS,
    Content,
    script,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.recipe import (
    compiled_recipe,
    compiled_why,
    r_recipe,
    r_why,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.requires import conda_specs, python_spec
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.select import Selection, is_package_folder, select
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.tree import (
    CODE,
    MAX_TEXT,
    METADATA_FILES,
    Item,
    Rights,
    Tree,
    is_searched_in_part,
    listing_of,
    open_library,
    secret_line,
    text_at,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._secrets import masked
from ansible_collections.ae_ops.migration.plugins.module_utils._store.libraries import (
    BUILT,
    COMPILED,
    REPORTED,
    Library,
    R,
    Wanted,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._text import matches_any, shown
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, size_in_words
from ansible_collections.ae_ops.migration.plugins.module_utils._yaml import decoded

MAX_BYTES = 100_000_000
_NAME = re.compile(r"[a-z0-9_][a-z0-9_.-]*\Z")
_INFO = re.compile(r"(?P<name>.+?)(?:-(?P<version>\d[^-]*))?(?:-py[\d.]+)?\.(?:egg-info|dist-info)\Z")


@dataclasses.dataclass(frozen=True)
class Host:
    """Where libraries are read.  ``root`` is the folder used as the host's ``/``."""

    root: str
    accounts: Accounts
    max_bytes: int = MAX_BYTES


@dataclasses.dataclass(frozen=True)
class Made:
    """What became of a library.  ``rights`` are the permissions, by path, on all that had to be readable to use it."""

    library: Library
    content: t.Optional[Content] = None
    """What its package is to hold."""
    rights: t.Mapping[str, Rights] = dataclasses.field(default_factory=dict)


def make(wanted: Wanted, host: Host) -> Made:
    """The package of a library.  Never fails: what cannot be built is reported, with what to do."""
    try:
        with open_library(wanted.path, host.root, host.accounts, wanted.include) as tree:
            return _Library(wanted, host, tree).made()
    except (MigrationError, OSError) as exc:
        return Made(Library(wanted.path, REPORTED, str(exc), name=wanted.name, version=wanted.version))


class _Library:
    def __init__(self, wanted: Wanted, host: Host, tree: Tree) -> None:
        self._wanted, self._host, self._tree = wanted, host, tree
        self._notes: t.List[str] = []
        self._metadata = self._read_metadata()
        self._notes.extend(self._metadata.notes)

    def made(self) -> Made:
        has_python = any(self._tree.has(name) for name in METADATA_FILES)
        recipe = None if has_python else r_recipe(self._tree)
        if recipe is not None:
            return self._reported(r_why(recipe), R, recipe["name"], recipe["version"], recipe)
        if self._metadata.compiles or self._tree.compiled:
            name, version = self._name(), self._version(("",), ())
            recipe = compiled_recipe(self._tree, name, version, self._depends(only_python2=False))
            return self._reported(compiled_why(recipe), COMPILED, name, version, recipe)
        selection = select(self._tree, self._metadata, self._wanted.packages)
        self._notes.extend(selection.notes)
        name, version = self._name(), self._version(selection.folders, selection.modules)
        why = self._unnamed(name, version, selection)
        return self._reported(why, name=name, version=version) if why else self._built(name, version, selection)

    # -- what it is called

    def _read_metadata(self) -> Metadata:
        found = read_metadata(self._tree.text)
        if found.sources:
            return found
        info = _installed(self._host.root, self._tree)
        return dataclasses.replace(of_pkg_info(info), notes=found.notes) if info else found

    def _name(self) -> str:
        given = self._wanted.name or self._metadata.name
        if not given and is_package_folder(self._tree):
            given = self._tree.path.rsplit("/", 1)[-1]
        return re.sub(r"[^a-z0-9_.-]+", "-", given.lower()).strip("-.")

    def _version(self, folders: t.Sequence[str], modules: t.Sequence[str]) -> str:
        version = self._wanted.version or self._metadata.version
        if not version and (self._metadata.sources or is_package_folder(self._tree)):
            version, file = version_in_files(self._tree.text, folders, modules)
            if version:
                self._notes.append(f"Its version is from {file}.")
        return version.lower().replace("-", "_")

    def _unnamed(self, name: str, version: str, selection: Selection) -> str:
        """What is wrong with its name or version, with the entry that puts it right; empty if nothing is."""
        wrong = [word for word, value in (("name", name), ("version", version)) if not value]
        if not wrong and _is_version(version) and _NAME.match(name):
            return ""
        what = f"says no {' and no '.join(wrong)}" if wrong else f"is called {name} {version}, which conda does not accept"
        proposed = name if _NAME.match(name) else (selection.imports or ("library",))[0].lower()
        entry = {"path": self._wanted.path, "name": proposed, "version": version if _is_version(version) else "1.0"}
        return f"It {what}; put both into its entry of ae_notebook_libraries, such as {json.dumps(entry)}."

    # -- what it needs and holds

    def _depends(self, only_python2: bool) -> t.Tuple[str, ...]:
        told = self._metadata
        specs, notes = conda_specs(told.requires)
        if self._wanted.requires is not None:
            specs, notes = [conda_spec(text) for text in self._wanted.requires], []
        self._said(notes)
        if not any(spec.split(" ", 1)[0] == "python" for spec in specs):
            python, origin = python_spec(told.python_requires, told.classifiers, only_python2)
            if origin:
                self._said([f"That it needs {python} is from {origin}."])
            specs.append(python)
        return tuple(sorted(specs))

    def _said(self, notes: t.Iterable[str]) -> None:
        self._notes.extend(note for note in notes if note not in self._notes)

    def _built(self, name: str, version: str, selection: Selection) -> Made:
        tree, told = self._tree, self._metadata
        items = self._within_limit(selection)
        left_out = dict(tree.left_out)
        files = self._contents(items, left_out)
        only_python2 = any(_only_python2(data) for path, (data, _executable) in files.items() if path.endswith(".py"))
        depends = self._depends(only_python2)
        content = Content(
            name,
            version,
            depends,
            files,
            summary=told.summary,
            license=told.license,
            url=masked(told.url),
            entry_points=told.entry_points,
            requires=tuple(masked(item) for item in told.requires),
            dist_name=self._wanted.name or told.name or name,
        )
        library = Library(
            self._wanted.path,
            BUILT,
            name=name,
            version=version,
            imports=selection.imports,
            depends=depends,
            left_out=tuple(sorted(left_out.items())),
            notes=tuple(self._notes),
        )
        return Made(library, content, self._rights(item for target, item in items.items() if target in files))

    def _contents(self, items: t.Mapping[str, Item], left_out: t.Dict[str, str]) -> t.Dict[str, t.Tuple[bytes, bool]]:
        """The files of the package; those that seem to hold a secret are left out, unless they are code or named in ``include``."""
        files = {}
        for target, item in items.items():
            data = self._tree.read(item.path, item.size)
            line = secret_line(item.path, data)
            if line and not item.path.endswith(CODE) and not self._is_included(item.path):
                left_out[item.path] = f"its line {line} may contain a password or a token; name it in include if it does not"
                continue
            if line:
                self._said([f"Line {line} of {shown(item.path)} may contain a password or a token and is in the package."])
            if is_searched_in_part(item.path, data):
                self._said([f"Only the first {size_in_words(MAX_TEXT)} of {shown(item.path)} were searched for passwords and tokens."])
            is_program = target.startswith(SCRIPTS + "/")
            files[target] = (script(data), True) if is_program else (data, item.executable)
        return files

    def _within_limit(self, selection: Selection) -> t.Dict[str, Item]:
        items = {target: self._tree.items[path] for target, path in sorted(selection.files.items())}
        size = sum(item.size for item in items.values())
        if size > self._host.max_bytes:
            limit = size_in_words(self._host.max_bytes)
            raise MigrationError(
                f"The library {shown(self._tree.path)} has {size_in_words(size)} in {counted(len(items), 'file')}, more than {limit};"
                " keep its data elsewhere, or raise max_bytes."
            )
        return items

    def _is_included(self, path: str) -> bool:
        return matches_any(path, self._wanted.include)

    def _rights(self, items: t.Iterable[Item]) -> t.Dict[str, Rights]:
        rights = dict(self._tree.ways)
        for item in items:
            parts = item.path.split("/")
            for number in range(1, len(parts)):
                folder = "/".join(parts[:number])
                rights[f"{self._tree.path}/{folder}"] = self._tree.folders[folder]
            rights[f"{self._tree.path}/{item.path}"] = item.rights
        return rights

    def _reported(self, why: str, language: str = "python", name: str = "", version: str = "", recipe: t.Optional[t.Any] = None) -> Made:
        depends = tuple(recipe["depends"]) if recipe else ()
        library = Library(self._wanted.path, REPORTED, why, language, name, version, depends=depends, notes=tuple(self._notes))
        return Made(dataclasses.replace(library, recipe=recipe, left_out=tuple(sorted(self._tree.left_out.items()))))


def conda_spec(text: str) -> str:
    """A MatchSpec as a package's dependencies write it: name, versions, build.  Raises ``MigrationError``."""
    try:
        spec = parse_spec(text)
    except NoSpec as exc:
        raise MigrationError(f"The option requires cannot be used: {exc}.") from exc
    return " ".join(part for part in (spec.name, spec.version or ("*" if spec.build else ""), spec.build) if part)


def _is_version(version: str) -> bool:
    try:
        parse_version(version)
    except NoVersion:
        return False
    return "-" not in version


def _only_python2(data: bytes) -> bool:
    """Whether code is Python 2's and not Python 3's; a program that is larger than people write is not looked at."""
    if len(data) > MAX_TEXT:
        return False
    text = decoded(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return parsed(text) is not None
    return False


def _installed(root: str, tree: Tree) -> str:
    """The metadata of an installed package: beside its folder where that is the package itself, else the only one in it."""
    parent, name = tree.path.rsplit("/", 1)
    if is_package_folder(tree):
        found = [(parent, entry) for entry in sorted(listing_of(root, parent or "/")) if _is_of(entry, name)] if parent else []
    else:
        found = [(tree.path, entry) for entry in tree.beside]
    if len(found) != 1:
        return ""
    folder, entry = found[0]
    texts = (text_at(root, f"{folder}/{entry}{below}") for below in ("", "/METADATA", "/PKG-INFO"))
    return next((text for text in texts if text), "")


def _is_of(entry: str, name: str) -> bool:
    match = _INFO.match(entry)
    return match is not None and re.sub(r"[-_.]+", "_", match["name"]).lower() == name.lower()
