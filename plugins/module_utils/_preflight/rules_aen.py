# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verdicts on what bringing the notebook projects needs: of their host, and of AE5.  Private to the collection.

Pure: each rule takes what was measured and returns a row.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._preflight import rows as r
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.rows import Row
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, listed, size_in_words

COLLECT = "Collect the projects"
CONVERT = "Convert the projects"
STAGE = "Bring the archives to the cluster's host"
UPLOAD = "Upload the projects"
NEEDS = "See what the projects need"

TOOLS = ("find", "sort", "tar", "flock", "sha256sum", "stat", "mktemp")
"""What the scripts that list and pack the archives call (role export, ``listing.sh``)."""
INCLUDE = "include"
"""The value of ``git_ignored`` with which git is not asked."""
HOPELESS = 10
"""Less free space than one part in this many of the files is too little: that far gzip takes few projects down."""
NAMES_SHOWN = 5


@dataclasses.dataclass(frozen=True)
class Found:
    """What was counted below the folder of the projects; sizes in bytes."""

    root: str
    user: str
    """Who looked."""
    owners: t.Tuple[str, ...] = ()
    """Of at least one project, as they can be shown."""
    projects: int = 0
    with_git: int = 0
    """Projects that have a ``.git``."""
    closed: t.Tuple[str, ...] = ()
    """Folders that cannot be listed, as they can be shown."""
    links: t.Tuple[str, ...] = ()
    """A sentence for each link in place of a folder."""
    archive_bytes: int = 0
    """The most that the archives of the projects that were counted can hold, before gzip."""
    measured: int = 0
    """Projects that were counted to their end."""
    stopped: str = ""
    """What ended the counting early, such as ``after 60 s``; empty if all was counted."""
    error: str = ""
    """Why the folder itself cannot be read."""


def projects(host: str, found: Found) -> Row:
    """Whether the projects can be read by the user that the role becomes."""
    if found.error:
        advice = "Set aen_projects_dir to the folder that holds a folder for each owner, and aen_user to a user who may read it."
        return Row(r.PROJECTS, host, r.BLOCKING, r.one_line(f"{found.error} (as {found.user})."), COLLECT, advice)
    evidence = f"{counted(found.projects, 'project')} of {counted(len(found.owners), 'owner')} in {found.root}, read as {found.user}"
    if found.closed:
        folders = counted(len(found.closed), "folder")
        evidence = f"{evidence}; {folders} cannot be listed: {listed(found.closed, NAMES_SHOWN)}."
        advice = "Set aen_user to a user who may read everything (root, and not over NFS with root_squash), or exclude the projects with"
        return Row(r.PROJECTS, host, r.WARNING, evidence, COLLECT, f"{advice} ae_notebook_projects_exclude.")
    if not found.projects:
        advice = "Set aen_projects_dir to the folder that holds a folder for each owner."
        return Row(r.PROJECTS, host, r.WARNING, f"{evidence}.", COLLECT, advice)
    if found.links:
        advice = "Replace the links by the folders, or ignore this."
        return Row(r.PROJECTS, host, r.WARNING, r.one_line(f"{evidence}. {listed(found.links, 2)}"), COLLECT, advice)
    return Row(r.PROJECTS, host, r.OK, f"{evidence}; every folder that was looked at can be listed.", COLLECT)


@dataclasses.dataclass(frozen=True)
class Room:
    """Where archives go; sizes in bytes."""

    folder: str
    free: int
    there: int = 0
    """Of the archives that an earlier run has put there."""


def space(host: str, found: Found, room: Room) -> Row:
    """Whether the archives fit into the work folder of the notebook host."""
    if found.error:
        return r.unknown(r.SPACE, host, "The size of the archives is not known; see projects.", CONVERT)
    said = "The size of the archives, before gzip and without regard to git ignore rules and .projectignore, is"
    if found.stopped:
        counted_so_far = f"counting ended {found.stopped} with {found.measured:,} of {counted(found.projects, 'project')}"
        said = f"{said} at least {size_in_words(found.archive_bytes)} ({counted_so_far})"
    else:
        said = f"{said} {size_in_words(found.archive_bytes)} in {counted(found.projects, 'project')}"
    return _fits(Row(r.SPACE, host, r.OK, said, CONVERT), found.archive_bytes, not found.stopped, room)


def archives(cluster: str, hosts: t.Mapping[str, t.Mapping[str, t.Any]], room: Room) -> Row:
    """Whether the archives of all notebook hosts fit on the cluster's host, in addition to the AE4 dumps.

    ``hosts`` has the facts of each host's own module (``archive_bytes``, ``whole``).
    """
    total = sum(int(facts["archive_bytes"]) for facts in hosts.values())
    whole = all(facts.get("whole") for facts in hosts.values())
    size = f"{'' if whole else 'at least '}{size_in_words(total)}"
    said = f"The size of the archives of {listed(sorted(hosts), NAMES_SHOWN)} before gzip is {size}"
    return _fits(Row(r.ARCHIVES, cluster, r.OK, said, STAGE), total, whole, room)


