# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action plugin check_variables: stops a run whose variables have unknown names or impossible values.

It runs on the controller only.  Once in each play it looks at the hosts of the play, at their clusters, and at all sites
and notebook hosts of those, because a later play of the same run may be about them.
"""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from ..plugin_utils._variables import rules
from ..plugin_utils._variables.catalogue import INVENTORY
from ..plugin_utils._variables.declaration import CLUSTERS, NOTEBOOK_HOSTS, SITES, Variable

Variables = t.Dict[str, t.Any]

CLUSTER = "ae_migration_cluster"
"""The variable of role ae_migration that has the rule for the cluster of a host."""
VAULTED = frozenset({"AnsibleVaultEncryptedUnicode", "EncryptedString"})
"""Types of values that are encrypted on their own, in ansible-core before and since 2.19."""


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
        hostvars, groups = task_vars["hostvars"], task_vars["groups"]
        here = task_vars["inventory_hostname"]
        raw = hostvars.raw_get(here)
        # What the play and the roles bring is the same for all hosts.
        shared = {name: value for name, value in task_vars.items() if name not in raw}

        def of(host: str) -> Variables:
            return task_vars if host == here else {**shared, **hostvars.raw_get(host), "hostvars": hostvars}

        play_hosts = list(task_vars["ansible_play_hosts_all"])
        clusters = {host: str(self._template(CLUSTER, of(host))) for host in play_hosts}
        others = {*groups.get(SITES, []), *groups.get(NOTEBOOK_HOSTS, [])} - set(play_hosts)
        related = [host for host in others if str(self._template(CLUSTER, of(host))) in clusters.values()]
        known = set(groups.get(CLUSTERS, []))
        hosts = dict.fromkeys([*play_hosts, *(cluster for cluster in clusters.values() if cluster in known), *sorted(related)])
        problems = {host: self._problems_of(of(host)) for host in hosts}
        for host, cluster in clusters.items():
            if cluster not in known:
                problems[host].append(f"the cluster is {cluster}, which is not in the inventory group ae5; set ae5_cluster")
        return problems

    def _problems_of(self, variables: Variables) -> t.List[str]:
        found = rules.unknown_names(variables)
        for variable in INVENTORY:
            if variable.name in variables:
                found.extend(self._flaws(variable, variables))
        return found

    def _flaws(self, variable: Variable, variables: Variables) -> t.List[str]:
        value = variables[variable.name]
        if type(value).__name__ in VAULTED:
            return []
        if variable.secret:
            missing = rules.undefined_reference(value, variables)
            if missing:
                return [f"{variable.name} refers to {missing}, which is not defined"]
            return [] if rules.is_template(value) else rules.flaws(variable, value)
        if value is None:
            return rules.flaws(variable, None)
        try:
            resolved = self._template(variable.name, variables)
        except AnsibleError as exc:
            missing = rules.undefined_name(str(exc))
            if missing:
                return [f"{variable.name} refers to {missing}, which is not defined"]
            return [f"{variable.name} cannot be resolved: {' '.join(str(exc).split())[:300]}"]
        # A template may come to nothing on purpose.
        return [] if resolved is None else rules.flaws(variable, resolved)

    def _template(self, name: str, variables: Variables) -> t.Any:
        return self._templar.copy_with_new_env(available_variables=variables).template(variables[name])
