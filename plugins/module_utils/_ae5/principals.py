# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules ``principal_info`` and ``principal``.  Private to the collection.

Users and groups are listed once each; members and roles are read in parallel, only as needed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.connection import http_of
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.identity import Group, Keycloak, User, Writer
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.token import master_grant
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Json
from ansible_collections.ae_ops.migration.plugins.module_utils._model.principals import (
    ADDED,
    CREATED,
    FAILED,
    NEEDED_ROLES,
    PRESENT,
    Grant,
    Step,
    decide,
    merged,
    roles_of,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule, Outcome, prepared_diff
from ansible_collections.ae_ops.migration.plugins.module_utils._pool import in_parallel
from ansible_collections.ae_ops.migration.plugins.module_utils._text import user_key

_ROLES: t.Dict[str, t.Any] = {"type": "list", "elements": "str", "default": list(NEEDED_ROLES)}

INFO = ArgumentSpec(
    options={
        "users": {"type": "list", "elements": "str"},
        "groups": {"type": "list", "elements": "str"},
        "roles": _ROLES,
    }
)

PRINCIPAL = ArgumentSpec(
    options={
        "users": {"type": "list", "elements": "str", "default": []},
        "groups": {
            "type": "list",
            "elements": "dict",
            "default": [],
            "options": {
                "name": {"type": "str", "required": True},
                "members": {"type": "list", "elements": "str", "default": []},
            },
        },
        "create_users": {"type": "bool", "default": False},
        "roles": _ROLES,
    }
)

Members = t.Dict[str, t.FrozenSet[str]]
Ends = t.Dict[Step, t.Union[str, MigrationError]]


@contextlib.contextmanager
def connected(params: t.Mapping[str, t.Any], read_only: bool) -> t.Iterator[Writer]:
    """Keycloak's admin side of a module's cluster.

    Raises:
        MigrationError: there is no account for it.
    """
    if not params["keycloak_username"] or not params["keycloak_password"]:
        raise MigrationError("Users and groups are in Keycloak; set keycloak_username and keycloak_password, an account of realm master.")
    if params["workers"] < 1:
        raise MigrationError("workers must be at least 1.")
    http = http_of(params)
    try:
        tokens = master_grant(http, params["keycloak_username"], params["keycloak_password"])
        yield Writer(http, tokens, params["workers"], read_only=read_only)
    finally:
        http.close()


@dataclasses.dataclass(frozen=True)
class View:
    """What was read: ``members`` of the requested groups and of those that give a role, by ``user_key``."""

    people: t.Dict[str, User]
    groups: t.Dict[str, Group]
    members: Members
    names: Members
    """As ``members``, with the names as in Keycloak."""
    grants: t.Dict[str, t.Optional[Grant]]

    def user_row(self, user: User, members: Members) -> Json:
        """The user with the roles that result from these members (by ``user_key``)."""
        mine = set(roles_of(user.name, self.grants, members))
        return {
            "name": user.name,
            "enabled": user.enabled,
            "federated": user.federated,
            "roles": [role for role in self.grants if role in mine],
            "lacks": [role for role in self.grants if role not in mine],
        }

    def members_with(self, added: t.Mapping[str, t.AbstractSet[str]]) -> Members:
        """The members that were read and those that were added, or would be."""
        return {name: self.members.get(name, frozenset()) | added.get(name, frozenset()) for name in {*self.members, *added}}

    @property
    def warnings(self) -> t.List[str]:
        return [
            f"The realm has no role {role!r}, so no user has it; check its name in Keycloak, and set roles."
            for role, grant in self.grants.items()
            if grant is None
        ]


def read(keycloak: Keycloak, roles: t.Sequence[str], wanted: t.Optional[t.Iterable[str]]) -> View:
    """Users, groups, holders of the roles, and the members of the ``wanted`` groups (``None``: of all)."""
    people = keycloak.people()
    groups = keycloak.all_groups()
    grants = keycloak.grants(dict.fromkeys(roles), groups.values())
    asked = set(groups) if wanted is None else {name for name in wanted if name in groups}
    for grant in grants.values():
        asked |= grant.groups if grant is not None else set()
    names = keycloak.members(groups[name] for name in sorted(asked))
    members = {name: frozenset(user_key(user) for user in mine) for name, mine in names.items()}
    return View(people, groups, members, names, grants)


def info_work(module: MigrationModule) -> Outcome:
    """The module ``principal_info``."""
    params = module.params
    with connected(params, read_only=True) as keycloak:
        view = read(keycloak, params["roles"], params["groups"])
    keys = sorted(view.people) if params["users"] is None else list(dict.fromkeys(user_key(user) for user in params["users"]))
    names = sorted(view.groups) if params["groups"] is None else list(dict.fromkeys(params["groups"]))
    users = [view.user_row(view.people[key], view.members) for key in keys if key in view.people]
    groups = [{"name": name, "members": sorted(view.names[name])} for name in names if name in view.groups]
    spelt = {user_key(user): user for user in params["users"] or ()}
    return Outcome(
        summary={
            "users": len(users),
            "groups": len(groups),
            "federated": sum(user["federated"] for user in users),
            "lacking": sum(bool(user["lacks"]) for user in users),
        },
        warnings=view.warnings,
        values={
            "users": users,
            "groups": groups,
            "absent_users": [spelt[key] for key in keys if key not in view.people],
            "absent_groups": [name for name in names if name not in view.groups],
        },
    )


def work(module: MigrationModule) -> Outcome:
    """The module ``principal``."""
    params = module.params
    wishes = merged((group["name"], group["members"]) for group in params["groups"])
    with connected(params, read_only=module.check_mode) as keycloak:
        view = read(keycloak, params["roles"], [wish.name for wish in wishes])
        known = {key: user.name for key, user in view.people.items()}
        there: Members = {name: view.members.get(name, frozenset()) for name in view.groups}
        steps = decide(known, there, params["users"], wishes, params["create_users"])
        ends = {} if module.check_mode else carry_out(keycloak, view, steps)
    return report(view, steps, ends)


def carry_out(keycloak: Writer, view: View, steps: t.Sequence[Step]) -> Ends:
    """Creates users and groups, then memberships.  Returns for each step that was tried an id, or the error."""
    users = {user.name: user.id for user in view.people.values()}
    groups = {group.name: group.id for group in view.groups.values()}

    def create(step: Step) -> t.Union[str, MigrationError]:
        try:
            return keycloak.create_group(step.group) if step.group else keycloak.create_user(step.user)
        except MigrationError as exc:
            return exc

    def join(step: Step) -> t.Union[str, MigrationError]:
        try:
            keycloak.add_member(groups[step.group], users[step.user])
        except MigrationError as exc:
            return exc
        return groups[step.group]

    ends: Ends = in_parallel(create, [step for step in steps if step.result == CREATED], keycloak.workers)
    for step, end in ends.items():
        if isinstance(end, str):
            (groups if step.group else users)[step.group or step.user] = end
    joins = [step for step in steps if step.result == ADDED]
    possible = [step for step in joins if step.group in groups and step.user in users]
    ends.update(in_parallel(join, possible, keycloak.workers))
    for step in joins:
        if step not in ends:
            ends[step] = MigrationError("")  # the sentence about the user or the group says why
    return ends


def report(view: View, steps: t.Sequence[Step], ends: Ends) -> Outcome:
    """One row for each user, group and membership, a sentence for each that failed, the diff by group."""
    rows: t.Dict[str, t.List[Json]] = {"users": [], "groups": [], "members": []}
    failures: t.List[str] = []
    lines: t.Dict[str, t.List[str]] = {}
    added: t.Dict[str, t.Set[str]] = {}
    done = [(step, FAILED if isinstance(ends.get(step), MigrationError) else step.result) for step in steps]
    for step, result in done:
        if result == ADDED:
            added.setdefault(step.group, set()).add(user_key(step.user))
        header, line = _diff_line(step)
        if result in (CREATED, ADDED):
            lines.setdefault(header, []).append(line)
        if result == FAILED:
            sentence = _sentence(step, ends.get(step))
            failures.extend([sentence] if sentence else [])
    members = view.members_with(added)
    for step, result in done:
        if step.group and step.user:
            rows["members"].append({"group": step.group, "user": step.user, "result": result})
        elif step.group:
            rows["groups"].append({"name": step.group, "result": result})
        else:
            rows["users"].append(_user_row(view, step, result, members))
    counts = {f"{kind}_{result}": 0 for kind in rows for result in (PRESENT, ADDED if kind == "members" else CREATED, FAILED)}
    for kind, items in rows.items():
        for row in items:
            counts[f"{kind}_{row['result']}"] += 1
    return Outcome(
        changed=bool(lines),
        summary={**counts, "lacking": sum(bool(row["lacks"]) for row in rows["users"])},
        failures=failures,
        warnings=view.warnings,
        diff=[prepared_diff(header, mine) for header, mine in lines.items()],
        values=rows,
    )


def _user_row(view: View, step: Step, result: str, members: Members) -> Json:
    user = view.people.get(user_key(step.user))
    if user is None:
        return {"name": step.user, "enabled": None, "federated": None, "roles": None, "lacks": None, "result": result}
    return {**view.user_row(user, members), "result": result}


def _diff_line(step: Step) -> t.Tuple[str, str]:
    if not step.group:
        return "users of Keycloak", f"+ {step.user}"
    return f"group {step.group}", f"+ member {step.user}" if step.user else "+ the group itself"


def _sentence(step: Step, end: t.Union[str, MigrationError, None]) -> str:
    if not isinstance(end, MigrationError):
        return step.why
    if step.user and step.group:
        return f"User {step.user!r} could not be added to group {step.group!r}: {end}" if str(end) else ""
    return f"{'Group' if step.group else 'User'} {step.group or step.user!r} could not be created: {end}"
