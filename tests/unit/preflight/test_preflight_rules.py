# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every verdict of the preflight, rule by rule."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._preflight import rules_ae5, rules_host
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.rows import BLOCKING, OK, ORDER, UNKNOWN, WARNING, Row
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.rules_ae5 import Reach
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.rules_host import Probe, Space

GB = 10**9
DAY = 86400.0
NOW = 1_800_000_000.0


def seen(row: Row) -> tuple[str, str]:
    """Verdict and evidence, after what holds for every row."""
    assert row.host == "east"
    assert row.check in ORDER
    assert row.task
    assert row.evidence
    if row.verdict in (BLOCKING, WARNING):
        assert row.advice.endswith("."), "what to do is a sentence"
    return row.verdict, row.evidence


def probe(**given: t.Any) -> Probe:
    return Probe(**{"user": "anaconda-server", "python": (3, 9, 2), "interpreter": "/usr/bin/python3", **given})


@pytest.mark.parametrize(
    ("given", "verdict", "said"),
    [
        (None, UNKNOWN, "not asked"),
        (Probe(unreachable=True, said="Connection refused"), BLOCKING, "Connection refused"),
        (Probe(unreachable=True), BLOCKING, "no answer"),
        (Probe(failed=True, said="sudo: a password is required"), BLOCKING, "a password is required"),
        (Probe(), BLOCKING, "did not report the user name"),
        (probe(), OK, "as anaconda-server"),
    ],
)
def test_ssh(given: Probe | None, verdict: str, said: str) -> None:
    found = seen(rules_host.ssh("east", given))
    assert found[0] == verdict
    assert said in found[1]


def test_the_probe_is_read_among_what_a_login_prints() -> None:
    text = "Welcome user=mallory\r\nuser=anaconda-server\r\nnoise\npython=2.7.18 /usr/bin/python\n"
    found = rules_host.parse_probe(text, unreachable=False, failed=False, said="")
    assert (found.user, found.python, found.interpreter) == ("anaconda-server", (2, 7, 18), "/usr/bin/python")


@pytest.mark.parametrize("text", ["", "user=\npython=\n", "user=two words\npython=x y\n"])
def test_a_probe_that_says_nothing(text: str) -> None:
    found = rules_host.parse_probe(text, unreachable=False, failed=False, said="")
    assert (found.user, found.python) == (None, None)


def test_user() -> None:
    assert seen(rules_host.user("east", "anaconda-server", "anaconda-server"))[0] == OK
    verdict, evidence = seen(rules_host.user("east", "anaconda-server", "root"))
    assert verdict == BLOCKING
    assert "root" in evidence
    assert "anaconda-server" in evidence


@pytest.mark.parametrize(
    ("found", "core", "verdict"),
    [
        (None, (2, 19), BLOCKING),
        ((2, 7, 18), (2, 16), BLOCKING),
        ((3, 6, 8), (2, 16), BLOCKING),
        ((3, 7, 17), (2, 17), BLOCKING),
        ((3, 8, 0), (2, 16), OK),
        ((3, 8, 18), (2, 19), OK),
        ((3, 8, 18), (2, 20), BLOCKING),
        ((3, 9, 2), (2, 21), OK),
        ((3, 8, 18), (2, 99), BLOCKING),
        ((3, 8, 18), (2, 9), OK),
        ((3, 13, 0), (2, 19), OK),
    ],
)
def test_python(found: tuple[int, ...] | None, core: tuple[int, ...], verdict: str) -> None:
    row = rules_host.python("east", probe(python=found), core)
    assert seen(row)[0] == verdict
    assert f"ansible-core {core[0]}.{core[1]}" in row.evidence


def test_python_that_is_supplied_or_not_needed() -> None:
    verdict, evidence = seen(rules_host.python("east", probe(python=(2, 7, 18)), (2, 19), supplied=True))
    assert verdict == WARNING
    assert "host_python" in evidence
    assert seen(rules_host.python("east", probe(), (2, 19), supplied=True))[0] == OK
    assert seen(rules_host.no_python("east", True))[0] == OK
    assert seen(rules_host.no_python("east", False))[0] == BLOCKING


