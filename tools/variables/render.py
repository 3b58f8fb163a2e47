# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The generated texts: options of argument specs, tables of README files, files of inventory.example.  Pure functions."""

from __future__ import annotations

import re
import textwrap
import typing as t

import yaml

from plugins.plugin_utils._variables.catalogue import COMPUTED, INVENTORY, ROLE_NAMES, ROLES, role_of
from plugins.plugin_utils._variables.declaration import SHARED, Variable

Json = dict[str, t.Any]

BEGIN = "<!-- variables: written by `make variables` -->"
END = "<!-- end of variables -->"
WIDTH = 150
LICENCE = """\
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
---
"""
EXAMPLES = {
    "all": "What holds for every site and cluster.  All of it is optional; what is commented out shows the default or an example.",
    "ae4": "What holds for every AE4 site.  Put what differs into host_vars/SITE.yml.",
    "ae5": "What holds for every AE5 cluster.  Put what differs into host_vars/CLUSTER.yml.",
    "aen": "What holds for every AE4 notebook host, for playbook notebooks.  Leave the group out if only packages move.",
}
"""File of inventory.example/group_vars -> its first comment."""
INTERPRETER = {
    "ae4": "The interpreter on the AE4 host: Python 3.8 or newer, with requests for the upload.",
    "aen": "The interpreter there: Python 3.8 or newer with ruamel.yaml.",
}
"""What the two files say of Ansible's own variable."""


class _Dumper(yaml.SafeDumper):
    """Indents lists as ansible-lint wants them, and shares nothing between entries."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: t.Any) -> bool:
        return True


def _markup(text: str) -> str:
    """Backquotes as Ansible's markup; a closing parenthesis would end it, so such a word stays as it is."""
    return re.sub(r"`([^`]+)`", lambda match: match[1] if ")" in match[1] else f"C({match[1]})", text)


def _plain(text: str) -> str:
    return text.replace("`", "")


def _default(variable: Variable) -> str:
    """The default for people."""
    if variable.absent:
        return variable.absent
    if variable.default:
        return {"[]": "none", "{}": "none"}.get(variable.default, f"`{variable.default}`")
    return "required" if variable.required else "none"


def _sentences(variable: Variable) -> list[str]:
    """All that is said of a variable where its default is not beside it."""
    without = variable.absent if variable.absent != "none" and not variable.absent.startswith("required") else ""
    return [text for text in (variable.text, variable.more, f"By default {without}." if without else "") if text]


def option(variable: Variable) -> Json:
    """A variable as an option of an argument spec."""
    spec: Json = {"description": [_markup(sentence) for sentence in _sentences(variable)], "type": variable.type}
    if variable.elements:
        spec["elements"] = variable.elements
    if variable.choices:
        spec["choices"] = list(variable.choices)
    if variable.default:
        spec["default"] = yaml.safe_load(variable.default) if variable.type not in ("str", "path") else variable.default
    if variable.required:
        spec["required"] = True
    if variable.secret:
        spec["no_log"] = True
    if variable.options:
        spec["options"] = {inner.name: option(inner) for inner in variable.options}
    return spec


def role_option(name: str, variable: Variable) -> Json:
    """A variable of a role that takes the value of one of the inventory."""
    spec = option(variable)
    spec.pop("default", None)
    return {
        **spec,
        "description": [f"As O({variable.name}), for this role only."],
        # What is empty by default is not of the type until somebody sets it.
        "type": "raw" if variable.type in ("int", "float") and not variable.default else variable.type,
    }


def options(read: t.Collection[str]) -> Json:
    """The options of an entry point that reads these variables, those of the inventory first."""
    own = {variable.name: option(variable) for variable in ROLES if variable.name in read}
    named = {name: role_option(name, variable) for name, variable in ROLE_NAMES.items() if name in read}
    return {
        **{variable.name: option(variable) for variable in INVENTORY if variable.name in read},
        **dict(sorted({**own, **named}.items())),
    }


