# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepares once for all runs of a test session what Ansible prepares anew in each.

``sitecustomize`` imports this where ``AE_LAB_CACHE`` names a folder.  Two things are kept there, by what they are made of or
for one session, whose code does not change: the archives that Ansible builds of modules (its own cache lives for one run),
and the compiled code of the files in them, which ``zipimport`` compiles twice in each process.  What runs is the same.
"""

from __future__ import annotations

import contextlib
import hashlib
import marshal
import os
import sys
import zipimport

from ae_lab_import import patch_when_imported

CACHE = os.environ["AE_LAB_CACHE"]


def _share_archives(module_common):
    """Ansible looks for archives in this folder of the run's own temporary folder."""
    with contextlib.suppress(OSError):
        archives = os.path.join(CACHE, "archives")
        os.makedirs(archives, exist_ok=True)
        os.symlink(archives, os.path.join(module_common.C.DEFAULT_LOCAL_TMP, "ansiballz_cache"))


def _remember_code(compile_source):
    folder = os.path.join(CACHE, sys.implementation.cache_tag)
    known = {}

    def compiled(pathname, source):
        if pathname not in known:
            known[pathname] = stored(pathname, source)
        return known[pathname]

    def stored(pathname, source):
        path = os.path.join(folder, hashlib.sha256(source).hexdigest())
        with contextlib.suppress(OSError, EOFError, ValueError, TypeError), open(path, "rb") as stream:
            return marshal.load(stream)  # noqa: S302 - written by this session
        code = compile_source(pathname, source)
        with contextlib.suppress(OSError):
            os.makedirs(folder, exist_ok=True)
            draft = f"{path}.{os.getpid()}"
            with open(draft, "wb") as stream:
                marshal.dump(code, stream)
            os.replace(draft, path)
        return code

    return compiled


patch_when_imported("ansible.executor.module_common", _share_archives)
if hasattr(zipimport, "_compile_source"):  # a private name: where there is none, nothing is gained
    zipimport._compile_source = _remember_code(zipimport._compile_source)
