# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an environment consists of, from wherever it is known, and ``environment.yml``.  Private to the collection.

Sources: the record of an installed environment (``conda-meta`` and the metadata of installed Python packages), the output of
``conda env export`` as the vendor guide has it (``_env.yml``, section "Exporting your project"), an ``environment.yml``, a list of
conda (``@EXPLICIT``, ``conda list --export``) or a ``requirements.txt``.  Collector, converter and audit read them here.
A text is never executed, and may be anything: what conda printed beside it, tags of Python 2, a ``prefix``.  Every package that it
names is in the result or, by its name, in a note.

No URL that leaves this file holds a token, a password or a query.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._conda import requirements
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.environment_lines import by_lines, listed_by_conda
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pin import NAME, VERSION, Pin
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pins import NoPin, condition_of, is_before, read_pin
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.requirement_grammar import Requirement, canonical
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.requirements import REQUIREMENTS, Read, read_nothing
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError, MissingLibrary
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import CondaPackage, Environment, PipPackage
from ansible_collections.ae_ops.migration.plugins.module_utils._secrets import clean_url, masked
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, listed
from ansible_collections.ae_ops.migration.plugins.module_utils._yaml import NotYaml, dump, exact, load

EXPORT, WRITTEN = "export", "file"
SPEC_FILES = {
    "_env.yml": EXPORT,
    "_env.yaml": EXPORT,
    "environment.yml": WRITTEN,
    "environment.yaml": WRITTEN,
    REQUIREMENTS: WRITTEN,
}
"""Names that the guide and anaconda-project give such a file, the first one counts, to what ``Environment.source`` says of it."""

DEPENDENCIES = ("dependencies", "packages")
"""Keys of a list of packages; anaconda-project knows the second one too."""
_KEY = re.compile(r"[\w.-]+")
_PIP_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]]*\])?")
_PIP_BUILD = re.compile(r"\s*([A-Za-z0-9][\w.-]*)==?([^\s=]+)=(?:<pip>|pypi_\w+)\s*\Z")
"""What ``conda list --export`` writes of a package that pip installed."""
_LOCAL_PIP = {"pip": (24, 1), "python": (3, 8)}
"""What installs a package by its path in the project."""
NAMES_SHOWN = 50


@dataclasses.dataclass(frozen=True)
class EnvironmentSpec:
    """An environment to be made.  ``notes`` are sentences about what was left out or is not as it was."""

    name: str
    channels: t.Tuple[str, ...] = ()
    """As the source lists them."""
    pins: t.Tuple[Pin, ...] = ()
    pip: t.Tuple[str, ...] = ()
    """Lines for pip."""
    notes: t.Tuple[str, ...] = ()
    python: t.Tuple[PipPackage, ...] = ()
    """The Python packages that the source asks for, those that ``pip`` leaves out among them."""
    prefix: str = ""

    @property
    def names(self) -> t.Set[str]:
        """The packages that it names, those that are left out among them, as PEP 503 compares names."""
        asked = {package.name or package.location for package in self.python} | {_pip_name(line).split()[0] for line in self.pip}
        return {canonical(name.partition("[")[0]) for name in (*(pin.name for pin in self.pins), *asked)}

    def pip_lines(self, how: str) -> t.List[str]:
        """The lines for pip, with as much of the versions as ``how`` says."""
        return [_pip_name(line) for line in self.pip] if how == NAME else list(self.pip)


def _pip_name(line: str) -> str:
    """A line for pip without its versions; what is fetched from an address stays, and so does a condition."""
    name = _PIP_NAME.match(line)
    if name is None or "://" in line or " @ " in line:
        return line
    _spec, mark, condition = line.partition(";")
    return f"{name.group()} ;{condition}" if mark else name.group()


