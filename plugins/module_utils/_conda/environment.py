# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an environment consists of, from wherever it is known, and ``environment.yml``.  Private to the collection.

Sources: the record of an installed environment (``conda-meta`` and the metadata of installed Python packages), the output of
``conda env export`` as the vendor guide has it (``_env.yml``, section "Exporting your project"), or an ``environment.yml``.
A text is never executed, and may be anything: what conda printed beside it, tags of Python 2, a ``prefix``.

No URL that leaves this file holds a token, a password or a query.
"""

from __future__ import annotations

import dataclasses
import re
import textwrap
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import CondaPackage, Environment, PipPackage
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted
from ansible_collections.ae_ops.migration.plugins.module_utils._yaml import NotYaml, dump, exact, load, without_tags

EXACT, VERSION, NAME = "exact", "version", "name"
PINS = (EXACT, VERSION, NAME)
"""How much of a pin is kept: version and build, the version, or neither."""

_KEYS = frozenset({"name", "channels", "dependencies", "prefix", "variables", "platforms", "category", "nodefaults"})
_KEY = re.compile(r"([A-Za-z_]\w*)\s*:(?:\s+(.*))?$")
_ITEM = re.compile(r"(\s*)-\s+(.*\S)\s*$")
_COMMENT = re.compile(r"(?:^|\s+)#.*")
_NAME = r"[A-Za-z0-9_][A-Za-z0-9_.+-]*"
_PINNED = re.compile(rf"({_NAME})(?:==?([^\s=<>!~|,]+)(?:=([^\s=]+))?)?$")
_SPEC = re.compile(rf"({_NAME})(?:\s*[=<>!~]=?\s*\S+|\s+[0-9*]\S*(?:\s+\S+)?)?(?:\[[^\]]*\])?$")
_PIP_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]]*\])?")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_USER = re.compile(r"(?<=://)[^/?#]*@")
_TOKEN = re.compile(r"/t/[^/?#]+(?=/|$)")
_PIP_OPTIONS = re.compile(r"(?:-[irfc]\b|--(?:index-url|extra-index-url|trusted-host|find-links|requirement|constraint|no-index|pre)\b)")


@dataclasses.dataclass(frozen=True)
class Pin:
    """A conda package that an environment asks for.  ``spec`` is set where it is not name, version and build."""

    name: str
    version: str = ""
    build: str = ""
    channel: str = ""
    """Where it came from, as the source says: URL or short name."""
    sha256: str = ""
    md5: str = ""
    spec: str = ""

    def text(self, how: str) -> str:
        """The pin as conda reads it, with as much of it as ``how`` says."""
        if how == NAME:
            return self.name
        if self.spec:
            return self.spec
        parts = [self.name, self.version, self.build if how == EXACT and self.version else ""]
        return "=".join(part for part in parts if part)


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

    def pip_lines(self, how: str) -> t.List[str]:
        """The lines for pip, with as much of the versions as ``how`` says."""
        return [_pip_name(line) for line in self.pip] if how == NAME else list(self.pip)


def _pip_name(line: str) -> str:
    """A line for pip without its versions; what is fetched from an address stays, and so does a condition."""
    name = _PIP_NAME.match(line)
    if name is None or _URL.search(line):
        return line
    _spec, mark, condition = line.partition(";")
    return f"{name.group()} ;{condition}" if mark else name.group()


def clean_url(text: str) -> str:
    """A URL without token, user, password and query; anything else as it is."""
    if not _URL.search(text):
        return text
    head, _mark, fragment = text.partition("#")
    head = head.partition("?")[0]
    user = _USER.search(head)
    if user is not None and user.group() != "git@":
        head = head[: user.start()] + head[user.end() :]
    return _TOKEN.sub("", head) + (f"#{fragment}" if fragment.startswith(("egg=", "subdirectory=")) else "")


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
        return f"{package.name}=={package.version}" if package.version else package.name
    location = clean_url(package.location)
    if package.origin == "editable" or not _URL.search(location) or location.startswith("file:"):
        notes.append(
            f"The Python package {package.name} is installed from {location or 'a folder'} of the old host, which AE5 cannot access;"
            " build a conda package of it."
        )
        return ""
    if "#egg=" in location:
        return location
    return f"{location}#egg={package.name}"


def from_text(text: str, what: str, name: str = "") -> EnvironmentSpec:
    """An environment as ``conda env export`` or a person wrote it; ``what`` names the file in messages.

    Without a ``name`` and where the text has none, it is the last part of its ``prefix``, as for anaconda-project.

    Raises:
        MigrationError: no dependencies can be made out.
    """
    notes: t.List[str] = []
    try:
        document = load(text)
        if not _is_sound(document):
            raise NotYaml("other output is mixed in")
    except NotYaml:
        document, noise = by_lines(text)
        if noise:
            shown = noise[0] if len(noise[0]) <= 80 else noise[0][:80] + "..."
            number = counted(len(noise), "line")
            notes.append(f"Lines that are not part of an environment were left out of {what}: {number}, such as {shown!r}.")
    pins, pip = _dependencies(document.get("dependencies") or [], what, notes)
    if not pins and not pip:
        raise MigrationError(f"{what} cannot be used: it names no package; export the environment again.")
    prefix = str(document.get("prefix") or "").rstrip("/")
    if document.get("variables"):
        notes.append(f"{what} sets environment variables, which AE5 does not take from an environment; set them in the project.")
    return EnvironmentSpec(
        name or str(document.get("name") or "") or prefix.rpartition("/")[2] or "default",
        channels_of(document),
        tuple(pins),
        tuple(pip),
        tuple(notes),
    )


def _is_sound(document: t.Any) -> bool:
    """Whether a document is an environment, and nothing that was printed got into it."""
    if not isinstance(document, dict) or not document.keys() <= _KEYS or not isinstance(document.get("dependencies"), list):
        return False
    channels = document.get("channels") or []
    if not isinstance(channels, list) or any(not isinstance(item, str) or re.search(r"\s", item) for item in channels):
        return False
    return all(_is_dependency(item) for item in document["dependencies"])


def _is_dependency(item: t.Any) -> bool:
    if isinstance(item, dict):
        lines = item.get("pip")
        return len(item) == 1 and (lines is None or (isinstance(lines, list) and all(isinstance(line, str) for line in lines)))
    return isinstance(item, str) and _SPEC.match(_bare(item)[1]) is not None


def _bare(item: str) -> t.Tuple[str, str]:
    """Channel and spec of ``channel::spec``."""
    channel, mark, spec = item.strip().partition("::")
    return (channel, spec) if mark else ("", item.strip())


class _Lines:
    """Reads an environment line by line: what it does not know is noise."""

    def __init__(self) -> None:
        self.document: t.Dict[str, t.Any] = {"channels": [], "dependencies": []}
        self.noise: t.List[str] = []
        self.section = ""
        """The key whose list is open."""
        self.pip: t.Optional[t.List[str]] = None
        self.depth = 0

    def take(self, whole: str) -> None:
        line = _COMMENT.sub("", whole)
        key, item = _KEY.match(line), _ITEM.match(line)
        if key is not None and key.group(1) in _KEYS:
            value = (key.group(2) or "").strip().strip("'\"")
            self.section, self.pip = "" if value else key.group(1), None
            if value:
                self.document.setdefault(key.group(1), value)
        elif item is not None:
            self.item(len(item.group(1)), item.group(2).strip("'\""), whole)
        elif line.strip():
            self.noise.append(whole.strip())

    def item(self, depth: int, text: str, whole: str) -> None:
        if self.pip is not None and depth > self.depth:
            self.pip.append(text)
            return
        self.pip = None
        if text == "pip:":
            self.pip, self.depth = [], depth
            self.document["dependencies"].append({"pip": self.pip})
        elif self.section not in ("channels", "dependencies", ""):
            return  # platforms, say, which AE5 has one of
        elif self._is_channel(text):
            self.document["channels"].append(text)
        elif _is_dependency(text):
            self.document["dependencies"].append(text)
        else:
            self.noise.append(whole.strip())

    def _is_channel(self, text: str) -> bool:
        # The guide's sample has its lists without their keys: what pins nothing is a channel there.
        if self.section:
            return self.section == "channels" and not re.search(r"\s", text)
        return bool(_URL.match(text)) or re.fullmatch(r"[\w./-]+", text) is not None


def by_lines(text: str) -> t.Tuple[t.Dict[str, t.Any], t.List[str]]:
    """The keys of an environment with their values, and what belongs to none; for a text that is not YAML, or without a YAML library.

    Lists are read with an item a line, as conda writes them.
    """
    lines = _Lines()
    for line in textwrap.dedent(without_tags(text)).splitlines():
        lines.take(line)
    return lines.document, lines.noise


def channels_of(document: t.Mapping[str, t.Any]) -> t.Tuple[str, ...]:
    """The channels of an environment's document, without tokens and passwords."""
    channels = (clean_url(str(channel)) for channel in document.get("channels") or [])
    return tuple(dict.fromkeys(channel for channel in channels if channel != "nodefaults"))