def test_a_host_that_has_only_a_shell() -> None:
    text = "Welcome\r\nbin=/opt/repo/bin\r\nstorage=2048 /opt/my storage\r\nexport=/e/f\nparent=/e\nwritable=yes\nfree=4096\n"
    rows = rules_host.shell("east", rules_host.parse_shell(text), 1.0, "ana")
    assert [seen(row) for row in rows] == [
        (OK, "anaconda-server-admin is in /opt/repo/bin."),
        (OK, "/e/f can be made in /e by ana."),
        (OK, "The storage /opt/my storage holds 2.1 MB; /e/f has 4.2 MB free."),
    ]
    rows = rules_host.shell("east", rules_host.parse_shell(text.replace("free=4096", "free=1")), 1.0, "ana")
    assert rows[-1].verdict == BLOCKING
    assert [seen(row)[0] for row in rules_host.shell("east", rules_host.parse_shell(""), 1.0, "ana")] == [BLOCKING, BLOCKING, UNKNOWN]


def test_admin_command() -> None:
    assert seen(rules_host.admin_command("east", "/opt/repo/bin"))[0] == OK
    verdict, evidence = seen(rules_host.admin_command("east", None, "The command is not in ~/repo/bin."))
    assert (verdict, evidence) == (BLOCKING, "The command is not in ~/repo/bin.")


@pytest.mark.parametrize(
    ("path", "parent", "writable", "verdict", "evidence"),
    [
        ("/e", "/e", True, OK, "/e can be written by ana."),
        ("/e/f", "/e", True, OK, "/e/f can be made in /e by ana."),
        ("/e/f", "/e", False, BLOCKING, "/e/f cannot be written by ana (looked at /e)."),
    ],
)
def test_folder(path: str, parent: str, writable: bool, verdict: str, evidence: str) -> None:
    row = rules_host.folder("work_dir", "east", rules_host.Folder(path, parent, writable, "ana", "ae_work_dir"), "Export")
    assert seen(row) == (verdict, evidence)
    assert verdict == OK or row.advice == "Let ana write there, or set ae_work_dir of east to a folder that it may write."


@pytest.mark.parametrize(
    ("used", "free", "whole", "factor", "verdict"),
    [
        (10 * GB, 20 * GB, True, 1.0, OK),
        (10 * GB, 11 * GB, True, 1.0, OK),
        (10 * GB, 11 * GB - 1, True, 1.0, WARNING),
        (10 * GB, 10 * GB, True, 1.0, WARNING),
        (10 * GB, 10 * GB - 1, True, 1.0, BLOCKING),
        (10 * GB, 100 * GB, False, 1.0, WARNING),
        (10 * GB, 9 * GB, False, 1.0, BLOCKING),
        (10 * GB, 9 * GB, True, 0.5, OK),
        (10 * GB, 0, True, 0.0, OK),
        (0, 0, True, 1.0, OK),
    ],
)
def test_space(used: int, free: int, whole: bool, factor: float, verdict: str) -> None:
    assert seen(rules_host.space("east", Space("/storage", used, whole, "/export", free, factor)))[0] == verdict


def test_space_says_what_was_measured() -> None:
    row = rules_host.space("east", Space("/storage", 3 * GB, False, "/export", 2_500_000, 1.0))
    assert row.evidence == "The storage /storage holds more than 3.0 GB; /export has 2.5 MB free."


@pytest.mark.parametrize(("needed", "free", "verdict"), [(100, 110, OK), (100, 109, WARNING), (100, 100, WARNING), (100, 99, BLOCKING)])
def test_staging(needed: int, free: int, verdict: str) -> None:
    row = rules_host.staging("east", "/work", needed, free)
    assert seen(row)[0] == verdict
    assert "/work" in row.evidence


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({}, "accepts changes"),
        ({"X-Anaconda-Read-Only": "true"}, "read-only"),
        ({"x-anaconda-lockdown": "1"}, "in lockdown"),
        ({"X-ANACONDA-LOCKDOWN": "1", "X-Anaconda-Read-Only": "1"}, "in lockdown and read-only"),
    ],
)
def test_ae4_state_only_tells(headers: dict[str, str], said: str) -> None:
    verdict, evidence = seen(rules_host.ae4_state("east", "http://ae4", headers))
    assert verdict == OK
    assert said in evidence


