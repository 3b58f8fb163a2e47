# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AE5 must still get for the projects: mirrors, Python packages, replacements of system packages.  Private to the collection.

One file a channel for the vendor's mirror tool, with the keys that its public documentation names (AE5 facts 1.5):
``dest_channel``, ``dest_site``, ``channels``, ``platforms``.  The packages stand in ``pkg_list``, which the documentation of
cas-mirror has for a list of the packages to take (Anaconda Repository 2.3 and later, "Configuring your mirror"); its
``whitelist`` adds packages to all others instead.  No page says it of cas-sync-api-v5 by name, so the file says to look first.
"""

from __future__ import annotations

import collections
import dataclasses
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pin import EXACT
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_names import COMMON_SUBDIRS
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import Finding
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.installs import system_replacement
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_map import Catalog, old_name
from ansible_collections.ae_ops.migration.plugins.module_utils._secrets import clean_url
from ansible_collections.ae_ops.migration.plugins.module_utils._store.resolutions import PinState, Resolution
from ansible_collections.ae_ops.migration.plugins.module_utils._words import listed
from ansible_collections.ae_ops.migration.plugins.module_utils._yaml import dump, exact

SYSTEM_RULE = "system-package"
NAME_LENGTH = 100
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")

HEADER = """\
# For the vendor's mirror tool: cas-sync-api-v5 --file {file}
# Log in with anaconda-enterprise-cli first, and check with --dry-run what it would do: it should be the packages of
# pkg_list alone.
"""

By = t.Dict[str, t.Set[str]]
"""Something that is needed, to the projects (``OWNER/NAME``) that need it."""


@dataclasses.dataclass
class Mirror:
    """A channel to be mirrored."""

    old: str
    """Its short name on AE4."""
    sources: t.Dict[str, None] = dataclasses.field(default_factory=dict)
    """As the environments name it, URLs first if there are any."""
    pins: By = dataclasses.field(default_factory=lambda: collections.defaultdict(set))
    """Pins by their text."""
    names: t.Set[str] = dataclasses.field(default_factory=set)
    unsure: t.Set[str] = dataclasses.field(default_factory=set)
    """Pins without a recorded channel; this is one that the project's environment lists."""


@dataclasses.dataclass
class Needs:
    """What all projects together need and AE5 lacks."""

    mirrors: t.Dict[str, Mirror] = dataclasses.field(default_factory=dict)
    """By short name."""
    migrated: By = dataclasses.field(default_factory=lambda: collections.defaultdict(set))
    """Pins from AE4 channels that are migrated, only without this package: ``PIN from CHANNEL``."""
    hidden: By = dataclasses.field(default_factory=lambda: collections.defaultdict(set))
    """Pins in channels that the project's owner may not read: ``PIN in CHANNEL``."""
    unplaced: By = dataclasses.field(default_factory=lambda: collections.defaultdict(set))
    """Pins of unknown source, and further dependencies of an environment's packages."""
    pip: By = dataclasses.field(default_factory=lambda: collections.defaultdict(set))
    system: By = dataclasses.field(default_factory=lambda: collections.defaultdict(set))


def needs_of(resolutions: t.Iterable[Resolution], findings: t.Iterable[Finding], catalog: Catalog) -> Needs:
    """What the projects need that the channels in ``catalog`` lack."""
    needs = Needs()
    for item in resolutions:
        for state in item.missing:
            _place(needs, item, state, catalog)
        for text in item.lacking:
            needs.unplaced[text].add(item.key)
        for line in item.pip:
            needs.pip[line].add(item.key)
    for finding in findings:
        if finding.rule == SYSTEM_RULE and finding.subject:
            needs.system[finding.subject].add(finding.key)
    return needs


def _place(needs: Needs, item: Resolution, state: PinState, catalog: Catalog) -> None:
    text = state.pin.text(EXACT)
    if state.hidden:
        needs.hidden[f"{text} in {listed(state.hidden)}"].add(item.key)
        return
    sources = [state.pin.channel] if state.pin.channel else list(item.dropped)
    named = [source for source in sources if old_name(source)]
    for source in named:
        old = old_name(source)
        if catalog.standing_for(old):
            needs.migrated[f"{text} from {old}"].add(item.key)
            continue
        mirror = needs.mirrors.setdefault(old, Mirror(old))
        mirror.sources[clean_url(source)] = None
        mirror.pins[text].add(item.key)
        mirror.names.add(state.pin.name)
        if not state.pin.channel:
            mirror.unsure.add(text)
    if not named:
        needs.unplaced[text].add(item.key)


