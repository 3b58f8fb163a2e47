# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Passwords, tokens and keys that are written down in code, settings and texts, line by line.  Pure.  Private to the collection.

Found are: a literal that is assigned to a name like a password's, in whatever language; an address with a login, token or signature;
a password in a connection string; keys of a known form.  Not found are: what is read from elsewhere, a prompt, a placeholder,
an example, a path, and names that only speak of a secret (``token_url``, ``secret_santa``).

A text is read once.  Each pattern has limits and looks at windows of ``WINDOW`` characters, so the time grows with the text's length.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._secrets import clean_text, is_secret_name

MAX_BYTES = 1 << 20
"""Bytes of a file, or of a notebook's outputs, that are searched."""
MAX_HITS = 50
"""Of a text."""
WINDOW, _OVERLAP = 2000, 200
CODE, SHELL, CONFIG, TEXT = "code", "shell", "config", "text"
_STYLES = {
    **dict.fromkeys((".py", ".pyi", ".r", ".rmd", ".sql", ".jl", ".scala", ".java", ".js", ".ts", ".pl", ".rb", ".html", ".xml"), CODE),
    **dict.fromkeys((".sh", ".bash", ".ksh", ".zsh", ".bat", ".ps1"), SHELL),
    **dict.fromkeys((".cfg", ".conf", ".env", ".ini", ".properties", ".toml", ".yaml", ".yml"), CONFIG),
    **dict.fromkeys((".txt", ".md", ".rst", ".json", ".log", ".in"), TEXT),
}
_NAMED = {".env": CONFIG, ".condarc": CONFIG, ".renviron": CONFIG, ".npmrc": CONFIG, "dockerfile": SHELL, "makefile": SHELL}


class Hit(t.NamedTuple):
    """A secret in a text: the number of its line, and what it looks like, without the secret itself."""

    line: int
    shown: str


def style_of(path: str) -> str:
    """How a file is written, by its name; empty for one that is not searched."""
    name = path.rsplit("/", 1)[-1].lower()
    dot = name.rfind(".")
    return _NAMED.get(name) or (_STYLES.get(name[dot:], "") if dot >= 0 else "")


_NAME = r"(?<![A-Za-z0-9_.-])(?P<name>[A-Za-z_][A-Za-z0-9_.-]{0,80})"
_VALUE = r"""(?P<quote>["'])(?P<value>[^"'\n]{1,500})(?P=quote)"""
_ASSIGNED = re.compile(
    rf"""{_NAME}["']?\]?\s{{0,20}}(?::\s{{0,5}}\w{{1,20}}\s{{0,5}}=|=>|<<?-|:=|[:=](?!=))\s{{0,20}}[rbfuRBFU]{{0,2}}{_VALUE}"""
)
_DEFAULT = re.compile(
    r"""(?:getenv|environ\.get|setdefault|putenv)\(\s{0,5}["'](?P<name>[\w.-]{1,80})["']\s{0,5},\s{0,5}["'](?P<value>[^"'\n]{1,500})["']"""
)
_IN_STRING = re.compile(r"""(?i)["';]\s{0,3}(?P<name>pwd|password)\s{0,3}=\s{0,3}(?P<value>[^;"'\s{}<>()\[\]]{3,200})(?=[;"'])""")
_EXPORTED = re.compile(
    r"""^\s{0,40}(?P<magic>!?\s{0,3}(?:export|set|setenv|ENV|ARG)\s{1,5}|%(?:set_)?env\s{1,5})?(?P<name>[A-Za-z_]\w{0,80})"""
    r"""(?:=|(?<=\w)\s(?=\S{1,500}$))(?P<value>[^\s"'`;#|&)]{1,500})"""
)
_SET = re.compile(
    r"""^\s{0,40}(?:-\s{1,5})?["']?(?P<name>[A-Za-z_][\w.-]{0,80})["']?\s{0,20}[:=]\s{0,20}(?P<value>[^\s"'#&*!|>\[{][^\n#]{0,500})"""
)
_OPTION = re.compile(r"""(?<![\w-])(?P<name>--?(?:password|passwd|token|secret|api-key))(?:=|\s{1,5})["']?(?P<value>[^\s"'`]{3,200})""")
_LOGIN = re.compile(r"""\bcurl\b[^\n]{0,300}?\s(?P<name>-u|--user)\s{1,5}["']?[^\s"':]{1,100}:(?P<value>[^\s"']{3,200})""")
_KEY = re.compile(
    r"\b(?P<head>A(?:KIA|SIA)|gh[pousr]_|github_pat_|glpat-|xox[abprs]-|AIza|[sr]k_live_|npm_|pypi-AgEI)(?P<value>[A-Za-z0-9_-]{16,200})"
)
_PRIVATE = re.compile(r"-----BEGIN (?:[A-Z0-9]{1,10} ){0,4}PRIVATE KEY(?: BLOCK)?-----(?=\s|\\n|$)")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}:(?:\\{0,4}/){2}[^\s<>\"'`]{1,1500}")
_USER = re.compile(r"(?P<slashes>//)(?P<user>[^\s/@:]{0,100})(?::(?P<value>[^\s/@]{0,200}))?@")

