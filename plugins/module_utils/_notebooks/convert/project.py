# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converts one project of a notebook host: its archive, and next to it the files that we put into the archive.  Private to the collection.

Nothing of a project is written: the archive is made from the project's own files with ours in place of some of them.  An
archive is made again only if something it is made from has changed by name, size, time or place, or if it is missing.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import shutil
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._aen import project_file
from ansible_collections.ae_ops.migration.plugins.module_utils._aen.project_downloads import downloaded, patterns_of
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError, MissingLibrary
from ansible_collections.ae_ops.migration.plugins.module_utils._files import file_sha256, is_there, write_text
from ansible_collections.ae_ops.migration.plugins.module_utils._model import project_ignore
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import PrincipalMap
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import NotebookHost, Project
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_limits import MAX_BYTES
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_names import name_problems, proposed_name
from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_tree import tree_digest
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive import git_ignore, pack
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive.storage import predict
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive.survey import Survey, check_size, overlaid, survey
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.convert.files import (
    Files,
    Rules,
    Texts,
    make_files,
    replaced_names,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.convert.secrets import SecretFiles
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.convert.tool import archive_with_tool
from ansible_collections.ae_ops.migration.plugins.module_utils._safe_open import folder
from ansible_collections.ae_ops.migration.plugins.module_utils._store.conversions import (
    CONVERTED,
    ENDING,
    EXCLUDED,
    REFUSED,
    Conversion,
    matches,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown

FORMAT = "2"
"""Changes when the same project would give another archive, so that all are made again."""
INCLUDE = "include"
AEN_ROOT = "/projects"
"""Where AEN has its projects (AE4 facts 4.2), perhaps through a link."""


@dataclasses.dataclass(frozen=True)
class Options:
    """What is to be converted, into what."""

    dest: str
    rules: Rules
    only: t.Tuple[str, ...] = ()
    """Patterns of ``OWNER/NAME``; none means all.  The others' lines stay as they are."""
    include: t.Tuple[str, ...] = ()
    """Patterns of those that are to be on AE5; none means all."""
    exclude: t.Tuple[str, ...] = ()
    """Patterns of those that are not."""
    users: PrincipalMap = dataclasses.field(default_factory=PrincipalMap)
    names: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    """``OWNER/NAME`` to the name on AE5."""
    accept_proposed: bool = False
    """Whether a project whose name AE5 does not take gets the proposed one instead of being refused."""
    git_ignored: str = ""
    max_bytes: int = MAX_BYTES
    tool: str = ""
    """Path of anaconda-project where that is to be used."""
    fresh: bool = False
    workers: int = 4
    write: bool = True
    predicted: str = ""
    """Where ``write`` is false, the file for the list that would be written; empty for none."""


@dataclasses.dataclass
class Made:
    """What converting one project gave.  ``before`` and ``after`` are the texts of our files, by path below ``dest``."""

    conversion: Conversion
    changed: bool = False
    before: t.Dict[str, str] = dataclasses.field(default_factory=dict)
    after: t.Dict[str, str] = dataclasses.field(default_factory=dict)


class Refused(MigrationError):
    """A project that is not converted until a person does something."""


class Converter:
    """Converts one project after the other; threads may share it."""

    def __init__(self, head: NotebookHost, options: Options, last: t.Mapping[str, Conversion]) -> None:
        self._head, self._options, self._last = head, options, last
        self._kept: t.Set[str] = set()
        self._archives: t.Set[str] = set()

    def convert(self, project: Project, name: str, is_taken: bool = False) -> Made:
        """One project, as the AE5 project ``name``; a project that cannot be converted is refused with a sentence."""
        user = self._options.users.user(project.owner, self._head.site) or ""
        base = Conversion(self._head.host, self._head.site, project.owner, project.name, name, user, REFUSED)
        why = self._left_out(project.key) if user else "Its owner has no AE5 user (ae_user_map)."
        if why:
            return Made(dataclasses.replace(base, state=EXCLUDED, reason=why))
        try:
            check_name(project, name)
            if is_taken:
                raise Refused(
                    f"Its name on AE5 would be {name}, which another project of {user} has; give it another with ae_notebook_project_names."
                )
            try:
                return self._converted(project, base)
            except pack.Changed:
                return self._converted(project, base)
        except MissingLibrary:
            raise
        except MigrationError as exc:
            reason = str(exc)
            if reason.startswith("Its "):
                reason = f"The project {shown(project.key)} is not converted: i{reason[1:]}"
            return Made(dataclasses.replace(base, reason=reason))

    def _left_out(self, key: str) -> str:
        """Why the inventory leaves a project out; ``""`` if it does not."""
        if not matches(key, self._options.include):
            return "The inventory does not include it (ae_notebook_projects)."
        if self._options.exclude and matches(key, self._options.exclude):
            return "The inventory excludes it (ae_notebook_projects_exclude)."
        return ""

    def _converted(self, project: Project, base: Conversion) -> Made:
        options = self._options
        with self._project(project) as root_fd:
            path = os.path.join(self._head.root, project.owner, project.name)
            texts = Texts(root_fd)
            lines = project_ignore.patterns_of(project_ignore.merged(texts.get(project_ignore.FILE)))
            hidden = frozenset() if options.git_ignored == INCLUDE else git_ignore.git_ignored(root_fd, path)
            aliases = (project.path, f"{AEN_ROOT}/{project.owner}/{project.name}")
            secrets = SecretFiles(project, options.rules.secrets)
            there, text = texts.first(project_file.FILES)
            fetched = downloaded(text, f"Its {there}") if there else []
            ignore = project_ignore.Ignore([*lines, *patterns_of(fetched)], hidden)
            found = survey(root_fd, path, ignore, replaced_names(texts), aliases, secrets.why_not)
            check_size(found, shown(project.key), options.max_bytes)
            notebooks = [member.path for member in found.members if member.path.endswith(".ipynb") and member.stamp is not None]
            files = make_files(project, base.user, base.name, texts, notebooks, options.rules)
            files.notes.extend(secrets.notes())
            left = [item for item, pattern in found.ignored if pattern[1:] in fetched]
            if left:
                files.notes.append(
                    f"Its {project_file.FILE} downloads {', '.join(left)}, so that is not in the archive, as with anaconda-project; AE5"
                    " downloads it again, unless you remove it from the key downloads and convert again."
                )
            inside = {member.path for member in found.members}
            texts_of = {**{path: text for path, text in files.scrubbed.items() if path in inside}, **files.overlay}
            whole = overlaid(found, {name: text.encode("utf-8", "surrogateescape") for name, text in texts_of.items()})
            check_size(whole, shown(project.key), options.max_bytes)
            return self._archived(root_fd, whole, files, base)

    @contextlib.contextmanager
    def _project(self, project: Project) -> t.Iterator[int]:
        """Descriptor of a project's folder; links on the way to it are not followed."""
        root_fd = os.open(self._head.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            with folder(root_fd, project.owner) as owner_fd, folder(owner_fd, project.name) as project_fd:
                yield project_fd
        except OSError as exc:
            raise Refused(
                f"The project {shown(project.key)} cannot be read ({exc.strerror}); collect the projects again if it was removed."
            ) from exc
        finally:
            os.close(root_fd)

    def _archived(self, root_fd: int, whole: Survey, files: Files, base: Conversion) -> Made:
        relative = f"{base.owner}/{base.name}{ENDING}"
        path = os.path.join(self._options.dest, relative)
        last = self._last.get(base.key)
        stamp = stamp_of(whole, base.name, self._options.tool)
        if last is not None and self._is_still(last, stamp, path):
            packed, again = last, False
        else:
            written, again = self._write(root_fd, whole, files, base, path)
            packed = dataclasses.replace(
                base,
                bytes=written.bytes,
                sha256=written.sha256,
                tree=tree_digest(written.files),
                files=len(written.files),
                git=predict(whole, root_fd, written.files, shown(base.key)),
            )
        conversion = dataclasses.replace(
            base,
            state=CONVERTED,
            archive=relative,
            bytes=packed.bytes,
            sha256=packed.sha256,
            tree=packed.tree,
            files=packed.files,
            git=packed.git,
            unpacked=whole.bytes,
            stamp=stamp,
            environment=files.environment,
            notes=tuple(dict.fromkeys(files.notes)),
            left_out=tuple((item.path, item.why) for item in whole.left_out),
            resolution=files.resolution,
        )
        made = Made(conversion, changed=again)
        self._write_files(made, files, f"{base.owner}/{base.name}")
        return made

    def _is_still(self, last: Conversion, stamp: str, path: str) -> bool:
        if self._options.fresh or last.state != CONVERTED or last.stamp != stamp:
            return False
        try:
            return os.stat(path).st_size == last.bytes
        except FileNotFoundError:
            return False

    def _write(self, root_fd: int, whole: Survey, files: Files, base: Conversion, path: str) -> t.Tuple[pack.Written, bool]:
        """Writes the archive; whether its bytes are others than those that were there."""
        name, limit = shown(base.key), self._options.max_bytes
        before = file_sha256(path) if is_there(path) else ""
        if not self._options.write:
            written = pack.write_archive(whole, root_fd, base.name, name=name, limit=limit)
            return written, written.sha256 != before
        os.makedirs(os.path.dirname(path), mode=0o750, exist_ok=True)
        temporary = f"{path}.new"
        try:
            fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640)
            with os.fdopen(fd, "wb", buffering=pack.CHUNK) as stream:
                if self._options.tool:
                    written = archive_with_tool(self._options.tool, whole, root_fd, base.name, files, stream, name=name, limit=limit)
                else:
                    written = pack.write_archive(whole, root_fd, base.name, stream.write, name=name, limit=limit)
            os.replace(temporary, path)
        except OSError as exc:
            raise Refused(f"The archive of the project {name} cannot be written to {shown(path)}: {exc.strerror}.") from exc
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
        return written, written.sha256 != before

    def made(self, made: Made) -> None:
        """Takes note of what is to stay."""
        self._kept.add(made.conversion.key)
        if made.conversion.state == CONVERTED:
            self._archives.add(made.conversion.archive)

    def prune(self) -> None:
        """Removes the archives of the last run whose projects are gone or are no longer converted."""
        if not self._options.write:
            return
        for item in self._last.values():
            is_ours = item.key in self._kept or not self._options.only
            if item.archive and is_ours and item.archive not in self._archives:
                path = os.path.join(self._options.dest, item.archive)
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(path)
                shutil.rmtree(path[: -len(ENDING)], ignore_errors=True)

    def _write_files(self, made: Made, files: Files, below: str) -> None:
        for name, text in sorted(files.overlay.items()):
            relative = f"{below}/{name.lstrip('.')}"
            path = os.path.join(self._options.dest, relative)
            there = _text_of(path)
            if there == text:
                continue
            made.changed = True
            made.before[relative], made.after[relative] = there, text
            if self._options.write:
                write_text(path, text)


def _text_of(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as stream:
            return stream.read()
    except FileNotFoundError:
        return ""


def check_name(project: Project, name: str) -> None:
    """Raises ``Refused`` for a name that AE5 does not take."""
    proposed = project.proposed_name if name == project.name and project.proposed_name else proposed_name(name)
    for problem in name_problems(name, proposed):
        raise Refused(
            f"The project {shown(project.key)} is not converted: {problem.detail} Rename it, or give it another name for AE5 with"
            " ae_notebook_project_names."
        )


def stamp_of(whole: Survey, name: str, tool: str) -> str:
    """A digest of all that an archive is made from, by name, size, place and time; of our own files by content."""
    told = hashlib.sha256(repr((FORMAT, name, tool)).encode("utf-8", "surrogateescape"))
    for member in whole.members:
        told.update(repr(tuple(member)).encode("utf-8", "surrogateescape"))
    return told.hexdigest()
