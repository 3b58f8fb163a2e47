# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepares once for all runs of a test session what Ansible prepares anew in each.

``sitecustomize`` imports this where ``AE_LAB_CACHE`` names a folder.  Three things are kept there, by what they are made of or
for one session, whose code does not change: the archives that Ansible builds of modules (its own cache lives for one run),
the compiled code of the files in them, which ``zipimport`` compiles twice in each process, and that of the templates, which
Ansible compiles anew in each worker.  And what Ansible has loaded when it starts a worker is no matter for the worker's garbage
collector, which would copy it page by page.  What runs is the same.
"""

from __future__ import annotations

import gc
import marshal
import os
import sys
import zipimport

from ae_lab_import import patch_when_imported

CACHE = os.environ["AE_LAB_CACHE"]


def _share_archives(module_common):
    """Ansible looks for archives in this folder of the run's own temporary folder."""
    archives, place = os.path.join(CACHE, "archives"), os.path.join(module_common.C.DEFAULT_LOCAL_TMP, "ansiballz_cache")
    os.makedirs(archives, exist_ok=True)
    if not os.path.lexists(place):
        os.symlink(archives, place)


class _Code:
    """Compiled code by what it was made of."""

    def __init__(self):
        self._folder = os.path.join(CACHE, sys.implementation.cache_tag)
        self._known = {}

    def get(self, key, make):
        """The code for a key of bytes; ``make`` makes it where nobody has."""
        if key not in self._known:
            self._known[key] = self._stored(key, make)
        return self._known[key]

    def _stored(self, key, make):
        import hashlib

        path = os.path.join(self._folder, hashlib.sha256(key).hexdigest())
        if os.path.exists(path):  # it was put there as a whole
            with open(path, "rb") as stream:
                return marshal.load(stream)  # noqa: S302 - written by this session
        code = make()
        os.makedirs(self._folder, exist_ok=True)
        with open(f"{path}.{os.getpid()}", "wb") as stream:
            marshal.dump(code, stream)
        os.replace(f"{path}.{os.getpid()}", path)
        return code


def _remember_sources(compile_source):
    code = _Code()
    return lambda pathname, source: code.get(bytes(source), lambda: compile_source(pathname, source))


SYNTAX = (
    *("block_start_string", "block_end_string", "variable_start_string", "variable_end_string", "comment_start_string"),
    *("comment_end_string", "line_statement_prefix", "line_comment_prefix", "trim_blocks", "lstrip_blocks", "newline_sequence"),
    *("keep_trailing_newline", "optimized"),
)
"""What of a Jinja environment decides what becomes of a template's text."""


def _remember_templates(jinja):
    compile_template, code = jinja.Environment.compile, _Code()

    def compiled(self, source, *args, **kwargs):
        if args or kwargs or not isinstance(source, str):
            return compile_template(self, source, *args, **kwargs)
        if "\\" in source:  # Ansible says beside the text what becomes of it
            return compile_template(self, source)
        syntax = [str(getattr(self, name)) for name in SYNTAX]
        # A filter of a constant is carried out here, and may ask for the home folder.
        key = (str(source), type(self).__qualname__, syntax, sorted(self.extensions), os.path.expanduser("~"))
        return code.get(repr(key).encode("utf-8", "surrogateescape"), lambda: compile_template(self, source))

    jinja.Environment.compile = compiled


os.register_at_fork(before=gc.freeze, after_in_child=gc.disable)
if os.access(CACHE, os.R_OK | os.W_OK | os.X_OK):  # a task of another user prepares its own
    patch_when_imported("ansible.executor.module_common", _share_archives)
    patch_when_imported("jinja2.environment", _remember_templates)
    if hasattr(zipimport, "_compile_source"):  # a private name: where there is none, nothing is gained
        zipimport._compile_source = _remember_sources(zipimport._compile_source)