def from_record(environment: Environment) -> EnvironmentSpec:
    """An environment from its own metadata."""
    notes: t.List[str] = []
    pip = [_pip_of(package, notes) for package in environment.pip]
    return EnvironmentSpec(
        environment.name or "default",
        tuple(dict.fromkeys(clean_url(channel) for channel in environment.channels)),
        tuple(sorted((_pin_of(package) for package in environment.conda), key=lambda pin: pin.name)),
        tuple(sorted({line for line in pip if line}, key=str.lower)),
        tuple(notes),
    )


def _pin_of(package: CondaPackage) -> Pin:
    channel = clean_url(package.channel)
    return Pin(package.name, package.version, package.build, channel, package.sha256.lower(), package.md5.lower())


def _pip_of(package: PipPackage, notes: t.List[str]) -> str:
    if not package.origin:
        asked: t.List[str] = []
        text = f"{package.name}=={package.version}" if package.version else package.name
        found = requirements.parse_lines([text], "Its environment", asked)
        notes.extend(asked)
        return found[0].line if found else ""
    line = requirements.from_location(package.name, package.location)
    if not line:
        notes.append(
            f"The Python package {package.name} is installed from {clean_url(package.location) or 'a folder'} of the old host, which AE5"
            " cannot access; build a conda package of it."
        )
    return line


def from_text(text: str, what: str, name: str = "", read: Read = read_nothing) -> EnvironmentSpec:
    """An environment as ``conda env export``, ``conda list``, pip or a person wrote it; ``what`` names the file in messages.

    ``read`` gives the text of the project's files that it includes.  Without a ``name`` and where the text has none, it is the last
    part of its ``prefix``, as for anaconda-project.

    Raises:
        MigrationError: no dependencies can be made out.
    """
    notes: t.List[str] = []
    specs = listed_by_conda(text)
    if specs is not None:
        document: t.Dict[str, t.Any] = {DEPENDENCIES[0]: specs}
    elif what.endswith(".txt"):
        document = {}
    else:
        document = _document(text, what, notes)
    pins, found = read_dependencies(document, what, notes, read)
    if what.endswith(".txt") and specs is None:
        found = requirements.parse_file(_scrubbed(text, what, notes), what, notes, read)
    channels = channels_of(document)
    _tell_secrets(_strings(document.get("channels")), what, notes)
    if not pins and not found:
        raise MigrationError(f"{what} cannot be used: it names no package; export the environment again.")
    prefix = _text(document.get("prefix")).rstrip("/\\")
    if document.get("variables"):
        notes.append(f"{what} sets environment variables, which AE5 does not take from an environment; set them in the project.")
    return EnvironmentSpec(
        name or _text(document.get("name")) or re.split(r"[/\\]", prefix)[-1] or "default",
        channels,
        tuple(pins),
        tuple(item.line for item in found if item.line),
        tuple(notes),
        tuple(item.package for item in found),
        prefix,
    )


def parse_environment(text: str, source: str, file: str, read: Read = read_nothing, name: str = "") -> Environment:
    """The inventory's record of the environment that an exported or written file describes.

    Raises:
        MigrationError: it names no package.
    """
    spec = from_text(text, file, name, read)
    return record_of(spec, source, file)


def record_of(spec: EnvironmentSpec, source: str, file: str) -> Environment:
    """The inventory's record of an environment; a pin that is a condition is kept as the version."""
    conda = tuple(CondaPackage(pin.name, *condition_of(pin), pin.channel, md5=pin.md5, sha256=pin.sha256) for pin in spec.pins)
    return Environment(
        name=spec.name,
        prefix=spec.prefix,
        python=next((package.version for package in conda if package.name == "python"), ""),
        source=source,
        file=file,
        channels=spec.channels,
        conda=conda,
        pip=spec.python,
    )


def _text(value: t.Any) -> str:
    return "" if value is None or isinstance(value, (dict, list)) else str(value).strip()


