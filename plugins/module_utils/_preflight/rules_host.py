# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verdicts on what was measured on a host: reach, Python, the AE4 installation, space, libraries.  Private to the collection.

Pure: each rule takes what was measured and returns a row.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._preflight import rows as r
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.rows import Row
from ansible_collections.ae_ops.migration.plugins.module_utils._words import size_in_words

Version = t.Tuple[int, ...]

OWN_PYTHON: Version = (3, 8)
"""The oldest Python that the modules of the collection run on."""
CORE_PYTHON: t.Dict[Version, Version] = {
    (2, 16): (3, 6),
    (2, 17): (3, 7),
    (2, 18): (3, 8),
    (2, 19): (3, 8),
    (2, 20): (3, 9),
    (2, 21): (3, 9),
}
"""Oldest Python on managed hosts for each ansible-core (its support matrix; Python 2.7 with 2.16 is of no use to us)."""
NARROW = 110
"""Free space below this percentage of what is needed is worth a warning."""

EXPORT = "Export the site"
UPLOAD = "Upload the packages"
CHANNELS = "Create the channels"
PLAN = "Plan the cluster"
EVERYTHING = "every task on this host"


@dataclasses.dataclass(frozen=True)
class Probe:
    """What plain shell commands found out about a host, before there was a Python to ask."""

    unreachable: bool = False
    failed: bool = False
    said: str = ""
    """What Ansible or the host said when it failed."""
    user: t.Optional[str] = None
    python: t.Optional[Version] = None
    interpreter: str = ""


def parse_probe(stdout: str, *, unreachable: bool, failed: bool, said: str) -> Probe:
    """Reads ``user=NAME`` and ``python=VERSION INTERPRETER``, one a line, among whatever else a login prints."""
    user = re.search(r"^user=(\S+)\s*$", stdout, re.MULTILINE)
    python = re.search(r"^python=(\d+(?:\.\d+)+) (\S.*?)\s*$", stdout, re.MULTILINE)
    return Probe(
        unreachable=unreachable,
        failed=failed,
        said=said,
        user=user.group(1) if user else None,
        python=tuple(int(part) for part in python.group(1).split(".")) if python else None,
        interpreter=python.group(2) if python else "",
    )


@dataclasses.dataclass(frozen=True)
class Space:
    """Free space for a second copy of the repository's storage; sizes in bytes."""

    root: str
    used: int
    whole: bool
    """False if ``used`` is only a part, because there were too many files to count."""
    folder: str
    free: int
    factor: float = 1.0
    """How much of the storage a dump needs: 1 where it copies, less where it is known to link, 0 to ask for nothing."""


def ssh(host: str, probe: t.Optional[Probe]) -> Row:
    """Whether the host was reached and the service user become."""
    advice = f"Make 'ansible -m ansible.builtin.raw -a id {host}' work with this inventory (address, key, become)."
    if probe is None:
        return r.unknown(r.SSH, host, "The host was not asked in this run.", EVERYTHING, "Run the preflight without a limit.")
    if probe.unreachable:
        return Row(r.SSH, host, r.BLOCKING, r.one_line(f"Not reached: {probe.said or 'no answer'}"), EVERYTHING, advice)
    if probe.user is None:
        said = probe.said or "it did not report the user name"
        return Row(r.SSH, host, r.BLOCKING, r.one_line(f"Reached, but no command could be run: {said}"), EVERYTHING, advice)
    return Row(r.SSH, host, r.OK, f"Reached; commands run as {probe.user}.", EVERYTHING)


def user(host: str, wanted: str, effective: str) -> Row:
    """Whether the AE4 commands would run as the service user: only that user may read the repository's storage."""
    if effective == wanted:
        return Row(r.USER, host, r.OK, f"Runs as {effective}, the service user.", EXPORT)
    return Row(
        r.USER,
        host,
        r.BLOCKING,
        f"Runs as {effective}, but the service user is {wanted}.",
        EXPORT,
        f"Let Ansible become {wanted} (ae4_become: true, and the permission to do so), or set ae4_user to {effective}.",
    )


