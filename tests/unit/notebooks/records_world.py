# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One record of each kind that the lists of notebook projects hold, every field of it set; and bare ones.

``samples/`` holds their lines as they were first written, compressed because some of their bytes are no UTF-8.
"""

from __future__ import annotations

from pathlib import Path

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pin import Pin
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import (
    WARNING,
    CondaPackage,
    Environment,
    FileEntry,
    Files,
    Finding,
    Git,
    Member,
    Notebook,
    NotebookHost,
    PipPackage,
    Project,
    Source,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Problem
from ansible_collections.ae_ops.migration.plugins.module_utils._store.conversions import Conversion
from ansible_collections.ae_ops.migration.plugins.module_utils._store.libraries import Library
from ansible_collections.ae_ops.migration.plugins.module_utils._store.resolutions import FOUND, MISSING, Asked, PinState, Resolution
from ansible_collections.ae_ops.migration.plugins.module_utils._store.uploads import Row

SAMPLES = Path(__file__).parent / "samples"

PROBLEM = Problem("code", "A sentence.")
ENTRY = FileEntry("a/caf\udce9.bin", "file", 7, 0o640, binary=True)
ENVIRONMENT = Environment(
    name="default",
    prefix="/projects/alice/p/envs/default",
    active=True,
    python="2.7.13",
    source="conda-meta",
    file="_env.yml",
    channels=("http://repo.example.com/conda/anaconda", "r"),
    conda=(CondaPackage("numpy", "1.11.3", "py27_0", "r", "http://x/numpy.tar.bz2", "0" * 32, "1" * 64, "linux-64", "python"),),
    pip=(PipPackage("tool", "1.0", "vcs", "git+https://git.example.com/tool"),),
    modules={"numpy": "conda:numpy", "loose": ""},
    r_libraries={"ggplot2": "conda:r-ggplot2"},
    problems=(PROBLEM,),
)
PROJECT = Project(
    host="aen",
    site="east",
    owner="alice",
    name="p q",
    path="/projects/alice/p q",
    proposed_name="p-q",
    environments=(ENVIRONMENT,),
    active_environment="default",
    notebooks=(Notebook("a.ipynb", 4, "python2", "Python 2", "python", "default", 3, (PROBLEM,)),),
    scripts=2,
    project_file="anaconda-project.yml",
    files=Files(3, 900, 1, 1, 0, (ENTRY,), (ENTRY,), 1, 7, (ENTRY,), (FileEntry("l", "link", target="..", link_ends="outside"),)),
    git=Git(True, 10, 2, (ENTRY,), True),
    team=(Member("user", "bob", "rw"),),
    acl="user::rwx\n",
    acl_exceptions=("a",),
    public=True,
    problems=(PROBLEM,),
)
SOURCE = Source("alice", "p q", "a.ipynb", "python", "print 'é\udce9'\n", 2, 1)
FINDING = Finding("alice", "p q", "odbc", WARNING, "What.", "pyodbc", "Why.", "Do.", "a.ipynb", 2, 1, "import pyodbc")
HEAD = NotebookHost("aen", "east", "/projects", 1, 1, "0" * 64, (PROBLEM,))
RESOLUTION = Resolution(
    owner="alice",
    project="p q",
    user="alice",
    channels=("anaconda", "r"),
    pins=(
        PinState(Pin("numpy", "1.11.3", "py27_0", "r"), FOUND, "anaconda"),
        PinState(Pin("tool", channel="x", spec="tool >=2"), MISSING, hidden=("secret",), offers=("1.0=0",)),
    ),
    dropped=("http://repo.example.com/gone",),
    pip=("six==1.16",),
    environments=(Asked("default", ("anaconda",), ("numpy=1.11.3=py27_0",)),),
    unsolved="No.",
    lacking=("openssl 1.0.*",),
    awaited=("a",),
    against=("b",),
    unchecked="c",
)
CONVERSION = Conversion(
    host="aen",
    site="east",
    owner="alice",
    project="p q",
    name="p-q",
    user="alice",
    state="converted",
    reason="",
    archive="alice/p-q.tar.gz",
    bytes=900,
    sha256="2" * 64,
    tree="3" * 64,
    files=3,
    unpacked=1900,
    stamp="4" * 64,
    environment="default",
    notes=("A note.", "caf\udce9"),
    left_out=(("a/link", "it links to b"), ("c", "it is a pipe")),
    resolution=RESOLUTION,
)
LIBRARY = Library(
    path="/opt/lib",
    state="reported",
    why="It is R.",
    language="r",
    name="lib",
    version="1.0",
    build="pyh_0",
    file="lib-1.0-pyh_0.tar.bz2",
    size=5,
    sha256="5" * 64,
    md5="6" * 32,
    channel="libraries/lib",
    imports=("lib",),
    depends=("python >=3",),
    used_by=("alice/p q",),
    users=("alice",),
    groups=("Devs",),
    withheld=(("bob", "could not read it"),),
    left_out=(("a.key", "its name"),),
    notes=("A note.",),
    recipe={"name": "lib", "sources": ["src/a.c"], "compilers": ["c"], "source": {"path": "/opt/lib"}},
)
ROW = Row("alice", "p-q", "alice/p q", "aen", "uploaded", "Why.", ("user bob may write",), ("A note.",), "2026-01-02T03:04:05Z", "3" * 64)

LISTS = {
    "projects.jsonl": (HEAD, PROJECT, Project("aen", "east", "bob", "bare", "/projects/bob/bare")),
    "sources.jsonl": (SOURCE, Source("alice", "p q", "run.sh", "shell", "ls\n")),
    "findings.jsonl": (FINDING, Finding("alice", "p q", "rights", "info", "What.")),
    "conversions.jsonl": (CONVERSION, Conversion("aen", "east", "bob", "bare", "bare", "", "excluded", "It is left out.")),
    "resolutions.jsonl": (RESOLUTION, Resolution("bob", "bare", "bob", (), ())),
    "libraries.jsonl": (LIBRARY, Library("/opt/bare", "built")),
    "uploads.jsonl": (ROW, Row("bob", "bare", "bob/bare", "aen", "failed")),
}
"""The records of each list, in the order of its sample's lines."""
