# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Python library says of itself: ``pyproject.toml``, ``setup.cfg``, ``setup.py``, ``PKG-INFO``.  Private to the collection.

Nothing of the library is run.  Where two files say the same thing, the one named first in that line counts; what none of them says
is left open.  Sources: PEP 621 and 440, setuptools' documentation of ``setup.cfg``, poetry's and flit's of their tables.
"""

from __future__ import annotations

import configparser
import dataclasses
import email.parser
import importlib
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.setup_py import (
    FindPackages,
    NoSetup,
    Read,
    literal_of,
    read_setup,
)

Values = t.Dict[str, t.Any]

VERSION_FILES = ("_version.py", "version.py", "__version__.py", "__about__.py")
_TOP_VERSION_FILES = ("VERSION", "VERSION.txt", "version.txt")
_SCRIPT = re.compile(r"\s*([^\s=]+)\s*=\s*([\w.]+)\s*:\s*([\w.]+)\s*(?:\[[^\]]*\])?\s*\Z")
_LINES = ("packages", "py_modules", "install_requires", "scripts", "classifiers")
_FIND = re.compile(r"find(?P<namespaces>_namespace)?:\Z")


class NotToml(ValueError):
    """A ``pyproject.toml`` cannot be read; the message is the end of a sentence."""


@dataclasses.dataclass
class Metadata:
    """What was found; ``packages`` and ``modules`` are None where the metadata does not list them."""

    name: str = ""
    version: str = ""
    summary: str = ""
    license: str = ""
    url: str = ""
    packages: t.Union[FindPackages, t.Tuple[str, ...], None] = None
    modules: t.Optional[t.Tuple[str, ...]] = None
    package_dirs: t.Dict[str, str] = dataclasses.field(default_factory=dict)
    requires: t.Tuple[str, ...] = ()
    python_requires: str = ""
    classifiers: t.Tuple[str, ...] = ()
    entry_points: t.Tuple[str, ...] = ()
    """``COMMAND = module:function``."""
    scripts: t.Tuple[str, ...] = ()
    compiles: bool = False
    """Its setup.py has something to compile."""
    sources: t.Tuple[str, ...] = ()
    """The files that said any of this."""
    notes: t.Tuple[str, ...] = ()


def read_metadata(read: Read) -> Metadata:
    """What the library says whose files ``read`` gives.  Never fails: what is not understood is noted."""
    notes: t.List[str] = []
    merged: Values = {}
    sources = []
    for file, reader in (("pyproject.toml", _pyproject), ("setup.cfg", _setup_cfg), ("setup.py", _setup_py)):
        text = read(file)
        if text is None:
            continue
        try:
            values = reader(text, read, notes)
        except (NotToml, NoSetup, configparser.Error) as exc:
            notes.append(f"Its {file} is not used: {' '.join(str(exc).split())}.")
            continue
        except (TypeError, AttributeError, ValueError, LookupError):
            notes.append(f"Its {file} is not used: its values have the wrong types.")
            continue
        if values:
            sources.append(file)
        for key, value in values.items():
            if value not in (None, "", [], {}):
                merged.setdefault(key, value)
    found = _metadata(merged, notes)
    found.sources = tuple(sources)
    return found


def of_pkg_info(text: str) -> Metadata:
    """What a ``PKG-INFO`` or ``METADATA`` says."""
    message = email.parser.HeaderParser().parsestr(text)

    def one(key: str) -> str:
        value = str(message.get(key, "")).strip()
        return "" if value == "UNKNOWN" else value

    return Metadata(
        one("Name"),
        one("Version"),
        one("Summary"),
        one("License"),
        one("Home-page"),
        requires=tuple(str(item) for item in message.get_all("Requires-Dist") or ()),
        python_requires=one("Requires-Python"),
        classifiers=tuple(str(item) for item in message.get_all("Classifier") or ()),
    )


def version_in_files(read: Read, folders: t.Iterable[str], modules: t.Iterable[str]) -> t.Tuple[str, str]:
    """The version that the code itself gives (``__version__``, a file ``VERSION``) and its file; empty if there is none."""
    names = ["__init__.py", *VERSION_FILES]
    files = [f"{folder}/{name}" if folder else name for folder in folders for name in names] + [f"{module}.py" for module in modules]
    for file in files:
        text = read(file)
        version = literal_of(text, "__version__") if text and "__version__" in text else None
        if version:
            return version, file
    for file in _TOP_VERSION_FILES:
        text = read(file)
        if text and re.fullmatch(r"\s*\d[\w.+!-]*\s*", text):
            return text.strip(), file
    return "", ""


def _metadata(values: Values, notes: t.List[str]) -> Metadata:
    packages, folders = values.get("packages"), values.get("package_dir")
    modules = values.get("py_modules")
    entry_points = []
    for line in values.get("entry_points", ()):
        match = _SCRIPT.match(str(line))
        if match is None:
            notes.append(f"The command {str(line)!r} is left out because it does not name a function of a module.")
        else:
            entry_points.append(f"{match[1]} = {match[2]}:{match[3]}")
    return Metadata(
        name=_text(values.get("name")),
        version=_text(values.get("version")),
        summary=_text(values.get("description")),
        license=_text(values.get("license")),
        url=_text(values.get("url")),
        packages=packages if isinstance(packages, FindPackages) else None if packages is None else _texts(packages),
        modules=None if modules is None else _texts(modules),
        package_dirs={str(key): str(value) for key, value in folders.items()} if isinstance(folders, dict) else {},
        requires=_texts(values.get("install_requires", ())),
        python_requires=_text(values.get("python_requires")),
        classifiers=_texts(values.get("classifiers", ())),
        entry_points=tuple(sorted(set(entry_points))),
        scripts=_texts(values.get("scripts", ())),
        compiles=bool(values.get("ext_modules")),
        notes=tuple(notes),
    )


def _text(value: t.Any) -> str:
    return " ".join(str(value).split()) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def _texts(value: t.Any) -> t.Tuple[str, ...]:
    """A list's items; a text is one item a line."""
    items = value.splitlines() if isinstance(value, str) else value if isinstance(value, (list, tuple)) else ()
    texts = (_text(item).partition(" #")[0].strip() for item in items)
    return tuple(text for text in texts if text and not text.startswith("#"))


