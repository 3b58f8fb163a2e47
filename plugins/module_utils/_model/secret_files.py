# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files are there to keep a secret, by their name and how they begin.  Pure.  Private to the collection.

The names are those by which the programs of each find their logins: netrc (curl, requests), git's store, twine, PostgreSQL, MySQL,
Kaggle, AWS, Docker, Kubernetes, Google, conda; and keys by what they begin with, whatever they are called.  A file of such a name
without a secret in it is none, and neither is a public key.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.secret_lines import CONFIG, secret_lines
from ansible_collections.ae_ops.migration.plugins.module_utils._text import matches_any

HEAD = 8000
"""Bytes of a file that decide."""

_SECRET_FILES = (".netrc", ".pypirc", ".git-credentials", ".pgpass", ".my.cnf", ".env", ".condarc", ".htpasswd", "credentials*")
_KEY_FILES = ("id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", "*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keytab", "*.kdbx")
_SECRET_NAMES = (*_SECRET_FILES, *_KEY_FILES, "*secret*", "*password*", "*passwd*")
_PRIVATE_KEY = r"-{4,5} ?BEGIN (?:[A-Z0-9]{1,10} ){0,4}PRIVATE KEY(?: BLOCK)? ?-{4,5}"

_BY_CONTENT: t.Tuple[t.Tuple[t.Pattern[str], str], ...] = (
    (re.compile(rf"\s{{0,100}}{_PRIVATE_KEY}|PuTTY-User-Key-File-"), "a private key"),
)
_BY_NAME: t.Tuple[t.Tuple[t.Tuple[str, ...], t.Pattern[str], str], ...] = tuple(
    (names, re.compile(pattern), what)
    for names, pattern, what in (
        (("*.pem", "*.key", "id_*"), _PRIVATE_KEY, "a private key"),
        (("*.p12", "*.pfx", "*.jks", "*.keystore", "*.keytab", "*.kdbx", ".mylogin.cnf"), r"[^\s]", "keys or passwords"),
        ((".netrc", "_netrc"), r"(?i)\bpassword\s{1,20}[^\s<]", "logins with passwords"),
        ((".git-credentials",), r"://[^\s/@]{1,500}@", "logins of git"),
        ((".pypirc",), r"(?im)^[ \t]{0,20}password[ \t]{0,20}[:=][ \t]{0,20}[^\s<]", "a login of a package index"),
        ((".pgpass", "pgpass.conf"), r"(?m)^[^#:\n]{0,200}(?::[^:\n]{0,200}){3}:[^\s<]", "logins of PostgreSQL"),
        (
            (".my.cnf", ".boto", ".s3cfg"),
            r"(?im)^[ \t]{0,20}(?:password|\w{0,20}secret_(?:access_)?key)[ \t]{0,20}=[ \t]{0,20}[^\s<]",
            "a login",
        ),
        ((".htpasswd",), r"(?m)^[^:#\s]{1,200}:\S", "hashes of passwords"),
        (("kaggle.json",), r'"key"\s{0,20}:\s{0,20}"[^"\s<]{8}', "a key of Kaggle"),
        (("credentials", "*/.aws/config"), r"(?im)^[ \t]{0,20}aws_secret_access_key[ \t]{0,20}=[ \t]{0,20}[^\s<]", "keys of AWS"),
        (("*accesskey*.csv", "credentials*.csv", "rootkey*.csv"), r"\bA(?:KIA|SIA)[0-9A-Z]{16}\b(?<!EXAMPLE)", "keys of AWS"),
        (
            ("*/.docker/config.json", ".dockercfg", "*.dockerconfigjson"),
            r'"(?:auth|identitytoken|password)"\s{0,20}:\s{0,20}"[^"\s<]{3}',
            "logins of container registries",
        ),
        (
            ("*/.kube/config", "kubeconfig*"),
            r"(?m)^[ \t-]{0,40}(?:token|client-key-data|password):[ \t]{1,20}[^\s<]",
            "logins of Kubernetes",
        ),
        (
            ("credentials*.json", "client_secret*.json", "token*.json", "*service*account*.json", "*key*.json"),
            r'"(?:private_key|client_secret|refresh_token|access_token)"\s{0,20}:\s{0,20}"[^"\s<][^"\s]{7}',
            "credentials",
        ),
        (("*/tokens/*.token",), r"\S{8}", "a token"),
    )
)
_SETTINGS = (".env", ".env.*", "*.env", ".renviron", ".condarc", ".npmrc", "pip.conf", ".databrickscfg", "*/.snowsql/config", "secrets.*")
_SAMPLES = ("*example*", "*sample*", "*template*")


def is_secret_name_of_file(name: str) -> bool:
    """Whether a file's name is typical of secrets; enough for what is published to others, as a package is."""
    return matches_any(name.lower(), _SECRET_NAMES)


def may_be_secret(path: str) -> bool:
    """Whether the name of a file is one whose beginning has to be read, with what keys are mostly called."""
    name = _ending(path)
    return (
        is_secret_name_of_file(name.rsplit("/", 1)[-1])
        or _of_settings(name)
        or any(_is_called(name, names) for names, _re, _what in _BY_NAME)
    )


def secret_file(path: str, head: bytes) -> str:
    """What secret a file is there to keep, given the first ``HEAD`` bytes of it; empty if it is an ordinary one."""
    text = head[:HEAD].decode("latin-1")
    found = next((what for pattern, what in _BY_CONTENT if pattern.match(text)), "")
    if found:
        return found
    name = _ending(path)
    for names, pattern, what in _BY_NAME:
        if _is_called(name, names) and pattern.search(text):
            return what
    if _of_settings(name) and b"\0" not in head and next(secret_lines(head[:HEAD].decode("utf-8", "replace"), CONFIG), None):
        return "passwords or tokens"
    return ""


def _ending(path: str) -> str:
    """The path's last three parts in lower case, with a slash in front."""
    return "/" + "/".join(path.lower().split("/")[-3:])


def _is_called(ending: str, names: t.Iterable[str]) -> bool:
    name = ending.rsplit("/", 1)[-1]
    return any(matches_any(ending if "/" in pattern else name, [pattern]) for pattern in names)


def _of_settings(ending: str) -> bool:
    return _is_called(ending, _SETTINGS) and not _is_called(ending, _SAMPLES)
