# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept of repodata from one run to the next: asked with its ETag, never used without a 304, never for another viewer."""

from __future__ import annotations

import base64
import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import connect
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import Http
from tests.unit.ae5.ae5_params import params
from tests.unit.http_script import NoSleep, Script, Step

PATH = "/repository/conda/{token}a/noarch/repodata.json"
BODY = {"packages": {"x-1.0-0.conda": {"name": "x", "version": "1.0", "build": "0", "size": 7, "md5": "AB", "sha256": "CD"}}}


def jwt(**claims: t.Any) -> str:
    """A token that names its user; nobody looks at its signature."""
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"head.{body}.sign"


ME = jwt(iss="https://ae5/auth", sub="me", exp=1)


class Runs:
    """Runs that read one subdir, each against a script of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *steps: Step, read_only: bool = False, keep: bool | None = None, **given: t.Any) -> list[list[str]]:
        """The files that each read shows; as many reads as steps."""
        with Script(list(steps)) as server:
            options = params(server.url, **{"access_token": ME, "cache": str(self.folder), **given})
            with connect(options, read_only, keep) as cluster:
                cluster.http.sleep = NoSleep()
                return [sorted(cluster.repodata.read([("a", "noarch")])["a", "noarch"].packages) for _step in steps]

    @property
    def files(self) -> list[Path]:
        return sorted(self.folder.iterdir()) if self.folder.exists() else []


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    # Each script listens on another port, and the address is a part of what is kept.
    monkeypatch.setattr(Http, "api_url", "https://ae5/repository/api")
    return Runs(tmp_path / "cache")


def full(etag: str | None = None, body: t.Any = None, given: str = '"1"', token: str = "") -> Step:
    """A request with the ETag ``etag``, answered with all of it."""
    return Step(
        "GET",
        PATH.format(token=token),
        headers={"If-None-Match": etag},
        reply=BODY if body is None else body,
        reply_headers={"ETag": given},
    )


def unchanged(etag: str = '"1"') -> Step:
    return Step("GET", PATH.format(token=""), headers={"If-None-Match": etag}, status=304)


def test_the_next_run_asks_with_the_etag_and_has_the_same_packages(runs: Runs) -> None:
    seen = runs(full())
    assert seen == [["x-1.0-0.conda"]]
    assert [oct(path.stat().st_mode & 0o777) for path in runs.files] == ["0o600"]
    assert runs.folder.stat().st_mode & 0o077 == 0
    before = runs.files[0].stat().st_ino
    assert runs(unchanged(), unchanged()) == seen * 2
    assert [path.stat().st_ino for path in runs.files] == [before], "what is unchanged is not written again"


def test_what_changed_in_between_is_read_anew_and_kept(runs: Runs) -> None:
    runs(full())
    assert runs(full('"1"', {"packages": {}}, '"2"')) == [[]]
    assert runs(unchanged('"2"')) == [[]]


@pytest.mark.parametrize("status", [404, 403, 401])
def test_what_is_gone_or_refused_is_not_shown_from_the_cache(runs: Runs, status: int) -> None:
    runs(full())
    assert runs(Step("GET", PATH.format(token=""), headers={"If-None-Match": '"1"'}, status=status)) == [[]]


def test_another_viewer_asks_without_the_etag(runs: Runs) -> None:
    runs(full())
    for given in (
        {"access_token": jwt(iss="https://ae5/auth", sub="you")},
        {"access_token": jwt(iss="https://other/auth", sub="me")},
    ):
        assert runs(full(), **given) == [["x-1.0-0.conda"]]
    assert len(runs.files) == 3
    runs(full(token="t/ct-1/"), conda_token="ct-1")
    runs(full(token="t/ct-2/"), conda_token="ct-2")
    assert len(runs.files) == 5
    assert not [path for path in runs.files if "ct-1" in path.name or "ct-1" in path.read_text()], "a token is in no name and no file"
    renewed = jwt(iss="https://ae5/auth", sub="me", exp=2)
    assert runs(unchanged(), access_token=renewed) == [["x-1.0-0.conda"]], "a new token of the same user is the same viewer"


def test_for_a_token_that_names_no_user_nothing_is_kept(runs: Runs) -> None:
    runs(full(), access_token="opaque")
    assert runs.files == []


def test_another_cluster_is_asked_without_the_etag(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    runs(full())
    monkeypatch.setattr(Http, "api_url", "https://ae5-test/repository/api")
    runs(full())
    assert len(runs.files) == 2


def damages() -> dict[str, t.Callable[[str], str]]:
    return {
        "empty": lambda _text: "",
        "cut": lambda text: text[: len(text) // 2],
        "other package": lambda text: text.replace("x-1.0", "y-1.0"),
        "other etag": lambda text: text.replace('\\"1\\"', '\\"2\\"'),
        "other shape": lambda _text: "[]\n[]\n",
        "nested": lambda _text: "[" * 100_000,
        "no JSON": lambda text: "x" + text,
        "rows of another shape": lambda text: text.splitlines()[0] + "\n[[1]]\n",
    }


@pytest.mark.parametrize("kind", sorted(damages()))
def test_a_damaged_file_is_as_good_as_none(runs: Runs, kind: str) -> None:
    runs(full())
    text = runs.files[0].read_text()
    assert damages()[kind](text) != text
    runs.files[0].write_text(damages()[kind](text))
    assert runs(full()) == [["x-1.0-0.conda"]]
    assert runs(unchanged()) == [["x-1.0-0.conda"]], "and it is replaced by a whole one"


def test_a_file_under_another_name_is_not_used(runs: Runs) -> None:
    runs(full())
    text = runs.files[0].read_text()
    runs(full(), access_token=jwt(iss="https://ae5/auth", sub="you"))
    for path in runs.files:
        path.write_text(text)
    assert runs(full(), access_token=jwt(iss="https://ae5/auth", sub="you")) == [["x-1.0-0.conda"]]


def test_a_check_reads_it_and_writes_nothing(runs: Runs) -> None:
    runs(full(), read_only=True)
    assert not runs.folder.exists()
    runs(full())
    before = runs.files[0].read_text()
    runs(full('"1"', {"packages": {}}, '"2"'), read_only=True)
    assert runs.files[0].read_text() == before
    runs(full('"1"', {"packages": {}}, '"2"'), read_only=True, keep=True)
    assert runs.files[0].read_text() != before, "a module that only reads may keep what it read"


def test_a_folder_that_cannot_be_written_to_costs_nothing_but_time(runs: Runs) -> None:
    runs.folder.write_text("a file")
    assert runs(full()) == [["x-1.0-0.conda"]]
    assert runs.folder.read_text() == "a file"


def test_without_an_etag_nothing_is_kept(runs: Runs) -> None:
    runs(Step("GET", PATH.format(token=""), reply=BODY))
    assert runs.files == []