# -- setup.py


def _setup_py(text: str, read: Read, notes: t.List[str]) -> Values:
    setup = read_setup(text, read)
    values = dict(setup.values)
    compiles = {"ext_modules", "cffi_modules", "rust_extensions", "libraries"}
    values["ext_modules"] = bool(setup.unknown & compiles) or any(values.get(key) for key in compiles)
    points = values.pop("entry_points", None)
    values["entry_points"] = _console(points)
    lost = setup.unknown & {"install_requires", "entry_points", "python_requires", "packages", "py_modules", "scripts", "package_dir", "**"}
    for name in sorted(lost):
        what = "some of its arguments" if name == "**" else name
        notes.append(f"Its setup.py computes {what} at run time; look it up, and name it in the library's entry if it is needed.")
    return values


def _console(points: t.Any) -> t.List[str]:
    """The commands among entry points, which are a text in the form of an ini file or lists by group."""
    if isinstance(points, str):
        parser = _ini(points)
        return [f"{name} = {value}" for name, value in parser["console_scripts"].items()] if parser.has_section("console_scripts") else []
    group = points.get("console_scripts", ()) if isinstance(points, dict) else ()
    return list(_texts(group))


# -- setup.cfg


def _ini(text: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False, delimiters=("=", ":"))
    parser.optionxform = str  # type: ignore[assignment,method-assign,unused-ignore]
    try:
        parser.read_string(text)
    except configparser.Error:
        return configparser.ConfigParser(interpolation=None)
    return parser


def _setup_cfg(text: str, read: Read, notes: t.List[str]) -> Values:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.read_string(text)
    values: Values = {}
    for section in ("metadata", "options"):
        if parser.has_section(section):
            values.update((key.replace("-", "_"), value.strip()) for key, value in parser[section].items())
    values.pop("entry_points", None)
    values["description"] = values.get("description") or values.pop("summary", "")
    values["url"] = values.get("url") or values.pop("home_page", "")
    values["version"] = _directed(values.get("version", ""), read, notes)
    for key in _LINES:
        if key in values:
            values[key] = _texts(values[key].replace(",", "\n") if key in ("packages", "py_modules") else values[key])
    values["package_dir"] = dict(_assigned(line) for line in _texts(values.get("package_dir", "").replace(",", "\n")))
    find = _FIND.match(values["packages"][0]) if len(values.get("packages", ())) == 1 else None
    if find is not None:
        options = dict(parser["options.packages.find"].items()) if parser.has_section("options.packages.find") else {}
        lists = {key: _texts(options.get(key, "").replace(",", "\n")) for key in ("exclude", "include")}
        where = options.get("where", ".").strip() or "."
        values["packages"] = FindPackages(where, lists["exclude"], lists["include"] or ("*",), bool(find.group("namespaces")))
    if parser.has_section("options.entry_points"):
        values["entry_points"] = list(_texts(parser["options.entry_points"].get("console_scripts", "")))
    return values


