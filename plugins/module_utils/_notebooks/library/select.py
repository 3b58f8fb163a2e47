# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files of a Python library go where in ``site-packages``.  Private to the collection.

A package is taken whole, with everything below it: whoever used the library by its path had all of that.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.metadata import Metadata
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.package import SCRIPTS, SITE_PACKAGES
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.setup_py import FindPackages
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.tree import METADATA_FILES, Tree
from ansible_collections.ae_ops.migration.plugins.module_utils._text import matches_any, shown

_NO_MODULES = ("setup", "conftest", "noxfile", "fabfile", "ez_setup", "versioneer", "test_*", "*_test")
_INIT = "__init__.py"


@dataclasses.dataclass(frozen=True)
class Selection:
    """``files``: path in the package to path in the library; ``folders``: where the code is in the library."""

    files: t.Mapping[str, str]
    folders: t.Tuple[str, ...] = ()
    modules: t.Tuple[str, ...] = ()
    notes: t.Tuple[str, ...] = ()

    @property
    def imports(self) -> t.Tuple[str, ...]:
        """Top-level names that Python imports."""
        tops = (path.split("/")[1] for path in self.files if path.startswith(SITE_PACKAGES + "/"))
        return tuple(sorted({top[:-3] if top.endswith(".py") else top for top in tops}))


def is_package_folder(tree: Tree) -> bool:
    """Whether the library's folder is the package itself, so that the folder's name is what Python imports."""
    return tree.has(_INIT) and not any(tree.has(name) for name in METADATA_FILES)


def select(tree: Tree, metadata: Metadata, wanted: t.Optional[t.Sequence[str]]) -> Selection:
    """What of the library goes into its package.  ``wanted`` are packages and modules, instead of what its metadata names.

    Raises:
        MigrationError: one of ``wanted`` is not there, or there is nothing that Python imports.
    """
    if is_package_folder(tree) and wanted is None:
        name = tree.path.rsplit("/", 1)[-1]
        if not name.isidentifier():
            raise MigrationError(
                f"A Python package cannot be named {shown(name)}, so {shown(tree.path)} cannot be imported from elsewhere."
            )
        return Selection({f"{SITE_PACKAGES}/{name}/{path}": path for path in tree.items}, ("",))
    notes: t.List[str] = []
    packages, modules = _told(tree, metadata, wanted, notes)
    files: t.Dict[str, str] = {}
    folders = []
    for package in packages:
        folder = _folder_of(package, metadata.package_dirs)
        inside = [path for path in tree.items if path.startswith(folder + "/")]
        folders.append(folder)
        for path in inside:
            files[f"{SITE_PACKAGES}/{package.replace('.', '/')}{path[len(folder) :]}"] = path
    before = metadata.package_dirs.get("", "").strip("/")
    for module in modules:
        path = "/".join(part for part in (before, module.replace(".", "/") + ".py") if part)
        if tree.has(path):
            files[f"{SITE_PACKAGES}/{module.replace('.', '/')}.py"] = path
        else:
            notes.append(f"Its metadata names the module {module}, which is not there.")
    if not any(path.endswith(".py") for path in files):
        raise MigrationError(f"There is nothing to import in {shown(tree.path)}; name the folder that contains the package.")
    for path in metadata.scripts:
        if tree.has(path):
            files[f"{SCRIPTS}/{path.rsplit('/', 1)[-1]}"] = path
    return Selection(files, tuple(folders), tuple(modules), tuple(notes))


def _told(tree: Tree, metadata: Metadata, wanted: t.Optional[t.Sequence[str]], notes: t.List[str]) -> t.Tuple[t.List[str], t.List[str]]:
    """Packages, none inside another, and modules."""
    if wanted is not None:
        packages, modules = [], []
        for name in wanted:
            folder = _folder_of(name, metadata.package_dirs)
            if any(path.startswith(folder + "/") for path in tree.items):
                packages.append(name)
            elif tree.has(folder + ".py"):
                modules.append(name)
            else:
                raise MigrationError(
                    f"There is no package and no module {shown(name)} in the library {shown(tree.path)}; correct packages."
                )
        return _outermost(packages), modules
    if isinstance(metadata.packages, FindPackages):
        if metadata.packages.where not in ("", "."):
            metadata.package_dirs.setdefault("", metadata.packages.where)
        return _outermost(_find(tree, metadata.packages)), list(metadata.modules or ())
    if metadata.packages is None and metadata.modules is None:
        where = "src" if _find(tree, FindPackages("src")) and metadata.sources else "."
        if where == "src":
            metadata.package_dirs.setdefault("", "src")
        found = _outermost(_find(tree, FindPackages(where)))
        prefix = "" if where == "." else "src/"
        tops = [path[len(prefix) :] for path in sorted(tree.items) if path.startswith(prefix) and path.endswith(".py")]
        modules = [path[:-3] for path in tops if "/" not in path and not matches_any(path[:-3], _NO_MODULES)]
        if metadata.sources and modules and found:
            modules = []  # programs beside a package, which setuptools would not install
        return found, modules
    there = []
    for name in metadata.packages or ():
        folder = _folder_of(name, metadata.package_dirs)
        if any(path.startswith(folder + "/") for path in tree.items):
            there.append(name)
        elif name.split(".")[0] not in ("tests", "test"):
            notes.append(f"Its metadata names the package {name}, which is not there.")
    return _outermost(there), list(metadata.modules or ())


def _folder_of(package: str, package_dirs: t.Mapping[str, str]) -> str:
    """Where a package is in the library, see distutils' ``package_dir``."""
    parts = package.split(".")
    for number in range(len(parts), -1, -1):
        key = ".".join(parts[:number])
        if key in package_dirs:
            return "/".join(part for part in (package_dirs[key].strip("/"), *parts[number:]) if part not in ("", "."))
    return "/".join(parts)


def _outermost(packages: t.Iterable[str]) -> t.List[str]:
    names = set(packages)
    return sorted(name for name in names if not any(name.startswith(other + ".") for other in names))


def _find(tree: Tree, find: FindPackages) -> t.List[str]:
    """What setuptools' ``find_packages`` would find."""
    before = "" if find.where in ("", ".") else find.where.strip("/").replace("./", "") + "/"
    folders = {path.rsplit("/", 1)[0] for path in tree.items if path.endswith(".py") and "/" in path}
    found = []
    for folder in sorted(folders):
        if not folder.startswith(before) or folder + "/" == before:
            continue
        parts = folder[len(before) :].split("/")
        tops = ["/".join(parts[: number + 1]) for number in range(len(parts))]
        if not all(part.isidentifier() for part in parts):
            continue
        if not find.namespaces and not all(tree.has(f"{before}{top}/{_INIT}") for top in tops):
            continue
        name = ".".join(parts)
        if matches_any(name, find.include) and not matches_any(name, find.exclude):
            found.append(name)
    return found
