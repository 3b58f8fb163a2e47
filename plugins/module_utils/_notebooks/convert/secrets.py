# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files of a project stay behind because they are there to keep a secret, by the inventory's policy.  Private to the collection."""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import Project, Secret
from ansible_collections.ae_ops.migration.plugins.module_utils._model.secret_files import may_be_secret, secret_file
from ansible_collections.ae_ops.migration.plugins.module_utils._secrets import STRIP
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown
from ansible_collections.ae_ops.migration.plugins.module_utils._words import listed

_SHOWN = 50


class SecretFiles:
    """Decides of each file that would be in the archive.  The rule is asked anew: the project may have changed since it was collected."""

    def __init__(self, project: Project, policy: str) -> None:
        self._known = {item.path for item in project.secrets.found if item.kind == Secret.FILE}
        self._is_strict = policy == STRIP
        self._found: t.List[str] = []

    def why_not(self, path: str, head: t.Callable[[], bytes]) -> str:
        """Why the archive is not to hold a file, as the end of a sentence; empty if it is.  ``head`` reads the file's beginning."""
        what = secret_file(path, head()) if path in self._known or may_be_secret(path) else ""
        if what:
            self._found.append(f"{shown(path)}: {what}")
        return f"it keeps {what} (ae_notebook_secrets)" if what and self._is_strict else ""

    def notes(self) -> t.List[str]:
        """What the conversion says of it."""
        names = listed(self._found, _SHOWN)
        if self._is_strict:
            return [f"Files that keep secrets were left out (ae_notebook_secrets), so provide them on AE5: {names}."] if names else []
        return [f"Files that keep secrets go to AE5 with it: {names}."] if names else []