def _assigned(line: str) -> t.Tuple[str, str]:
    key, _equal, value = line.partition("=")
    return key.strip(), value.strip()


def _directed(version: str, read: Read, notes: t.List[str]) -> str:
    """A version that is given as ``attr: module.name`` or ``file: path``."""
    kind, colon, rest = version.partition(":")
    if not colon:
        return version
    found: t.Optional[str] = None
    if kind.strip() == "file":
        found = read(rest.strip())
    elif kind.strip() == "attr":
        module, _dot, attribute = rest.strip().rpartition(".")
        for file in (f"{module.replace('.', '/')}.py", f"{module.replace('.', '/')}/__init__.py"):
            for before in ("", "src/"):
                text = read(before + file) if found is None else None
                found = literal_of(text, attribute) if text else found
    if found is None:
        notes.append(f"Its version ({version}) is computed at run time and cannot be read.")
    return (found or "").strip()


# -- pyproject.toml


def _read_toml(text: str) -> Values:
    for name in ("tomllib", "tomli"):
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        try:
            found: Values = module.loads(text.replace("\r\n", "\n"))
        except (ValueError, RecursionError) as exc:
            raise NotToml(f"it is not valid TOML: {exc}") from exc
        return found
    raise NotToml("reading it needs Python 3.11 or the Python library tomli on this host")


def _pyproject(text: str, read: Read, notes: t.List[str]) -> Values:
    document = _read_toml(text)
    tool = _table(document, "tool")
    values = _poetry(_table(tool, "poetry"))
    flit = _table(_table(tool, "flit"), "metadata")
    if flit.get("module"):
        values.setdefault("name", flit["module"])
    setuptools = _table(tool, "setuptools")
    values.update((key, item) for key, item in _setuptools(setuptools).items() if item)
    project = _table(document, "project")
    plain = {"name": "name", "version": "version", "description": "description", "dependencies": "install_requires"}
    plain.update({"requires-python": "python_requires", "classifiers": "classifiers"})
    values.update((plain[key], item) for key, item in project.items() if key in plain)
    licence = project.get("license")
    values["license"] = licence if isinstance(licence, str) else _table(project, "license").get("text", values.get("license"))
    urls = _table(project, "urls")
    values["url"] = next((urls[key] for key in ("Homepage", "homepage", "Repository") if key in urls), values.get("url"))
    if project.get("scripts"):
        values["entry_points"] = [f"{name} = {target}" for name, target in _table(project, "scripts").items()]
    dynamic = _table(_table(setuptools, "dynamic"), "version")
    for kind in ("attr", "file"):
        if "version" in project.get("dynamic", ()) and isinstance(dynamic.get(kind), str):
            values["version"] = _directed(f"{kind}: {dynamic[kind]}", read, notes)
    return values


def _table(table: Values, key: str) -> Values:
    found = table.get(key)
    return found if isinstance(found, dict) else {}


def _setuptools(table: Values) -> Values:
    packages: t.Any = table.get("packages")
    if isinstance(packages, dict):
        find = _table(packages, "find")
        where = (_texts(find.get("where", ())) or (".",))[0]
        exclude, include = _texts(find.get("exclude", ())), _texts(find.get("include", ())) or ("*",)
        packages = FindPackages(where, exclude, include, find.get("namespaces", True) is not False)
    return {"packages": packages, "py_modules": table.get("py-modules"), "package_dir": _table(table, "package-dir")}


def _poetry(table: Values) -> Values:
    values = {key: table.get(key) for key in ("name", "version", "description", "license", "classifiers")}
    values["url"] = table.get("homepage")
    requires = []
    for name, asked in _table(table, "dependencies").items():
        version = asked.get("version", "*") if isinstance(asked, dict) else asked
        if name.lower() == "python":
            values["python_requires"] = version
        elif isinstance(version, str) and not (isinstance(asked, dict) and asked.get("optional")):
            requires.append(f"{name} {'' if version == '*' else version}".strip())
    values["install_requires"] = requires
    values["entry_points"] = [f"{name} = {target}" for name, target in _table(table, "scripts").items()]
    packages = [item for item in table.get("packages", ()) if isinstance(item, dict) and isinstance(item.get("include"), str)]
    if packages:
        values["packages"] = [item["include"].strip("/").replace("/", ".") for item in packages]
        values["package_dir"] = {"": str(packages[0]["from"])} if packages[0].get("from") else {}
    return {key: value for key, value in values.items() if value}
