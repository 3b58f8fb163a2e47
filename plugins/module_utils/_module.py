# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only file that imports AnsibleModule: merged argument specs, result and diff shape.  Private to the collection.

A module's ``main`` builds a ``MigrationModule`` from argument specs and hands it one function.  That function gets
the parameters and returns an ``Outcome``, or raises ``MigrationError`` with one sentence.
"""

from __future__ import annotations

import dataclasses
import errno
import os
import time
import traceback
import typing as t

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.ae_ops.migration.plugins.module_utils._command import effective_user
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError, MissingLibrary
from ansible_collections.ae_ops.migration.plugins.module_utils._text import HALF
from ansible_collections.ae_ops.migration.plugins.module_utils._words import listed

FAILURES_SHOWN = 25
"""A result stays small; the other failures are in the file at ``report_path`` or counted in ``summary``."""

DIFF_LINES = 2000


@dataclasses.dataclass(frozen=True)
class ArgumentSpec:
    """Options and the rules between them, so that several specs can be merged into one module."""

    options: t.Dict[str, t.Dict[str, t.Any]]
    mutually_exclusive: t.Tuple[t.Tuple[str, ...], ...] = ()
    required_together: t.Tuple[t.Tuple[str, ...], ...] = ()
    required_one_of: t.Tuple[t.Tuple[str, ...], ...] = ()
    required_if: t.Tuple[t.Tuple[t.Any, ...], ...] = ()
    required_by: t.Dict[str, t.Tuple[str, ...]] = dataclasses.field(default_factory=dict)

    def merge(self, other: ArgumentSpec) -> ArgumentSpec:
        twice = set(self.options) & set(other.options)
        if twice:
            raise ValueError(f"options declared twice: {', '.join(sorted(twice))}")
        return ArgumentSpec(
            {**self.options, **other.options},
            self.mutually_exclusive + other.mutually_exclusive,
            self.required_together + other.required_together,
            self.required_one_of + other.required_one_of,
            self.required_if + other.required_if,
            {**self.required_by, **other.required_by},
        )


@dataclasses.dataclass
class Outcome:
    """What a module did, or in check mode would do.

    ``failures`` are sentences, one for each thing that could not be done: if there is one, the module does the
    rest and fails at the end.  ``diff`` is a list as Ansible shows it (``before``/``after`` or ``prepared``).
    ``values`` are further return values.  With ``final`` nobody goes on after a failure, and the failures are not
    given as warnings too.
    """

    changed: bool = False
    summary: t.Dict[str, t.Any] = dataclasses.field(default_factory=dict)
    failures: t.List[str] = dataclasses.field(default_factory=list)
    warnings: t.List[str] = dataclasses.field(default_factory=list)
    report_path: t.Optional[str] = None
    diff: t.List[t.Dict[str, t.Any]] = dataclasses.field(default_factory=list)
    values: t.Dict[str, t.Any] = dataclasses.field(default_factory=dict)
    final: bool = False


def prepared_diff(header: str, lines: t.Iterable[str]) -> t.Dict[str, t.Any]:
    """A diff entry for a list of changes, cut when it is long.  Lines start with ``+``, ``-`` or ``~``."""
    shown: t.List[str] = []
    more = 0
    for line in lines:
        if len(shown) < DIFF_LINES:
            shown.append(line)
        else:
            more += 1
    if more:
        shown.append(f"... and {more} more")
    return {"prepared": "\n".join([header, *shown]) + "\n"}


REMEDIES = {
    errno.EROFS: "mount that file system writable",
    errno.ENOSPC: "free space there",
    errno.EDQUOT: "raise that user's quota",
    errno.ENOTDIR: "move away the file in its place",
    errno.EEXIST: "move away the file in its place",
    errno.EISDIR: "move away the folder in its place",
}
"""What to do where a system refuses to use a folder or file of the run; for all other reasons: to let the user do it."""
FOLDERS = {"export_dir": "ae4_export_dir"}
"""The variables of the inventory that name an option's folder; of all others it is ``ae_work_dir``."""