def core_python(core: Version) -> Version:
    """The oldest Python on a managed host for this ansible-core and this collection."""
    known = CORE_PYTHON.get(core[:2])
    if known is None:
        known = CORE_PYTHON[max(CORE_PYTHON)] if core[:2] > max(CORE_PYTHON) else CORE_PYTHON[min(CORE_PYTHON)]
    return max(known, OWN_PYTHON)


def python(host: str, probe: Probe, core: Version, *, supplied: bool = False) -> Row:
    """Whether the modules can run there at all; ``supplied`` if the role host_python is given one to unpack."""
    needed = core_python(core)
    wanted = f"ansible-core {dotted(core)} with this collection needs {dotted(needed)}"
    found = f"{probe.interpreter} is Python {dotted(probe.python)}" if probe.python is not None else "No Python was found"
    if probe.python is not None and probe.python[:2] >= needed:
        return Row(r.PYTHON, host, r.OK, f"{found}; {wanted}.", EVERYTHING)
    if supplied:
        evidence = f"{found}; {wanted}. The role host_python will unpack the one that is supplied."
        return Row(r.PYTHON, host, r.WARNING, evidence, EVERYTHING, "Run the export once, then the preflight again to see the rest.")
    advice = "Set ansible_python_interpreter or host_python_candidates to a newer one, or supply one in host_python_tarball."
    return Row(r.PYTHON, host, r.BLOCKING, f"{found}; {wanted}.", EVERYTHING, advice)


def no_python(host: str, staged: bool) -> Row:
    """A site that is exported through the shell needs no Python, if another host uploads for it."""
    if staged:
        return Row(r.PYTHON, host, r.OK, "None is needed: it is exported through the shell (ae4_raw).", EVERYTHING)
    evidence = "It is exported through the shell (ae4_raw), but ae_transfer direct needs Python for the upload."
    return Row(r.PYTHON, host, r.BLOCKING, evidence, EXPORT, "Set ae_transfer to staged.")


@dataclasses.dataclass(frozen=True)
class Shell:
    """What the shell of an AE4 host without Python reported; sizes in bytes, ``None`` where it did not."""

    bin_dir: t.Optional[str]
    storage: t.Optional[t.Tuple[int, str]]
    whole: bool
    """Whether all folders of the storage could be read."""
    export: str
    parent: str
    writable: bool
    free: t.Optional[int]


def parse_shell(stdout: str) -> Shell:
    """Reads what ``site.sh`` of the role preflight prints, among whatever else a login prints."""
    told = dict(re.findall(r"^(bin|storage|partial|export|parent|writable|free)=([^\r\n]*?)\s*$", stdout, re.MULTILINE))
    size, _blank, root = told.get("storage", "").partition(" ")
    return Shell(
        bin_dir=told.get("bin"),
        storage=(int(size) * 1024, root) if size.isdigit() else None,
        whole="partial" not in told,
        export=told.get("export", ""),
        parent=told.get("parent", ""),
        writable=told.get("writable") == "yes",
        free=int(told["free"]) * 1024 if told.get("free", "").isdigit() else None,
    )


def shell(host: str, told: Shell, factor: float, user: str) -> t.List[Row]:
    """The checks of an AE4 host without Python."""
    rows = [
        admin_command(host, told.bin_dir, "The command anaconda-server-admin is not in ae4_bin_dir, or not in the usual places."),
        folder(r.EXPORT_DIR, host, Folder(told.export, told.parent, told.writable, user, "ae4_export_dir"), EXPORT),
    ]
    if told.storage is None or told.free is None:
        why = "The size of the storage or the free space could not be read through the shell."
        return [*rows, r.unknown(r.SPACE, host, why, EXPORT)]
    used, root = told.storage
    return [*rows, space(host, Space(root, used, told.whole, told.export, told.free, factor))]


def dotted(version: Version) -> str:
    """The version as people write it."""
    return ".".join(str(part) for part in version)


def admin_command(host: str, folder: t.Optional[str], why: str = "") -> Row:
    """Whether ``anaconda-server-admin`` is where the export looks for it; ``why`` says where that was."""
    if folder is None:
        return Row(r.ADMIN_COMMAND, host, r.BLOCKING, r.one_line(why), EXPORT, "Set ae4_bin_dir to the folder that holds the command.")
    return Row(r.ADMIN_COMMAND, host, r.OK, f"anaconda-server-admin is in {folder}.", EXPORT)


