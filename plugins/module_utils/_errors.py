# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exceptions of the collection.  Private to the collection."""

from __future__ import annotations

import typing as t


class MigrationError(Exception):
    """Something that ends a module's work.  Its text is one sentence: what, which thing by name, why, what to do.

    ``values`` go into the module's result beside ``msg``.
    """

    def __init__(self, message: str, **values: t.Any) -> None:
        super().__init__(message)
        self.values = values


def reason_of(exc: BaseException) -> str:
    """What an exception says, for the end of a sentence; its class says nothing to the people who read it."""
    if isinstance(exc, OSError) and exc.strerror:
        return exc.strerror
    return " ".join(str(exc).split()) or "no reason was given"


def fault_of(exc: BaseException) -> str:
    """The end of a sentence about an exception that nobody expected, with all that helps to find it."""
    return f"because of a fault in this collection, please report it: {exc!r}"


class MissingLibrary(MigrationError):
    """A Python library that the work needs cannot be imported on this host."""

    def __init__(self, library: str, import_traceback: t.Optional[str] = None) -> None:
        super().__init__(f"The Python library {library} is missing on this host; install it for the interpreter Ansible uses there.")
        self.library = library
        self.import_traceback = import_traceback