_HINT = re.compile(r"(?i)pass|pwd|secret|token|key|credential|://|:\\|A(?:KIA|SIA)|gh[pousr]_|glpat|xox|AIza|_live_|npm_|pypi-|-u |--user")
_BREAK = re.compile(r"\r\n|[\n\r]")

_ABOUT = frozenset(
    {
        *("admin", "db", "dev", "live", "local", "new", "old", "prod", "production", "qa", "root", "stage", "staging", "str"),
        *("test", "text", "uat", "user", "val", "value"),
    }
)
"""Words that may follow the one that says that it is a secret."""
_SECRET_WORD = re.compile(r"(?i)(?:pass(?:word|wd|phrase)?|pwd|secrets?|token|key|credentials?)\Z")
_MADE = re.compile(r"(?i)(?:token|key)[\W\d_]*\Z")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_STAND_INS = frozenset(
    {
        *(
            "api_key",
            "apikey",
            "bar",
            "basic",
            "baz",
            "bearer",
            "default",
            "empty",
            "false",
            "foo",
            "foobar",
            "key",
            "missing",
            "no",
            "none",
            "null",
        ),
        *("optional", "pass", "passwd", "password", "pwd", "read", "required", "secret", "str", "string", "test", "testing"),
        *("text", "token", "true", "undefined", "unknown", "write", "yes"),
    }
)
_STAND_IN = re.compile(
    r"(?i)(?:\A|[^a-z])(?:change[-_ ]?(?:me|it)|your|my[-_](?:password|token|secret|api)|example|placeholder|dummy|insert|replace|redacted"
    r"|hidden|masked|sample|fake|todo|fixme|x{3,}|enter|goes[-_ ]here|not[-_ ]?set)(?:[^a-z]|\Z)"
)
_REFERENCE = re.compile(
    r"<[^>]*>?\Z|#[0-9A-Fa-f]{3,8}\Z|\$\{?[\w.:-]+\}?\Z|\$\(|%\(?\w*\)?[sd]?%?\Z|.*\{[^{}]{0,100}\}|\{\{|(?i:env|vault|ssm|arn|op|keyring|secretsmanager|sops):"
    r"|(?:os|sys|self|config|settings|Sys|env|ENV|process)\."
)
_PATH = re.compile(r"(?:~|\.{1,2})?/|[A-Za-z]:\\|.*\.(?:json|ya?ml|txt|csv|pem|key|cfg|ini|env|py|sh)\Z|https?:")
_EXAMPLE = re.compile(r"EXAMPLE(?:KEY)?\Z")