def _dependencies(items: t.Sequence[t.Any], what: str, notes: t.List[str]) -> t.Tuple[t.List[Pin], t.List[str]]:
    pins: t.Dict[str, Pin] = {}
    pip: t.Dict[str, None] = {}
    for item in items:
        if isinstance(item, dict):
            lines = (_pip_line(str(line), what, notes) for line in item.get("pip") or [])
            pip.update((line, None) for line in lines if line)
            continue
        pin = parse_pin(item)
        if pin.name in pins and pins[pin.name] != pin:
            notes.append(f"{what} names {pin.name} twice; the last entry is used.")
        pins[pin.name] = pin
    return list(pins.values()), list(pip)


def parse_pin(text: str) -> Pin:
    """A conda spec: its name, and version and build where it pins them; any other spec is kept as it is."""
    channel, spec = _bare(text)
    pinned = _PINNED.match(spec)
    if pinned is not None and "*" not in spec:
        return Pin(pinned.group(1), pinned.group(2) or "", pinned.group(3) or "", clean_url(channel))
    found = _SPEC.match(spec)
    return Pin(found.group(1) if found else spec, channel=clean_url(channel), spec=spec)


def _pip_line(line: str, what: str, notes: t.List[str]) -> str:
    line = line.strip()
    if line.startswith(("-e ", "--editable")):
        line = line.partition(" ")[2].strip()
        if not _URL.search(line):
            notes.append(f"{what} installs {line} from a folder of the old host, which AE5 cannot access; build a conda package of it.")
            return ""
    if _PIP_OPTIONS.match(line):
        option = line.split()[0].partition("=")[0]
        notes.append(f"{what} has the option {option} for pip, which was left out: AE5 has its own package index.")
        return ""
    if _URL.search(line):
        return clean_url(line)
    if not _PIP_NAME.match(line):
        notes.append(f"{what} has a pip line that cannot be parsed and was left out: {line[:80]!r}.")
        return ""
    return line


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
