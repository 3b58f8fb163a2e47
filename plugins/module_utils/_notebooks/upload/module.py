# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module ``project_upload`` does with its parameters.  Private to the collection."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import os
import time
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.connection import http_of
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.identity import Keycloak, User
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.projects import Projects
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.token import PasswordGrant, master_grant
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.web_session import Impersonation, LoginRefused, OwnLogin, WebSession
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import atomic_writer, is_there, json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import Project
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_limits import MAX_BYTES
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import GROUP, USER
from ansible_collections.ae_ops.migration.plugins.module_utils._model.user_map import user_map
from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec, MigrationModule, Outcome, prepared_diff
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.upload.comparison import Earlier
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.upload.rules import Missing, People, Wanted
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.upload.run import (
    NEW_NAME,
    REPORT,
    Done,
    Options,
    OwnerUpload,
    not_brought,
    row_of,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._pool import run_all
from ansible_collections.ae_ops.migration.plugins.module_utils._store.conversions import (
    CONVERTED,
    REFUSED,
    Conversion,
    matches,
    read_conversions,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._store.projects import read_projects
from ansible_collections.ae_ops.migration.plugins.module_utils._store.uploads import CONFLICT, STATES, Proof, Row, read_rows
from ansible_collections.ae_ops.migration.plugins.module_utils._text import encode, shown, user_key
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, listed

UPLOAD = ArgumentSpec(
    {
        "conversions": {"type": "path", "required": True},
        "projects": {"type": "path"},
        "only": {"type": "list", "elements": "str", "default": []},
        "logins": {
            "type": "list",
            "elements": "dict",
            "default": [],
            "options": {"username": {"type": "str", "required": True}, "password": {"type": "str", "required": True, "no_log": True}},
        },
        "users": {"type": "dict", "default": {}},
        "groups": {"type": "dict", "default": {}},
        "accept_wider": {"type": "list", "elements": "str", "default": []},
        "project_conflict": {"type": "str", "choices": [REPORT, NEW_NAME], "default": REPORT},
        "max_bytes": {"type": "int", "default": MAX_BYTES},
        "wait": {"type": "int", "default": 600},
        "verify": {"type": "bool", "default": True},
        "deep": {"type": "bool", "default": False},
        "results": {"type": "path"},
    }
)

WORTH_A_LOGIN = 10
"""So many projects of an owner make a session of their own worth it."""

Teams = t.Dict[str, Wanted]
Way = t.Union[OwnLogin, Impersonation]


class Logins:
    """How each owner is logged in: with the owner's own password where it is given, else by an administrator."""

    def __init__(self, params: t.Mapping[str, t.Any], people: t.Optional[t.Mapping[str, User]], tokens: t.Optional[PasswordGrant]) -> None:
        self._own = {user_key(str(item["username"])): OwnLogin(item["username"], item["password"]) for item in params["logins"]}
        if params["username"] and params["password"]:
            self._own.setdefault(user_key(params["username"]), OwnLogin(params["username"], params["password"]))
        self._people, self._tokens = people, tokens

    def of(self, user: str) -> Way:
        """Raises ``LoginRefused`` where there is none."""
        own = self._own.get(user_key(user))
        if own is not None:
            return own
        if self._people is None or self._tokens is None:
            raise LoginRefused(
                f"There is no way to log in as {user}; give keycloak_username and keycloak_password, an administrator of realm master who"
                " acts as the owners, or the owner's own login in logins."
            )
        found = self._people.get(user_key(user))
        if found is None:
            raise LoginRefused(f"AE5 has no user {user!r}; create that user, or map the owner to an AE5 user with ae_user_map.")
        if not found.enabled:
            raise LoginRefused(
                f"The AE5 user {found.name!r} is disabled; enable that user, or give the projects to another with ae_user_map."
            )
        return Impersonation(found.id, self._tokens)


@dataclasses.dataclass
class _Tally:
    """Adds up what became of the projects."""

    done: t.List[Done] = dataclasses.field(default_factory=list)
    left: t.List[t.Tuple[str, str]] = dataclasses.field(default_factory=list)
    """Owners whose session could not be ended, and why."""
    warnings: t.List[str] = dataclasses.field(default_factory=list)

    def earlier(self, path: t.Optional[str]) -> t.Dict[str, t.Tuple[Proof, ...]]:
        """What earlier runs found.  Where that cannot be read, everything is found anew, and a sentence says so."""
        try:
            return {row.project: row.proofs for row in read_rows(path)} if path and is_there(path) else {}
        except MigrationError as exc:
            self.warnings.append(f"What earlier runs found is not known, so every project is compared anew: {exc}")
            return {}

    def outcome(self, report_path: t.Optional[str]) -> Outcome:
        rows = [item.row for item in self.done]
        counts = collections.Counter(row.state for row in rows)
        conflicts = [f"{shown(row.owner)}/{shown(row.name)}" for row in rows if row.state == CONFLICT]
        failures = [sentence for item in self.done for sentence in item.failures]
        lines: t.Dict[str, t.List[str]] = collections.defaultdict(list)
        for item in self.done:
            lines[item.row.owner] += item.lines
        return Outcome(
            changed=any(item.changed for item in self.done),
            summary={
                "projects": len(rows),
                **{state: counts[state] for state in STATES},
                "shares": sum(item.shares for item in self.done),
                "bytes_uploaded": sum(item.bytes for item in self.done),
            },
            failures=[*failures, *_shut_out(self.done), *_missing(self.done)],
            warnings=[
                *self.warnings,
                *([_conflict_warning(conflicts)] if conflicts else ()),
                *([_left_warning(self.left)] if self.left else ()),
            ],
            report_path=report_path,
            diff=[prepared_diff(f"projects of {shown(owner)}", mine) for owner, mine in sorted(lines.items()) if mine],
            values={"projects": [row.to_result() for row in rows]},
        )


def _conflict_warning(names: t.Sequence[str]) -> str:
    is_one = len(names) == 1
    return (
        f"{counted(len(names), 'project')} ({listed(names)}) {'differs' if is_one else 'differ'} from what AE5 has under"
        f" {'its name' if is_one else 'their names'}, and nothing was sent; the rows list the files."
    )


def _left_warning(left: t.Sequence[t.Tuple[str, str]]) -> str:
    owners = sorted({shown(owner) for owner, _why in left})
    return (
        f"The web session of {counted(len(owners), 'owner')} ({listed(owners)}) could not be ended ({min(left)[1]}); it will expire when"
        " it is idle."
    )


def _shut_out(done: t.Iterable[Done]) -> t.List[str]:
    """One sentence for each owner with a project that could not be tried."""
    found = collections.Counter((item.row.owner, item.shut_out) for item in done if item.shut_out)
    return [f"{counted(number, 'project')} of {shown(owner)} not brought: {why}" for (owner, why), number in sorted(found.items())]


def _missing(done: t.Iterable[Done]) -> t.List[str]:
    """One sentence for each user or group who could not be given something, however many projects it is."""
    found: t.Dict[Missing, t.List[str]] = collections.defaultdict(list)
    for item in done:
        for missing in item.missing:
            found[missing].append(f"{shown(item.row.owner)}/{shown(item.row.name)}")
    return [missing.sentence(projects) for missing, projects in sorted(found.items())]


def read_teams(path: str, keys: t.AbstractSet[str], owners: t.Mapping[str, str], people: People, accepted: t.Sequence[str]) -> Teams:
    """With whom each of the projects ``keys`` is to be shared, by key, from the list that the notebook host was asked for.

    A project in which some file has other rights than the folder is shared only if ``accepted`` names it: on AE5 there are
    no rights of single files, so somebody would get more than AE4 gave.
    """
    teams: Teams = {}
    for project in read_projects(path)[1]:
        if project.key in keys:
            teams[project.key] = _team(project, owners[project.key], people, accepted)
    return teams


def _team(project: Project, owner: str, people: People, accepted: t.Sequence[str]) -> Wanted:
    notes = []
    if project.public:
        notes.append("On AE4 every user of the notebook host could read it; on AE5 only those it is shared with can.")
    wanted = people.wanted(project.team, owner, project.site)
    if project.acl_exceptions and (wanted.shares or wanted.missing) and not (accepted and matches(project.key, accepted)):
        notes.append(
            f"It is not shared: {counted(len(project.acl_exceptions), 'file or folder', 'files and folders')}"
            f" ({listed([shown(path) for path in project.acl_exceptions], 3)}) had other permissions on AE4, but AE5 shares only whole"
            " projects; accept it with ae_notebook_accept_wider."
        )
        return Wanted(notes=tuple(notes))
    return dataclasses.replace(wanted, notes=tuple(notes))


def _options(params: t.Mapping[str, t.Any], check_mode: bool) -> Options:
    for name in ("workers", "timeout", "max_bytes"):
        if params[name] < 1:
            raise MigrationError(f"The option {name} must be at least 1, not {params[name]}.")
    if params["wait"] < 0:
        raise MigrationError(f"The option wait must not be negative, but is {params['wait']}.")
    return Options(
        folder=os.path.dirname(os.path.abspath(params["conversions"])),
        conflict=params["project_conflict"],
        max_bytes=params["max_bytes"],
        wait=params["wait"],
        verify=params["verify"],
        deep=params["deep"],
        predict=check_mode,
    )


@contextlib.contextmanager
def _people(params: t.Mapping[str, t.Any]) -> t.Iterator[t.Tuple[Logins, People]]:
    """The logins and who there is on AE5, as far as Keycloak may be asked."""
    users_there, groups_there = user_map(params["users"]), {str(old): str(new) for old, new in params["groups"].items()}
    if not params["keycloak_username"] or not params["keycloak_password"]:
        yield Logins(params, None, None), People(users_there, groups_there)
        return
    http = http_of(params)
    try:
        tokens = master_grant(http, params["keycloak_username"], params["keycloak_password"])
        keycloak = Keycloak(http, tokens, params["workers"])
        users = keycloak.people()
        known = {(USER, name) for name in users} | {(GROUP, name) for name in keycloak.all_groups()}
        yield Logins(params, users, tokens), People(users_there, groups_there, known)
    finally:
        http.close()


@dataclasses.dataclass(frozen=True)
class _Upload:
    """What the owners have in common; threads share it."""

    module: MigrationModule
    options: Options
    logins: Logins
    teams: t.Optional[Teams]
    names: t.Mapping[str, t.AbstractSet[str]]
    """Case-folded names of all projects of each owner."""
    earlier: Earlier

    def of(self, user: str, mine: t.Sequence[Conversion]) -> t.Tuple[t.List[Done], t.List[str]]:
        """Projects of one owner, in a session of the owner's own that is ended whatever happens; and why it could not be."""
        params = self.module.params
        try:
            way = self.logins.of(mine[0].user)
        except LoginRefused as exc:
            return not_brought(mine, REFUSED, str(exc)), []
        http = http_of(params)
        for item in params["logins"]:
            http.protect(item["password"])
        session = WebSession(http, mine[0].user, way, params["client_id"])
        try:
            projects = Projects(session, read_only=self.module.check_mode)
            done = OwnerUpload(projects, self.options, self._wanted, self.names[user], self.earlier).run(mine)
        finally:
            session.end()
            http.close()
        return done, session.left

    def _wanted(self, item: Conversion) -> t.Optional[Wanted]:
        return None if self.teams is None else self.teams.get(item.key)


def in_parts(mine: t.Sequence[Conversion], most: int) -> t.List[t.Sequence[Conversion]]:
    """The projects of one owner for as many sessions at the same time as are worth a login: AE5 takes its time to make each.

    They do not get into each other's way: no two have the same name, and no copy takes the name of another one.
    """
    sessions = max(1, min(most, len(mine) // WORTH_A_LOGIN))
    return [mine[number::sessions] for number in range(sessions)]


def upload_work(module: MigrationModule) -> Outcome:
    """The module ``project_upload``."""
    params = module.params
    options = _options(params, module.check_mode)
    owners: t.Dict[str, t.List[Conversion]] = collections.defaultdict(list)
    names: t.Dict[str, t.Set[str]] = collections.defaultdict(set)
    tally = _Tally()
    earlier = tally.earlier(params["results"])
    for item in read_conversions(params["conversions"]):
        names[user_key(item.user)].add(item.name.casefold())
        if not matches(item.key, params["only"]):
            continue
        if item.state == CONVERTED:
            owners[user_key(item.user)].append(dataclasses.replace(item, resolution=None))
        else:
            tally.done.append(Done(row_of(item, item.state, item.reason)))
    with _people(params) as (logins, people):
        teams: t.Optional[Teams] = None
        if params["projects"]:
            users = {item.key: item.user for mine in owners.values() for item in mine}
            teams = read_teams(params["projects"], users.keys(), users, people, params["accept_wider"])
        upload = _Upload(module, options, logins, teams, names, earlier)
        parts = [(user, part) for user in sorted(owners) for part in in_parts(owners[user], params["workers"])]
        for (user, _part), result in run_all(lambda item: upload.of(*item), parts, params["workers"]):
            if isinstance(result, Exception):
                raise result
            tally.done += result[0]
            tally.left += [(owners[user][0].user, why) for why in result[1]]
    tally.done.sort(key=lambda item: (encode(item.row.owner), encode(item.row.project)))
    report_path = None
    if params["results"] and not module.check_mode:
        report_path = os.path.abspath(params["results"])
        rows = [dataclasses.replace(item.row, proofs=item.row.proofs or earlier.get(item.row.project, ())) for item in tally.done]
        write_rows(report_path, rows, params["only"])
    return tally.outcome(report_path)


def write_rows(path: str, rows: t.Iterable[Row], only: t.Sequence[str]) -> None:
    """Writes the rows of this run, with its time; those of projects that ``only`` leaves out stay as they are."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    kept = [row for row in read_rows(path) if not matches(row.project, only)] if only and is_there(path) else []
    found = [*kept, *(dataclasses.replace(row, seen=now) for row in rows)]
    with atomic_writer(path) as stream:
        stream.writelines(json_line(row.to_json()) for row in sorted(found, key=lambda row: (encode(row.owner), encode(row.project))))
