# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``conda env export [-n NAME | -p PREFIX] [-f FILE]`` and ``conda --version`` of the emulated host, as conda 4.3 of Python 2.

Documented: the command, exact builds, ``prefix``, tags of Python 2, warnings that end up in the text.  Which of these it does
is read from ``ROOT/etc/aen-lab.json``: ``{"tags": bool, "warnings": bool}``, both off unless set.
"""

from __future__ import annotations

import glob
import json
import os
import re
import sys
import typing as t

WARNING = "Using Anaconda API: https://cloud.example.com/api\n"
Record = t.Dict[str, t.Any]
_METADATA = re.compile(r"(?P<name>.+?)-(?P<version>\d[^-]*?)(-py[\d.]+)?\.(dist|egg)-info")


def _switches(root: str) -> Record:
    path = os.path.join(root, "etc/aen-lab.json")
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as stream:
        return t.cast(Record, json.load(stream))


def _records(prefix: str) -> t.Iterator[Record]:
    for path in sorted(glob.glob(os.path.join(glob.escape(prefix), "conda-meta", "*.json"))):
        with open(path, encoding="utf-8") as stream:
            yield json.load(stream)


def _pip(prefix: str, known: t.Container[str]) -> t.Iterator[str]:
    for path in sorted(glob.glob(os.path.join(glob.escape(prefix), "lib/python*/site-packages/*-info"))):
        match = _METADATA.fullmatch(os.path.basename(path))
        if match and match["name"].replace("_", "-").lower() not in known:
            yield f"{match['name'].replace('_', '-')}=={match['version']}"


def _export(prefix: str, shown: str, switches: Record) -> str:
    records = list(_records(prefix))
    channels: t.List[str] = []
    for record in records:
        url = record["channel"].rpartition("/")[0]
        name = "defaults" if url.endswith("/conda/anaconda") else url
        if name not in channels:
            channels.append(name)
    tag = "!!python/unicode '{}'" if switches.get("tags") else "{}"
    lines = ["name: " + tag.format(os.path.basename(prefix)), "channels:"]
    lines += ["- " + tag.format(channel) for channel in channels]
    lines += ["dependencies:"]
    lines += ["- " + tag.format("{name}={version}={build}".format(**record)) for record in records]
    extra = list(_pip(prefix, {record["name"].lower() for record in records}))
    if extra:
        lines += ["- pip:"] + ["  - " + tag.format(item) for item in extra]
    lines += ["prefix: " + tag.format(shown), ""]
    return (WARNING if switches.get("warnings") else "") + "\n".join(lines)


def main(root: str, host_root: str, arguments: t.Sequence[str]) -> int:
    if list(arguments) == ["--version"]:
        print("conda 4.3.14")
        return 0
    if list(arguments[:2]) != ["env", "export"]:
        sys.stderr.write("conda: error: the lab knows env export and --version only\n")
        return 2
    options = dict(zip(arguments[2::2], arguments[3::2]))
    prefix = options.get("-p") or os.path.join(os.getcwd(), "envs", options.get("-n", "default"))
    if not os.path.isdir(prefix) and os.path.isdir(root + prefix):
        prefix = root + prefix
    if not os.path.isdir(os.path.join(prefix, "conda-meta")):
        sys.stderr.write(f"EnvironmentLocationNotFound: Not a conda environment: {prefix}\n")
        return 1
    shown = host_root + prefix[len(root) :] if prefix.startswith(root + "/") else prefix
    try:
        text = _export(prefix, shown, _switches(root))
    except (KeyError, TypeError, ValueError) as error:
        sys.stderr.write(f"CorruptedEnvironmentError: {error}\n")
        return 1
    if "-f" in options:
        with open(options["-f"], "w", encoding="utf-8") as stream:
            stream.write(text)
    else:
        sys.stdout.write(text)
    return 0
