# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files on a host, read and replaced through its shell and the connection's file transfer.  Private to the collection.

Needs a POSIX shell and the tools of EL6 (``sha256sum``, ``stat``, ``head``, ``base64``), no Python.

The connection's file transfer runs as the login user.  Where the task becomes another user, a large file is fetched in
blocks through the shell, and what is sent lies for a moment in a folder of the login user that nobody can list.  What
is small travels inside the scripts, both ways, which spares a connection.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import re
import secrets
import shlex
import shutil
import tempfile
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.plugin_utils._controller_files import FILE, Found

BLOCK = 8 << 20
"""Bytes that one answer of the shell carries at most, a multiple of a megabyte."""

INLINE = 36 << 10
"""Bytes that a script carries at most: Linux takes no argument of more than 128 KiB."""

PACK = 64 << 20
"""Files are sent together up to this many bytes; what is larger is sent by itself, without a copy on the controller."""

RESTING = "/tmp"  # noqa: S108 - what is made there has a name that cannot be guessed and is the login user's alone
"""Where a file lies that the login user sent for another user."""

WORDS = 20000
"""Characters of names in one script, after the quoting that two shells (the connection's, become's) need."""

BEGIN = "ae-begin"
END = "ae-end"
SAID = "ae-said"
USER = "ae-bring-user"
REFUSALS = ("Permission denied", "Operation not permitted", "Read-only file system", "No space left", "Not a directory", "quota")
"""What tools of a POSIX system say in the C locale of a folder that the user may not write."""

ABSENT = """absent() {
  case $(ls -d -- "$1" 2>&1) in
    *"No such file or directory" | *"Not a directory") return 0 ;;
  esac
  return 1
}"""
"""Whether there is nothing of a name, which is not the same as that nothing can be seen."""

BLOCKED = """above() {{
  place=$1
  while [ ! -e "$place" ] && [ ! -L "$place" ] && [ "$place" != . ] && [ "$place" != / ]; do place=$(dirname -- "$place"); done
  if [ -f "$place" ]; then echo "blocked $place"; fi
}}
for place in {folders}; do above "$place"; done"""
"""Says which file is where a folder has to be made."""

LOOK = """{absent}
if ! cd {folder} 2>/dev/null; then
  if absent {folder} || {{ [ -e {folder} ] && [ ! -d {folder} ]; }}; then exit 0; fi
  echo "the folder cannot be entered" >&2
  exit 1
fi
echo "at $(pwd)"
number=0
set --
for name in {names}; do
  if [ -L "$name" ]; then echo "link $number"; fi
  if [ -d "$name" ]; then echo "folder $number"
  elif [ -f "$name" ] && [ -r "$name" ]; then echo "file $number"; set -- "$@" "$name"
  elif [ -e "$name" ] || [ -L "$name" ] || ! absent "$name"; then echo "other $number"
  fi
  number=$((number + 1))
done
if [ $# != 0 ]; then stat -L -c "status %s %a %d %i" -- "$@" && sha256sum -- "$@"; fi"""

TAKE = """umask 077
mkdir -p {folder} && cd {folder} || exit 1
{sweep}
check() {{
  [ "$(sha256sum < "$2" | cut -c 1-64)" = "$1" ] && return
  echo "other bytes came than were sent, or they were changed meanwhile" >&2
  exit 1
}}
take() {{
  head -c "$1" > "$3" && check "$2" "$3" || exit 1
}}
"""

ENCODE = """exec 5>&1
failed=$({{ {{ {{ {command}; }} || echo failed >&4; }} | base64 >&5; }} 4>&1) && [ -z "$failed" ]"""
"""Fails where the command does, though the last of a pipe is what the shell asks."""

T = t.TypeVar("T")

Execute = t.Callable[[str, bool], t.Mapping[str, t.Any]]
"""Runs a script with ``/bin/sh`` on the host, as the task's user or (True) as the login user; ``stdout``, ``stderr`` as text."""


class Outgoing(t.NamedTuple):
    """A file to send: where it is on the controller, the name that it gets, what it is."""

    path: str
    name: str
    found: Found


