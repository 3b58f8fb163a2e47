# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Projects that nothing is wrong with, and those whose environment file or project file is there already."""

from __future__ import annotations

from .notebooks import PY3, env_kernel, nb3, nb4, stream
from .packages import WAKARI, conda, demo, py27, py35
from .spec import Member, ProjectSpec, assumed, documented

LABEL_TEST = "@REPO@/conda/anaconda-organization/label/Test"
PLOT = "import numpy as np\nimport pandas as pd\nframe = pd.DataFrame(np.arange(6).reshape(2, 3))\nframe.sum()"

GUIDE_YML = """\
Using Anaconda API: @CLOUD@/api
/opt/wakari/anaconda/lib/python2.7/site-packages/conda_env/env.py:8: UserWarning: The yaml library is old.
  warnings.warn("The yaml library is old.")
channels:
- wakari
- r
- @CLOUD@/wakari
- defaults
- anaconda-adam
prefix: @PROJECTS@/anaconda/MigrationExample/envs/default
dependencies:
- _license=1.1=py27_1
- accelerate=2.3.1=np111py27_0
- accelerate_cudalib=2.0=0
- alabaster=0.7.9=py27_0
WARNING: Could not find the license of package accelerate
- numpy=1.11.3=py27_0
- pandas=0.19.2=np111py27_0
- python=2.7.13=0
- pip:
  - prettyplotlib==0.1.7
"""

TAGGED_YML = """\
name: !!python/unicode 'default'
channels:
- !!python/unicode 'wakari'
- !!python/unicode '@REPO@/conda/anaconda-organization'
- !!python/unicode 'defaults'
dependencies:
- !!python/unicode 'python=2.7.13=0'
- !!python/unicode 'numpy=1.11.3=py27_0'
- !!python/unicode 'pandas=0.19.2=np111py27_0'
- !!python/unicode 'future=0.16.0=py35_1'
- !!python/object/apply:collections.OrderedDict
  - - - !!python/unicode 'pip'
      - - !!python/unicode 'mpld3==0.3'
prefix: !!python/unicode '@PROJECTS@/alice/tagged-environment-yml/envs/default'
"""

CLEAN_YML = """\
name: default
channels:
- @REPO@/conda/anaconda-user-1
- defaults
dependencies:
- python=2.7.13=0
- numpy=1.11.3=py27_0
- moto=0.4.31=2
prefix: @PROJECTS@/anaconda-user-1/clean-env-yml/envs/default
"""

READY_YML = """\
name: ready-project
description: Was made ready by hand   # a comment that its owner wants to keep
icon: icon.png

commands:
  notebook:
    notebook: analysis.ipynb
  serve:
    unix: python serve.py --port {{port}}
    supports_http_options: true

channels:
- @REPO@/conda/anaconda-organization
- defaults
packages:
- python=3.5
- simplejson=3.10.0
- pip:
  - flask-restless==0.17.0
platforms: [linux-64, osx-64, win-64]
variables:
  DB_PASSWORD: null
env_specs:
  default: {}
  test:
    packages: [pytest]
"""

KAPSEL_YML = "name: kapsel-file\npackages: [python=3.5, pandas]\nchannels: []\nruntimes: {default: {}}\n"

