# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Walks a site dump without following links or trusting names.  Private to the collection.

A dump was written by another product from data that its users could name freely, so it is read as hostile input:
folders are opened one by one relative to the descriptor of the folder above (``O_NOFOLLOW``), only names that a
directory listing gave are opened, and no string from a ``meta.json`` is ever joined to a path.

Shape of a dump (vendor migration guide, "Exporting packages")::

    <owner>/meta.json
    <owner>/<24 hex digits>--<package>/meta.json and the package's files

The guide does not say whether files are flat in the package's folder, below ``<subdir>/`` or with a mangled name, so every
file of a package's folder is listed, at any depth (up to ``MAX_DEPTH``).

Names are decoded as UTF-8 with ``surrogateescape`` whatever the locale is.
"""

from __future__ import annotations

import os
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._safe_open import open_file, reason
from ansible_collections.ae_ops.migration.plugins.module_utils._words import size_in_words

META = "meta.json"
MAX_META_BYTES = 64_000_000
"""A package with ten thousand files has a meta.json of about 20 MB."""
PACKAGE_FOLDER = re.compile(r"([0-9a-f]{24})--(.+)\Z", re.DOTALL)


def split_package_folder(name: str) -> t.Optional[t.Tuple[str, str]]:
    """(id, package) of a package's folder name, split at the first ``--``; None if it is not one."""
    match = PACKAGE_FOLDER.match(name)
    return (match.group(1), match.group(2)) if match else None


def open_dump(path: str) -> int:
    """Descriptor of the dump's folder.  The path itself is the administrator's and may hold links.

    Raises ``MigrationError`` if there is no such folder.
    """
    try:
        return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as exc:
        raise MigrationError(
            f"The dump {path} cannot be read: {exc.strerror}; run the export playbook first, or correct the path."
        ) from exc


def read_meta(fd: int) -> t.Optional[bytes]:
    """The bytes of the ``meta.json`` in an open folder; None if there is none.

    Raises ``MigrationError`` (its text is the end of a sentence) if it is not a regular file, too large or unreadable.
    """
    try:
        meta_fd = open_file(fd, META)
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise MigrationError(f"it cannot be read: {reason(exc)}") from exc
    with os.fdopen(meta_fd, "rb") as stream:
        try:
            data = stream.read(MAX_META_BYTES + 1)
        except OSError as exc:
            raise MigrationError(f"it cannot be read: {exc.strerror}") from exc
    if len(data) > MAX_META_BYTES:
        raise MigrationError(f"it is larger than {size_in_words(MAX_META_BYTES)}")
    return data
