# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports a site and keeps the last good dump.  Private to the collection.

Names in the export folder::

    dump        the last good dump
    .lock       held by the run in progress, and by its command
    .new-X      the folder a run exports to
    .old-X      the last good dump during the swap: without a ``dump``, it is the dump (a run was killed in between)
    .trash-X    a folder being removed

A swap is two renames, ``dump`` -> ``.old-X`` and ``.new-X/site-dump`` -> ``dump``; wherever a run is killed, the next one finds
a complete dump under one of the two names.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import typing as t
import uuid

from ansible_collections.ae_ops.migration.plugins.module_utils._ae4 import command, dump
from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.survey import Survey, owners_with_other_bytes, same_surveys, survey
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown
from ansible_collections.ae_ops.migration.plugins.module_utils._words import listed

DUMP = "dump"
SITE_DUMP = "site-dump"
LOCK = ".lock"
NEW, OLD, TRASH = ".new-", ".old-", ".trash-"


class ExportResult(t.NamedTuple):
    """``present`` is whether there is a dump at ``path`` now; ``before`` and ``after`` are lines, one per owner."""

    changed: bool
    path: str
    present: bool
    summary: t.Dict[str, t.Any]
    warnings: t.List[str]
    before: t.List[str]
    after: t.List[str]


def export_site(export_dir: str, user: str, bin_dir: t.Optional[str]) -> ExportResult:
    """Exports the site into ``export_dir``.  Raises ``MigrationError`` or ``OSError``; then the last good dump is untouched."""
    command.check_user(user)
    folder = command.find_bin_dir(bin_dir)
    os.makedirs(export_dir, mode=0o700, exist_ok=True)
    with _locked(export_dir) as lock_fd:
        return _Swap(export_dir).run(folder, lock_fd)


def predict(export_dir: str, user: str, bin_dir: t.Optional[str]) -> ExportResult:
    """Check mode: nothing is run; later phases use the last good dump, if there is one."""
    command.check_user(user)
    command.find_bin_dir(bin_dir)
    path = os.path.join(export_dir, DUMP)
    if not os.path.isdir(path):
        kept = _names(export_dir, OLD)
        more = f"; the next run restores {kept[-1]}, left by an interrupted run" if kept else ""
        return ExportResult(
            False, path, False, {}, [f"Check mode runs no export, and there is no last good dump in {export_dir} yet{more}."], [], []
        )
    found = _survey_path(path)
    warning = f"Check mode runs no export; the last good dump {path} is used."
    return ExportResult(False, path, True, found.summary(), [warning], found.lines(), found.lines())