def test_libraries() -> None:
    found = seen(rules_host.libraries("east", {"requests": "2.31", "other": ""}, "/usr/bin/python3", "Upload"))
    assert found == (OK, "/usr/bin/python3 imports other, requests 2.31.")
    verdict, evidence = seen(rules_host.libraries("east", {"requests": None, "ruamel.yaml": None, "x": "1"}, "py", "Upload"))
    assert (verdict, evidence) == (BLOCKING, "py cannot import requests and ruamel.yaml.")


def reach(**given: t.Any) -> Reach:
    good = {"address": "https://ae5", "tls": True, "verified": True, "status": 200, "expires": NOW + 90 * DAY, "now": NOW, "skew": 0.0}
    return Reach(**{**good, **given})


@pytest.mark.parametrize(
    ("given", "verdict", "said"),
    [
        ({}, OK, "answers"),
        ({"status": 503}, OK, "answers"),
        ({"route": "proxy:3128"}, OK, "proxy:3128"),
        ({"status": None, "error": "Name or service not known"}, BLOCKING, "Name or service not known"),
        ({"status": None, "certificate_error": "self-signed certificate"}, OK, "not accepted"),
    ],
)
def test_address(given: dict[str, t.Any], verdict: str, said: str) -> None:
    found = seen(rules_ae5.address("east", reach(**given), "Login"))
    assert found[0] == verdict
    assert said in found[1]


@pytest.mark.parametrize(
    ("given", "verdict", "said"),
    [
        ({}, OK, "90 more days"),
        ({"expires": NOW + 14 * DAY}, OK, "14 more days"),
        ({"expires": NOW + 14 * DAY - 1}, WARNING, "13 more days"),
        ({"expires": None}, UNKNOWN, "Its end date is not known"),
        ({"expires": None, "status": None, "error": "refused"}, UNKNOWN, "no connection"),
        ({"verified": False}, WARNING, "switched off"),
        ({"verified": False, "certificate_error": "x"}, WARNING, "switched off"),
        ({"status": None, "certificate_error": "Hostname mismatch"}, BLOCKING, "Hostname mismatch"),
        ({"tls": False}, OK, "plain http"),
    ],
)
def test_certificate(given: dict[str, t.Any], verdict: str, said: str) -> None:
    found = seen(rules_ae5.certificate("east", reach(**given), "Login"))
    assert found[0] == verdict
    assert said in found[1]


@pytest.mark.parametrize(
    ("skew", "verdict", "said"),
    [
        (None, UNKNOWN, "did not send its time"),
        (0.4, OK, "agree"),
        (-2.0, OK, "agree"),
        (60.0, OK, "60 s behind"),
        (61.0, WARNING, "61 s behind"),
        (-61.0, WARNING, "61 s ahead of"),
        (300.0, WARNING, "300 s"),
        (301.0, BLOCKING, "301 s behind"),
        (-4000.0, BLOCKING, "4000 s ahead of"),
    ],
)
def test_clock(skew: float | None, verdict: str, said: str) -> None:
    found = seen(rules_ae5.clock("east", reach(skew=skew), "Login"))
    assert found[0] == verdict
    assert said in found[1]


def test_cli() -> None:
    assert seen(rules_ae5.cli_answers("east", "cli", ""))[0] == OK
    assert seen(rules_ae5.cli_answers("east", "cli", "No such file or directory"))[0] == BLOCKING
    assert seen(rules_ae5.cli_abilities("east", "cli", {"list shares": True})) == (OK, "cli can: list shares.")
    verdict, evidence = seen(rules_ae5.cli_abilities("east", "cli", {"list shares": False, "create private channels": False}))
    assert (verdict, evidence) == (WARNING, "cli can: only what is documented; it cannot: create private channels, list shares.")


def test_login() -> None:
    assert seen(rules_ae5.login("east", "migrator", "")) == (OK, "migrator logged in.")
    assert seen(rules_ae5.login("east", "", "Keycloak refused the login."))[0] == BLOCKING


