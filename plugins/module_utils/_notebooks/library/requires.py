# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Python's requirements are among conda's packages.  Pure.  Private to the collection.

Sources: PEP 508 and 440 for requirements; conda's MatchSpec for what comes out.  A conda package of ``noarch: python`` has the same
dependencies everywhere, so a requirement that holds only for some Pythons cannot be one: it is noted instead.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_versions import NoVersion, parse_version
from ansible_collections.ae_ops.migration.plugins.module_utils._secrets import masked

CONDA_NAMES: t.Mapping[str, str] = {
    "apache-airflow": "airflow",
    "graphviz": "python-graphviz",
    "igraph": "python-igraph",
    "kafka": "kafka-python",
    "lxml-html-clean": "lxml_html_clean",
    "msgpack": "msgpack-python",
    "mysql": "mysqlclient",
    "opencv-contrib-python": "opencv",
    "opencv-python": "opencv",
    "opencv-python-headless": "opencv",
    "prometheus-client": "prometheus_client",
    "psycopg2-binary": "psycopg2",
    "pyqt5": "pyqt",
    "ruamel-yaml": "ruamel.yaml",
    "sklearn": "scikit-learn",
    "tables": "pytables",
    "torch": "pytorch",
    "typing-extensions": "typing_extensions",
    "importlib-metadata": "importlib_metadata",
    "backports-lzma": "backports.lzma",
    "zope-interface": "zope.interface",
}
"""Names of the Python index whose conda packages are called otherwise; the others keep theirs, in lower case."""

_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[(?P<extras>[^\]]*)\])?\s*(?P<rest>.*)", re.DOTALL)
_CONDITION = re.compile(r"(?P<relation>~=|===?|!=|<=|>=|<|>|\^|~)?\s*(?P<version>[\w.*+!-]+)\Z")
_PLATFORM = re.compile(
    r"(?:sys_platform|platform_system|os_name|sys\.platform|platform\.system|os\.name)\s*(?P<relation>==|!=)\s*['\"](?P<value>\w+)['\"]\s*\Z"
)
_HERE = ("linux", "linux2", "Linux", "posix")
_SERIES = re.compile(r"Programming Language :: Python :: (\d)(?:\.(\d+))?(?: :: Only)?\s*\Z")


def python_spec(python_requires: str, classifiers: t.Iterable[str], only_python2: bool) -> t.Tuple[str, str]:
    """conda's spec for Python, and where its bounds come from (empty: there are none)."""
    if python_requires:
        version = _versions(python_requires)
        if version is not None:
            return f"python {version}".strip(), f"python_requires ({python_requires})"
    series = {int(match[1]) for match in map(_SERIES.match, classifiers) if match}
    minors = [int(match[2]) for match in map(_SERIES.match, classifiers) if match and match[1] == "3" and match[2]]
    if series == {2}:
        return "python <3", "its classifiers"
    if series == {3}:
        return (f"python >=3.{min(minors)}" if minors else "python >=3"), "its classifiers"
    if only_python2:
        return "python <3", "its code, which Python 3 does not parse"
    return "python", ""


def conda_specs(requirements: t.Iterable[str]) -> t.Tuple[t.List[str], t.List[str]]:
    """conda's specs for requirements, and a sentence each on those that have none."""
    specs: t.Dict[str, str] = {}
    notes = []
    for line in requirements:
        text, _mark, marker = line.partition(";")
        match = _REQUIREMENT.match(text.strip())
        if match is None:
            notes.append(f"The requirement {masked(line)!r} cannot be parsed; name the conda package in requires if it is needed.")
            continue
        applies = _applies(marker.strip())
        if applies is None:
            notes.append(
                f"It needs {match['name']} only where {marker.strip()}, which a noarch conda package cannot express, so it is not listed."
            )
        elif applies:
            spec = _spec(match, line, notes)
            specs.setdefault(spec.split(" ", 1)[0], spec)
    return sorted(specs.values()), notes


def conda_name(name: str) -> str:
    """The conda package of a name of the Python index."""
    plain = re.sub(r"[-_.]+", "-", name).lower()
    return CONDA_NAMES.get(plain, name.lower())


def _spec(match: t.Match[str], line: str, notes: t.List[str]) -> str:
    name = conda_name(match["name"])
    rest = match["rest"].strip().strip("()")
    if match["extras"] and match["extras"].strip():
        notes.append(f"It needs {match['name']} with {match['extras'].strip()}; conda has no extras, so add their packages yourself.")
    if rest.startswith("@"):
        notes.append(
            f"It takes {match['name']} from {masked(rest[1:].strip())}; the conda package {name} is required instead, in any version."
        )
        return name
    versions = _versions(rest)
    if versions is None:
        notes.append(f"The versions of the requirement {masked(line)!r} cannot be parsed; any version of {name} is accepted.")
        versions = ""
    return f"{name} {versions}".strip()


def _versions(text: str) -> t.Optional[str]:
    """Conditions on a version as conda writes them; None if they are not understood."""
    parts = []
    for part in (item.strip() for item in text.strip().strip("()").split(",")):
        if not part or part == "*":
            continue
        match = _CONDITION.match(part)
        if match is None:
            return None
        condition = _condition(match["relation"] or "==", match["version"])
        if condition is None:
            return None
        parts.append(condition)
    return ",".join(parts)


def _condition(relation: str, version: str) -> t.Optional[str]:
    plain = version[:-2] if version.endswith(".*") else version
    try:
        parse_version(plain)
    except NoVersion:
        return None
    if not plain[0].isdigit():
        return None
    if relation in ("==", "==="):
        return version if version.endswith(".*") else f"=={plain}"
    if relation in ("^", "~"):
        return _next(plain, relation)
    if relation == "!=":
        return f"!={version}"
    return f"{relation}{plain}"


def _next(version: str, relation: str) -> t.Optional[str]:
    """poetry's caret and tilde: up to the next version that may break."""
    values = [int(number) for number in re.findall(r"\d+", version.partition("+")[0])[:3]]
    if not values:
        return None
    first = next((index for index, value in enumerate(values) if value), len(values) - 1)
    at = first if relation == "^" else min(1, len(values) - 1)
    upper = [*values[:at], values[at] + 1]
    return f">={version},<{'.'.join(map(str, upper))}"


def _applies(marker: str) -> t.Optional[bool]:
    """Whether a marker holds on AE5's platform; None if that depends on more."""
    if not marker:
        return True
    parts = [part.strip() for part in re.split(r"\s+and\s+", marker.strip("() "))]
    if re.search(r"\bextra\s*==", marker):
        return False
    answers: t.List[t.Optional[bool]] = []
    for part in parts:
        match = _PLATFORM.match(part)
        if match is None:
            answers.append(None)
        else:
            answers.append((match["value"] in _HERE) == (match["relation"] == "=="))
    return False if False in answers else None if None in answers else True
