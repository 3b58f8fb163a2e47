# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must not get into the collection's archive: whatever git is not to have either."""

from __future__ import annotations

import fnmatch

import pytest
import yaml

from tests.lab.playbook import ROOT

IGNORED = [line.strip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").split() if not line.startswith("#")]


@pytest.mark.parametrize("name", IGNORED)
def test_what_git_ignores_is_not_packed(name: str) -> None:
    patterns = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["build_ignore"]
    path = name.replace("*", "x") if "/" in name or "*" in name else name
    assert any(fnmatch.fnmatch(path, pattern) for pattern in patterns) or any(fnmatch.fnmatch(f"a/{path}", pattern) for pattern in patterns)


def test_what_the_readme_has_people_make_is_ignored() -> None:
    assert {"inventory", "principals-*.csv", "capabilities-*.yml", "reports"} <= set(IGNORED)