@dataclasses.dataclass(frozen=True)
class Folder:
    """A folder that will be written, as a user sees it; ``variable`` is what names it."""

    path: str
    parent: str
    """The folder itself, or the nearest one above it that is there."""
    writable: bool
    user: str
    variable: str


def folder(check: str, host: str, found: Folder, task: str) -> Row:
    """Whether a folder can be written, or made in the one that is there."""
    if found.writable:
        place = f"{found.path} can be written" if found.parent == found.path else f"{found.path} can be made in {found.parent}"
        return Row(check, host, r.OK, f"{place} by {found.user}.", task)
    advice = f"Let {found.user} write there, or set {found.variable} of {host} to a folder that it may write."
    return Row(check, host, r.BLOCKING, f"{found.path} cannot be written by {found.user} (looked at {found.parent}).", task, advice)


def space(host: str, measured: Space) -> Row:
    """Whether a second copy of the storage fits into the free space.

    It is not known whether an export copies or links (AE4 facts), so space for a whole copy is required unless the factor says otherwise.
    """
    needed = int(measured.used * measured.factor)
    size = size_in_words(measured.used) if measured.whole else f"more than {size_in_words(measured.used)}"
    copies = "" if measured.factor == 1 else f" (asked for {measured.factor:g} times that)"
    evidence = f"The storage {measured.root} holds {size}{copies}; {measured.folder} has {size_in_words(measured.free)} free."
    if needed > measured.free:
        advice = "Free space, or set ae4_export_dir to another file system; if an export links there, set preflight_space_factor."
        return Row(r.SPACE, host, r.BLOCKING, evidence, EXPORT, advice)
    if needed * NARROW > measured.free * 100 or not measured.whole:
        return Row(r.SPACE, host, r.WARNING, evidence, EXPORT, "Watch the free space during the export.")
    return Row(r.SPACE, host, r.OK, evidence, EXPORT)


def staging(host: str, folder: str, needed: int, free: int) -> Row:
    """Whether what is not staged yet of the dumps fits on the cluster's host; sizes in bytes."""
    evidence = f"By the last inventories {size_in_words(needed)} are still to be staged; {folder} has {size_in_words(free)} free."
    if needed > free:
        return Row(
            r.STAGING,
            host,
            r.BLOCKING,
            evidence,
            UPLOAD,
            "Set ae_work_dir of the cluster to another file system, or use ae_transfer: direct.",
        )
    if needed * NARROW > free * 100:
        return Row(r.STAGING, host, r.WARNING, evidence, UPLOAD, "Watch the free space while the dumps are staged.")
    return Row(r.STAGING, host, r.OK, evidence, UPLOAD)


def ae4_state(host: str, address: str, headers: t.Mapping[str, str]) -> Row:
    """Whether AE4 says that it is frozen (AE4 facts 1.4); this is information only."""
    names = {name.lower() for name in headers}
    states = [text for name, text in (("x-anaconda-lockdown", "in lockdown"), ("x-anaconda-read-only", "read-only")) if name in names]
    evidence = f"AE4 at {address} is {' and '.join(states)}: it is read-only." if states else f"AE4 at {address} accepts changes."
    return Row(r.AE4_STATE, host, r.OK, evidence, EXPORT)


def libraries(host: str, found: t.Mapping[str, t.Optional[str]], interpreter: str, task: str) -> Row:
    """Whether the Python libraries can be imported; ``found`` has the version of each (empty if it has none), or ``None``."""
    missing = sorted(name for name, version in found.items() if version is None)
    if missing:
        names = " and ".join(missing)
        return Row(
            r.LIBRARIES,
            host,
            r.BLOCKING,
            f"{interpreter} cannot import {names}.",
            task,
            f"Install {names} for that interpreter, or set ansible_python_interpreter to one that has it.",
        )
    listed = ", ".join(f"{name} {version}".strip() for name, version in sorted(found.items()))
    return Row(r.LIBRARIES, host, r.OK, f"{interpreter} imports {listed}.", task)