class HostFiles:
    """Files below folders of a host; a leading ``~/`` is the home of the user that the task runs as."""

    def __init__(self, execute: Execute, connection: t.Any, becoming: bool, where: str) -> None:
        self._execute, self._connection, self._becoming, self.where = execute, connection, becoming, where
        self._at: t.Dict[str, str] = {}

    # -- the shell

    def _run(self, script: str, what: str, as_login: bool = False) -> str:
        """What a script printed between the marks: a login shell may print greetings around it."""
        # What tools say on stderr is kept apart: it may be noise of the host, which is in no file and no digest.
        work = f"work() {{\nLC_ALL=C; export LC_ALL\n{script}\n}}\n{{ said=$(work 2>&1 >&3); code=$?; }} 3>&1"
        tell = f"[ $code = 0 ] || {{ echo {SAID}; printf '%s\\n' \"$said\"; echo {USER} $(id -un); }}"
        marked = f"echo; echo {BEGIN}; {work}; echo; {tell}; echo {END} $code"
        answer = self._execute(marked, as_login)
        lines = [line.rstrip("\r") for line in str(answer["stdout"]).split("\n")]
        ends = [number for number, line in enumerate(lines) if line.startswith(f"{END} ")]
        if BEGIN not in lines or not ends:
            said = " / ".join(filter(None, (line.strip() for line in [*lines, *str(answer["stderr"]).split("\n")])))
            raise MigrationError(f"{what} on {self.where} failed, the shell there gave no answer: {said[:300] or 'nothing'}.")
        text = "\n".join(lines[lines.index(BEGIN) + 1 : ends[-1]]).strip("\n")
        if lines[ends[-1]] != f"{END} 0":
            told = [line.strip() for line in text.splitlines() if line.strip()]
            user = next((line.partition(" ")[2] for line in told if line.startswith(f"{USER} ")), "") or "of the task"
            complaints = told[told.index(SAID) + 1 :] if SAID in told else told
            # Noise comes first, the reason last.
            reason = " / ".join(line for line in complaints if not line.startswith(f"{USER} "))[-300:] or "no reason was given"
            remedy = "put that right and run it again"
            if any(word in reason for word in REFUSALS):
                remedy = "let that user do it, or set ae_work_dir or ae4_export_dir of that host to a folder that it may write"
            raise MigrationError(f"{what} on {self.where} failed for the user {user}: {reason}; {remedy}.")
        return text

    def look(self, folder: str, names: t.Iterable[str]) -> t.Dict[str, Found]:
        """What is there of ``names``, with digests: one call of the shell."""
        seen: t.Dict[str, Found] = {}
        for batch in _batches(list(names), lambda name: word(f"./{name}")):
            script = LOOK.format(absent=ABSENT, folder=word(folder), names=" ".join(word(f"./{name}") for name in batch))
            text = self._run(script, f"Looking at the files in {folder}")
            seen.update(self._read(folder, batch, text))
        return seen

    def in_the_way(self, folders: t.Sequence[str]) -> t.List[str]:
        """The files where one of these folders would have to be made."""
        said = "\n".join(
            self._run(BLOCKED.format(folders=" ".join(map(word, batch))), "Looking at the folders") for batch in _batches(folders, word)
        )
        return re.findall(r"^blocked (.*)$", said, re.MULTILINE)

    def _read(self, folder: str, names: t.Sequence[str], text: str) -> t.Dict[str, Found]:
        at = re.search(r"^at (.*)$", text, re.MULTILINE)
        if at is None:
            return {}
        self._at[folder] = at[1]
        links = {int(number) for number in re.findall(r"^link (\d+)$", text, re.MULTILINE)}
        kinds = re.findall(r"^(file|folder|other) (\d+)$", text, re.MULTILINE)
        details = zip(
            re.findall(r"^status (\d+) ([0-7]+) (\d+) (\d+)$", text, re.MULTILINE), re.findall(r"^\\?([0-9a-f]{64}) ", text, re.MULTILINE)
        )
        seen = {}
        for kind, number in kinds:
            (size, mode, *inode), digest = next(details) if kind == FILE else (("0", "0"), "")
            seen[names[int(number)]] = Found(kind, int(size), int(mode, 8), int(number) in links, "", tuple(map(int, inode)), digest)
        return seen

    # -- from the host

    def fetch(self, folder: str, files: t.Mapping[str, Found], parts: t.Mapping[str, str]) -> None:
        """Writes each file to its part on the controller.  Whether the bytes are right is for the caller to check."""
        for group in _groups([(name, found.size) for name, found in files.items()], BLOCK):
            if files[group[0]].size <= BLOCK:
                self._fetch_together(folder, {name: files[name].size for name in group}, parts)
            elif self._becoming:
                self._fetch_blocks(folder, group[0], parts[group[0]])
            else:
                self._connection.fetch_file(f"{self._at[folder]}/{group[0]}", parts[group[0]])

    def _fetch_together(self, folder: str, sizes: t.Mapping[str, int], parts: t.Mapping[str, str]) -> None:
        for batch in _batches(list(sizes), lambda name: word(f"./{name}")):
            names = " ".join(word(f"./{name}") for name in batch)
            content = self._content(f"cd {word(folder)} && cat -- {names}", folder)
            start = 0
            for name in batch:
                with open(parts[name], "wb") as stream:
                    stream.write(content[start : start + sizes[name]])
                start += sizes[name]

    def _fetch_blocks(self, folder: str, name: str, part: str) -> None:
        count = BLOCK >> 20
        with open(part, "wb") as stream:
            while True:
                skip = stream.tell() >> 20
                block = self._content(
                    f"cd {word(folder)} && dd bs=1048576 skip={skip} count={count} < {word(f'./{name}')} 2>/dev/null", folder
                )
                stream.write(block)
                if len(block) < BLOCK:
                    return

    def _content(self, command: str, folder: str) -> bytes:
        what = f"Reading the files in {folder}"
        try:
            return base64.b64decode(self._run(ENCODE.format(command=command), what), validate=False)
        except (binascii.Error, ValueError) as exc:
            raise MigrationError(
                f"{what} on {self.where} failed, they were damaged on the way through the shell ({exc}); run it again."
            ) from exc

    # -- to the host

    def send(self, folder: str, files: t.Sequence[Outgoing], mode: int) -> None:
        """Puts files below ``folder``, which is made with what lacks above it.  They get their names when all are there and whole."""
        token = secrets.token_hex(8)
        parts = {file: os.path.join(os.path.dirname(f"./{file.name}"), f".ae-bring-{token}-{number}") for number, file in enumerate(files)}
        groups = _groups([(file, file.found.size) for file in files], PACK)
        batches = [batch for group in groups for batch in _batches(group, lambda file: parts[file] * 2 + "-" * 100)]
        commits = [
            f"chmod {mode:04o} {' '.join(word(parts[file]) for file in batch)} && "
            + " && ".join(f"mv -f {word(parts[file])} {word(f'./{file.name}')}" for file in batch)
            for batch in _batches(list(files), lambda file: parts[file] * 2 + word(f"./{file.name}"))
        ]
        try:
            for batch in batches:
                together = batch is batches[-1] and len(commits) == 1
                self._take(folder, {file: parts[file] for file in batch}, commits.pop() if together else "")
            for commit in commits:
                self._run(f"cd {word(folder)} && {commit}", f"Writing the files in {folder}")
        except BaseException:
            for left in _batches(list(parts.values()), word):
                with contextlib.suppress(Exception):
                    self._run(f"cd {word(folder)} && rm -f {' '.join(map(word, left))}", folder)
            raise

    def _take(self, folder: str, parts: t.Mapping[Outgoing, str], commit: str) -> None:
        """Sends files and puts them into their parts, checks them there, and runs ``commit`` then."""
        what = f"Writing the files in {folder}"
        subfolders = sorted({os.path.dirname(part) for part in parts.values()} - {"."})
        sweep = "\n".join(_sweep(place, ".ae-bring-*") for place in [".", *map(word, subfolders)])
        begin = TAKE.format(folder=word(folder), sweep=sweep) + "".join(
            f"mkdir -p {word(subfolder)} || exit 1\n" for subfolder in subfolders
        )
        takes = " && ".join(f"take {file.found.size} {file.found.sha256} {word(part)}" for file, part in parts.items())
        if sum(file.found.size for file in parts) <= INLINE:
            text = base64.b64encode(b"".join(_content_of(file.path) for file in parts)).decode("ascii")
            self._run(f"{begin}base64 -d <<AE_END | {{ {takes}; }} || exit 1\n{text}\nAE_END\n{commit}", what)
            return
        with _packed([file.path for file in parts]) as pack, self._resting(folder, what) as resting:
            self._connection.put_file(pack, resting)
            if self._becoming:
                # Only who knows the file's name gets at it: the folder can be entered and not listed.
                self._run(f"chmod 0644 {word(resting)} && chmod 0711 {word(os.path.dirname(resting))}", what, as_login=True)
            elif len(parts) == 1:
                [(file, part)] = parts.items()
                takes = f"chmod 0600 {word(resting)} && mv -f {word(resting)} {word(part)} && check {file.found.sha256} {word(part)}"
            self._run(f"{begin}{{ {takes}; }} < {word(resting)} || exit 1\n{commit}", what)

    @contextlib.contextmanager
    def _resting(self, folder: str, what: str) -> t.Iterator[str]:
        """Where the login user can put a file for a moment: beside its destination, or where another user can fetch it."""
        make = f"umask 077; {_sweep(RESTING, 'ae-bring-*', own=True)}; mktemp -d {RESTING}/ae-bring-XXXXXXXX"
        if not self._becoming:
            make = f'umask 077; mkdir -p {word(folder)} && cd {word(folder)} && mktemp -d "$(pwd)/.ae-bring-XXXXXXXX"'
        made = self._run(make, what, as_login=True)
        try:
            yield f"{made}/{secrets.token_hex(16)}"
        finally:
            self._run(f"rm -rf {word(made)}", what, as_login=True)

    # -- the rest

    def set_mode(self, folder: str, names: t.Iterable[str], mode: int) -> None:
        for batch in _batches([word(f"./{name}") for name in names], str):
            self._run(f"cd {word(folder)} && chmod {mode:04o} {' '.join(batch)}", f"Setting the mode of the files in {folder}")

    def remove(self, paths: t.Iterable[str], dry: bool) -> int:
        """Removes files and folders; how many there were."""
        count = 0
        for batch in _batches([word(path) for path in paths], str):
            does = ":" if dry else 'rm -rf "$path" || exit 1'
            script = (
                f'{ABSENT}\nfor path in {" ".join(batch)}; do if [ -e "$path" ] || [ -L "$path" ]; then echo there; {does}; '
                'elif ! absent "$path"; then echo "$path cannot be looked at" >&2; exit 1; fi; done'
            )
            count += self._run(script, "Removing files").splitlines().count("there")
        return count