def _document(text: str, what: str, notes: t.List[str]) -> t.Dict[str, t.Any]:
    """The keys of an environment: as YAML, else what its lines say."""
    try:
        document = load(text)
        if _is_sound(document, text):
            return t.cast(t.Dict[str, t.Any], document)
    except (NotYaml, MissingLibrary):
        document = None
    lines, noise = by_lines(_scrubbed(text, what, notes))
    if isinstance(document, dict) and not lines[DEPENDENCIES[0]]:
        return document
    if "---" in noise[1:] or (noise[:1] == ["---"] and noise.count("---") > 1):
        notes.append(f"{what} has several documents, which were read as one; check which of them is meant.")
    noise = [line for line in noise if line not in ("---", "...")]
    if noise:
        shown = noise[0] if len(noise[0]) <= 80 else noise[0][:80] + "..."
        number = counted(len(noise), "line")
        notes.append(f"Lines that are not part of an environment were left out of {what}: {number}, such as {masked(shown)!r}.")
    return lines


def _is_sound(document: t.Any, text: str) -> bool:
    """Whether the document of a text is an environment, and nothing that was printed got into it."""
    if not isinstance(document, dict) or not any(_list(document, key) for key in DEPENDENCIES):
        return False
    if not all(isinstance(key, str) and _KEY.fullmatch(key) for key in document):
        return False
    if any(re.search(r"\s", channel) for channel in _strings(document.get("channels"))):
        return False
    # YAML takes an indented line that was printed for the rest of the one above it.
    items = [item for key in DEPENDENCIES for item in _list(document, key) if isinstance(item, str)]
    told = [*items, *(value for key in ("name", "prefix") for value in _strings(document.get(key)))]
    if any(value not in text for value in told if re.search(r"\s", value)):
        return False
    return not any(map(_is_printed, items))


def _is_printed(item: str) -> bool:
    """Whether a line that was printed follows a package, which YAML reads as one text."""
    try:
        return re.search(r"\s[^\s=<>!]*[A-Za-z]{2}.*\s", read_pin(item)[1]) is not None
    except NoPin:
        return re.search(r"\s", item.strip()) is not None


def _list(document: t.Any, key: str) -> t.List[t.Any]:
    """The value of a key as a list; a single text is a list of one."""
    value = document.get(key) if isinstance(document, dict) else None
    if isinstance(value, dict):
        return [{name: item} for name, item in value.items()]
    return value if isinstance(value, list) else [value] if isinstance(value, str) and value.strip() else []


def _strings(value: t.Any) -> t.List[str]:
    return [str(item).strip() for item in _list({"": value}, "") if item is not None and not isinstance(item, (dict, list))]


def _scrubbed(text: str, what: str, notes: t.List[str]) -> str:
    _tell_secrets([text], what, notes)
    return clean_url(text)


def _tell_secrets(texts: t.Iterable[str], what: str, notes: t.List[str]) -> None:
    """Notes the addresses from which a secret is taken."""
    found = [word for text in texts for word in re.findall(r"[A-Za-z][\w+.-]*:/{2,}[^\s<>\"']+", text) if clean_url(word) != word]
    if found:
        names = listed(list(dict.fromkeys(clean_url(word) for word in found)), NAMES_SHOWN)
        notes.append(f"{what} has addresses with a user, password, token or query, which was taken out: {names}.")


def channels_of(document: t.Mapping[str, t.Any]) -> t.Tuple[str, ...]:
    """The channels of an environment's document, without tokens and passwords."""
    channels = (clean_url(channel) for channel in _strings(document.get("channels")))
    return tuple(dict.fromkeys(channel for channel in channels if channel and channel != "nodefaults"))


