# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action plugin check_variables: stops a run whose variables have unknown names or impossible values.

It runs on the controller only.  Once in each play it looks at the hosts of the play, at their clusters, and at all sites
and notebook hosts of those, because a later play of the same run may be about them.
"""

from __future__ import annotations

import os
import typing as t

from ansible.plugins.action import ActionBase

from ..plugin_utils._controller_files import FILE, ControllerFiles
from ..plugin_utils._variables import rules, values
from ..plugin_utils._variables.catalogue import SETTABLE
from ..plugin_utils._variables.declaration import CLUSTERS, NOTEBOOK_HOSTS, SITES, Variable

Variables = t.Dict[str, t.Any]

CLUSTER = "ae_migration_cluster"
"""The variable of role ae_migration that has the rule for the cluster of a host."""
CAPABILITIES = "ae_migration_capabilities"
"""The one that has the path of the answers of playbook probe, also where nobody named it."""

NAMING = ("ae5_cluster ", "ae4_site ")
"""How a problem begins that says already why there is no cluster."""


class ActionModule(ActionBase):
    """Reads variables and fails with sentences; see the documentation of the module of the same name."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: t.Any = None, task_vars: t.Optional[Variables] = None) -> Variables:
        variables: Variables = task_vars or {}
        result: Variables = super().run(tmp, variables)
        action: t.Any = self  # ansible-core's method has no types
        action.validate_argument_spec({})
        problems = self._problems(variables)
        if any(problems.values()):
            return {**result, "failed": True, "msg": " ".join([*rules.sentences(problems), rules.LOOK])}
        return {**result, "changed": False, "hosts": sorted(problems)}

    def _problems(self, task_vars: Variables) -> t.Dict[str, t.List[str]]:
        """What is wrong, by host; every host that was looked at is in it."""
        groups = task_vars["groups"]
        of = _HostVariables(self._task, task_vars)
        play_hosts = list(task_vars["ansible_play_hosts_all"])
        clusters = {host: self._cluster(of[host]) for host in play_hosts}
        others = {*groups.get(SITES, []), *groups.get(NOTEBOOK_HOSTS, [])} - set(play_hosts)
        named = {cluster for cluster in clusters.values() if cluster is not None}
        related = [host for host in others if self._cluster(of[host]) in named]
        known = set(groups.get(CLUSTERS, []))
        hosts = dict.fromkeys([*play_hosts, *(cluster for cluster in clusters.values() if cluster in known), *sorted(related)])
        problems = {host: self._problems_of(of[host], of) for host in hosts if host is not None}
        for host in known.intersection(problems):
            problems[host].extend(self._lost_answers(of[host]))
        for host, cluster in clusters.items():
            if cluster is None and not problems[host]:
                problems[host].append("its cluster cannot be found; set ae5_cluster to the name of a host in the inventory group ae5")
            elif cluster is not None and cluster not in known and not any(flaw.startswith(NAMING) for flaw in problems[host]):
                problems[host].append(
                    f"the cluster is {_told(cluster, of, host)}, which is not in the inventory group ae5; set ae5_cluster"
                )
        return problems

    def _cluster(self, variables: Variables) -> t.Optional[str]:
        """The cluster of a host; None if the rule for it cannot be followed."""
        try:
            return str(self._template(variables[CLUSTER], variables))
        except Exception:  # a template may raise anything; the variables that it names are told
            return None

    def _problems_of(self, variables: Variables, of: _HostVariables) -> t.List[str]:
        found = rules.unknown_names(variables)
        for name, variable in SETTABLE.items():
            if of.is_set(name, variables):
                flaws = self._flaws(variable, name, variables)
                found.extend(flaws or self._lost_file(variable, name, variables, of))
        return found

    def _flaws(self, variable: Variable, name: str, variables: Variables) -> t.List[str]:
        written = variables[name]
        # Of secrets only the shape of lists is looked at; the others are taken as they come.
        if variable.secret and variable.type != "list" and values.is_hidden(written):
            missing = rules.undefined_reference(written, variables)
            return [f"{name} refers to {missing}, which is not defined"] if missing else []
        if written is None:
            return values.flaws(variable, None, name)
        try:
            value = self._template(written, variables)
            # Before ansible-core 2.19 a text that is encrypted on its own stays so.
            return values.flaws(variable, str(value) if values.is_vaulted(value) else value, name, written)
        except Exception as exc:  # a template may raise anything, and its text may have a secret
            missing = rules.undefined_name(str(exc), written, variables)
            if missing:
                return [f"{name} refers to {missing}, which is not defined"]
            if rules.is_omit(written):
                return values.flaws(variable, None, name)
            text = "" if variable.secret else f" is {values.shown(written)}; it"
            return [f"{name}{text} cannot be resolved as a template"]

    def _lost_file(self, variable: Variable, name: str, variables: Variables, of: _HostVariables) -> t.List[str]:
        """The complaint about a file that somebody named and that cannot be read on the controller."""
        if not variable.must_exist or variable.made_by in of.roles or _kind(self._template(variables[name], variables)) == FILE:
            return []
        made = f"run playbook {variable.made_by}, " if variable.made_by else ""
        written = values.shown(variables[name])
        return [f"{name} is {written}, and the controller has no such file that can be read; {made}correct the path, or remove {name}"]

    def _lost_answers(self, variables: Variables) -> t.List[str]:
        """The complaint about answers of playbook probe that are at the usual place and cannot be read."""
        if "ae5_capabilities" in variables:
            return []
        path = self._template(variables[CAPABILITIES], variables)
        if _kind(path) in (FILE, None):
            return []
        return [f"the file {path} cannot be read on the controller; correct or remove it, or set ae5_capabilities"]

    def _template(self, written: t.Any, variables: Variables) -> t.Any:
        return self._templar.copy_with_new_env(available_variables=variables).template(written)