PROJECTS: tuple[ProjectSpec, ...] = (
    ProjectSpec(
        "plain-analysis",
        "alice",
        "one notebook, one environment, nothing wrong",
        {"analysis.ipynb": nb4("# Sums", PLOT), "README.md": "# Plain\n", ".indexer.pid": "4711\n"},
        (py27(),),
        (documented("indexer_pid", ".indexer.pid", "guide"),),
        team=(Member("bob"),),
    ),
    ProjectSpec(
        "clean-many-notebooks",
        "bob",
        "six notebooks in folders that all agree, and helpers of its own",
        {
            **{f"part{number}/step.ipynb": nb4(f"# Step {number}", f"from helpers import load\nload({number})") for number in range(5)},
            "overview.ipynb": nb4("import helpers\nhelpers.load(1)", outputs=[stream("apt-get install is only printed here\n")]),
            "helpers/__init__.py": "import numpy\n\n\ndef load(number):\n    return numpy.zeros(number)\n",
            "data/small.csv": "a,b\n1,2\n",
            "part0/.ipynb_checkpoints/step-checkpoint.ipynb": nb4("!apt-get install in-a-checkpoint-only"),
        },
        (py27(),),
        (
            assumed("no_finding", "overview.ipynb: words of an output"),
            documented("nested_checkpoints", "part0/.ipynb_checkpoints", "4.4"),
        ),
    ),
    ProjectSpec(
        "MigrationExample",
        "anaconda",
        "the guide's own sample `_env.yml`: prefix, exact builds, warnings in the text",
        {"_env.yml": GUIDE_YML, "example.ipynb": nb4(PLOT)},
        (py27(conda("_license", "1.1", "py27_1"), conda("accelerate", "2.3.1", "np111py27_0", "accelerate", channel=WAKARI)),),
        (
            documented("env_warnings", "_env.yml", "guide"),
            documented("env_prefix_no_name", "_env.yml", "4.3"),
            documented("channel_short_name", "_env.yml", "guide"),
        ),
    ),
    ProjectSpec(
        "tagged-environment-yml",
        "alice",
        "an `environment.yml` that conda of Python 2 wrote with `!!python/unicode` tags",
        {"environment.yml": TAGGED_YML, "analysis.ipynb": nb4(PLOT)},
        (py27(demo("future")),),
        (documented("yaml_tags", "environment.yml", "4.3"),),
    ),
    ProjectSpec(
        "clean-env-yml",
        "anaconda-user-1",
        "a clean `_env.yml`, which `anaconda-project init` does not read",
        {"_env.yml": CLEAN_YML, "mock.ipynb": nb4("import moto\nmoto.mock_s3()")},
        (py27(demo("moto")),),
        (documented("env_yml_not_imported", "_env.yml", "4.3"), documented("ae4_channel", "_env.yml", "guide")),
    ),
    ProjectSpec(
        "ready-project",
        "bob",
        "an `anaconda-project.yml` with comments, commands, variables and three platforms",
        {
            "anaconda-project.yml": READY_YML,
            "analysis.ipynb": nb4("import simplejson", kernel=PY3),
            "serve.py": "import simplejson\n",
            "icon.png": b"\x89PNG\r\n\x1a\n",
            ".projectignore": "/anaconda-project-local.yml\n__pycache__/\n",
            "anaconda-project-local.yml": "variables: {DB_PASSWORD: local}\n",
        },
        (py35(demo("simplejson")),),
        (documented("existing_project_file", "anaconda-project.yml", "4.4"), documented("platforms", "anaconda-project.yml", "guide")),
    ),
    ProjectSpec(
        "kapsel-file",
        "bob",
        "the older name of the project file",
        {"kapsel.yml": KAPSEL_YML, "analysis.ipynb": nb4(PLOT, kernel=PY3)},
        (py35(),),
        (documented("kapsel_yml", "kapsel.yml", "4.4"),),
    ),
    ProjectSpec(
        "public-team",
        "alice",
        "public, with a team: read-write, read-only, and a folder that is closed to one member",
        {"report.ipynb": nb4(PLOT), "closed/wages.csv": "name,wage\n", "closed/sub/more.csv": "x\n", "run.sh": "#!/bin/sh\n"},
        (py27(),),
        (
            documented("team", "ACLs", "4.2"),
            documented("acl_per_file", "closed, run.sh", "4.2"),
            documented("acl_not_recursive", "closed/sub", "4.2"),
            documented("public", "mode", "4.2"),
        ),
        team=(Member("bob"), Member("carol", "r-x"), Member("bob2", "---", ("closed",)), Member("anaconda-user-2", "r--", ("run.sh",))),
        public=True,
    ),
    ProjectSpec(
        "pins-that-hold",
        "anaconda-user-2",
        "every pin of its own is in an AE4 channel of the demo world, with the same digests",
        {"analysis.ipynb": nb4("import simplejson, iso8601, six", kernel=PY3)},
        (py35(demo("simplejson", modern=True), demo("iso8601"), demo("xz", LABEL_TEST), demo("zlib")),),
        (documented("ae4_channel", "envs/default", "guide"), documented("label_channel", "xz", "4.1")),
    ),
    ProjectSpec(
        "format-three",
        "carol",
        "a notebook of format 3: worksheets, no kernelspec, Python 2 source",
        {"old.ipynb": nb3("import numpy as np\nprint np.arange(3)", "for i in range(3):\n    print i,")},
        (py27(),),
        (documented("nbformat3", "old.ipynb", "guide"), assumed("python2_source", "old.ipynb")),
    ),
    ProjectSpec(
        "shown-in-env-kernel",
        "carol",
        "its kernel names the environment, as nb_conda_kernels makes them",
        {"book.ipynb": nb4(PLOT, kernel=env_kernel("default"))},
        (py27(),),
        (assumed("kernel_of_env", "book.ipynb"),),
    ),
)
