# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trees that hypothesis makes up, and what git itself does with them."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
import tempfile
import typing as t
from pathlib import Path

from hypothesis import strategies as st

NAMES = ("a", "b", "c.py", "ab", "m.pyc", "tmp", "data", "é", "a b", "a ", "[a]", "a\\b", "x*y", "#a", "!a", "日本", "\udcff", 'q"q')
ATOMS = (
    *("*", "**", "***", "?", "/", "a", "b", "c", ".", "-", "!", "#", " ", "é", "**/", "/**", "/**/", ".py", "tmp"),
    *("[ab]", "[!a]", "[^b]", "[a-c]", "[]a]", "[a-]", "[\\]a]", "[a", "[[:alpha:]]", "[[:foo:]]", "\\", "\\a", "\\*", "\\ ", "\r", "\t"),
)
PATTERNS = (
    "*",
    "*.py",
    "a",
    "b",
    "/a",
    "a/*",
    "a/**",
    "**/b",
    "c.py",
    '"a b"',
    '"q\\"q"',
    '"\\303\\251"',
    "b/",
    "a/",
    "a/b",
    "[ab]",
    "!a",
    "#x",
    "é",
)
ATTRIBUTES = (
    *("text", "-text", "!text", "text=auto", "text=input", "crlf", "-crlf", "crlf=input", "eol=lf", "eol=crlf", "ident", "-ident"),
    *(
        "export-subst",
        "export-ignore",
        "-export-ignore",
        "!export-ignore",
        "binary",
        "-binary",
        "merge=binary",
        "x=y",
        "-a!b",
        "mine",
        "both",
    ),
)
PIECES = (
    *(b"a\n", b"a\r\n", b"\r", b"x", b"$Id$\n", b"$Id: old $\r\n", b"$Id$Id: x$", b"$Id: a\nb$", b"$Format:%s$\n", b"$"),
    *(b"\x00", b"\x1a", b"\xff\xfe", b"\x01" * 3, b"text " * 40, b"\n"),
)

Tree = t.Dict[str, bytes]

paths = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join)
contents = st.lists(st.sampled_from(PIECES), max_size=5).map(b"".join)


def _fits(tree: Tree) -> bool:
    return not any(path.startswith(other + "/") for path in tree for other in tree)


trees = st.dictionaries(paths, contents, min_size=1, max_size=7).filter(_fits)
atoms = st.lists(st.sampled_from(ATOMS), max_size=5).map("".join)
patterns = st.one_of(paths, st.builds("{}{}{}".format, st.sampled_from(("", "!", "/", "!/")), atoms, st.sampled_from(("", "/"))))
ignores = st.lists(patterns, min_size=1, max_size=4).map(lambda lines: "\n".join(lines).encode("utf-8", "surrogateescape"))
blanks = st.sampled_from((" ", "\t"))
settings = st.lists(st.sampled_from(ATTRIBUTES), min_size=1, max_size=2).map(" ".join)
lines = st.tuples(st.sampled_from(("", " ")), st.sampled_from(PATTERNS), blanks, settings, st.sampled_from(("", "\r"))).map("".join)
attributes = st.lists(lines, min_size=1, max_size=4).map(lambda found: "\n".join(found).encode())


@st.composite
def projects(draw: st.DrawFn, ignore: bool = True, attribute: bool = True) -> Tree:
    """A tree with the files that git obeys, at its top and perhaps below."""
    tree: Tree = dict(draw(trees))
    folders = sorted({path.rpartition("/")[0] + "/" for path in tree if "/" in path})
    for name, texts, wanted in ((".gitignore", ignores, ignore), (".gitattributes", attributes, attribute)):
        for folder in ("", *([draw(st.sampled_from(folders))] if folders else ())):
            if wanted and draw(st.integers(0, 3)):
                tree[folder + name] = draw(texts)
    return tree


def kept_by_git(tree: Tree) -> Tree:
    """A plain ``git add`` and ``git archive``, without any settings of this host."""
    with tempfile.TemporaryDirectory() as folder:
        work, repository = Path(folder, "work"), Path(folder, "git")
        for path, content in tree.items():
            target = os.path.join(os.fsencode(work), path.encode("utf-8", "surrogateescape"))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "wb") as stream:
                stream.write(content)
        env = {"GIT_DIR": str(repository), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "PATH": os.environ["PATH"]}
        identity = ("-c", "user.name=x", "-c", "user.email=x@example.com")

        def git(*arguments: str, **more: str) -> bytes:
            return subprocess.run(["git", *arguments], cwd=work, env={**env, **more}, check=True, capture_output=True).stdout

        git("init", "--quiet", "--bare", str(repository))
        git("add", "--all", GIT_WORK_TREE=str(work))
        git(*identity, "commit", "--quiet", "--allow-empty", "-m", "0.0.1", GIT_WORK_TREE=str(work))
        with tarfile.open(fileobj=io.BytesIO(git("archive", "--format=tar", "HEAD")), encoding="utf-8", errors="surrogateescape") as tar:
            return {item.name: t.cast("t.IO[bytes]", tar.extractfile(item)).read() for item in tar if item.isreg()}


def together(cases: t.Sequence[Tree]) -> Tree:
    """Many trees as folders of one, so that git need not be started for each."""
    return {f"{number}/{path}": content for number, tree in enumerate(cases) for path, content in tree.items()}