def refused_by_system(exc: OSError, params: t.Mapping[str, t.Any]) -> str:
    """The sentence about a folder or a file of a run that the system does not let this user use."""
    path = os.fsdecode(exc.filename or b"a file")
    inside = [name for name, value in params.items() if isinstance(value, str) and value and path.startswith(value)]
    variable = next((FOLDERS[name] for name in inside if name in FOLDERS), "ae_work_dir")
    remedy = REMEDIES.get(exc.errno or 0, "let that user do it")
    return (
        f"The user {effective_user()} cannot use {path} on this host: {exc.strerror or exc}; {remedy}, "
        f"or set {variable} of this host to a folder that it may write."
    )


PRIVATE = 0o077
"""The umask of every module."""


class MigrationModule:
    """Connects parameters, check mode and the result shape of the collection to one function."""

    def __init__(self, *specs: ArgumentSpec) -> None:
        merged = ArgumentSpec({})
        for spec in specs:
            merged = merged.merge(spec)
        self.ansible = AnsibleModule(
            argument_spec=merged.options,
            supports_check_mode=True,
            mutually_exclusive=list(merged.mutually_exclusive),
            required_together=list(merged.required_together),
            required_one_of=list(merged.required_one_of),
            required_if=list(merged.required_if),
            required_by=merged.required_by,
        )

    @property
    def params(self) -> t.Dict[str, t.Any]:
        return self.ansible.params

    @property
    def check_mode(self) -> bool:
        return self.ansible.check_mode

    def run(self, work: t.Callable[[MigrationModule], Outcome]) -> t.NoReturn:
        """Calls ``work`` and ends the process with the module's result."""
        started = time.monotonic()
        # What a run keeps tells of people, their access and their code: it is for the user of the run alone.
        os.umask(PRIVATE)
        try:
            outcome = work(self)
        except MissingLibrary as exc:
            self.ansible.fail_json(msg=missing_required_lib(exc.library), exception=exc.import_traceback)
        except MigrationError as exc:
            self.ansible.fail_json(**as_text({"msg": str(exc), **exc.values}))
        except OSError as exc:
            self.ansible.fail_json(**as_text({"msg": refused_by_system(exc, self.params)}), exception=traceback.format_exc())
        self._exit(outcome, round(time.monotonic() - started, 1))

    def _exit(self, outcome: Outcome, seconds: float) -> t.NoReturn:
        for warning in [*outcome.warnings, *_sentences(outcome)]:
            self.ansible.warn(as_text(warning))
        result: t.Dict[str, t.Any] = {
            "changed": outcome.changed,
            "summary": {**outcome.summary, "seconds": seconds},
            "failures": outcome.failures[:FAILURES_SHOWN],
            **outcome.values,
        }
        if outcome.report_path is not None:
            result["report_path"] = outcome.report_path
        if outcome.diff and self.ansible._diff:
            result["diff"] = outcome.diff
        if not outcome.failures:
            self.ansible.exit_json(**as_text(result))
        self.ansible.fail_json(**as_text({"msg": failure_message(outcome.failures), **result}))


def _sentences(outcome: Outcome) -> t.List[str]:
    """The failures as warnings: a role that goes on after a part was done shows no message of the task."""
    more = len(outcome.failures) - FAILURES_SHOWN
    if outcome.final:
        return []
    return outcome.failures[:FAILURES_SHOWN] + ([f"{more} more failures."] if more > 0 else [])


def as_text(value: t.Any) -> t.Any:
    """A result whose strings Ansible can read: a byte that is not UTF-8 is shown as ``\\xff``.

    Newer versions of ansible-core refuse the whole result for one such name.
    """
    if isinstance(value, str):
        return value if value.isascii() else HALF.sub(_escaped, value)
    if isinstance(value, dict):
        return {as_text(key): as_text(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_text(item) for item in value]
    return value


def _escaped(found: t.Match[str]) -> str:
    code = ord(found.group())
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def failure_message(failures: t.Sequence[str]) -> str:
    """One message for the failures: the sentence itself if there is one, otherwise the number and the first ones."""
    if len(failures) == 1:
        return failures[0]
    return f"{len(failures)} things failed, the rest was done: {listed(failures, 3, between=' | ')}"