@contextlib.contextmanager
def _locked(export_dir: str) -> t.Iterator[int]:
    fd = os.open(os.path.join(export_dir, LOCK), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise MigrationError(f"Another export into {export_dir} is running; wait until it ends.") from exc
        yield fd
    finally:
        os.close(fd)


def _names(export_dir: str, prefix: str) -> t.List[str]:
    """Entries with the prefix, oldest first."""
    try:
        names = [name for name in os.listdir(export_dir) if name.startswith(prefix)]
    except FileNotFoundError:
        return []
    return sorted(names, key=lambda name: (os.lstat(os.path.join(export_dir, name)).st_mtime_ns, name))


def _survey_path(path: str) -> Survey:
    fd = dump.open_dump(path)
    try:
        return survey(fd)
    except OSError as exc:
        raise MigrationError(f"The dump {path} cannot be read: {exc.strerror}.") from exc
    finally:
        os.close(fd)


class _Swap:
    """One export into a folder that is locked."""

    def __init__(self, export_dir: str) -> None:
        self.folder = export_dir
        self.dump = os.path.join(export_dir, DUMP)
        self.warnings: t.List[str] = []

    def run(self, bin_dir: str, lock_fd: int) -> ExportResult:
        self.repair()
        warning = command.space_warning(bin_dir, self.folder)
        if warning is not None:
            self.warnings.append(warning)
        fresh = tempfile.mkdtemp(prefix=NEW, dir=self.folder)
        try:
            command.run_export(bin_dir, fresh, lock_fd)
            new_path = find_dump(fresh)
            new = _survey_path(new_path)
            old = _survey_path(self.dump) if os.path.isdir(self.dump) else None
            self.judge(old, new)
            before = [] if old is None else old.lines()
            after = new.lines()
            other_bytes = [] if old is None or not same_surveys(old, new) else self._other_bytes(new_path, old.touched)
            after += [f"{shown(name)}: the bytes of some files" for name in other_bytes]
            changed = old is None or not same_surveys(old, new) or bool(other_bytes)
            if changed:
                self.swap(new_path)
        finally:
            if os.path.lexists(fresh):
                self.remove(fresh)
        return ExportResult(changed, self.dump, True, new.summary(), self.warnings, before, after)

    def repair(self) -> None:
        """Repairs the folder after a run that was killed."""
        if os.path.islink(self.dump) or (os.path.lexists(self.dump) and not os.path.isdir(self.dump)):
            raise MigrationError(f"The dump {self.dump} must be a folder, not a link or a file; move it away.")
        kept = _names(self.folder, OLD)
        if kept and not os.path.lexists(self.dump):
            os.rename(os.path.join(self.folder, kept.pop()), self.dump)
            self._sync()
        for name in [*kept, *_names(self.folder, NEW), *_names(self.folder, TRASH)]:
            self.remove(os.path.join(self.folder, name))

    def judge(self, old: t.Optional[Survey], new: Survey) -> None:
        """Raises ``MigrationError`` unless the new dump is complete.

        A package folder without meta.json is the sign of an export that was cut off.  It counts unless the same folder was
        like that in the last good dump; without a last good dump there is nothing to protect, and a package that AE4 never
        exports properly must not block the site.
        """
        if not new.owners:
            raise MigrationError("The export ended without an error, but its dump has no owners; the last good dump, if any, is kept.")
        if new.is_empty:
            raise MigrationError(
                "The export ended without an error, but its dump has neither a package nor an owner's meta.json; it is not used."
            )
        cut_off = sorted(new.incomplete - (old.incomplete if old is not None else set()))
        if cut_off:
            names = listed([shown(name) for name in cut_off], 3)
            if old is not None:
                raise MigrationError(f"The new dump is incomplete, meta.json is missing or cut off in {names}; the last good dump is kept.")
            self.warnings.append(f"In the dump, meta.json is missing or cut off in {names}; their files cannot be migrated.")
        gone = sorted(set(old.owners) - set(new.owners)) if old is not None else []
        if gone:
            self.warnings.append(f"Owners of the last good dump that are not in the new one: {', '.join(map(shown, gone))}.")

    def _other_bytes(self, new_path: str, touched: t.Set[str]) -> t.List[str]:
        old_fd, new_fd = dump.open_dump(self.dump), dump.open_dump(new_path)
        try:
            return owners_with_other_bytes(old_fd, new_fd, touched)
        finally:
            os.close(old_fd)
            os.close(new_fd)

    def swap(self, new_path: str) -> None:
        """Makes the folder at ``new_path`` the dump."""
        os.sync()  # the names must not reach the disk before the bytes
        aside = os.path.join(self.folder, OLD + uuid.uuid4().hex)
        replaces = os.path.lexists(self.dump)
        if replaces:
            os.rename(self.dump, aside)
            self._sync()
        try:
            os.rename(new_path, self.dump)
        except OSError:
            if replaces:
                os.rename(aside, self.dump)
            raise
        self._sync()
        if replaces:
            self.remove(aside)

    def remove(self, path: str) -> None:
        """Removes a folder; renames it first, so that a half removed folder is not taken for a dump."""
        trash = os.path.join(self.folder, TRASH + uuid.uuid4().hex)
        os.rename(path, trash)
        try:
            shutil.rmtree(trash)
        except OSError as exc:
            self.warnings.append(f"The folder {trash} could not be removed ({exc.strerror}); the next export tries again.")

    def _sync(self) -> None:
        fd = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def find_dump(fresh: str) -> str:
    """The dump that the command created in an empty folder: where it puts it is not documented.

    ``site-dump``, else the only folder, else the folder itself if it has owner folders.  Raises ``MigrationError``.
    """
    with os.scandir(fresh) as entries:
        folders = sorted(entry.path for entry in entries if entry.is_dir(follow_symlinks=False))
    named = os.path.join(fresh, SITE_DUMP)
    if named in folders:
        return named
    if any(_is_owner(folder) for folder in folders):
        return fresh
    if len(folders) == 1:
        return folders[0]
    found = ", ".join(os.path.basename(folder) for folder in folders[:5]) or "no folder"
    raise MigrationError(f"The export ended without an error but created no dump in its working folder: {found} instead of {SITE_DUMP}.")


def _is_owner(folder: str) -> bool:
    return any(name == dump.META or dump.split_package_folder(name) for name in os.listdir(folder))