def argument_spec(entries: t.Mapping[str, Json], read: t.Mapping[str, t.Collection[str]]) -> str:
    """meta/argument_specs.yml; ``entries`` has the descriptions of the entry points, which are written by hand."""
    specs = {
        name: {**{key: value for key, value in entry.items() if key != "options"}, "options": options(read[name])}
        for name, entry in entries.items()
    }
    return LICENCE + yaml.dump({"argument_specs": specs}, Dumper=_Dumper, sort_keys=False, width=130, allow_unicode=True)


def table(role: str, role_names: t.Collection[str], read: t.Collection[str]) -> str:
    """The table of a role's README."""
    rows = [
        (variable, next((name for name in variable.roles if role_of(name, role_names) == role), ""))
        for variable in INVENTORY
        if variable.name in read and variable.topic != SHARED
    ]
    rows += [(variable, "") for variable in sorted(ROLES, key=lambda variable: variable.name) if variable.name in read]
    shared = [f"`{variable.name}`" for variable in INVENTORY if variable.name in read and variable.topic == SHARED]
    text = f"{'It reads also' if rows else 'It reads'} {', '.join(shared)}; see [ae_migration](../ae_migration/README.md)."
    parts = [
        "\n".join(_rows(rows)) if rows else "",
        textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False) if shared else "",
    ]
    return "\n\n".join([BEGIN, *filter(None, parts), END])


def _rows(rows: t.Sequence[tuple[Variable, str]]) -> t.Iterator[str]:
    """The lines of a table of variables, each with its name for one role."""
    has_names = any(name for _variable, name in rows)
    yield f"| variable |{' for this role only |' if has_names else ''} set on | default | meaning |"
    yield f"|---|{'---|' if has_names else ''}---|---|---|"
    for variable, name in rows:
        own = f" {f'`{name}`' if name else ''} |" if has_names else ""
        groups = ", ".join(f"`{group}`" for group in variable.hosts)
        yield f"| `{variable.name}` |{own} {groups} | {_default(variable)} | {_meaning(variable)} |"


def _meaning(variable: Variable) -> str:
    text = variable.text.removesuffix(".")
    return text if text[1].isupper() else text[0].lower() + text[1:]


def shared_table() -> str:
    """The tables of the README of role ae_migration: what nearly every role reads, and what the role computes for the others."""
    computed = [f"| `{variable.name}` | {_meaning(variable)} |" for variable in COMPUTED if variable.name.startswith("ae_migration")]
    parts = [
        "\n".join(_rows([(variable, "") for variable in INVENTORY if variable.topic == SHARED])),
        "Computed for the other roles, not to be set:",
        "\n".join(["| variable | meaning |", "|---|---|", *computed]),
    ]
    return "\n\n".join([BEGIN, *parts, END])


def with_table(readme: str, text: str) -> str:
    """A README with the table between its marks replaced; ValueError if it has no marks."""
    before, found, rest = readme.partition(BEGIN)
    _old, ended, after = rest.partition(END)
    if not found or not ended:
        raise ValueError(f"has no lines {BEGIN} and {END}")
    return before + text + after


def example(file: str) -> str:
    """A file of inventory.example/group_vars."""
    blocks = [_comment(EXAMPLES[file])]
    for variable in INVENTORY:
        if variable.file == file:
            if variable.name == "host_python_candidates" or (file == "aen" and variable.name == "ae_notebook_projects"):
                blocks.append(f"{_comment(INTERPRETER[file])}\n# ansible_python_interpreter: /usr/bin/python3")
            blocks.append(_block(variable))
    return "---\n" + "\n\n".join(blocks) + "\n"


def _block(variable: Variable) -> str:
    lines = (variable.example or f"{variable.name}: {variable.default}").splitlines()
    if not variable.active:
        lines = [f"# {line}" for line in lines]
    return "\n".join([_comment(_plain(" ".join(_sentences(variable)))), *lines])


def _comment(text: str) -> str:
    lines = textwrap.wrap(text, WIDTH - 10, break_long_words=False, break_on_hyphens=False)
    return "\n".join(f"# {line}" for line in lines)
