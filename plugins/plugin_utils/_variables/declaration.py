# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a variable is declared.  Private to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

SITES, NOTEBOOK_HOSTS, CLUSTERS = "ae4", "aen", "ae5"

SHARED = "shared"
"""The topic of the variables that nearly every role reads: where the files of a run are, how a cluster is reached."""


@dataclasses.dataclass(frozen=True)
class Variable:
    """One variable, or one key of a variable that is a dictionary or a list of them.

    In ``text`` and ``more`` names and values are between backquotes; each generated file gets its own markup for them.
    """

    name: str
    text: str
    """What it is for: one sentence."""
    type: str = "str"
    """str, bool, int, float, list, dict, path or raw, as in an argument spec."""
    elements: str = ""
    """The type of the items of a list."""
    choices: t.Tuple[str, ...] = ()
    options: t.Tuple[Variable, ...] = ()
    """The keys of a dictionary, or of each dictionary in a list, where they are known."""
    default: str = ""
    """The default as YAML text, if it is a value."""
    absent: str = ""
    """What holds without it, in words, if that is no value."""
    required: bool = False
    empty: bool = False
    """Whether an empty text says that there is none."""
    must_exist: bool = False
    """Whether it names a file on the controller that must be there."""
    made_by: str = ""
    """The role that writes that file, for which it need not be there."""
    secret: bool = False
    """Its value is never looked at more than needed, and never shown."""
    hosts: t.Tuple[str, ...] = ()
    """The groups on whose hosts it counts."""
    roles: t.Tuple[str, ...] = ()
    """Variables named for a role that take its value, to be set where it shall hold for that role only."""
    more: str = ""
    """Further sentences."""
    example: str = ""
    """The lines of inventory.example; by default the name with its default."""
    file: str = ""
    """The file of inventory.example/group_vars that has it: all, ae4, ae5 or aen."""
    active: bool = False
    """Whether those lines are no comment there."""
    topic: str = ""


def variables(*declared: Variable, **same: t.Any) -> t.Tuple[Variable, ...]:
    """The variables with further fields that they have in common; one that has said something else keeps that."""
    usual = {field.name: field.default for field in dataclasses.fields(Variable)}
    return tuple(
        dataclasses.replace(variable, **{key: value for key, value in same.items() if getattr(variable, key) == usual[key]})
        for variable in declared
    )