class _HostVariables(t.Dict[str, Variables]):
    """Host -> its variables as they are in this play, also of a host that the play is not about."""

    def __init__(self, task: t.Any, task_vars: Variables) -> None:
        here = task_vars["inventory_hostname"]
        super().__init__({here: task_vars})
        self._task, self._hostvars = task, task_vars["hostvars"]
        self._play: t.Any = task.get_play()
        self.roles = {role.get_name().rpartition(".")[2] for role in self._play.roles}
        self.defaults: Variables = {}
        for role in self._play.roles:
            self.defaults.update(role.get_default_vars())
        own = self._own(here)
        # What is of the run as a whole, as which hosts are left, is the same for all.
        self._shared = {name: value for name, value in task_vars.items() if name not in own}

    def __missing__(self, host: str) -> Variables:
        self[host] = {**self._shared, **self._own(host)}
        return self[host]

    def _own(self, host: str) -> Variables:
        inventory, manager = self._hostvars._inventory, self._hostvars._variable_manager
        found: Variables = manager.get_vars(play=self._play, host=inventory.get_host(host), task=self._task, include_hostvars=False)
        return found

    def is_set(self, name: str, variables: Variables) -> bool:
        """Whether somebody has given a variable a value, and it is not what a role has by default."""
        if name not in variables or name not in self.defaults:
            return name in variables
        return values.is_vaulted(variables[name]) or bool(variables[name] != self.defaults[name])


def _kind(path: t.Any) -> t.Optional[str]:
    """What there is on the controller under a path; None if nothing."""
    folder, name = os.path.split(os.path.abspath(os.path.expanduser(str(path))))
    found = ControllerFiles(folder, "the controller").look(folder, [name])
    return found[name].kind if name in found else None


def _told(cluster: str, of: _HostVariables, host: str) -> str:
    """The name of a cluster, or what the user wrote for it where that is a template."""
    site = of[host].get("ae4_site")
    places = [of[host]] + ([of[site]] if isinstance(site, str) and site in of[host]["hostvars"] else [])
    written = [place[name] for place in places for name in ("ae5_cluster", "ae4_site") if name in place]
    hidden = [text for text in written if values.is_hidden(text)]
    return values.shown(hidden[0]) if hidden else cluster
