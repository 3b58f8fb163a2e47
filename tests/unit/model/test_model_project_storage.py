# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is predicted of AE5's git, beside git itself."""

from __future__ import annotations

import hashlib
import io
import tarfile
import time
import typing as t
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.ae_ops.migration.plugins.module_utils._model import project_tree
from ansible_collections.ae_ops.migration.plugins.module_utils._model.git_changes import (
    CHANGED,
    COMPLETED,
    DROPPED,
    FOLDER,
    LINK,
    REFUSED,
    GitChange,
    expected,
    findings,
    in_words,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._model.git_content import UNKNOWN
from ansible_collections.ae_ops.migration.plugins.module_utils._model.git_patterns import GitPattern, Ignored
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_storage import Storage, is_control
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_tree import compare, tree_digest
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive.pack import read_tree
from tests.lab.ae5.projects_git import BrokenProject, kept
from tests.lab.ae5.switches import Switches
from tests.unit.lab_ae5.ae5_tools_client import tarball
from tests.unit.model.git_world import Tree, kept_by_git, projects, together

SLOW = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
MACROS = b"[attr]mine text=auto eol=crlf\n[attr]both mine export-ignore\n"


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def predicted(tree: Tree, links: t.Mapping[str, str] | None = None, folders: t.Sequence[str] = ()) -> tuple[GitChange, ...]:
    files = {path: sha(content) for path, content in tree.items()}
    texts = {path: content for path, content in tree.items() if is_control(path)}

    def content(path: str) -> t.Callable[[], list[bytes]]:
        return lambda: [tree[path][at : at + 3] for at in range(0, len(tree[path]), 3)]

    return Storage(files, links or {}, folders, texts).changes(content)


@SLOW
@given(cases=st.lists(projects(attribute=False), min_size=20, max_size=40))
def test_what_is_ignored_is_what_git_ignores(cases: list[Tree]) -> None:
    tree = together(cases)
    ignored = Ignored({path: content for path, content in tree.items() if is_control(path)})
    assert {path for path in tree if not ignored.reason(path)[0]} == set(kept_by_git(tree))


@SLOW
@given(cases=st.lists(projects(), min_size=20, max_size=40))
def test_what_attributes_do_is_what_git_does(cases: list[Tree]) -> None:
    tree = {**together(cases), ".gitattributes": MACROS, ".gitignore": b""}
    out = kept_by_git(tree)
    changes = [change for change in expected(predicted(tree)) if change.kind != COMPLETED]
    left = {**{path: sha(content) for path, content in tree.items()}, **{change.path: change.after for change in changes}}
    for change in changes:
        if change.kind == DROPPED:
            del left[change.path]
    assert left.keys() == out.keys()
    assert {path: told for path, told in left.items() if told not in (UNKNOWN, sha(out[path]))} == {}


@pytest.mark.parametrize("text", [b"a\n\r", b"a\rb\r", b"a\r\nb", b"a\r\n", b"a\n\n", b"\r", b"a"])
def test_lines_that_ae5_adds_to_odd_line_ends_are_expected(tmp_path: Path, text: bytes) -> None:
    """What stands between the project's last line and AE5's first is normalized by git."""
    tree = {".gitignore": text, ".gitattributes": b"* text", "code.py": b"x"}
    theirs, _modes = stored(tmp_path, tree, "2024")
    assert compare(theirs, tree_digest({path: sha(content) for path, content in tree.items()}), predicted(tree)).is_same


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=projects(), era=st.sampled_from(["none", "2018", "2019", "2024"]), data=st.data())
def test_nothing_but_the_prediction_becomes_of_a_project(
    tmp_path_factory: pytest.TempPathFactory, tree: Tree, era: str, data: st.DataObject
) -> None:
    """On the lab's storage, whatever AE5's era; and anything else that changes is seen."""
    root = tmp_path_factory.mktemp("storage")
    theirs, modes = stored(root, tree, era)
    changes = predicted(tree)
    digest = tree_digest({path: sha(content) for path, content in tree.items()})
    found = compare(theirs, digest, changes)
    assert found.is_same
    if era == "2024":
        assert [change for change in found.seen if change.kind != COMPLETED] == [
            change for change in expected(changes) if change.kind != COMPLETED
        ]
    assert all(mode == (0o775 if path.endswith(".sh") else 0o664) for path, mode in modes.items())
    unsure = {change.path for change in changes}
    sure = sorted(theirs.files.keys() - unsure - set(project_tree.ADDED_BY_AE5))
    if sure:
        path = data.draw(st.sampled_from(sure))
        without = {name: told for name, told in theirs.files.items() if name != path}
        for files in (without, {**theirs.files, path: "0" * 64}, {**theirs.files, path + "x": "0" * 64}):
            assert not compare(project_tree.Tree("", files, {}, frozenset(), theirs.texts), digest, changes).is_same


def stored(root: Path, tree: Tree, era: str, **switches: str) -> tuple[project_tree.Tree, dict[str, int]]:
    """What the lab gives out of a tree, and the modes of its files."""
    upload, draft = root / "upload", root / "draft.tar.gz"
    upload.write_bytes(tarball(tree))
    kept(upload, draft, "demo-1", int(time.time()), "0.0.1", root / "git", Switches(project_extras=era, **switches))
    content = draft.read_bytes()
    with tarfile.open(fileobj=io.BytesIO(content), encoding="utf-8", errors="surrogateescape") as tar:
        modes = {item.name.partition("/")[2]: item.mode for item in tar if item.isreg()}
    return read_tree(io.BytesIO(content), "it"), modes


