# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a project's files on AE5 are to be: environments, channels, ``anaconda-project.yml``.  Private to the collection.

Reads the project and writes nothing.  An installed environment is the truth of what runs; a file that describes one comes
after it, the export of the vendor guide (``_env.yml``) before an ``environment.yml``.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import os
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._aen import project_file
from ansible_collections.ae_ops.migration.plugins.module_utils._aen.files import reader
from ansible_collections.ae_ops.migration.plugins.module_utils._aen.project_file import Made
from ansible_collections.ae_ops.migration.plugins.module_utils._aen.project_imports import without_import
from ansible_collections.ae_ops.migration.plugins.module_utils._aen.project_lock import (
    DISABLED,
    LOCK_FILES,
    NO_LOCK,
    PLATFORM,
    Lock,
    disabled,
    read_lock,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._aen.project_secrets import scrubbed_text
from ansible_collections.ae_ops.migration.plugins.module_utils._conda import environment as env
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.environment import SPEC_FILES
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.installed import CONDA_META
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pin import EXACT, Pin
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.requirement_grammar import canonical
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.requirements import REQUIREMENTS
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model import project_ignore
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import DECLARED, Environment, Notebook, Project
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_map import Catalog, Rewriting, rewrite
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.resolution import resolution
from ansible_collections.ae_ops.migration.plugins.module_utils._safe_open import open_file
from ansible_collections.ae_ops.migration.plugins.module_utils._secrets import STRIP, clean_url
from ansible_collections.ae_ops.migration.plugins.module_utils._store.libraries import Library
from ansible_collections.ae_ops.migration.plugins.module_utils._store.resolutions import Resolution
from ansible_collections.ae_ops.migration.plugins.module_utils._text import matches_any
from ansible_collections.ae_ops.migration.plugins.module_utils._words import listed, size_in_words
from ansible_collections.ae_ops.migration.plugins.module_utils._yaml import MAX_BYTES, decoded

ENVIRONMENT = "environment.yml"
ENVIRONMENTS = (ENVIRONMENT, "environment.yaml")
"""What anaconda-project compares with the project's file, in its order."""


@dataclasses.dataclass(frozen=True)
class Rules:
    """How projects are converted."""

    catalog: Catalog
    pin: str = EXACT
    declared: t.Mapping[str, t.Sequence[str]] = dataclasses.field(default_factory=dict)
    """Old channel to AE5 channels."""
    drop: t.Tuple[str, ...] = ()
    """Patterns of packages that no environment is to ask for on AE5."""
    libraries: t.Mapping[str, t.Sequence[Library]] = dataclasses.field(default_factory=dict)
    """Packages made of shared libraries, by the key of the project that used them by path."""
    secrets: str = STRIP
    """What becomes of secrets in the project's own files."""


@dataclasses.dataclass
class Files:
    """The files that the archive gets, what they replace, and what was found on the way."""

    overlay: t.Dict[str, str] = dataclasses.field(default_factory=dict)
    resolution: t.Optional[Resolution] = None
    environment: str = ""
    notes: t.List[str] = dataclasses.field(default_factory=list)
    made_new: bool = False
    """Whether there was no project's file before."""
    scrubbed: t.Dict[str, str] = dataclasses.field(default_factory=dict)
    """Other files of the project from which secrets were taken, for those that are in the archive."""


class Texts:
    """The small files in a project's top folder, read once; links are not followed."""

    def __init__(self, root_fd: int) -> None:
        self._root_fd = root_fd
        self.included: t.Dict[str, str] = {}
        """What was read by ``below``."""
        self._known: t.Dict[str, t.Optional[str]] = {}

    def get(self, name: str) -> t.Optional[str]:
        """The text of a file; ``None`` if there is none.

        Raises:
            MigrationError: it cannot be read, is a link, or absurdly large.
        """
        if name not in self._known:
            self._known[name] = self._read(name)
        return self._known[name]

    def _read(self, name: str) -> t.Optional[str]:
        try:
            with os.fdopen(open_file(self._root_fd, name), "rb") as stream:
                data = stream.read(MAX_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as exc:
            raise MigrationError(f"Its {name} cannot be read ({exc.strerror}); replace it by a regular file.") from exc
        if len(data) > MAX_BYTES:
            raise MigrationError(f"Its {name} is larger than {size_in_words(MAX_BYTES)}, too large for such a file.")
        return decoded(data)

    def below(self, path: str) -> t.Optional[str]:
        """The text of a file that an environment includes, in whatever folder; ``None`` if there is none that can be read."""
        text = reader(self._root_fd, MAX_BYTES)(path)
        if text is not None and path.endswith((".txt", ".in", ".cfg")):
            self.included[path] = text
        return text

    def first(self, names: t.Iterable[str]) -> t.Tuple[str, str]:
        """Name and text of the first of the files that is there; both empty if none is."""
        for name in names:
            text = self.get(name)
            if text is not None:
                return name, text
        return "", ""


class _Maker:
    def __init__(self, project: Project, user: str, name: str, texts: Texts, notebooks: t.Sequence[str], rules: Rules) -> None:
        self.project, self.user, self.name, self.texts, self.rules = project, user, name, texts, rules
        known = {notebook.path: notebook for notebook in project.notebooks}
        self.notebooks = [known.get(path, Notebook(path)) for path in notebooks]
        self.files = Files()
        self.named: t.Set[str] = set()
        """The packages, by canonical name, that the project's own file names."""
        self.used: t.Set[str] = set()
        """The files that environments were taken from."""
        self.dropped: t.Set[str] = set()
        self.looked: t.List[t.Tuple[env.EnvironmentSpec, Rewriting]] = []
        self.channels_of: t.Dict[t.Tuple[str, ...], t.Tuple[str, ...]] = {}

    def make(self) -> Files:
        there, text = self.texts.first(project_file.FILES)
        self.files.overlay[project_ignore.FILE] = project_ignore.merged(self.texts.get(project_ignore.FILE))
        if there:
            self.complete(there, text)
        else:
            self.new([self.with_libraries(spec) for spec in self.specs(False) or [env.EnvironmentSpec("default")]])
        self.scrub()
        self.tell_unused()
        if there:
            overlay = self.files.overlay
            overlay[project_file.FILE] = without_import(overlay[project_file.FILE], f"Its {there}", self.in_archive)
        self.files.resolution = resolution(self.project.owner, self.project.name, self.user, self.looked)
        for _spec, rewriting in self.looked:
            self.files.notes.extend(note for note in rewriting.notes if note not in self.files.notes)
        return self.files

    # -- environments

    def specs(self, has_file: bool) -> t.List[env.EnvironmentSpec]:
        """The default environment first, then those of the notebooks that run in another one.

        Where the project has a file of its own, only the default one is looked for.
        """
        default = self.default()
        wanted = [default] if default is not None else []
        by_name = {item.name: item for item in self.project.environments if item.source != DECLARED}
        for notebook in self.notebooks:
            other = by_name.get(notebook.kernel_env)
            if other is not None and other not in wanted and not has_file:
                wanted.append(other)
        found = [spec for spec in (self.spec(item) for item in wanted) if spec is not None]
        if not found:
            name, text = self.texts.first(SPEC_FILES)
            if name:
                found = [self.kept(env.from_text(text, f"Its {name}", read=self.texts.below), name)]
        if not found and not has_file:
            self.files.notes.append("The content of its environment is not known, so its file lists no packages; add what it needs.")
        if len(found) > 1:
            names = ", ".join(spec.name for spec in found)
            self.files.notes.append(
                f"Its notebooks run in several environments ({names}); each became an env spec and the first is the default."
            )
        return [project_file.as_name(spec) for spec in found]

    def default(self) -> t.Optional[Environment]:
        """The project's environment; where nothing says which of several it is, the one that most notebooks run in."""
        chosen = self.project.environment
        made = [item for item in self.project.environments if item.source != DECLARED]
        if chosen in made or not made:
            return chosen if chosen in made else None
        used = collections.Counter(notebook.kernel_env for notebook in self.notebooks)
        best = min(made, key=lambda item: (-used[item.name], item.name))
        self.files.notes.append(f"The active environment is not known; {best.name} was chosen, because most notebooks run in it.")
        return best

    def spec(self, item: Environment) -> t.Optional[env.EnvironmentSpec]:
        self.files.notes.extend(f"Of the environment {item.name}: {problem.detail}" for problem in item.problems)
        if item.source == CONDA_META and (item.conda or item.pip):
            return self.kept(env.from_record(item))
        text = self.texts.get(item.file) if item.file and "/" not in item.file else None
        return None if text is None else self.kept(env.from_text(text, f"Its {item.file}", item.name, self.texts.below), item.file)

    def kept(self, spec: env.EnvironmentSpec, file: str = "") -> env.EnvironmentSpec:
        """Without the packages that are to be dropped; takes up the notes."""
        self.used.add(file)
        if file == REQUIREMENTS and not any(pin.name == "python" for pin in spec.pins):
            spec = dataclasses.replace(spec, pins=(Pin("pip"), Pin("python"), *spec.pins))
            self.files.notes.append(f"Its {file} names no Python, so its environment asks for python and pip in any version.")
        gone = [pin.name for pin in spec.pins if matches_any(pin.name, self.rules.drop)]
        self.files.notes.extend(spec.notes)
        self.dropped.update(gone)
        if gone:
            self.files.notes.append(f"Left out of the environment {spec.name} as configured: {', '.join(sorted(gone))}.")
        return dataclasses.replace(spec, pins=tuple(pin for pin in spec.pins if pin.name not in gone))

    def rewritten(self, spec: env.EnvironmentSpec, how: str = "") -> t.Tuple[str, ...]:
        """The channels for an environment, of which as much of the pins is kept as ``how`` says, else the rules."""
        found = rewrite(spec, self.rules.catalog, self.user, how or self.rules.pin, self.rules.declared)
        self.looked.append((spec, found))
        return found.channels

    def with_libraries(self, spec: env.EnvironmentSpec) -> env.EnvironmentSpec:
        """With the packages of the libraries that the project used by path, for which nothing asked until now."""
        added = {library.name: Pin(library.name, library.version) for library in self.rules.libraries.get(self.project.key, ())}
        if added:
            self.files.notes.append(
                f"The environment {spec.name} got {', '.join(sorted(added))}, packages of libraries that the project used by path; remove"
                " those paths from its code."
            )
        kept = [pin for pin in spec.pins if pin.name not in added]
        return dataclasses.replace(spec, pins=tuple(sorted((*kept, *added.values()), key=lambda pin: pin.name)))

    # -- files

    def commands(self, names: t.Container[str]) -> t.Dict[str, str]:
        """Notebook to the name of its environment, ``""`` for the default; not those that no one could open."""
        return {item.path: item.kernel_env if item.kernel_env in names else "" for item in self.notebooks if self.can_run(item)}

    def can_run(self, notebook: Notebook) -> bool:
        if not notebook.path.isprintable():
            self.files.notes.append("A notebook got no command because its name is not printable; rename it.")
            return False
        if notebook.problems:
            self.files.notes.append(f"The notebook {notebook.path} got no command: {notebook.problems[0].detail}")
        return not notebook.problems

    def new(self, specs: t.Sequence[env.EnvironmentSpec]) -> None:
        notebooks = self.commands({spec.name for spec in specs})
        made = [Made(spec, self.rewritten(project_file.with_notebook(spec) if notebooks else spec)) for spec in specs]
        overlay = self.files.overlay
        overlay[project_file.FILE] = project_file.new(self.name, made, notebooks, self.rules.pin)
        overlay[ENVIRONMENT] = env.render(made[0].spec, made[0].channels, self.rules.pin)
        self.files.environment, self.files.made_new = made[0].spec.name, True

    def complete(self, there: str, text: str) -> None:
        what = f"Its {there}"
        asked = [library.spec for library in self.rules.libraries.get(self.project.key, ())]
        notebooks = bool(self.notebooks)
        lock = self.lock(text, what, bool(asked), notebooks)
        existing = project_file.read(text, what, lock)
        self.named.update(*(spec.names for spec in project_file.read(text, what).environments))
        if asked and existing.has_packages:
            text = project_file.with_packages(text, what, asked, "packages")
            existing = project_file.read(text, what, lock)
            self.files.notes.append(f"{what} got {', '.join(asked)}, packages of libraries that the project used by path.")
        made = None
        if existing.has_packages:
            for spec in existing.environments:
                self.rewritten(spec, EXACT)
        else:
            for spare in self.specs(True)[:1]:
                spec = self.with_libraries(spare)
                made = Made(spec, self.rewritten(spec))
        commands = self.commands({spec.name for spec in existing.environments})
        secrets = self.rules.secrets
        completed, notes = project_file.completed(text, what, self.name, made, commands, self.channels, self.rules.pin, secrets)
        self.files.overlay[project_file.FILE] = completed
        self.files.notes.extend(notes)
        name, beside = self.texts.first(ENVIRONMENTS)
        if made is not None:
            self.files.overlay[ENVIRONMENT] = env.render(made.spec, made.channels, self.rules.pin)
        elif name:
            self.files.overlay[name] = self.beside(name, beside, asked)

    def beside(self, name: str, text: str, asked: t.Sequence[str]) -> str:
        """The environment file beside a project's file that is kept; anaconda-project ignores one that is not YAML."""
        what, secrets, notes = f"Its {name}", self.rules.secrets, self.files.notes
        try:
            whole = project_file.with_packages(text, what, asked, "dependencies")
            return project_file.environment_text(whole, what, self.channels, secrets, notes)
        except MigrationError as exc:
            notes.append(f"{what} is kept as it is: {str(exc).partition('used: ')[2]}")
            return scrubbed_text(text, what, secrets, notes)

    def lock(self, text: str, what: str, is_changed: bool, notebooks: bool) -> Lock:
        """The lock that AE5 will use; one that does not fit what is converted is disabled."""
        name, locked = self.texts.first(LOCK_FILES)
        if not name:
            return NO_LOCK
        try:
            lock = read_lock(locked, f"Its {name}")
            off = disabled(locked, f"Its {name}")
        except MigrationError as exc:
            self.files.scrubbed[name] = DISABLED
            self.files.notes.append(f"Its {name} was replaced by one that is disabled: {str(exc).partition('; ')[0]}.")
            return NO_LOCK
        lacking = [spec for spec, pins in lock.pins.items() if notebooks and all(pin.name != project_file.NOTEBOOK for pin in pins)]
        has_packages = project_file.read(text, what).has_packages
        why = (
            f"it has no packages for {PLATFORM} in {listed(lock.elsewhere)}"
            if lock.elsewhere
            else "the environment got packages of libraries"
            if is_changed
            else f"it does not have {project_file.NOTEBOOK}, which the commands of notebooks need, in {listed(lacking)}"
            if lacking
            else "the environment is another one"
            if not has_packages
            else ""
        )
        if lock.is_enabled and why:
            self.files.scrubbed[name] = off
            self.files.notes.append(f"Its {name} was disabled, because {why}; lock the project again on AE5.")
            return NO_LOCK
        if lock.pins:
            self.files.notes.append(
                f"Its {name} is in force, so its pins were looked for on AE5 instead of those of {what[len('Its ') :]}."
            )
        return lock

    def scrub(self) -> None:
        """The other files that describe environments, without their secrets."""
        known = {name: self.texts.below(name) for name in (*SPEC_FILES, *LOCK_FILES)}
        for path, text in sorted({**self.texts.included, **known}.items()):
            if text is None or path in self.files.overlay or path in self.files.scrubbed:
                continue
            new = scrubbed_text(text, f"Its {path}", self.rules.secrets, self.files.notes)
            if new != text:
                self.files.scrubbed[path] = new

    def in_archive(self, path: str) -> t.Optional[str]:
        """The text of a file as it will be in the archive."""
        ours = {**self.files.scrubbed, **self.files.overlay}
        return ours[path] if path in ours else self.texts.below(path)

    def tell_unused(self) -> None:
        """Notes the packages in files of environments that the project's environment on AE5 does not have."""
        known = self.named.union(*(spec.names for spec, _rewriting in self.looked))
        dropped = {canonical(name) for name in self.dropped}
        for name in SPEC_FILES:
            text = self.texts.below(name)
            if text is None or name in self.used:
                continue
            with contextlib.suppress(MigrationError):  # the collection has said that it describes no environment
                spec = env.from_text(text, f"Its {name}", read=self.texts.below)
                self.files.notes.extend(note for note in spec.notes if re.search(" has an? (?:entry|pip line) ", note))
                lost = spec.names - known - dropped
                if lost:
                    names = ", ".join(sorted(lost))
                    self.files.notes.append(
                        f"Its {name} is not what AE5 makes the environment from, and names packages that are not in it: {names}; add those"
                        " that are needed."
                    )

    def channels(self, old: t.Sequence[str], pins: t.Sequence[Pin]) -> t.Sequence[str]:
        """One answer for one list of channels: a project's file and its ``environment.yml`` must agree."""
        key = tuple(old)
        if key not in self.channels_of:
            spec = env.EnvironmentSpec("", tuple(clean_url(channel) for channel in old), tuple(pins))
            self.channels_of[key] = rewrite(spec, self.rules.catalog, self.user, EXACT, self.rules.declared).channels
        return self.channels_of[key]


def replaced_names(texts: Texts) -> t.FrozenSet[str]:
    """The files of the top folder that ``make_files`` writes or replaces, so that the project's own stay out.

    Raises:
        MigrationError: one of them cannot be read.
    """
    there, _text = texts.first(project_file.FILES)
    beside, _text = texts.first(ENVIRONMENTS)
    own = (there, beside) if there else (ENVIRONMENT,)
    return frozenset(name for name in (project_ignore.FILE, project_file.FILE, *own) if name)


def make_files(project: Project, user: str, name: str, texts: Texts, notebooks: t.Sequence[str], rules: Rules) -> Files:
    """The files for a project that becomes the AE5 user's project ``name``; ``notebooks`` are those that will be in it.

    Raises:
        MigrationError: a file of the project cannot be understood; the sentence begins with ``Its``.
        MissingLibrary: ruamel.yaml is not on this host.
    """
    return _Maker(project, user, name, texts, notebooks, rules).make()
