# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every verdict of the preflight on notebook hosts, rule by rule."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._preflight import rules_aen
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.rows import BLOCKING, OK, ORDER, UNKNOWN, WARNING, Row
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.rules_aen import Found, Login, Owners, Platform, Room

GB = 10**9


def seen(row: Row) -> tuple[str, str]:
    """Verdict and evidence, after what holds for every row."""
    assert row.host == "nb"
    assert row.check in ORDER
    assert row.task
    assert row.evidence.endswith(".")
    assert "\n" not in row.evidence
    if row.verdict in (BLOCKING, WARNING):
        assert row.advice.endswith("."), "what to do is a sentence"
    return row.verdict, row.evidence


def found(**given: t.Any) -> Found:
    base = {"owners": ("alice", "bob"), "projects": 3, "with_git": 1, "archive_bytes": GB, "measured": 3}
    return Found(**{"root": "/projects", "user": "root", **base, **given})


@pytest.mark.parametrize(
    ("given", "verdict", "said"),
    [
        (found(), OK, "3 projects of 2 owners in /projects, read as root; every folder"),
        (found(error="/projects cannot be read: Permission denied"), BLOCKING, "Permission denied (as root)."),
        (found(closed=("carol", "bob/p/data")), WARNING, "2 folders cannot be listed: carol, bob/p/data."),
        (found(closed=tuple(f"o{number}" for number in range(9))), WARNING, "o3, o4 and 4 more."),
        (found(projects=0, owners=()), WARNING, "0 projects of 0 owners"),
        (found(links=("bob/x is a link to a folder, not a folder.",)), WARNING, "bob/x is a link"),
    ],
)
def test_projects(given: Found, verdict: str, said: str) -> None:
    row = seen(rules_aen.projects("nb", given))
    assert row[0] == verdict
    assert said in row[1]