def word(path: str) -> str:
    """A path as one word of the shell, which expands a leading tilde as the user that the task runs as."""
    if path == "~" or path.startswith("~/"):
        return "~" if path in ("~", "~/") else "~/" + shlex.quote(path[2:])
    return shlex.quote(f"./{path}" if path.startswith("-") else path)


def _sweep(folder: str, name: str, own: bool = False) -> str:
    """A command that removes what transfers left in a folder; with ``own`` only what is the user's, who shares the folder."""
    user = '-user "$(id -un)" ' if own else ""
    return f"find {folder}/. ! -name . {user}-name '{name}' -mtime +0 -prune -exec rm -rf {{}} \\; -o ! -name . -prune 2>/dev/null"


def _content_of(path: str) -> bytes:
    with open(path, "rb") as stream:
        return stream.read()


@contextlib.contextmanager
def _packed(paths: t.Sequence[str]) -> t.Iterator[str]:
    """One file with the bytes of all: the file itself, or one for the moment."""
    if len(paths) == 1:
        yield paths[0]
        return
    with tempfile.NamedTemporaryFile(prefix="ae-bring-") as pack:
        for path in paths:
            with open(path, "rb") as stream:
                shutil.copyfileobj(stream, pack, 1 << 20)
        pack.flush()
        yield pack.name


def _groups(sized: t.Iterable[t.Tuple[T, int]], limit: int) -> t.List[t.List[T]]:
    """In their order, as many together as the limit lets; what is larger is alone."""
    groups: t.List[t.List[T]] = []
    total = limit + 1
    for item, size in sized:
        total += size
        if total > limit:
            groups.append([])
            total = size
        groups[-1].append(item)
    return groups


def _batches(items: t.Sequence[T], text: t.Callable[[T], str]) -> t.List[t.List[T]]:
    """Items that fit into one script each."""
    return _groups([(item, len(shlex.quote(shlex.quote(text(item)))) + 1) for item in items], WORDS)
