# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action plugin raw_copy: one file to or from a host that has no usable Python.

Without become the connection's own bulk transfer does it.  With become that transfer would run as the login user, who
may not read what the other user owns, so a file is fetched in blocks through the shell, and one that is sent lies for a
moment in a folder of the login user that nobody can list.
"""

from __future__ import annotations

import base64
import binascii
import os
import shlex
import typing as t
import uuid

from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.text.converters import to_text
from ansible.plugins.action import ActionBase

BLOCK = 8 << 20
BEGIN = "ae-begin"
END = "ae-end"


class ActionModule(ActionBase):
    """Copies one file; see the documentation of the module of the same name."""

    TRANSFERS_FILES = False
    _requires_connection = True

    def run(self, tmp: t.Any = None, task_vars: t.Optional[t.Dict[str, t.Any]] = None) -> t.Dict[str, t.Any]:
        result: t.Dict[str, t.Any] = super().run(tmp, task_vars or {})
        _unused, args = self.validate_argument_spec(
            {
                "src": {"type": "str", "required": True},
                "dest": {"type": "str", "required": True},
                "fetch": {"type": "bool", "default": False},
                "remove": {"type": "bool", "default": False},
            }
        )
        if self._task.check_mode:
            return {**result, "skipped": True, "msg": "Nothing is copied in check mode."}
        if args["fetch"]:
            size = self._fetch(args["src"], os.path.expanduser(args["dest"]))
            if args["remove"]:
                self._shell(f"rm -f {self._home(args['src'])}", args["src"])
        else:
            size = self._send(self._find_needle_or_path(args["src"]), args["dest"])
        return {**result, "changed": True, "bytes": size, "dest": args["dest"]}

    def _find_needle_or_path(self, src: str) -> str:
        path = os.path.expanduser(src)
        found = path if os.path.isabs(path) else str(self._find_needle("files", src))
        if not os.path.isfile(found):
            raise AnsibleActionFail(f"The file {src} is not on the controller; correct its path.")
        return found

    @property
    def _becoming(self) -> bool:
        return bool(self._connection.become) and self.get_become_option("become_user") != self._get_remote_user()

    @staticmethod
    def _home(path: str) -> str:
        """The path as a word of the shell, which expands a leading tilde as the user that the task runs as."""
        return "~/" + shlex.quote(path[2:]) if path.startswith("~/") else shlex.quote(path)

    def _shell(self, script: str, what: str, as_login: bool = False) -> str:
        """Runs a script and gives what it printed between the marks: a login shell may print greetings around it."""
        marked = f"echo {BEGIN}; ( {script}\n) 2>&1; code=$?; echo; echo {END} $code"
        answer = self._low_level_execute_command(marked, sudoable=not as_login, executable="/bin/sh")
        lines = [line.rstrip("\r") for line in to_text(answer["stdout"]).split("\n")]
        ends = [number for number, line in enumerate(lines) if line.startswith(f"{END} ")]
        if BEGIN not in lines or not ends:
            said = " / ".join(filter(None, (line.strip() for line in [*lines, *to_text(answer["stderr"]).split("\n")])))
            raise AnsibleActionFail(
                f"The file {what} could not be copied, the shell on the host gave no answer: {said[:300] or 'nothing'}."
            )
        text = "\n".join(lines[lines.index(BEGIN) + 1 : ends[-1]]).strip()
        if lines[ends[-1]] != f"{END} 0":
            raise AnsibleActionFail(f"The file {what} could not be copied: {' / '.join(text.splitlines())[:300] or 'no reason was given'}.")
        return text

    def _size(self, path: str, what: str) -> int:
        return int(self._shell(f"wc -c < {path}", what))

    def _fetch(self, src: str, dest: str) -> int:
        """From the host; ``dest`` appears when it is whole."""
        source = self._home(src)
        size = self._size(source, src)
        os.makedirs(os.path.dirname(dest) or ".", exist_ok=True)
        part = f"{dest}.{uuid.uuid4().hex}"
        try:
            if self._becoming:
                self._fetch_blocks(source, src, part)
            else:
                self._connection.fetch_file(self._shell(f"ls -d {source}", src), part)
            if os.path.getsize(part) != size:
                raise AnsibleActionFail(f"The file {src} came with {os.path.getsize(part)} of {size} bytes; run it again.")
            os.replace(part, dest)
        finally:
            if os.path.lexists(part):
                os.unlink(part)
        return size

    def _fetch_blocks(self, source: str, what: str, part: str) -> None:
        megabytes = BLOCK >> 20
        with open(part, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as stream:
            while True:
                # The shell expands a tilde behind "<", and not behind "if=".
                skip = stream.tell() >> 20
                text = self._shell(f"dd bs=1048576 skip={skip} count={megabytes} < {source} 2>/dev/null | base64", what)
                try:
                    block = base64.b64decode(text, validate=False)
                except binascii.Error as exc:
                    raise AnsibleActionFail(f"The file {what} was damaged on its way through the shell ({exc}); run it again.") from exc
                stream.write(block)
                if len(block) < BLOCK:
                    return

    def _send(self, src: str, dest: str) -> int:
        """To the host; ``dest`` appears when it is whole."""
        size = os.path.getsize(src)
        secret = uuid.uuid4().hex
        folder = self._shell("umask 077; mktemp -d /tmp/ae-copy-XXXXXXXX", dest, as_login=True)
        resting = shlex.quote(f"{folder}/{secret}")
        target = self._home(dest)
        try:
            self._connection.put_file(src, f"{folder}/{secret}")
            if self._becoming:
                # Only who knows the file's name gets at it: the folder can be entered and not listed.
                self._shell(f"chmod 0644 {resting} && chmod 0711 {shlex.quote(folder)}", dest, as_login=True)
            self._shell(f"umask 077; cat < {resting} > {target}.part && mv -f {target}.part {target}", dest)
        finally:
            self._shell(f"rm -rf {shlex.quote(folder)}", dest, as_login=True)
        sent = self._size(target, dest)
        if sent != size:
            raise AnsibleActionFail(f"The file {dest} has {sent} of {size} bytes on the host; look at the space there and run it again.")
        return size