def _fits(row: Row, size: int, whole: bool, room: Room) -> Row:
    """The row with the verdict on files of this size.

    What gzip makes of them is not known before.  So less room than the files need is a warning, and only less than a tenth
    of it is in the way.
    """
    needed = max(0, size - room.there)
    older = f" in addition to {size_in_words(room.there)} of earlier archives" if room.there else ""
    row = dataclasses.replace(row, evidence=f"{row.evidence}; {room.folder} has {size_in_words(room.free)} free{older}.")
    if needed > room.free * HOPELESS:
        advice = "Set ae_work_dir to another file system, free space, or leave projects with ae_notebook_projects_exclude."
        return dataclasses.replace(row, verdict=r.BLOCKING, advice=advice)
    if needed > room.free:
        advice = "Watch the free space, whether they fit depends on gzip; or set ae_work_dir to another file system."
        return dataclasses.replace(row, verdict=r.WARNING, advice=advice)
    if not whole:
        advice = "Watch the free space, or raise preflight_timeout to count more of them."
        return dataclasses.replace(row, verdict=r.WARNING, advice=advice)
    return row


def tools(host: str, missing: t.Sequence[str]) -> Row:
    """Whether the shell tools are there with which the archives are listed and packed."""
    if missing:
        evidence = f"Not on the PATH: {', '.join(missing)}."
        return Row(r.TOOLS, host, r.BLOCKING, evidence, STAGE, f"Install {' and '.join(missing)} on this host.")
    return Row(r.TOOLS, host, r.OK, f"{', '.join(TOOLS)} are there.", STAGE)


def git(host: str, found: Found, git_ignored: str, error: str) -> Row:
    """Whether git can say which files it ignores; without it a project that has a ``.git`` is refused, others are not affected."""
    if not error:
        return Row(r.GIT, host, r.OK, f"git answers; {counted(found.with_git, 'project')} with a .git.", CONVERT)
    evidence = f"git does not answer ({error})"
    if git_ignored == INCLUDE:
        return Row(r.GIT, host, r.OK, f"{evidence}, and is not used: ae_notebook_git_ignored is include.", CONVERT)
    if found.error:
        return r.unknown(r.GIT, host, f"{evidence}; for how many projects need it see projects.", CONVERT)
    if not found.with_git:
        return Row(r.GIT, host, r.OK, f"{evidence}, and no project has a .git.", CONVERT)
    evidence = f"{evidence}: {counted(found.with_git, 'project')} with a .git will not be converted, because what git ignores is not known."
    return Row(r.GIT, host, r.WARNING, evidence, CONVERT, "Install git on this host, or set ae_notebook_git_ignored to include.")


# -- what AE5 must have


@dataclasses.dataclass(frozen=True)
class Login:
    """How the owners will be logged in.

    ``people`` are the AE5 users who have no login of their own in the inventory; ``None`` if the owners are not known.
    """

    people: t.Optional[t.Sequence[str]]
    administrator: str = ""
    """Account of realm master; empty if none is given."""
    error: str = ""
    """Why it could not log in or be asked."""
    may: t.Optional[bool] = None
    """Whether it may act as others; ``None`` if Keycloak does not say."""
    source: str = ""
    """Where that was read."""


def impersonation(host: str, login: Login) -> Row:
    """Whether every owner can be logged in for the upload: with a login of their own, or by an administrator acting as them."""
    give = "give the owners' own logins in ae_notebook_logins"
    if login.people is not None and not login.people:
        return Row(r.IMPERSONATION, host, r.OK, "Every owner logs in with their own password; no impersonation is needed.", UPLOAD)
    who = f"{counted(len(login.people), 'owner')} ({listed(login.people, NAMES_SHOWN)})" if login.people else "the owners"
    if not login.administrator:
        advice = f"Set ae5_keycloak_username and ae5_keycloak_password to an account of realm master that may act as others, or {give}."
        evidence = f"No account of realm master is given, so there is no way to log in as {who}."
        return Row(r.IMPERSONATION, host, r.BLOCKING, evidence, UPLOAD, advice)
    if login.error:
        advice = f"Check ae5_keycloak_username and ae5_keycloak_password, or {give}."
        return Row(r.IMPERSONATION, host, r.BLOCKING, r.one_line(login.error), UPLOAD, advice)
    if login.may is None:
        evidence = f"Keycloak does not say whether {login.administrator} may act as {who}."
        advice = f"See that {login.administrator} has role impersonation of client AnacondaPlatform-realm in realm master."
        return r.unknown(r.IMPERSONATION, host, evidence, UPLOAD, advice)
    if not login.may:
        advice = f"Give {login.administrator} role impersonation of client AnacondaPlatform-realm in realm master, or {give}."
        evidence = f"{login.administrator} may not act as {who} ({login.source})."
        return Row(r.IMPERSONATION, host, r.BLOCKING, evidence, UPLOAD, advice)
    return Row(r.IMPERSONATION, host, r.OK, f"{login.administrator} may act as {who} ({login.source}); this was not tried.", UPLOAD)


