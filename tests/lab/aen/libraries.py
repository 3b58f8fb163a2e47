# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files outside the projects: the host's configuration, and libraries that projects use by path."""

from __future__ import annotations

import json

from .spec import File, Node

CONDARC = """\
channel_alias: @REPO@/conda
default_channels:
- @REPO@/conda/anaconda
- @REPO@/conda/wakari
- @REPO@/conda/r-channel
"""

DESCRIPTION = """\
Package: plotkit
Version: 0.8.1
Title: Plots of the house
Depends: R (>= 3.2)
Imports: ggplot2 (>= 2.0)
License: GPL-3
"""

COMPILED_SETUP = """\
from setuptools import setup, Extension
import numpy
setup(name="fastgrid", version="2.1", ext_modules=[Extension("fastgrid._core", ["src/core.c"], include_dirs=[numpy.get_include()])])
"""

ELF = File(b"\x7fELF\x02\x01\x01" + bytes(57), 0o755)
ETC = "opt/wakari"

LIBRARIES: dict[str, Node] = {
    f"{ETC}/anaconda/.condarc": CONDARC,
    f"{ETC}/wakari-server/etc/wakari/config.json": json.dumps({"WAKARI_SERVER": "http://aen.example.com"}) + "\n",
    f"{ETC}/wakari-compute/etc/wakari/wk-compute-launcher-config.json": json.dumps({"projectRoot": "@PROJECTS@"}) + "\n",
    # an R library: installed, and its source
    "opt/shared/R/library/plotkit/DESCRIPTION": DESCRIPTION + "Built: R 3.3.2; ; 2017-03-01 10:00:00 UTC; unix\n",
    "opt/shared/R/library/plotkit/NAMESPACE": "export(house_plot)\n",
    "opt/shared/R/library/plotkit/R/plotkit": "lazyLoad\n",
    "opt/shared/R/library/plotkit/R/plotkit.rdb": bytes(64),
    "opt/shared/R/src/plotkit/DESCRIPTION": DESCRIPTION,
    "opt/shared/R/src/plotkit/NAMESPACE": "export(house_plot)\n",
    "opt/shared/R/src/plotkit/R/plot.R": "house_plot <- function(x) plot(x)\n",
    # a compiled one: installed, and its source
    "usr/local/lib/python2.7/site-packages/fastgrid/__init__.py": "from ._core import grid\n",
    "usr/local/lib/python2.7/site-packages/fastgrid/_core.so": ELF,
    "usr/local/lib/python2.7/site-packages/fastgrid-2.1-py2.7.egg-info": "Metadata-Version: 1.0\nName: fastgrid\nVersion: 2.1\n",
    "usr/local/lib/libfastgrid.so.2": ELF,
    "opt/shared/python/fastgrid/setup.py": COMPILED_SETUP,
    "opt/shared/python/fastgrid/src/core.c": "#include <Python.h>\n",
    "opt/shared/python/fastgrid/fastgrid/__init__.py": "from ._core import grid\n",
    # one that is nothing but a file: no setup.py, no version
    "opt/shared/python/oldtools/oldtools.py": "def old():\n    return 1\n",
}
