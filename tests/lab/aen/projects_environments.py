# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Projects whose environments or kernels are the trap."""

from __future__ import annotations

from .notebooks import IR, PY2, PY3, ROOT, env_kernel, nb3, nb4
from .packages import BASE27, SMALL27, conda, demo, py27, py35, r_env
from .spec import CANARY, Env, Folder, Link, Pip, ProjectSpec, assumed, documented

TOKEN = f"tk-{CANARY}-env"

PROJECTS: tuple[ProjectSpec, ...] = (
    ProjectSpec(
        "pip-packages",
        "alice",
        "what pip put beside conda's packages, in every form that it leaves",
        {
            "analysis.ipynb": nb4("import prettyplotlib, geocoder, oldstyle, acme_internal, tracker, linked_lib"),
            "src/linked_lib/__init__.py": "",
            "src/setup.py": "from setuptools import setup\nsetup(name='linked-lib', version='0.3')\n",
            "requirements.txt": "geocoder==1.22.1\nacme-internal==4.2\n",
        },
        (
            py27(
                Pip("prettyplotlib", "0.1.7", "egg-info", ("prettyplotlib",)),
                Pip("geocoder", "1.22.1"),
                Pip("oldstyle", "0.9", "egg-info-file"),
                Pip("acme-internal", "4.2", modules=("acme_internal",)),
                Pip("tracker", "2.0", source="git+http://git.aen.example.com/tools/tracker.git"),
                Pip("linked-lib", "0.3", "egg-link", source="@PROJECT@/src"),
            ),
        ),
        (
            documented("pip", "envs/default", "guide"),
            assumed("pip_not_public", "acme-internal"),
            assumed("pip_from_git", "tracker"),
            assumed("pip_develop", "linked-lib"),
        ),
    ),
    ProjectSpec(
        "pip-over-conda",
        "bob",
        "pip has replaced a package of conda: two versions are recorded",
        {"analysis.ipynb": nb4("import pandas, numpy")},
        (py27(Pip("pandas", "0.20.1", modules=("pandas_new",))),),
        (assumed("pip_shadows_conda", "envs/default: pandas"),),
    ),
    ProjectSpec(
        "two-kernels",
        "alice",
        "notebooks of two languages in one project",
        {"model.ipynb": nb4("import pandas"), "plots.ipynb": nb4("library(ggplot2)", kernel=IR)},
        (py27(), r_env(name="r")),
        (documented("several_kernels", "*.ipynb", "guide"),),
    ),
    ProjectSpec(
        "two-environments",
        "bob",
        "two environments, and notebooks that disagree about which",
        {
            "old.ipynb": nb4("import pandas", kernel=PY2),
            "new.ipynb": nb4("import pandas", kernel=env_kernel("py35")),
            "gone.ipynb": nb4("import pandas", kernel=env_kernel("deleted")),
            "root.ipynb": nb4("import pandas", kernel=ROOT),
        },
        (py27(), py35(name="py35")),
        (
            documented("several_environments", "envs", "guide"),
            documented("notebooks_disagree", "*.ipynb", "guide"),
            assumed("kernel_unknown", "gone.ipynb"),
            assumed("kernel_of_root", "root.ipynb"),
        ),
    ),
    ProjectSpec(
        "other-active",
        "carol",
        "the active environment is not `default`",
        {"book.ipynb": nb4("import pandas", kernel=PY3)},
        (py27(), py35(name="modelling")),
        (documented("active_environment", ".metadata.json", "4.2"),),
        active="modelling",
    ),
    ProjectSpec(
        "active-is-gone",
        "carol",
        "the active environment was deleted; another one is left",
        {"book.ipynb": nb4("import pandas")},
        (py27(name="backup"),),
        (assumed("active_missing", ".metadata.json"),),
        active="default",
    ),
    ProjectSpec(
        "no-kernelspec",
        "bob",
        "a notebook of format 4 without a kernelspec, beside one of format 3",
        {"a.ipynb": nb4("import pandas", kernel=None), "b.ipynb": nb3("import pandas")},
        (py27(),),
        (assumed("no_kernelspec", "a.ipynb, b.ipynb"),),
    ),
    ProjectSpec(
        "no-environment",
        "anaconda-user-2",
        "no environment of its own: it runs in the root one",
        {"book.ipynb": nb4("import numpy", kernel=ROOT), "envs": Folder()},
        (),
        (documented("root_environment", "envs", "4.2"),),
        active="",
    ),
    ProjectSpec(
        "environment-elsewhere",
        "anaconda-user-2",
        "`envs/default` is a link to an environment that several people share",
        {"book.ipynb": nb4("import numpy")},
        (Env("default", SMALL27, link="@ROOT@/opt/envs/shared27"),),
        (assumed("environment_is_link", "envs/default"),),
    ),
    ProjectSpec(
        "private-channels",
        "anaconda-user-1",
        "channels of AE4 in every spelling: organization, label, token in the address, short name, the public cloud",
        {
            "analysis.ipynb": nb4("import simplejson", kernel=PY3),
            ".condarc": f"channels:\n- @REPO@/t/{TOKEN}/conda/anaconda-organization\n- wakari\n",
        },
        (
            py35(
                demo("six", f"@REPO@/t/{TOKEN}/conda/anaconda-organization"),
                demo("pysocks", "@REPO@/conda/anaconda-user-1/label/test"),
                demo("moto", "anaconda-user-1"),
                demo("reagents", "@REPO@/conda/bio-lab"),
                conda("bokeh", "0.12.4", "py35_0", "bokeh", channel="@CLOUD@/bokeh"),
                conda("gdal", "2.1.0", "py35_0", "gdal", channel="@CLOUD@/conda-forge"),
            ),
        ),
        (
            documented("ae4_channel", "envs/default", "guide"),
            documented("mirror_channel", "bokeh, gdal", "guide"),
            documented("channel_short_name", "moto", "4.1"),
            assumed("token_in_address", "six, .condarc"),
        ),
    ),
    ProjectSpec(
        "pins-that-break",
        "anaconda-user-2",
        "one package is in no channel any more, one has other bytes than the channel's, one came from a file",
        {"analysis.ipynb": nb4("import iso8601, vanished, localpkg", kernel=PY3)},
        (
            py35(
                conda("vanished", "0.9.1", "py35_7", "vanished", channel="@REPO@/conda/anaconda-organization"),
                demo("iso8601", modern=True, wrong=True),
                conda("localpkg", "1.0", "py35_0", "localpkg", channel="file:///tmp/builds"),
            ),
        ),
        (
            assumed("pin_missing", "vanished"),
            assumed("pin_other_bytes", "iso8601"),
            assumed("pin_from_file", "localpkg"),
        ),
    ),
    ProjectSpec(
        "broken-environment",
        "bob",
        "half-written records of conda, one of them without a channel",
        {"book.ipynb": nb4("import numpy")},
        (
            py27(
                extra={
                    "conda-meta/torn-1.0-py27_0.json": '{"name": "torn", "version": "1.0", "bui',
                    "conda-meta/bare-2.0-0.json": '{"name": "bare", "version": "2.0", "build": "0", "build_number": 0}\n',
                    "conda-meta/empty-1.0-0.json": "",
                    "conda-meta/list-1.0-0.json": "[]\n",
                    "conda-meta/notes.txt": "not a record\n",
                }
            ),
        ),
        (assumed("half_written", "envs/default/conda-meta"),),
    ),
    ProjectSpec(
        "unlisted-imports",
        "alice",
        "imports that the environment does not list: from the root environment, misspelt, optional",
        {
            "book.ipynb": nb4(
                "import os, sys, json\nimport requests\nfrom statsmodels.api import OLS",
                "import local_module\nfrom package.inner import thing\nimport sklearn, yaml",
                "try:\n    import cPickle as pickle\nexcept ImportError:\n    import pickle",
                "def late():\n    import xgboost",
            ),
            "local_module.py": "import dateutil\n",
            "package/__init__.py": "",
            "package/inner.py": "thing = 1\n",
        },
        (py27(),),
        (documented("unlisted_import", "book.ipynb: requests, statsmodels, yaml, xgboost", "guide"),),
    ),
    ProjectSpec(
        "r-notebooks",
        "carol",
        "R: `.libPaths`, a shared library, install.packages, Rmd and R files",
        {
            "book.ipynb": nb4(
                '.libPaths(c("@ROOT@/opt/shared/R/library", .libPaths()))\nlibrary(plotkit)\nlibrary(ggplot2)',
                'install.packages("data.table", repos="http://cran.example.com")',
                "require(forecast)",
                kernel=IR,
            ),
            "report.Rmd": "---\ntitle: R\n---\n\n```{r}\nlibrary(dplyr)\nsource('@PROJECTS@/carol/other/util.R')\n```\n",
            "clean.R": "library(dplyr)\nx <- 1\n",
            "sys.R": "system('sudo yum install -y libxml2-devel')\n",
        },
        (r_env(name="default"),),
        (
            documented("r_library_path", "book.ipynb", "guide"),
            documented("system_package", "sys.R", "guide"),
            assumed("r_install", "book.ipynb"),
            assumed("old_path", "report.Rmd"),
        ),
    ),
    ProjectSpec(
        "hooks-in-environment",
        "bob2",
        "what an export does not see: activation scripts, a `.pth`, files copied into site-packages",
        {"book.ipynb": nb4("import copied_by_hand, numpy")},
        (
            py27(
                extra={
                    "etc/conda/activate.d/oracle.sh": "export ORACLE_HOME=/opt/oracle\nexport LD_LIBRARY_PATH=$ORACLE_HOME/lib\n",
                    "lib/python2.7/site-packages/team.pth": "@PROJECTS@/quant/riskutils\n",
                    "lib/python2.7/site-packages/copied_by_hand.py": "x = 1\n",
                    "lib/python2.7/site-packages/loop": Link("."),
                }
            ),
        ),
        (
            documented("shared_library", "team.pth", "guide"),
            assumed("activation_script", "envs/default"),
            assumed("copied_module", "envs/default"),
        ),
    ),
)

SHARED_ENV = Env("shared27", BASE27)