@dataclasses.dataclass(frozen=True)
class Owners:
    """The owners of projects and who of them AE5 cannot give a project to."""

    total: int
    nobody: int = 0
    """Owners whom ae_user_map maps to nobody; their projects are not migrated."""
    flawed: t.Tuple[t.Tuple[str, str], ...] = ()
    """Owner and what is wrong, such as ``AE5 has no user 'dave'``."""
    unseen: t.Tuple[str, ...] = ()
    """Notebook hosts whose owners are not known."""


def owners(host: str, found: t.Optional[Owners], error: str = "") -> Row:
    """Whether each owner of a project is an enabled user of AE5 who may create projects."""
    if found is None:
        advice = "Set ae5_keycloak_username and ae5_keycloak_password to check it before the upload."
        why = error or "Without an account of realm master the owners of the projects are not checked."
        return r.unknown(r.OWNERS, host, why, UPLOAD, advice)
    nobody = f"; {counted(found.nobody, 'is', 'are')} without an AE5 user by ae_user_map" if found.nobody else ""
    unseen = f"; those of {listed(found.unseen, NAMES_SHOWN)} are not known" if found.unseen else ""
    if found.flawed:
        first = listed([f"{name}: {why}" for name, why in found.flawed], NAMES_SHOWN)
        evidence = f"{len(found.flawed):,} of {counted(found.total, 'owner')} cannot have projects on AE5 ({first}){nobody}{unseen}."
        advice = "Create or enable them in Keycloak with role ae-creator, map them with ae_user_map (- for none), or exclude their"
        return Row(r.OWNERS, host, r.WARNING, evidence, UPLOAD, f"{advice} projects with ae_notebook_projects_exclude.")
    evidence = f"{counted(found.total, 'owner')} of projects: each is an enabled user with role ae-creator{nobody}{unseen}."
    if found.unseen and not found.total:
        evidence = f"The owners of the projects of {listed(found.unseen, NAMES_SHOWN)} are not known."
    if found.unseen:
        return r.unknown(r.OWNERS, host, evidence, UPLOAD, "Run the preflight for these hosts too.")
    return Row(r.OWNERS, host, r.OK, evidence, UPLOAD)


@dataclasses.dataclass(frozen=True)
class Platform:
    """What AE5 answers to a request without a login: the list of projects, then the page of the login."""

    status: t.Optional[int]
    """Of the projects; ``None`` if there was no answer."""
    login_status: t.Optional[int] = None
    has_form: bool = False
    client_id: str = ""
    error: str = ""


def projects_api(host: str, found: Platform) -> Row:
    """Whether the platform that takes projects is up, and lets people log in with the client that the upload names."""
    if found.status is None or found.status >= 500:
        evidence = f"/api/v2/projects does not answer: {found.error or f'status {found.status}'}."
        advice = "See that AE5's platform runs behind ae5_url; projects are uploaded there, not to the repository."
        return Row(r.PROJECTS_API, host, r.BLOCKING, r.one_line(evidence), UPLOAD, advice)
    evidence = f"/api/v2/projects answers with status {found.status} to a request without a login"
    if found.login_status == 200 and found.has_form:
        login = f"Keycloak shows the login of client {found.client_id}"
        if found.status == 404:
            advice = "See that ae5_url is the address that people open in a browser; behind it this path must lead to the platform."
            return Row(r.PROJECTS_API, host, r.WARNING, f"{evidence}; {login}.", UPLOAD, advice)
        return Row(r.PROJECTS_API, host, r.OK, f"{evidence}; {login}.", UPLOAD)
    why = "a page without its form" if found.login_status == 200 else f"status {found.login_status}"
    if found.login_status is None:
        why = found.error or "no answer"
    evidence = r.one_line(f"{evidence}, but Keycloak returns {why} instead of the login of client {found.client_id}.")
    advice = "See that ae5_client_id is the client of the platform and ae5_url the address that people open in a browser."
    refused = found.login_status is not None and 400 <= found.login_status < 500
    return Row(r.PROJECTS_API, host, r.BLOCKING if refused else r.WARNING, evidence, UPLOAD, advice)


def solver(host: str, version: t.Optional[str]) -> Row:
    """Whether environments will be solved, or only their pins compared; either is good."""
    if version is None:
        evidence = "py-rattler is not installed: pins are compared with what the channels hold, environments are not solved."
        return Row(r.SOLVER, host, r.OK, evidence, NEEDS)
    return Row(r.SOLVER, host, r.OK, f"py-rattler {version}".rstrip() + " is installed: environments are solved as conda does.", NEEDS)
