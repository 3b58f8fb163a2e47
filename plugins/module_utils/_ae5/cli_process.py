# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ``anaconda-enterprise-cli``: own HOME, login at its prompt, commands as lists.  Private to the collection.

** The password is typed at the prompt on a pseudo terminal: it is not in argv, the environment or a file.
* The client has its configuration and token in a HOME of this run (mode 0700) that is removed at the end, so the user's own
  login on this host is neither used nor changed.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import select
import shutil
import subprocess
import tempfile
import termios
import threading
import time
import typing as t
from urllib.parse import unquote_plus

from ansible_collections.ae_ops.migration.plugins.module_utils import _command
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5 import cli_text
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import Http
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.token import EARLY, expiry_of
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import TransportError
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError

SITE = "ae5"
TOKENS = os.path.join(".anaconda", "anaconda-platform", "tokens.json")
"""Below HOME; an object by site URL (AE5 facts 1.3)."""


class Cli:
    """The command line client of one user on one cluster.  Also the source of that user's bearer token.

    Safe to use from several threads: commands run in parallel, logins one after the other.
    """

    def __init__(
        self, http: Http, program: str, *, username: t.Optional[str], password: t.Optional[str], access_token: t.Optional[str]
    ) -> None:
        self._http = http
        self._program = program
        self._username = username
        self._password = password
        self._access_token = access_token
        self._lock = threading.RLock()
        self._home: t.Optional[str] = None
        self._logins = 0

    def close(self) -> None:
        """Removes the HOME of this run."""
        with self._lock:
            home, self._home = self._home, None
            self._logins = 0
        if home is not None:
            shutil.rmtree(home, ignore_errors=True)

    def run(self, args: t.Sequence[str], timeout: t.Optional[float] = None) -> str:
        """The standard output of a command, logged in.

        A command that reports an invalid token is repeated once after a new login.

        Raises:
            TransportError: the command failed; the message has its last line of output.
        """
        logins = self._ensure_login()
        code, out, err = self._execute(args, timeout)
        if code != 0 and self._password is not None and cli_text.says_login_needed(err + out):
            self._login_again(logins)
            code, out, err = self._execute(args, timeout)
        if code != 0:
            raise self._failure(args, code, err or out)
        return out

    def help(self, *command: str) -> str:
        """The help text of a command; empty if the command does not exist."""
        self._ensure_home()
        code, out, err = self._execute([*command, "--help"], None)
        return out + err if code == 0 else ""

    def token(self) -> str:
        self._ensure_login()
        stored = self._stored_token()
        expiry = expiry_of(stored) if stored is not None else None
        if stored is None or (expiry is not None and self._password is not None and expiry - time.time() < EARLY / 3):
            self._login_again(self._logins)
            stored = self._stored_token()
        if stored is None:
            raise MigrationError("anaconda-enterprise-cli logged in, but its token was not found; set conda_token.")
        self._http.protect(stored)
        return stored

    def renew(self, stale: str) -> t.Optional[str]:
        if self._password is None:
            return None
        with self._lock:
            if self._stored_token() == stale:
                self._login_again(self._logins)
            return self._stored_token()

    def conda_token(self) -> t.Optional[str]:
        """The token that the login stored for conda (AE5 facts 1.3 and 2.4), if there is one."""
        self._ensure_login()
        folder = os.path.join(t.cast(str, self._home), ".config", "binstar")
        with contextlib.suppress(OSError):
            for name in os.listdir(folder):
                if name.endswith(".token") and unquote_plus(name[: -len(".token")]).rstrip("/") == self._http.api_url:
                    with open(os.path.join(folder, name), encoding="utf-8") as stream:
                        return stream.read().strip() or None
        return None

    def _ensure_home(self) -> None:
        with self._lock:
            if self._home is None:
                self._home = tempfile.mkdtemp(prefix="ae5-cli-")
                try:
                    self._configure()
                except BaseException:
                    self.close()
                    raise

    def _configure(self) -> None:
        verify = self._http.verify
        for key, value in (
            (f"sites.{SITE}.url", self._http.api_url),
            ("default_site", SITE),
            ("ssl_verify", verify if isinstance(verify, str) else str(verify).lower()),
        ):
            args = ["config", "set", key, value]
            code, out, err = self._execute(args, None)
            if code != 0:
                raise self._failure(args, code, err or out)

    def _ensure_login(self) -> int:
        """Logs in unless it is logged in; returns the number of the login."""
        with self._lock:
            self._ensure_home()
            if not self._logins:
                self._login()
            return self._logins

    def _login_again(self, logins: int) -> None:
        with self._lock:
            # Another thread may have logged in while this one waited.
            if self._logins == logins:
                self._login()

    def _login(self) -> None:
        if self._access_token is not None:
            self._store_token(self._access_token)
        else:
            self._converse(t.cast(str, self._username), t.cast(str, self._password))
        self._logins += 1

    def _store_token(self, token: str) -> None:
        path = os.path.join(t.cast(str, self._home), TOKENS)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
            json.dump({self._http.api_url: {"bearer_token": token}}, stream)

    def _stored_token(self) -> t.Optional[str]:
        path = os.path.join(t.cast(str, self._home), TOKENS)
        try:
            with open(path, encoding="utf-8") as stream:
                token = json.load(stream)[self._http.api_url]["bearer_token"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return str(token)

    def _environment(self) -> t.Dict[str, str]:
        return _command.environment(t.cast(str, self._home), TERM="dumb", COLUMNS="500", PYTHONIOENCODING="utf-8")

    def _not_run(self, exc: OSError) -> MigrationError:
        return MigrationError(
            f"The command line client {self._program} cannot be run: {exc.strerror};"
            " install anaconda-enterprise-cli, or set its path as cli (ae5_cli in the inventory)."
        )

    def _execute(self, args: t.Sequence[str], timeout: t.Optional[float]) -> t.Tuple[int, str, str]:
        timeout = self._http.timeout if timeout is None else timeout
        try:
            done = _command.run([self._program, *args], timeout, env=self._environment(), cwd=self._home)
        except subprocess.TimeoutExpired:
            raise TransportError(f"The command {self._shown(args)} did not end within {timeout:.0f} s.", reason="timeout") from None
        except OSError as exc:
            raise self._not_run(exc) from exc
        return done.code, done.out.decode("utf-8", "replace"), done.err.decode("utf-8", "replace")

    def _failure(self, args: t.Sequence[str], code: int, said: str) -> TransportError:
        reason = self._http.mask(cli_text.last_line(said))
        return TransportError(
            f"The command {self._shown(args)} failed with exit code {code}: {reason.rstrip('.')}.",
            status=cli_text.status_in(said),
            reason=reason,
        )

    def _shown(self, args: t.Sequence[str]) -> str:
        return self._http.mask("'" + " ".join([os.path.basename(self._program), *args]) + "'")

    def _converse(self, username: str, password: str) -> None:
        """``login`` at its prompts: ``Username:``, then ``Password:`` (AE5 facts 1.1)."""
        master, slave = pty.openpty()
        try:
            try:
                process = subprocess.Popen(
                    [self._program, "login"],
                    env=self._environment(),
                    cwd=self._home,
                    stdin=slave,
                    stdout=slave,
                    stderr=slave,
                    start_new_session=True,
                    preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - one call of the system, no lock
                )
            except OSError as exc:
                raise self._not_run(exc) from exc
            os.close(slave)
            slave = -1
            try:
                said = self._answer(master, username, password)
                process.wait(timeout=self._http.timeout)
            except subprocess.TimeoutExpired:
                said = "it did not end in time"
            finally:
                _command.end(process)
        finally:
            os.close(master)
            if slave >= 0:
                os.close(slave)
        if process.returncode != 0:
            reason = self._http.mask(cli_text.last_line(said)).rstrip(".")
            raise MigrationError(
                f"anaconda-enterprise-cli refused the login of {username!r}: {reason}; check the user name and the password."
            )

    def _answer(self, master: int, username: str, password: str) -> str:
        """Answers each prompt once; returns the output after the last one."""
        answers = {"username:": username, "password:": password}
        until = time.monotonic() + self._http.timeout
        said = ""
        while True:
            left = until - time.monotonic()
            if left <= 0 or not select.select([master], [], [], left)[0]:
                return "it did not answer in time"
            try:
                piece = os.read(master, 4096)
            except OSError:
                # Linux reports EIO when the other side has closed the terminal.
                return said
            if not piece:
                return said
            said += piece.decode("utf-8", "replace")
            prompt = said.strip().rsplit("\n", 1)[-1].lower()
            asked = next((key for key in ("username:", "password:") if prompt.endswith(key)), None)
            if asked is not None:
                if asked not in answers:
                    return f"it asked for the {asked.rstrip(':')} again"
                os.write(master, answers.pop(asked).encode() + b"\n")
                said = ""
