# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets in a project's own files, by the policy of the inventory.  Private to the collection.

In lists of channels and packages they are always taken out, because those are read by everybody who makes the environment.
"""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._secrets import STRIP, clean_options, clean_text, clean_url, is_secret_name
from ansible_collections.ae_ops.migration.plugins.module_utils._words import listed

_LISTS = frozenset({"channels", "packages", "dependencies", "pip"})
_SHOWN = 50


def scrub(document: t.Any, what: str, policy: str, notes: t.List[str]) -> None:
    """Takes the secrets out of a project's file or an environment's, in place, or notes that they go along."""
    addresses: t.List[str] = []
    kept: t.List[str] = []
    options: t.List[str] = []
    _scrub(document, False, policy, addresses, kept, options)
    _tell_options(options, True, what, notes)
    _variables(document.get("variables"), what, policy, notes)
    _tell(addresses, kept, what, notes)


def scrubbed_text(text: str, what: str, policy: str, notes: t.List[str]) -> str:
    """The same for a file that is kept as it is, comments included."""
    new, found = clean_text(text)
    new, options = clean_options(new)
    _tell(*((found, []) if policy == STRIP else ([], found)), what, notes)
    _tell_options(options, policy == STRIP, what, notes)
    return new if policy == STRIP else text


def _tell(addresses: t.Sequence[str], kept: t.Sequence[str], what: str, notes: t.List[str]) -> None:
    if addresses:
        notes.append(f"{what} has addresses with a user, password, token or query, which was taken out: {_names(addresses)}.")
    if kept:
        notes.append(f"{what} has addresses with a user, password, token or query, which goes to AE5 with it: {_names(kept)}.")


def _tell_options(options: t.Sequence[str], is_taken: bool, what: str, notes: t.List[str]) -> None:
    if options:
        done = "whose value was taken out, so set it on AE5" if is_taken else "which goes to AE5 with it"
        notes.append(f"{what} has options with a password or token, {done}: {_names(options)}.")


def _names(names: t.Iterable[str]) -> str:
    return listed(list(dict.fromkeys(names)), _SHOWN)


def _scrub(value: t.Any, is_list: bool, policy: str, addresses: t.List[str], kept: t.List[str], options: t.List[str]) -> None:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in list(items):
        if not isinstance(item, str):
            _scrub(item, is_list or key in _LISTS, policy, addresses, kept, options)
            continue
        if is_list:
            new, secrets = clean_options(clean_url(item))
            found = [clean_url(item)] if clean_url(item) != item else []
            options += secrets
        else:
            new, found = clean_text(item)
        (addresses if is_list or policy == STRIP else kept).extend(found)
        if new != item and (is_list or policy == STRIP):
            value[key] = new


def _variables(variables: t.Any, what: str, policy: str, notes: t.List[str]) -> None:
    """The values of variables that are named like secrets."""
    found = []
    for name, value in variables.items() if isinstance(variables, dict) else ():
        is_set = value.get("default") is not None if isinstance(value, dict) else value is not None and value != ""
        if not is_set or not is_secret_name(str(name)):
            continue
        found.append(str(name))
        if policy == STRIP and isinstance(value, dict):
            del value["default"]
        elif policy == STRIP:
            variables[name] = None
    if found:
        done = "were taken out, so set them on AE5" if policy == STRIP else "go to AE5 with it"
        notes.append(f"{what} has values of variables that are named like secrets; they {done}: {_names(found)}.")