def is_named_like_a_secret(name: str) -> bool:
    """Whether code keeps a secret under this name; stricter than ``is_secret_name``: ``secret_santa`` does not."""
    if not is_secret_name(name):
        return False
    words = _WORDS.findall(name)
    while words and (words[-1].isdigit() or words[-1].lower() in _ABOUT):
        words.pop()
    return bool(words) and (_SECRET_WORD.search(words[-1]) is not None or words[-1].lower() == "apikey")


def is_stand_in(value: str) -> bool:
    """Whether a value only stands where a secret would: a placeholder, a reference, an example, a path or the name of a variable."""
    value = value.strip()
    lower = value.lower()
    return (
        len(value) < 3
        or len(set(lower)) == 1
        or not any(char.isalnum() for char in value)
        or any(char.isspace() for char in value)
        or lower in _STAND_INS
        or _STAND_IN.search(value) is not None
        or _REFERENCE.match(value) is not None
        or _PATH.match(value) is not None
        or _EXAMPLE.search(value) is not None
        or (value.replace("_", "").replace("-", "").replace(".", "").isalpha() and is_secret_name(value))
    )


def _is_word_for_key(name: str, value: str) -> bool:
    """Whether a token or key is a plain word: those that programs make have digits, and ``END_TOKEN = "stop_all"`` is none."""
    return _MADE.search(name) is not None and (len(value) < 20 or "_" in value) and not any(char.isdigit() for char in value)


def secret_lines(text: str, style: str = CODE) -> t.Iterator[Hit]:
    """The secrets in a text, at most ``MAX_HITS`` of them, each line's kinds once."""
    found = 0
    start, number = 0, 1
    for end in _ends(text):
        if _HINT.search(text, start, end):
            for shown in dict.fromkeys(_in_line(text[start:end], style)):
                yield Hit(number, shown)
                found += 1
                if found >= MAX_HITS:
                    return
        start = end + 2 if text.startswith("\r\n", end) else end + 1
        number += 1


def _ends(text: str) -> t.Iterator[int]:
    for match in _BREAK.finditer(text):
        yield match.start()
    yield len(text)


def _in_line(line: str, style: str) -> t.Iterator[str]:
    for start in range(0, max(len(line) - _OVERLAP, 1), WINDOW - _OVERLAP):
        yield from _in_window(line[start : start + WINDOW], style)


def _in_window(text: str, style: str) -> t.Iterator[str]:
    for pattern in _patterns(text, style):
        for match in pattern.finditer(text):
            name = match.group("name")
            value = match.group("value")
            if (name.startswith("-") or is_named_like_a_secret(name)) and not (is_stand_in(value) or _is_word_for_key(name, value)):
                yield f"{name.strip('-.')} = ***"
    for match in _KEY.finditer(text):
        if not is_stand_in(match.group("value")):
            yield f"{match.group('head')}***"
    if _PRIVATE.search(text):
        yield "PRIVATE KEY"
    if "//" in text or "\\/" in text:
        yield from _in_addresses(text)


def _patterns(text: str, style: str) -> t.Iterator[t.Pattern[str]]:
    yield from (_ASSIGNED, _DEFAULT, _IN_STRING)
    is_command = text.lstrip()[:1] in ("!", "%")
    if style == SHELL or is_command:
        yield from (_EXPORTED, _OPTION, _LOGIN)
    if style == CONFIG:
        yield _SET


def _in_addresses(text: str) -> t.Iterator[str]:
    for match in _ADDRESS.finditer(text):
        # Without what is no secret in it, so that whatever is still taken out is one.
        address = _USER.sub(_without_stand_in, match.group(), count=1)
        if clean_text(address)[1]:
            yield clean_text(match.group())[0].rstrip("',;)]}\\")[:120]


def _without_stand_in(match: t.Match[str]) -> str:
    value = match.group("value")
    if value is None:
        # A name alone is a login without a password, unless it is a token.
        return match.group() if re.fullmatch(r"(?=.*\d)[\w-]{20,}", match.group("user")) else match.group("slashes")
    return match.group("slashes") if is_stand_in(value) else match.group()
