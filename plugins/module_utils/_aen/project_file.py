# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``anaconda-project.yml``: made new, or one that is there completed.  Private to the collection.

Keys and shapes: AE4 facts 4.4, and what anaconda-project 0.6.0 writes and refuses.  Two of its rules shape this file:

* An ``environment.yml`` beside it must say the same as the env spec of its name, or the project counts as broken; only a
  ``notebook`` that the env spec has besides is forgiven.  So ``notebook`` goes into the env spec and not to the packages.
* With one env spec its packages and channels stand at the top; with several each has its own.

``remove-platforms`` of the vendor guide (section "Converting your project", step 2) prepares an environment, so it is not
called: the platforms are written.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.environment import (
    EnvironmentSpec,
    Pin,
    clean_url,
    dependencies,
    parse_pin,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import without_accents
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_names import is_safe
from ansible_collections.ae_ops.migration.plugins.module_utils._yaml import document_of, dump, exact

FILE = "anaconda-project.yml"
FILES = (FILE, "anaconda-project.yaml", "kapsel.yml", "kapsel.yaml")
"""In the order in which anaconda-project looks for them."""
PLATFORM = "linux-64"
NOTEBOOK = "notebook"
"""The package that a command of that kind needs."""

_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")
_PACKAGES = ("packages", "dependencies")
_PASSWORD = re.compile(r"(?<=://)[^/\s@:'\"]+:[^/\s@'\"]+@")

Channels = t.Callable[[t.Sequence[str], t.Sequence[Pin]], t.Sequence[str]]
"""Old channels and the pins that want them, to the channels on AE5."""
Json = t.Dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Made:
    """An environment with the channels it gets."""

    spec: EnvironmentSpec
    channels: t.Tuple[str, ...]


def command_names(notebooks: t.Iterable[str], taken: t.Iterable[str] = ()) -> t.Dict[str, str]:
    """A name for the command of each notebook: its path in safe characters, no two alike even where case does not count."""
    used = {name.casefold() for name in taken}
    names: t.Dict[str, str] = {}
    for path in sorted(notebooks):
        stem = path[: -len(".ipynb")] if path.endswith(".ipynb") else path
        wanted = _UNSAFE.sub("-", without_accents(stem.replace("/", "-"))).strip("-.") or NOTEBOOK
        name, number = wanted, 2
        while name.casefold() in used:
            name, number = f"{wanted}-{number}", number + 1
        used.add(name.casefold())
        names[path] = name
    return names


def new(name: str, environments: t.Sequence[Made], notebooks: t.Mapping[str, str], how: str) -> str:
    """The text of a new file.

    ``environments``: the one of ``environment.yml`` first; ``notebooks``: path to the environment it runs in.
    """
    first = environments[0].spec.name
    commands = {
        command: {"notebook": exact(path), "env_spec": notebooks[path] or first} for path, command in command_names(notebooks).items()
    }
    document: Json = {"name": exact(name), "commands": commands}
    if len(environments) == 1:
        document["packages"] = dependencies(environments[0].spec, how)
        document["channels"] = _channels(environments[0])
    document["platforms"] = [PLATFORM]
    document["env_specs"] = {made.spec.name: _env_spec(made, how, len(environments) > 1, notebooks) for made in environments}
    return dump({key: value for key, value in document.items() if value != {}})


def _channels(made: Made) -> t.List[str]:
    return [exact(channel) for channel in made.channels]


def _env_spec(made: Made, how: str, own: bool, notebooks: t.Mapping[str, str]) -> Json:
    lacks = bool(notebooks) and all(pin.name != NOTEBOOK for pin in made.spec.pins)
    if own:
        added = [NOTEBOOK] if lacks else []
        return {"packages": [*added, *dependencies(made.spec, how)], "channels": _channels(made)}
    return {"packages": [NOTEBOOK], "channels": []} if lacks else {}


def pins_of(document: t.Any) -> t.List[Pin]:
    """The conda packages that a project's file, or one of its env specs, asks for."""
    return [parse_pin(item) for key in _PACKAGES for item in _list(document, key) if isinstance(item, str)]


def pip_of(document: t.Any) -> t.List[str]:
    """The lines for pip, of the same."""
    boxes = [item for key in _PACKAGES for item in _list(document, key) if isinstance(item, dict)]
    return [clean_url(str(line)) for box in boxes for line in _list(box, "pip")]


def _list(document: t.Any, key: str) -> t.List[t.Any]:
    value = document.get(key) if isinstance(document, dict) else None
    return value if isinstance(value, list) else []


def _env_specs(document: t.Any) -> Json:
    specs = document.get("env_specs")
    return {str(name): spec for name, spec in specs.items() if isinstance(spec, dict)} if isinstance(specs, dict) else {}


@dataclasses.dataclass(frozen=True)
class Existing:
    """A project's file that was there: its environments by name, as far as they name packages."""

    environments: t.Tuple[EnvironmentSpec, ...]

    @property
    def has_packages(self) -> bool:
        return any(spec.pins or spec.pip for spec in self.environments)


def read(text: str, what: str) -> Existing:
    """The environments that a project's file describes, each with what the top of the file gives to all.

    Raises:
        MigrationError: it cannot be understood.
    """
    document = document_of(text, what)
    found = []
    for name, spec in (_env_specs(document) or {"default": {}}).items():
        channels = [str(channel) for part in (document, spec) for channel in _list(part, "channels")]
        pins = {pin.name: pin for part in (document, spec) for pin in pins_of(part)}
        pip = [line for part in (document, spec) for line in pip_of(part)]
        found.append(EnvironmentSpec(name, tuple(dict.fromkeys(map(clean_url, channels))), tuple(pins.values()), tuple(dict.fromkeys(pip))))
    return Existing(tuple(found))


def completed(
    text: str, what: str, name: str, made: t.Optional[Made], notebooks: t.Mapping[str, str], channels: Channels, how: str
) -> t.Tuple[str, t.List[str]]:
    """A project's own file with what AE5 needs, its other keys and comments as they are, and sentences on what was changed.

    ``made`` is put in where the file names no package at all.

    Raises:
        MigrationError: it cannot be understood.
    """
    document = document_of(text, what)
    existing = read(text, what)
    notes: t.List[str] = []
    if not is_safe(str(document.get("name") or "")):
        document["name"] = name
    if not existing.has_packages and made is not None:
        document["packages"], document["channels"] = dependencies(made.spec, how), _channels(made)
        notes.append(f"{what} listed no packages; it got those of the environment {made.spec.name}.")
    else:
        _replace_channels(document, existing, channels)
    _to_linux(document, what, notes)
    _scrub(document)
    _add_commands(document, notebooks, what, notes)
    return dump(document), notes


def _replace_channels(document: t.Any, existing: Existing, channels: Channels) -> None:
    everything = [pin for spec in existing.environments for pin in spec.pins]
    pins = list({(pin.name, pin.text(how="exact")): pin for pin in everything}.values())
    specs = _env_specs(document)
    if _list(document, "channels") or not any(_list(spec, "channels") for spec in specs.values()):
        _put(document, channels([str(channel) for channel in _list(document, "channels")], pins))
    for spec in specs.values():
        if _list(spec, "channels"):
            _put(spec, channels([str(channel) for channel in _list(spec, "channels")], [*pins_of(document), *pins_of(spec)]))


def _put(document: t.Any, channels: t.Sequence[str]) -> None:
    if [str(channel) for channel in _list(document, "channels")] != list(channels):
        document["channels"] = [exact(channel) for channel in channels]


def _to_linux(document: t.Any, what: str, notes: t.List[str]) -> None:
    for part in (document, *_env_specs(document).values()):
        is_top = part is document
        if _list(part, "platforms") == [PLATFORM] or (not is_top and "platforms" not in part):
            continue
        gone = [str(platform) for platform in _list(part, "platforms") if platform != PLATFORM]
        part["platforms"] = [PLATFORM]
        if gone:
            notes.append(f"{what} no longer lists the platforms {', '.join(gone)}: AE5 sessions run on {PLATFORM}.")


def _scrub(value: t.Any) -> t.Any:
    """Takes passwords out of every URL, tokens and queries out of those of channels and of packages; in place."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in list(items):
        if isinstance(item, str):
            new_text = clean_url(item) if isinstance(value, list) else _PASSWORD.sub("", item)
            if new_text != item:
                value[key] = new_text
        else:
            _scrub(item)
    return value


def _add_commands(document: t.Any, notebooks: t.Mapping[str, str], what: str, notes: t.List[str]) -> None:
    commands = document.get("commands")
    known = {name: command for name, command in commands.items() if isinstance(command, dict)} if isinstance(commands, dict) else {}
    run = {str(command.get("notebook")) for command in known.values()} | _skipped(document, notebooks)
    missing = {path: env for path, env in notebooks.items() if path not in run}
    specs = _env_specs(document)
    if not specs:
        document["env_specs"] = {"default": {}}
        specs = {"default": {}}
    first = next(iter(specs))
    for path, name in command_names(missing, known).items():
        if not isinstance(document.get("commands"), dict):
            document["commands"] = {}
        document["commands"][name] = {"notebook": exact(path), "env_spec": missing[path] if missing[path] in specs else first}
    if missing:
        notes.append(f"{what} has a new command for each of these notebooks: {', '.join(sorted(missing))}.")
    everywhere = {pin.name for part in (document, *specs.values()) for pin in pins_of(part)}
    if notebooks and NOTEBOOK not in everywhere:
        spec = document["env_specs"][first]
        if isinstance(spec.get("packages"), list):
            spec["packages"].append(NOTEBOOK)  # in place: the comments of the list stay
        else:
            spec["packages"] = [NOTEBOOK]


def _skipped(document: t.Any, notebooks: t.Iterable[str]) -> t.Set[str]:
    """The notebooks that the file's owner wants no command for."""
    said = document.get("skip_imports")
    skipped = said.get("notebooks") if isinstance(said, dict) else None
    if skipped is True:
        return set(notebooks)
    return {str(path) for path in skipped} if isinstance(skipped, list) else set()


def with_packages(text: str, what: str, specs: t.Sequence[str], key: str) -> str:
    """A project's own file, or its ``environment.yml``, that asks for these packages in its list ``key`` too.

    Raises:
        MigrationError: it cannot be understood.
    """
    if not specs:
        return text
    document = document_of(text, what)
    added = {parse_pin(spec).name for spec in specs}
    kept = [item for item in _list(document, key) if not (isinstance(item, str) and parse_pin(item).name in added)]
    document[key] = [*(exact(spec) for spec in specs), *kept]
    return dump(document)


def environment_text(text: str, what: str, channels: Channels) -> str:
    """The ``environment.yml`` of a project whose project file is kept: its own text with the channels that the file gets."""
    document = document_of(text, what)
    pins = [parse_pin(item) for item in _list(document, "dependencies") if isinstance(item, str)]
    _put(document, channels([str(channel) for channel in _list(document, "channels")], pins))
    document.pop("prefix", None)
    _scrub(document)
    return dump(document)


def with_notebook(spec: EnvironmentSpec) -> EnvironmentSpec:
    """The environment with what commands for notebooks need in addition, which is in the env spec only."""
    lacks = all(pin.name != NOTEBOOK for pin in spec.pins)
    return dataclasses.replace(spec, pins=(*spec.pins, Pin(NOTEBOOK))) if lacks else spec


def as_name(spec: EnvironmentSpec) -> EnvironmentSpec:
    """The environment under a name that an env spec can have."""
    safe = _UNSAFE.sub("-", spec.name).strip("-.") or "default"
    return dataclasses.replace(spec, name=safe)