@pytest.mark.parametrize(
    ("given", "free", "there", "verdict", "said"),
    [
        (found(), GB, 0, OK, "is 1.0 GB in 3 projects; /w has 1.0 GB free."),
        (found(), GB - 1, 0, WARNING, "1000 MB free"),
        (found(), GB - 1, 1, OK, "in addition to 1 B of earlier archives."),
        (found(), GB // 10, 0, WARNING, "100 MB free"),
        (found(), GB // 10 - 1, 0, BLOCKING, "100 MB free"),
        (found(), 0, 2 * GB, OK, "0 B free"),
        (found(stopped="after 60 s", measured=2), 9 * GB, 0, WARNING, "at least 1.0 GB (counting ended after 60 s with 2 of 3 projects)"),
        (found(stopped="after 60 s", measured=2), 1, 0, BLOCKING, "at least"),
        (found(error="gone"), 1, 0, UNKNOWN, "see projects"),
    ],
)
def test_space(given: Found, free: int, there: int, verdict: str, said: str) -> None:
    row = seen(rules_aen.space("nb", given, Room("/w", free, there)))
    assert row[0] == verdict
    assert said in row[1]


def test_the_archives_of_all_hosts_must_fit_together() -> None:
    hosts = {"b": {"archive_bytes": GB, "whole": True}, "a": {"archive_bytes": GB, "whole": True}}
    assert seen(rules_aen.archives("nb", hosts, Room("/w", 2 * GB))) == (
        OK,
        "The size of the archives of a, b before gzip is 2.0 GB; /w has 2.0 GB free.",
    )
    assert seen(rules_aen.archives("nb", hosts, Room("/w", GB)))[0] == WARNING
    assert seen(rules_aen.archives("nb", hosts, Room("/w", 1000)))[0] == BLOCKING
    hosts["b"]["whole"] = False
    verdict, evidence = seen(rules_aen.archives("nb", hosts, Room("/w", 2 * GB)))
    assert (verdict, "at least 2.0 GB" in evidence) == (WARNING, True)


def test_tools() -> None:
    assert seen(rules_aen.tools("nb", []))[0] == OK
    assert seen(rules_aen.tools("nb", ["flock", "tar"])) == (BLOCKING, "Not on the PATH: flock, tar.")


@pytest.mark.parametrize(
    ("given", "git_ignored", "error", "verdict", "said"),
    [
        (found(), "leave_out", "", OK, "1 project with a .git."),
        (found(), "leave_out", "No such file", WARNING, "1 project with a .git will not be converted"),
        (found(with_git=0), "leave_out", "No such file", OK, "no project has a .git"),
        (found(), "include", "No such file", OK, "is not used"),
        (found(error="gone"), "leave_out", "No such file", UNKNOWN, "see projects"),
    ],
)
def test_git(given: Found, git_ignored: str, error: str, verdict: str, said: str) -> None:
    row = seen(rules_aen.git("nb", given, git_ignored, error))
    assert row[0] == verdict
    assert said in row[1]


@pytest.mark.parametrize(
    ("given", "verdict", "said"),
    [
        (Login([]), OK, "logs in with their own password"),
        (Login(["alice"]), BLOCKING, "no way to log in as 1 owner (alice)."),
        (Login(None), BLOCKING, "no way to log in as the owners."),
        (Login(["alice"], "admin", error="Keycloak refused the login."), BLOCKING, "Keycloak refused the login."),
        (Login(["alice", "bob"], "admin"), UNKNOWN, "does not say whether admin may act as 2 owners (alice, bob)."),
        (Login(["alice"], "admin", may=False, source="by x"), BLOCKING, "admin may not act as 1 owner (alice) (by x)."),
        (Login(["alice"], "admin", may=True, source="by x"), OK, "admin may act as 1 owner (alice) (by x); this was not tried."),
        (Login(None, "admin", may=True, source="by x"), OK, "admin may act as the owners (by x)"),
    ],
)
def test_impersonation(given: Login, verdict: str, said: str) -> None:
    row = seen(rules_aen.impersonation("nb", given))
    assert row[0] == verdict
    assert said in row[1]


@pytest.mark.parametrize(
    ("given", "error", "verdict", "said"),
    [
        (None, "", UNKNOWN, "are not checked"),
        (None, "They cannot be read.", UNKNOWN, "They cannot be read."),
        (Owners(2), "", OK, "2 owners of projects: each is an enabled user with role ae-creator."),
        (Owners(2, nobody=1), "", OK, "; 1 is without an AE5 user by ae_user_map."),
        (
            Owners(2, flawed=(("dave", "AE5 has no user 'dave'"),)),
            "",
            WARNING,
            "1 of 2 owners cannot have projects on AE5 (dave: AE5 has no",
        ),
        (Owners(9, flawed=tuple((f"o{n}", "no") for n in range(8))), "", WARNING, "8 of 9 owners"),
        (Owners(9, flawed=tuple((f"o{n}", "no") for n in range(8))), "", WARNING, "o4: no and 3 more)"),
        (Owners(2, unseen=("west",)), "", UNKNOWN, "; those of west are not known."),
        (Owners(0, unseen=("west",)), "", UNKNOWN, "The owners of the projects of west are not known."),
    ],
)
def test_owners(given: Owners | None, error: str, verdict: str, said: str) -> None:
    row = seen(rules_aen.owners("nb", given, error))
    assert row[0] == verdict
    assert said in row[1]


@pytest.mark.parametrize(
    ("given", "verdict", "said"),
    [
        (Platform(401, 200, True, "c"), OK, "status 401 to a request without a login; Keycloak shows the login of client c."),
        (Platform(302, 200, True, "c"), OK, "status 302"),
        (Platform(404, 200, True, "c"), WARNING, "status 404"),
        (Platform(None, error="cannot be reached."), BLOCKING, "does not answer: cannot be reached."),
        (Platform(503, error="AE5 said busy"), BLOCKING, "does not answer: AE5 said busy"),
        (Platform(401, 400, False, "c"), BLOCKING, "Keycloak returns status 400 instead of the login of client c."),
        (Platform(401, 200, False, "c"), WARNING, "a page without its form"),
        (Platform(401, 302, False, "c"), WARNING, "status 302 instead"),
        (Platform(401, None, False, "c", "it broke"), WARNING, "Keycloak returns it broke instead"),
    ],
)
def test_projects_api(given: Platform, verdict: str, said: str) -> None:
    row = rules_aen.projects_api("nb", given)
    assert row.verdict == verdict
    assert said in row.evidence


def test_solver_is_never_in_the_way() -> None:
    assert seen(rules_aen.solver("nb", None))[0] == OK
    assert seen(rules_aen.solver("nb", "0.27.0")) == (OK, "py-rattler 0.27.0 is installed: environments are solved as conda does.")
    assert "py-rattler is installed" in seen(rules_aen.solver("nb", ""))[1]
