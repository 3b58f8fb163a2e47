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

from ansible_collections.ae_ops.migration.plugins.module_utils._aen.project_lock import LOCK_FILES, NO_LOCK, PLATFORM, Lock, read_lock
from ansible_collections.ae_ops.migration.plugins.module_utils._aen.project_secrets import scrub
from ansible_collections.ae_ops.migration.plugins.module_utils._aen.project_specs import rewrite_specs
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.environment import (
    DEPENDENCIES,
    EnvironmentSpec,
    channels_of,
    dependencies,
    read_dependencies,
    record_of,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pin import Pin
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import without_accents
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import DECLARED, Environment
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_names import is_safe
from ansible_collections.ae_ops.migration.plugins.module_utils._secrets import STRIP, clean_url, masked
from ansible_collections.ae_ops.migration.plugins.module_utils._yaml import Lists, document_of, dump, exact

FILE = "anaconda-project.yml"
FILES = (FILE, "anaconda-project.yaml", "kapsel.yml", "kapsel.yaml")
"""In the order in which anaconda-project looks for them."""
NOTEBOOK = "notebook"
"""The package that a command of that kind needs."""

_SPEC_KEYS = ("packages", "dependencies", "channels", "platforms", "description", "inherit_from")
"""What an env spec consists of."""
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")

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


def _list(document: t.Any, key: str) -> t.List[t.Any]:
    value = document.get(key) if isinstance(document, dict) else None
    return value if isinstance(value, list) else []


def _env_specs(document: t.Any) -> Json:
    specs = document.get("env_specs")
    return {str(name): spec for name, spec in specs.items() if isinstance(spec, dict)} if isinstance(specs, dict) else {}


def _mend_specs(document: t.Any, what: str, notes: t.List[str]) -> None:
    """Takes what is in ``env_specs`` and is no env spec to where its indentation should have put it, or out, and says so.

    An env spec without anything is an empty one.
    """
    specs = document.get("env_specs")
    if not isinstance(specs, dict):
        if specs:
            notes.append(
                f"{what} has a value of env_specs that is not a list of env specs and was left out: {masked(clean_url(str(specs)))}."
            )
        return
    stray = {key: value for key, value in specs.items() if not isinstance(value, dict) and (value is not None or key in _SPEC_KEYS)}
    for key in stray:
        del specs[key]
    for name in [name for name, value in specs.items() if value is None]:
        specs[name] = {}
    if len(specs) == 1 and all(key in _SPEC_KEYS for key in stray):
        (name, spec) = next(iter(specs.items()))
        spec.update({key: value for key, value in stray.items() if key not in spec})
        done = f"were moved into {name}, which they stand beside"
    else:
        done = "were left out"
    if stray:
        shown = "; ".join(f"{key}: {', '.join(map(str, value)) if isinstance(value, list) else value}" for key, value in stray.items())
        notes.append(f"{what} has entries of env_specs that are not env specs and {done}: {masked(clean_url(shown))}.")


def _parts(document: t.Any, name: str, specs: t.Mapping[str, t.Any]) -> t.List[t.Any]:
    """What an env spec is put together from: the top of the file, the specs it inherits from, itself."""
    parts: t.List[t.Any] = []
    waiting, seen = [name], set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in specs:
            continue
        seen.add(name)
        parts.insert(0, specs[name])
        parents = specs[name].get("inherit_from")
        waiting += [str(parent) for parent in (parents if isinstance(parents, list) else [parents] if parents else [])]
    return [document, *parts]


@dataclasses.dataclass(frozen=True)
class Asked:
    """The texts that ask for packages, and the channels, as anaconda-project compares them."""

    conda: t.Tuple[str, ...]
    pip: t.Tuple[str, ...]
    channels: t.Tuple[str, ...]


def asked_by(parts: t.Iterable[t.Any], keys: t.Sequence[str] = DEPENDENCIES) -> Asked:
    """What these parts of a document list; of the keys the first one that lists something counts."""
    conda: t.List[str] = []
    pip: t.List[str] = []
    channels: t.List[str] = []
    for part in parts:
        items = next((found for found in (_list(part, key) for key in keys) if found), [])
        conda += [str(item) for item in items if isinstance(item, str)]
        pip += [str(line) for item in items if isinstance(item, dict) for line in _list(item, "pip") if isinstance(line, str)]
        channels += [str(channel) for channel in _list(part, "channels") if isinstance(channel, str)]
    return Asked(tuple(dict.fromkeys(conda)), tuple(dict.fromkeys(pip)), tuple(dict.fromkeys(channels)))


def asked_by_specs(document: t.Any) -> t.Dict[str, Asked]:
    """What each env spec of a project's file asks for, with what it has from the top of the file and from others."""
    specs = _env_specs(document)
    return {name: asked_by(_parts(document, name, specs)) for name in specs}


@dataclasses.dataclass(frozen=True)
class Existing:
    """A project's file that was there: its environments by name, as far as they name packages."""

    environments: t.Tuple[EnvironmentSpec, ...]

    @property
    def has_packages(self) -> bool:
        return any(spec.pins or spec.pip for spec in self.environments)


def read(text: str, what: str, lock: Lock = NO_LOCK) -> Existing:
    """The environments that a project's file describes, each with what the top of the file gives to all, and its lock's pins.

    Raises:
        MigrationError: it cannot be understood.
    """
    document = document_of(text, what)
    _mend_specs(document, what, [])
    specs = _env_specs(document)
    found = []
    for name in specs or ["default"]:
        parts = _parts(document, name, specs)
        pins, pip, python = [], [], []
        for part in parts:
            more, lines = read_dependencies(part, what, [])
            pins += more
            pip += [item.line for item in lines if item.line]
            python += [item.package for item in lines]
        channels = dict.fromkeys(channel for part in parts for channel in channels_of(part))
        by_name = {pin.name: pin for pin in (lock.pins.get(name) or pins)}
        found.append(
            EnvironmentSpec(name, tuple(channels), tuple(by_name.values()), tuple(dict.fromkeys(pip)), python=tuple(dict.fromkeys(python)))
        )
    return Existing(tuple(found))


def records(text: str, file: str, lock_text: t.Optional[str]) -> t.List[Environment]:
    """The inventory's records of the environments in a project's file and in its lock.

    Raises:
        MigrationError: it cannot be understood.
    """
    try:
        lock = read_lock(lock_text, LOCK_FILES[0]) if lock_text is not None else NO_LOCK
    except MigrationError:
        lock = NO_LOCK  # the conversion disables it, and says so
    return [record_of(spec, DECLARED, file) for spec in read(text, file, lock).environments]


def completed(
    text: str,
    what: str,
    name: str,
    made: t.Optional[Made],
    notebooks: t.Mapping[str, str],
    channels: Channels,
    how: str,
    secrets: str = STRIP,
) -> t.Tuple[str, t.List[str]]:
    """A project's own file with what AE5 needs, its other keys and comments as they are, and sentences on what was changed.

    ``made`` is put in where the file names no package at all.

    Raises:
        MigrationError: it cannot be understood.
    """
    document = document_of(text, what)
    existing = read(text, what)
    notes: t.List[str] = []
    _mend_specs(document, what, notes)
    if not is_safe(str(document.get("name") or "")):
        document["name"] = name
    if not existing.has_packages and made is not None:
        document["packages"], document["channels"] = dependencies(made.spec, how), _channels(made)
        notes.append(f"{what} listed no packages; it got those of the environment {made.spec.name}.")
    else:
        _replace_channels(document, existing, channels)
    rewrite_specs((document, *_env_specs(document).values()), what, notes)
    _to_linux(document, what, notes)
    scrub(document, what, secrets, notes)
    _add_commands(document, notebooks, what, notes)
    return dump(document), notes


def _replace_channels(document: t.Any, existing: Existing, channels: Channels) -> None:
    everything = [pin for spec in existing.environments for pin in spec.pins]
    pins = list({(pin.name, pin.text(how="exact")): pin for pin in everything}.values())
    specs = _env_specs(document)
    lists = Lists(document)
    if _list(document, "channels") or not any(_list(spec, "channels") for spec in specs.values()):
        _put(lists, document, channels([str(channel) for channel in _list(document, "channels")], pins))
    for spec in specs.values():
        if _list(spec, "channels"):
            _put(lists, spec, channels([str(channel) for channel in _list(spec, "channels")], [*_pins(document), *_pins(spec)]))


def _pins(document: t.Any) -> t.List[Pin]:
    return read_dependencies(document, "", [])[0]


def _put(lists: Lists, document: t.Any, channels: t.Sequence[str]) -> None:
    if [str(channel) for channel in _list(document, "channels")] != list(channels):
        lists.put(document, "channels", channels)


def _to_linux(document: t.Any, what: str, notes: t.List[str]) -> None:
    for part in (document, *_env_specs(document).values()):
        is_top = part is document
        if _list(part, "platforms") == [PLATFORM] or (not is_top and "platforms" not in part):
            continue
        gone = [str(platform) for platform in _list(part, "platforms") if platform != PLATFORM]
        part["platforms"] = [PLATFORM]
        if gone:
            notes.append(f"{what} no longer lists the platforms {', '.join(gone)}: AE5 sessions run on {PLATFORM}.")


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
    everywhere = {pin.name for part in (document, *specs.values()) for pin in _pins(part)}
    if notebooks and NOTEBOOK not in everywhere:
        lists = Lists(document)
        lists.add(lists.own(document["env_specs"][first], "packages"), [NOTEBOOK])


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
    lists = Lists(document)
    items = lists.own(document, key)
    added = {pin.name: exact(spec) for spec in specs for pin in _pins({key: [spec]})}
    names = [next((pin.name for pin in _pins({key: [item]})), "") if isinstance(item, str) else "" for item in items]
    first = {name: place for place, name in reversed(list(enumerate(names)))}
    for place in reversed([number for number, name in enumerate(names) if name in added]):
        if first[names[place]] == place:
            items[place] = added[names[place]]
        else:
            lists.remove(items, place)
    lists.add(items, [spec for name, spec in added.items() if name not in names])
    return dump(document)


def environment_text(text: str, what: str, channels: Channels, secrets: str, notes: t.List[str]) -> str:
    """The ``environment.yml`` of a project whose project file is kept: its own text with the channels that the file gets."""
    document = document_of(text, what)
    _put(Lists(document), document, channels([str(channel) for channel in _list(document, "channels")], _pins(document)))
    document.pop("prefix", None)
    scrub(document, what, secrets, notes)
    return dump(document)


def with_notebook(spec: EnvironmentSpec) -> EnvironmentSpec:
    """The environment with what commands for notebooks need in addition, which is in the env spec only."""
    lacks = all(pin.name != NOTEBOOK for pin in spec.pins)
    return dataclasses.replace(spec, pins=(*spec.pins, Pin(NOTEBOOK))) if lacks else spec


def as_name(spec: EnvironmentSpec) -> EnvironmentSpec:
    """The environment under a name that an env spec can have."""
    safe = _UNSAFE.sub("-", spec.name).strip("-.") or "default"
    return dataclasses.replace(spec, name=safe)