def read_dependencies(
    document: t.Any, what: str, notes: t.List[str], read: Read = read_nothing
) -> t.Tuple[t.List[Pin], t.List[Requirement]]:
    """The conda packages and the Python packages of a document that lists them, as an environment, a project's file or one of its specs."""
    key = next((key for key in DEPENDENCIES if _list(document, key)), "")
    pins: t.Dict[str, Pin] = {}
    lines: t.List[str] = []
    for item in _list(document, key):
        if not isinstance(item, dict):
            _take_pin(item, pins, lines, what, notes)
            continue
        for name, value in item.items():
            if name == "pip":
                lines += _pip_lines(value, what, notes)
            elif name == "conda":
                for spec in _list(item, name):
                    _take_pin(spec, pins, lines, what, notes)
            else:
                _leave_out({name: value}, what, notes)
    _tell_secrets([*(item for item in _list(document, key) if isinstance(item, str)), *lines], what, notes)
    return list(pins.values()), _for_its_pip(pins, requirements.parse_lines(lines, what, notes, read), what, notes)


def _for_its_pip(pins: t.Mapping[str, Pin], found: t.List[Requirement], what: str, notes: t.List[str]) -> t.List[Requirement]:
    """Without the lines for packages in the project where the environment asks for a pip that refuses them.

    Until 24.1, which needs Python 3.8, pip took a relative ``NAME @ file:./PATH`` for no requirement, and with it all others failed.
    """
    old = [pins[name].text(VERSION) for name, minimum in _LOCAL_PIP.items() if name in pins and is_before(pins[name], minimum)]
    gone = [item.package.name for item in found if old and item.path is not None and item.line]
    if gone:
        names = listed(gone, NAMES_SHOWN)
        notes.append(f"{what} asks for {listed(old)}, where no pip takes a package in the project; build a conda package of {names}.")
    return [dataclasses.replace(item, line="") if item.package.name in gone else item for item in found]


def _pip_lines(value: t.Any, what: str, notes: t.List[str]) -> t.List[str]:
    lines = []
    for item in _list({"": value}, ""):
        if isinstance(item, str):
            lines.append(item)
        elif item is not None:
            _leave_out(item, what, notes)
    return lines


def _leave_out(item: t.Any, what: str, notes: t.List[str]) -> None:
    """Notes what YAML does not read as a text, with all names in it."""
    if isinstance(item, dict):
        item = "; ".join(f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}" for name, value in item.items())
    notes.append(f"{what} has an entry that is not a package and was left out: {masked(clean_url(str(item)))}.")


def _take_pin(text: t.Any, pins: t.Dict[str, Pin], lines: t.List[str], what: str, notes: t.List[str]) -> None:
    if not isinstance(text, str):
        if text is not None:
            _leave_out(text, what, notes)
        return
    by_pip = _PIP_BUILD.match(text)
    if by_pip:
        lines.append(f"{by_pip.group(1)}=={by_pip.group(2)}")
        return
    try:
        pin, left_out = read_pin(text)
    except NoPin as exc:
        notes.append(f"{what} has an entry that was left out: {exc}.")
        return
    if left_out:
        shown = masked(clean_url(left_out))
        notes.append(f"{what} asks for {pin.name} with {shown!r}, which conda does not take; that part was left out.")
    if pin.name in pins and pins[pin.name] != pin:
        notes.append(f"{what} names {pin.name} twice; the last entry is used.")
    pins[pin.name] = pin


def dependencies(spec: EnvironmentSpec, how: str) -> t.List[t.Any]:
    """The list as conda and anaconda-project write it: specs, then one entry for pip."""
    items: t.List[t.Any] = [exact(pin.text(how)) for pin in spec.pins]
    pip = [exact(line) for line in spec.pip_lines(how)]
    return [*items, {"pip": pip}] if pip else items


def render(spec: EnvironmentSpec, channels: t.Sequence[str], how: str) -> str:
    """The text of ``environment.yml``, with the given channels instead of the environment's own.

    Raises:
        MissingLibrary: ruamel.yaml is not on this host.
    """
    document = {"name": exact(spec.name), "channels": [exact(channel) for channel in channels], "dependencies": dependencies(spec, how)}
    return dump(document)