def test_transport() -> None:
    assert seen(rules_ae5.transport("east", "cli", 3, ""))[0] == OK
    assert seen(rules_ae5.transport("east", "cli", None, "The command failed."))[0] == BLOCKING
    assert "ae5_transport: cli" in rules_ae5.transport("east", "api", None, "status 404.").advice


def test_identity() -> None:
    assert seen(rules_ae5.identity("east", False, ""))[0] == WARNING
    assert seen(rules_ae5.identity("east", True, "Keycloak refused the login."))[0] == BLOCKING
    assert seen(rules_ae5.identity("east", True, ""))[0] == OK


@pytest.mark.parametrize(
    ("held", "verdict", "said"),
    [
        (None, UNKNOWN, "are not known: nobody told"),
        ({"ae-uploader", "ae-admin", "offline_access"}, OK, "migrator has ae-admin, ae-uploader (nobody told)."),
        ({"ae-uploader"}, WARNING, "ae-admin is missing"),
        ({"ae-admin", "ae-creator"}, BLOCKING, "ae-uploader is missing"),
        (set(), BLOCKING, "no role of AE5"),
    ],
)
def test_roles(held: set[str] | None, verdict: str, said: str) -> None:
    found = seen(rules_ae5.roles("east", "migrator", held, "nobody told"))
    assert found[0] == verdict
    assert said in found[1]


@pytest.mark.parametrize(
    ("size", "too_many", "verdict"),
    [
        (GB, None, OK),
        (GB + 1, None, WARNING),
        (5 * GB, 6 * GB, OK),
        (6 * GB, 6 * GB, WARNING),
        (5 * 10**8, 4 * 10**8, WARNING),
    ],
)
def test_file_size(size: int, too_many: int | None, verdict: str) -> None:
    row = rules_ae5.file_size("east", ("big-1.0-0.tar.bz2", size), too_many)
    assert seen(row)[0] == verdict
    assert "big-1.0-0.tar.bz2" in row.evidence


@pytest.mark.parametrize(
    ("used", "probed", "verdict", "said"),
    [
        ({"anaconda-user-1", "Devs", "py_27"}, None, OK, "All 3 names"),
        ({"release:1.0", "ok"}, None, UNKNOWN, "'release:1.0'"),
        ({"with space"}, {"blank": "accepted"}, OK, "the probe found accepted"),
        ({"with space", "a.b"}, {"blank": "rejected", "dot": "accepted"}, WARNING, "'with space'"),
        ({"a.b"}, {"dot": "renamed"}, WARNING, "'a.b'"),
        ({"a.b"}, {"dot": "unknown"}, UNKNOWN, "'a.b'"),
        ({"Devs"}, {"upper_case": "rejected"}, WARNING, "'Devs'"),
        ({"a/b"}, None, UNKNOWN, "'a/b'"),
        ({"r\u00e9sum\u00e9"}, {"not_ascii": "accepted"}, OK, "All 1"),
        ({"a+b"}, {"dot": "accepted"}, UNKNOWN, "'a+b'"),
        ({"n" * 120}, {"length_120": "rejected"}, WARNING, "nnn"),
        ({f"a.{n}" for n in range(12)}, None, UNKNOWN, "and 4 more"),
        (set(), None, OK, "All 0"),
    ],
)
def test_names(used: set[str] | None, probed: dict[str, str] | None, verdict: str, said: str) -> None:
    found = seen(rules_ae5.names("east", used, probed))
    assert found[0] == verdict
    assert said in found[1]


@pytest.mark.parametrize("character", [chr(code) for code in range(33, 127)])
def test_each_character_of_ascii_is_documented_or_has_a_name(character: str) -> None:
    verdict, _evidence = seen(rules_ae5.names("east", {f"a{character}"}, None))
    assert verdict == (OK if character.isalnum() or character in "-_" else UNKNOWN)


@pytest.mark.parametrize(
    ("left", "seconds", "verdict"),
    [(10, None, UNKNOWN), (3000, 300.0, OK), (3001, 300.0, WARNING), (0, 1.0, OK)],
)
def test_token_life(left: int, seconds: float | None, verdict: str) -> None:
    assert seen(rules_ae5.token_life("east", left, 10.0, seconds))[0] == verdict
