# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action plugin bring: files between the controller and a host, many in one task.

Both ends are looked at first, and only what differs is transferred.  Where the host is this machine and the same user,
it is a local copy and no shell is called.
"""

from __future__ import annotations

import os
import pwd
import shutil
import typing as t
from pathlib import PurePosixPath

from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.text.converters import to_text
from ansible.plugins.action import ActionBase

from ansible_collections.ae_ops.migration.plugins.module_utils._command import effective_user
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.plugin_utils._controller_files import FILE, FOLDER, ControllerFiles, Found, Incoming
from ansible_collections.ae_ops.migration.plugins.plugin_utils._host_files import HostFiles, Outgoing

SHOWN = 50
"""A result stays small: names beyond this are only counted."""

SPEC: t.Dict[str, t.Dict[str, t.Any]] = {
    "direction": {"type": "str", "choices": ["fetch", "send"]},
    "src": {"type": "str"},
    "dest": {"type": "str"},
    "names": {"type": "list", "elements": "str"},
    "optional": {"type": "list", "elements": "str"},
    "rename": {"type": "dict", "default": {}},
    "mode": {"type": "raw", "default": "0600"},
    "remove": {"type": "bool", "default": False},
    "absent": {"type": "list", "elements": "str"},
}

Files = t.Union[ControllerFiles, HostFiles]


class ActionModule(ActionBase):
    """Brings files; see the documentation of the module of the same name."""

    TRANSFERS_FILES = False
    _requires_connection = True

    def run(self, tmp: t.Any = None, task_vars: t.Optional[t.Dict[str, t.Any]] = None) -> t.Dict[str, t.Any]:
        variables = task_vars or {}
        result: t.Dict[str, t.Any] = super().run(tmp, variables)
        args = self._arguments()
        host = self._task.delegate_to or variables.get("inventory_hostname", "the host")
        try:
            return {**result, **self._bring(args, self._host_files(str(host)), bool(self._task.check_mode))}
        except MigrationError as exc:
            raise AnsibleActionFail(str(exc)) from None
        except OSError as exc:
            what = f"file {exc.filename}" if exc.filename else f"folder {args['dest']}"
            raise AnsibleActionFail(
                f"The user {effective_user()} cannot use the {what} on the controller: {exc.strerror}; let that user do it, or set"
                " ae_report_dir to a folder that it may write."
            ) from None

    def _arguments(self) -> t.Dict[str, t.Any]:
        action: t.Any = self
        together, one_of = [("direction", "src", "dest")], [("src", "absent")]
        _unused, args = action.validate_argument_spec(SPEC, required_together=together, required_one_of=one_of)
        return t.cast(t.Dict[str, t.Any], args)

    # -- the two ends

    def _host_files(self, host: str) -> Files:
        """The host's end, which is the controller's own where both are one machine and user."""
        becoming = self._becoming()
        action: t.Any = self
        if self._connection.transport == "local" and not becoming:
            return ControllerFiles(self._loader.get_basedir(), host)

        def execute(script: str, as_login: bool) -> t.Mapping[str, t.Any]:
            answer = action._low_level_execute_command(script, sudoable=becoming and not as_login, executable="/bin/sh")
            return {"stdout": to_text(answer["stdout"]), "stderr": to_text(answer["stderr"])}

        return HostFiles(execute, self._connection, becoming, host)

    def _becoming(self) -> bool:
        """Whether the task runs as another user than the one that logs in."""
        if not self._connection.become:
            return False
        action: t.Any = self
        try:
            here = self._connection.transport == "local"
            login = pwd.getpwuid(os.geteuid()).pw_name if here else action._get_remote_user()
        except KeyError:  # a user of a container, who is in no list
            return True
        return bool(action.get_become_option("become_user") != login)

    # -- the work

    def _bring(self, args: t.Mapping[str, t.Any], host: Files, dry: bool) -> t.Dict[str, t.Any]:
        brought: t.Dict[str, t.Any] = {"changed": False, "brought": [], "missing": [], "summary": {}}
        if args["src"] is not None:
            brought = self._bring_files(args, host, dry)
        removed = host.remove([_sure(path) for path in args["absent"] or ()], dry)
        brought["summary"]["removed"] = brought["summary"].get("removed", 0) + removed
        return {**brought, "changed": bool(brought["changed"] or removed)}

    def _bring_files(self, args: t.Mapping[str, t.Any], host: Files, dry: bool) -> t.Dict[str, t.Any]:
        controller = ControllerFiles(self._loader.get_basedir(), "the controller")
        source, target = (host, controller) if args["direction"] == "fetch" else (controller, host)
        src, dest, required, names = self._names(args)
        there = source.look(src, names)
        _check_source(src, required, there, source.where)
        files = {name: names[name] for name in names if name in there}
        before = target.look(dest, files.values())
        _check_target(dest, before, target.where)
        # Only where nothing is there of a name may its folder be no folder; that costs a call of the shell.
        above = sorted({os.path.dirname(os.path.join(dest, to)) or "." for to in files.values() if to not in before})
        for path in target.in_the_way(above) if dry and above else ():
            raise MigrationError(f"The file {path} is on {target.where} where a folder has to be made; move that away.")
        mode = _mode(args["mode"])
        one = {name for name, to in files.items() if there[name].same_file(before.get(to)) and not before[to].link}
        same = {name for name, to in files.items() if to in before and not before[to].link and there[name].same_content(before[to])}
        differing = {name: to for name, to in files.items() if name not in same}
        modes = [files[name] for name in same - one if before[files[name]].mode != mode]
        if not dry:
            self._transfer(source, src, target, dest, {name: (to, there[name]) for name, to in differing.items()}, mode)
            target.set_mode(dest, modes, mode)
        removed = source.remove([os.path.join(src, name) for name in files if name not in one], dry) if args["remove"] else 0
        return {
            "changed": bool(differing or modes or removed),
            "brought": sorted(differing.values())[:SHOWN],
            "missing": sorted(set(names) - set(there))[:SHOWN],
            "summary": {
                "brought": len(differing),
                "bytes": sum(there[name].size for name in differing),
                "missing": len(names) - len(there),
                "present": len(there),
                "removed": removed,
            },
        }

    def _names(self, args: t.Mapping[str, t.Any]) -> t.Tuple[str, str, t.Set[str], t.Dict[str, str]]:
        """Source folder, destination folder, the names that must be there, and what each name becomes."""
        src, dest = args["src"], args["dest"]
        required, optional = args["names"] or [], args["optional"] or []
        if args["names"] is not None or args["optional"] is not None:
            names = {name: str(args["rename"].get(name, name)) for name in [*required, *optional]}
        else:
            if args["direction"] == "send" and not os.path.isabs(os.path.expanduser(src)):
                src = t.cast(t.Any, self)._find_needle("files", src)
            src, name = os.path.split(src)
            dest, becomes = os.path.split(dest)
            names, required = {name: becomes}, [name]
        if len(set(names.values())) != len(names):
            raise MigrationError("Two of the files would get the same name; correct names or rename.")
        folders = {str(parent) for to in names.values() for parent in PurePosixPath(to).parents}
        if folders & set(names.values()):
            raise MigrationError("One of the files would be a folder of another; correct names or rename.")
        for name in [*names, *names.values()]:
            if not name or "\n" in name or "\0" in name or os.path.isabs(name) or {"", ".", ".."} & set(name.split("/")):
                raise MigrationError(f"The name {name!r} is not a path of a file below a folder; correct names or rename.")
        return src or ".", dest or ".", set(required), names

    @staticmethod
    def _transfer(source: Files, src: str, target: Files, dest: str, differing: t.Mapping[str, t.Tuple[str, Found]], mode: int) -> None:
        if not differing:
            return
        if isinstance(target, HostFiles):
            target.send(dest, [Outgoing(found.path, to, found) for to, found in differing.values()], mode)
            return
        with Incoming(target.path(dest), mode) as incoming:
            parts = {name: incoming.part(to) for name, (to, _found) in differing.items()}
            if isinstance(source, HostFiles):
                source.fetch(src, {name: found for name, (_to, found) in differing.items()}, parts)
            else:
                for name, (_to, found) in differing.items():
                    shutil.copyfile(found.path, parts[name])
            for to, found in differing.values():
                incoming.check(to, found)
            incoming.commit()


def _check_source(src: str, required: t.Iterable[str], there: t.Mapping[str, Found], where: str) -> None:
    for name in sorted({*required, *there}):
        if name not in there or there[name].kind != FILE:
            raise MigrationError(
                f"The file {os.path.join(src, name)} is not on {where}, or cannot be read there; "
                "run the step that makes it, or correct the path."
            )


def _check_target(dest: str, before: t.Mapping[str, Found], where: str) -> None:
    for name in sorted(before):
        if before[name].kind == FOLDER:
            raise MigrationError(f"The file {os.path.join(dest, name)} cannot be written on {where}, it is a folder; move that away.")


def _mode(given: t.Any) -> int:
    """As the file modules of Ansible read it: a number as it is, a text as octal."""
    try:
        mode = given if isinstance(given, int) else int(str(given), 8)
    except ValueError:
        mode = -1
    if not 0 <= mode <= 0o7777:
        raise MigrationError(f"The mode {given} is not octal; give it as '0600'.")
    return mode


def _sure(path: str) -> str:
    """A path that may be removed."""
    if os.path.normpath(path).strip("/.~") == "":
        raise MigrationError(f"The path {path!r} is not removed; name a file or a folder in absent.")
    return path.rstrip("/")  # with a slash at its end a link would be the folder that it leads to