def mirror_files(needs: Needs, sources: t.Optional[t.Mapping[str, str]] = None, site: str = "") -> t.Dict[str, str]:
    """The configurations by file name, one a channel.

    ``sources``: short name of an old channel to the URL to mirror it from, where the environments only have the name or another
    one is meant.  ``site``: the CLI's name of the cluster, if it is not the CLI's default one.

    Raises:
        MissingLibrary: ruamel.yaml is not on this host.
    """
    names = mirror_names(needs)
    return {
        names[old]: _mirror_text(mirror, names[old], (sources or {}).get(old, ""), site) for old, mirror in sorted(needs.mirrors.items())
    }


def mirror_names(needs: Needs) -> t.Dict[str, str]:
    """The name of the file for each old channel, no two alike."""
    names: t.Dict[str, str] = {}
    taken: t.Set[str] = set()
    for old in sorted(needs.mirrors):
        stem = f"mirror-{_UNSAFE.sub('-', old)[:NAME_LENGTH]}"
        name, number = f"{stem}.yaml", 2
        while name in taken:
            name, number = f"{stem}-{number}.yaml", number + 1
        taken.add(name)
        names[old] = name
    return names


def _mirror_text(mirror: Mirror, file: str, source: str, site: str) -> str:
    urls = [channel for channel in mirror.sources if "://" in channel]
    channels = [source] if source else sorted({_without_subdir(url) for url in urls}) or list(mirror.sources)
    document: t.Dict[str, t.Any] = {"dest_channel": exact(mirror.old)}
    if site:
        document["dest_site"] = exact(site)
    document.update(channels=[exact(name) for name in channels], platforms=sorted(COMMON_SUBDIRS), pkg_list=sorted(mirror.names))
    lines = [HEADER.format(file=file)]
    if not source and not urls:
        lines.append("# Only the name of this channel is known; replace it by the URL.\n")
    lines.append("# Needed, and by whom:\n")
    for pin, projects in sorted(mirror.pins.items()):
        perhaps = " (perhaps from here: its environment does not say)" if pin in mirror.unsure else ""
        lines.append(_comment(f"{pin}: {', '.join(sorted(projects))}{perhaps}"))
    return "".join(lines) + dump(document)


def _comment(text: str) -> str:
    return f"#   {_printable(text)}\n"


def _printable(text: str) -> str:
    """The text on one line, whatever a name in it holds."""
    return "".join(char if char.isprintable() else "?" for char in text)


def _without_subdir(url: str) -> str:
    head, _slash, last = url.rstrip("/").rpartition("/")
    return head if last in COMMON_SUBDIRS else url.rstrip("/")


def pip_text(needs: Needs) -> str:
    """The Python packages to upload to AE5, a line each in the form of a requirements file, with who needs it."""
    lines = ["# Python packages that conda did not install, to be uploaded to AE5 if its index does not have them.\n"]
    for line, projects in sorted(needs.pip.items(), key=lambda item: item[0].lower()):
        lines.append(_printable(f"{line}  # {', '.join(sorted(projects))}") + "\n")
    return "".join(lines)


def system_replacements(needs: Needs) -> t.List[t.Tuple[str, str, t.List[str]]]:
    """Each system package that code installs, the conda packages that bring the same (``""`` if none is known), who needs it."""
    return [(name, system_replacement(name), sorted(projects)) for name, projects in sorted(needs.system.items())]


def missing(needs: Needs) -> t.List[t.Tuple[str, str, t.List[str]]]:
    """Each conda package that projects lack, what to do about it, and who needs it; ordered."""
    found: t.List[t.Tuple[str, str, t.Set[str]]] = []
    names = mirror_names(needs)
    for old, mirror in needs.mirrors.items():
        found += [(pin, f"Mirror it from {old}, see {names[old]}.", who) for pin, who in mirror.pins.items()]
    for pins, advice in (
        (needs.migrated, "The channel was migrated without it; upload it to the new channel."),
        (needs.hidden, "It is in an AE5 channel that the project's owner may not read; share that channel."),
        (needs.unplaced, "Its source is not known; find it, and upload it to a channel that the project's owner may read."),
    ):
        found += [(pin, advice, who) for pin, who in pins.items()]
    return [(pin, advice, sorted(who)) for pin, advice, who in sorted(found, key=lambda item: item[:2])]
