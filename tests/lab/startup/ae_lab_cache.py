# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepares once for all runs of a test session what Ansible prepares anew in each.

``sitecustomize`` imports this where ``AE_LAB_CACHE`` names a folder.  Two things are kept there, by what they are made of or
for one session, whose code does not change: the archives that Ansible builds of modules (its own cache lives for one run),
and the compiled code of the files in them, which ``zipimport`` compiles twice in each process.  And what Ansible has loaded
when it starts a worker is no matter for the worker's garbage collector, which would copy it page by page.  What runs is the same.
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


def _remember_code(compile_source):
    folder = os.path.join(CACHE, sys.implementation.cache_tag)
    known = {}

    def compiled(pathname, source):
        if pathname not in known:
            known[pathname] = stored(pathname, source)
        return known[pathname]

    def stored(pathname, source):
        import hashlib

        path = os.path.join(folder, hashlib.sha256(source).hexdigest())
        if os.path.exists(path):  # it was put there as a whole
            with open(path, "rb") as stream:
                return marshal.load(stream)  # noqa: S302 - written by this session
        code = compile_source(pathname, source)
        os.makedirs(folder, exist_ok=True)
        with open(f"{path}.{os.getpid()}", "wb") as stream:
            marshal.dump(code, stream)
        os.replace(f"{path}.{os.getpid()}", path)
        return code

    return compiled


os.register_at_fork(before=gc.freeze, after_in_child=gc.disable)
if os.access(CACHE, os.R_OK | os.W_OK | os.X_OK):  # a task of another user prepares its own
    patch_when_imported("ansible.executor.module_common", _share_archives)
    if hasattr(zipimport, "_compile_source"):  # a private name: where there is none, nothing is gained
        zipimport._compile_source = _remember_code(zipimport._compile_source)