@pytest.mark.parametrize(
    "name", ["run.sh", "наука/данные.csv", "日本語", "back\\slash.sh", "\udcff.csv", "a b ", "-x", "new\nline", "é" * 120]
)
def test_odd_names_and_modes_stay(tmp_path: Path, name: str) -> None:
    tree = {name: b"x"}
    theirs, modes = stored(tmp_path, tree, "2024")
    assert modes[name] == (0o775 if name.endswith(".sh") else 0o664)
    assert compare(theirs, tree_digest({name: sha(b"x")}), predicted(tree)) == project_tree.Kept(theirs.files, True)


NEAR_GIT = [
    *(".GIT/x", "git~1", "sub/.git./x", ".git :x", ".giT\\x", "GIT~1. .", "a\\.git", "a\\.git\\b"),
    *(".gitx", "git~2", ".git.x", "x.git", "a\\b.git", "git"),
]


@pytest.mark.parametrize("name", NEAR_GIT)
@pytest.mark.parametrize("ignored", [b"", b".*\n*~1*\nsub\n!.gitignore\n"])
def test_names_that_git_refuses_are_named(tmp_path: Path, name: str, ignored: bytes) -> None:
    tree = {name: b"x", ".gitignore": ignored}
    refused = [change for change in predicted(tree) if change.kind == REFUSED]
    if refused:
        assert next(iter(findings("ann", "demo", refused))).what.endswith(f"because of the name of {name}.")
        with pytest.raises(BrokenProject, match="invalid path"):
            stored(tmp_path, tree, "2024")
    else:
        stored(tmp_path, tree, "2024")


# -- what cannot be seen in the files alone


TREE = {"a": "1" * 64}
DIGEST = tree_digest(TREE)
LINKED = GitChange("l", LINK, "AE5 unpacks no links", "a")


def there(links: t.Mapping[str, str] | None = None, folders: t.Sequence[str] = (), **files: str) -> project_tree.Tree:
    return project_tree.Tree("top", {**TREE, **files}, links or {}, frozenset(folders))


def test_links_may_be_dropped_but_lead_nowhere_else() -> None:
    assert compare(there(), DIGEST, [LINKED]) == project_tree.Kept(TREE, True, (LINKED,))
    assert compare(there(links={"l": "a"}), DIGEST, [LINKED]) == project_tree.Kept(TREE, True)
    assert not compare(there(links={"l": "elsewhere"}), DIGEST, [LINKED]).is_same
    assert not compare(there(l="2" * 64), DIGEST, [LINKED]).is_same


def test_links_and_empty_folders_are_predicted() -> None:
    changes = predicted({".gitignore": b"*.lnk"}, {"a.lnk": "b", "z": "b"}, ["out"])
    assert [(change.path, change.kind, change.why) for change in changes[1:]] == [
        ("a.lnk", LINK, ".gitignore: *.lnk"),
        ("z", LINK, "AE5 unpacks no links"),
        ("out", FOLDER, "git keeps no empty folder"),
    ]
    assert [change.path for change in compare(there(folders=["out"]), DIGEST, changes).seen] == ["a.lnk", "z"]


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        (b"*.log\n# AE5\n/data\n!/data/\n", True),
        (b"*.log\n\n# These lines were added\n/user\n", True),
        (b"# AE5\n/tmp/\n*.pyc\n*.log\n", True),
        (b"# AE5\n/tmp/\n*.log\n/data\n", True),
        (b"*.pyc\n/tmp/\n", True),
        (b"*.new\n*.log\n", False),
        (b"*.log\n*.csv\n", False),
        (b"*.csv\n", False),
        (b"", False),
    ],
)
def test_ae5s_lines_in_a_projects_own_gitignore(text: bytes, fine: bool) -> None:
    own = GitChange(".gitignore", COMPLETED, "AE5 adds its lines", sha(b"*.log"))
    digest = tree_digest({**TREE, ".gitignore": own.before})
    theirs = project_tree.Tree("top", {**TREE, ".gitignore": sha(text)}, {}, frozenset(), {".gitignore": text})
    assert compare(theirs, digest, [own]).is_same == fine


def test_in_words() -> None:
    files = [GitChange(f"f{number}", DROPPED, ".gitignore: f*") for number in range(7)]
    rest = [GitChange("x\n", CHANGED, ".gitattributes: text"), LINKED, GitChange("out", FOLDER, "git keeps no empty folder")]
    assert in_words([*files, *rest]) == (
        f"AE5 keeps projects in git, which drops 7 files ({', '.join(f'f{number}: .gitignore: f*' for number in range(5))} and 2 more),"
        " 1 link (l: AE5 unpacks no links), 1 empty folder (out: git keeps no empty folder) and changes 1 file (x\\x0a: .gitattributes:"
        " text)."
    )
    assert in_words([GitChange(".gitignore", COMPLETED, "AE5 adds its lines")]) == ""


@pytest.mark.parametrize("pattern", [b"a*" * 50 + b"b", b"**/a/" * 30 + b"b", b"[a-z]*" * 40 + b"!", b"*" * 5000 + b"x"])
def test_no_pattern_takes_for_ever(pattern: bytes) -> None:
    started = time.process_time()
    made = GitPattern(pattern, "")
    for path in ("a" * 250, "/".join("a" * 100), "ab" * 120):
        made.matches(path, False)
    assert time.process_time() - started < 1
