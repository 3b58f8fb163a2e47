# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one scrubber: passwords, tokens and signatures in addresses and texts.  Pure.  Private to the collection.

``clean_url`` and ``clean_text`` take secrets out and keep what still works; ``masked`` blots out what looks like one, for showing.
A reference to an environment variable (``https://${TOKEN}@host``) is no secret.
"""

from __future__ import annotations

import re
import typing as t

NOTE, STRIP = "note", "strip"
POLICIES = (STRIP, NOTE)
"""What becomes of a secret in a project's own file: it is taken out, or it goes along and is noted."""

_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*:(?:\\*/){2,})([^\s<>\"]+)")
"""JSON and YAML may escape a slash."""
_AUTHORITY = re.compile(r"[^/?#]*")
_HOST = re.compile(r"(?:\[[^\]]*\]|[^:@]*)(?::\d*)?\Z")
_VARIABLE = r"(?:\$\{[A-Za-z_]\w*\}|\$[A-Z_][A-Z0-9_]*)"
_REFERENCE = re.compile(rf"(?:(?:[\w.-]*|{_VARIABLE}):)?{_VARIABLE}")
_TOKEN = re.compile(r"/t/[^/?#]+(?=/|$)")
_LIKELY_TOKEN = re.compile(r"/t/(?:[a-z]{2}-[^/?#]+|(?=[^/?#]*\d)[\w-]{8,})(?=/|$)")
_PLAIN_QUERY = frozenset(
    {
        *("archive", "at", "branch", "dl", "download", "export", "file", "filename", "format", "id", "name", "path", "raw", "ref", "rev"),
        "version",
    }
)
"""Parameters of an address that decide what is fetched, and not who may."""
_SIGNED = frozenset(("sig", "signature", "key", "auth", "code", "jwt", "expires"))
_FRAGMENT = re.compile(r"(?:egg|subdirectory|md5|sha\d+)=[^&]*\Z")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NAMES = frozenset(
    ("apikey", "credential", "credentials", "encrypted", "pass", "passphrase", "passwd", "password", "pwd", "secret", "secrets", "token")
)
_ENDINGS = ("password", "passwd", "passphrase")
_KEYS = frozenset(("access", "account", "api", "encryption", "private", "secret", "signing", "storage"))
_HARMLESS = frozenset(("dir", "file", "length", "name", "path", "type", "uri", "url"))

_SECRET_OPTION = re.compile(
    r"(?i)(?<![\w-])(--?(?:[a-z]\w*-)*(?:pwd|pass(?:word|wd|phrase)?|secret|token|api-?key))((?:[ \t]+|[ \t]*=[ \t]*)['\"]?)"
    rf"(?!\*\*\*|-|{_VARIABLE})([^\s'\"]+)"
)
"""An option whose value is a secret, its own word or behind ``=``."""
_MASKS = (
    (re.compile(r"(?i)(--?(?:\w+-)*(?:pwd|pass(?:word|wd|phrase)?|secret|token|api-?key)\s+)[^\s-]\S*"), r"\1***"),
    (re.compile(r"(?i)((?:pwd|pass(?:word|wd|phrase)?|secret|token|api[-_]?key|credentials?)\w*[\"']?\s*[=:]\s*)[^\s,;)]+"), r"\1***"),
    (re.compile(r"(://)[^/@\s]+@"), r"\1***@"),
    (re.compile(r"/t/[^/\s]+"), "/t/***"),
    (re.compile(r"\b(\w+)/[^\s/@]+@"), r"\1/***@"),
    (re.compile(r"(\bmysql\w*\b.*?\s-p)\S+"), r"\1***"),
)


def masked(text: str) -> str:
    """The text with what looks like a password or token blotted out."""
    for pattern, instead in _MASKS:
        text = pattern.sub(instead, text)
    return text


def is_secret_name(name: str) -> bool:
    """Whether a variable or parameter of this name holds a secret, and not where one is (``DB_PASSWORD_FILE``)."""
    words = [word.lower() for word in _WORD.findall(name)]
    if not words or words[-1] in _HARMLESS:
        return False
    is_key = any(second == "key" and first in _KEYS for first, second in zip(words, words[1:]))
    return is_key or any(word in _NAMES or word.endswith(_ENDINGS) for word in words)


def clean_url(text: str) -> str:
    """A channel, or a package's address, without user, password, token and query; any other text as it is.

    Kept are the login of ssh, a harmless query, and of the fragment what pip reads: egg, subdirectory, digests.
    """
    return _ADDRESS.sub(lambda match: _cleaned(match.group(1), match.group(2), strict=True), text) if ":" in text and "/" in text else text


def clean_text(text: str) -> t.Tuple[str, t.List[str]]:
    """Any text without the passwords, tokens and signed queries of its addresses, and the addresses that were changed, cleaned."""
    changed: t.List[str] = []

    def clean(match: t.Match[str]) -> str:
        new = _cleaned(match.group(1), match.group(2), strict=False)
        if new != match.group():
            changed.append(new.rstrip("',;)]}"))
        return new

    return (_ADDRESS.sub(clean, text) if ":" in text and "/" in text else text), changed


def clean_options(text: str) -> t.Tuple[str, t.List[str]]:
    """A text of options (``--password x``) with stars for the values that are secrets, and the options that had one."""
    changed: t.List[str] = []

    def clean(match: t.Match[str]) -> str:
        changed.append(match.group(1))
        return f"{match.group(1)}{match.group(2)}***"

    return _SECRET_OPTION.sub(clean, text), changed


def scrubbed(value: t.Any) -> t.Any:
    """The values of a record with every address clean."""
    if isinstance(value, str):
        return clean_text(value)[0]
    if isinstance(value, dict):
        return {key: scrubbed(item) for key, item in value.items()}
    return [scrubbed(item) for item in value] if isinstance(value, (list, tuple)) else value


def _cleaned(scheme: str, rest: str, strict: bool) -> str:
    end = _end_of_authority(rest, 0)
    # A password with a slash, a hash or a question mark in it looks like the end of the authority.
    while not _has_host(rest[:end]) and "@" in rest[end:]:
        end = _end_of_authority(rest, rest.index("@", end) + 1)
    authority = rest[:end]
    path = rest[len(authority) :]
    user, at, host = authority.rpartition("@")
    if at:
        host = _user(scheme.lower(), user) + host
    path, hash_mark, fragment = path.partition("#")
    path, mark, query = path.partition("?")
    path = (_TOKEN if strict else _LIKELY_TOKEN).sub("", path)
    if strict or (query and _is_signed(query)):
        mark, query = ("?", query) if query and strict and _is_plain(query) else ("", "")
    if strict:
        fragment = "&".join(part for part in fragment.split("&") if _FRAGMENT.match(part))
        hash_mark = hash_mark if fragment else ""
    elif "=" in fragment and _is_signed(fragment):  # else it is the name of a place in a page
        hash_mark, fragment = "", ""
    return f"{scheme}{host}{path}{mark}{query}{hash_mark}{fragment}"


def _has_host(authority: str) -> bool:
    """Whether an authority is whole; that of ``file:///`` is empty."""
    host = authority.rpartition("@")[2]
    return not authority or (bool(host) and _HOST.match(host) is not None)


def _end_of_authority(rest: str, start: int) -> int:
    return start + len(t.cast(t.Match[str], _AUTHORITY.match(rest[start:])).group())


def _user(scheme: str, user: str) -> str:
    name = user.partition(":")[0]
    if "ssh" in scheme or "sftp" in scheme:
        return f"{name}@" if name else ""
    return f"{user}@" if user == "git" or _REFERENCE.fullmatch(user) else ""


def _parameters(query: str) -> t.List[t.Tuple[str, str]]:
    return [(name, value) for name, _equal, value in (part.partition("=") for part in re.split("[&;]", query))]


def _is_plain(query: str) -> bool:
    return all(name.lower() in _PLAIN_QUERY and len(value) <= 80 for name, value in _parameters(query))


def _is_signed(query: str) -> bool:
    return any(is_secret_name(name) or not _SIGNED.isdisjoint(re.split(r"[-_.]", name.lower())) for name, _value in _parameters(query))
