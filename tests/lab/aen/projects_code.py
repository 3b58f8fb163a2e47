# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Projects whose code is the trap: drivers, libraries shared by path, system packages, old addresses."""

from __future__ import annotations

from .notebooks import nb4, stream
from .packages import conda, py27, py35
from .spec import CANARY, Folder, ProjectSpec, assumed, documented

RISK = "from riskutils import var\nvar([1, 2, 3])"

SETUP = """\
import os
from setuptools import setup, find_packages

here = os.path.dirname(os.path.abspath(__file__))
setup(
    name="riskutils",
    version="1.4.2",
    description="Value at risk, shared by three projects",
    packages=find_packages(),
    install_requires=["numpy>=1.10", "pandas"],
    package_data={"riskutils": ["tables/*.csv"]},
    entry_points={"console_scripts": ["riskrun = riskutils.cli:main"]},
)
"""

PROJECTS: tuple[ProjectSpec, ...] = (
    ProjectSpec(
        "python2-code",
        "alice",
        "Python 2 source that Python 3 cannot even parse",
        {
            "book.ipynb": nb4('print "hello"', "try:\n    pass\nexcept ValueError, exc:\n    raise IOError, exc", "x = `3` + str(0777)"),
            "lib.py": "exec 'x = 1' in {}\nprint >>open('f', 'w'), u'caf\\xe9'\nassert 1 <> 2\n",
            "latin.py": b"# -*- coding: latin-1 -*-\nname = 'caf\xe9'\n",
            "broken.py": "def f(:\n",
        },
        (py27(),),
        (assumed("python2_source", "book.ipynb, lib.py"), assumed("encoding", "latin.py"), assumed("unparsable", "broken.py")),
    ),
    ProjectSpec(
        "odbc-oracle",
        "alice",
        "ODBC and Oracle drivers of the host",
        {
            "load.ipynb": nb4(
                "import pyodbc\ncnxn = pyodbc.connect('DSN=warehouse;UID=etl;PWD=" + CANARY + "-odbc')",
                "import cx_Oracle\ncx_Oracle.connect('etl/x@//db.example.com:1521/ORCL')",
                "import os\nos.environ['ODBCINI'] = '/etc/odbc.ini'\nos.environ['LD_LIBRARY_PATH'] = '/opt/oracle/instantclient_12_1'",
            ),
            "load.R": 'library(RODBC)\nch <- odbcConnect("warehouse")\n',
            "sql.py": "import sqlalchemy\nsqlalchemy.create_engine('mssql+pyodbc://warehouse')\n",
        },
        (py27(conda("pyodbc", "4.0.16", "py27_0", "pyodbc"), conda("sqlalchemy", "1.1.5", "py27_0", "sqlalchemy")),),
        (documented("odbc", "load.ipynb, load.R, sql.py", "guide"), assumed("secret_in_code", "load.ipynb")),
    ),
    ProjectSpec(
        "jdbc-impala",
        "bob",
        "JDBC drivers by path, beside the Thrift way that may stay",
        {
            "old.ipynb": nb4(
                "import jaydebeapi\nc = jaydebeapi.connect('com.cloudera.impala.jdbc41.Driver', 'jdbc:impala://h:21050', [], "
                "'/opt/jdbc/ImpalaJDBC41.jar')"
            ),
            "fine.ipynb": nb4("from impala.dbapi import connect\nconnect(host='impala.example.com')", "from pyhive import hive"),
            "old.R": 'library(RJDBC)\ndrv <- JDBC("oracle.jdbc.OracleDriver", "/opt/jdbc/ojdbc7.jar")\n',
            "driver/ojdbc7.jar": b"PK\x03\x04" + bytes(200),
        },
        (py27(conda("impyla", "0.13.8", "py27_0", "impala")),),
        (documented("jdbc", "old.ipynb, old.R", "guide"), assumed("no_finding", "fine.ipynb"), assumed("binary", "driver/ojdbc7.jar")),
    ),
    ProjectSpec(
        "system-packages",
        "anaconda-user-1",
        "apt, yum, pip and conda from cells and scripts",
        {
            "setup.ipynb": nb4(
                "!sudo apt-get install -y libgdal-dev",
                "%%bash\nyum install -y unixODBC-devel\npip install mpld3==0.3",
                "%%sh\napt install graphviz",
                "import subprocess\nsubprocess.check_call(['yum', 'install', '-y', 'libxml2-devel'])",
                "import os\nos.system('apt-get update && apt-get -y install ffmpeg')",
                "!conda install -c @REPO@/conda/wakari -y accelerate",
                "out = !rpm -qa",
                "# Never run apt-get here, says this line of text",
                "text = 'yum install is only a word here'",
            ),
            "install.sh": "#!/bin/bash\nset -e\nsudo yum -y install gcc-gfortran\n",
        },
        (py27(),),
        (
            documented("system_package", "setup.ipynb, install.sh", "guide"),
            assumed("pip_in_cell", "setup.ipynb"),
            assumed("conda_in_cell", "setup.ipynb"),
            assumed("no_finding", "setup.ipynb: the last two cells"),
        ),
    ),
    ProjectSpec(
        "uses-riskutils-append",
        "alice",
        "a library by path: sys.path.append",
        {"book.ipynb": nb4("import sys\nsys.path.append('@PROJECTS@/quant/riskutils')\n" + RISK)},
        (py27(),),
        (documented("shared_library", "book.ipynb", "guide"),),
    ),
    ProjectSpec(
        "uses-riskutils-insert",
        "bob",
        "the same library: sys.path.insert with a joined path, and PYTHONPATH",
        {
            "book.ipynb": nb4("import os, sys\nLIB = os.path.join('@PROJECTS@', 'quant', 'riskutils')\nsys.path.insert(0, LIB)\n" + RISK),
            "run.sh": "export PYTHONPATH=@PROJECTS@/quant/riskutils:$PYTHONPATH\npython main.py\n",
            "main.py": "import riskutils\n",
        },
        (py27(),),
        (documented("shared_library", "book.ipynb, run.sh", "guide"),),
    ),
    ProjectSpec(
        "uses-riskutils-site",
        "carol",
        "the same library: site.addsitedir, %run, imp, and the compiled one from /usr/local",
        {
            "book.ipynb": nb4(
                "import site\nsite.addsitedir('@PROJECTS@/quant/riskutils')\n" + RISK,
                "%run @PROJECTS@/quant/riskutils/riskutils/cli.py",
                "import imp\nimp.load_source('cli', '@PROJECTS@/quant/riskutils/riskutils/cli.py')",
                "import sys\nsys.path.append('@ROOT@/usr/local/lib/python2.7/site-packages')\nimport fastgrid",
                "import ctypes\nctypes.CDLL('@ROOT@/usr/local/lib/libfastgrid.so.2')",
            )
        },
        (py27(),),
        (documented("shared_library", "book.ipynb", "guide"), assumed("compiled_library", "book.ipynb: fastgrid")),
    ),
    ProjectSpec(
        "riskutils",
        "quant",
        "the library that the three use, public: a setup.py, a package, data, tests; no notebook, no environment",
        {
            "setup.py": SETUP,
            "README.rst": "riskutils\n=========\n",
            "riskutils/__init__.py": '__version__ = "1.4.2"\nfrom .core import var\n',
            "riskutils/core.py": "import numpy as np\n\n\ndef var(values, level=0.05):\n    return np.percentile(values, 100 * level)\n",
            "riskutils/cli.py": "def main():\n    print('risk')\n",
            "riskutils/tables/levels.csv": "level\n0.05\n",
            "riskutils/core.pyc": b"\x03\xf3\r\n",
            "tests/test_core.py": "from riskutils import var\n\n\ndef test_var():\n    assert var([1, 1]) == 1\n",
            "riskutils.egg-info/PKG-INFO": "Metadata-Version: 1.1\nName: riskutils\nVersion: 1.4.1\n",
        },
        (),
        (documented("shared_library", ".", "guide"), assumed("library_is_project", "."), assumed("stale_egg_info", "riskutils.egg-info")),
        active="",
        git=("setup.py", "riskutils/__init__.py", "riskutils/core.py"),
        public=True,
    ),
    ProjectSpec(
        "old-addresses",
        "anaconda-user-2",
        "absolute paths and addresses of the old hosts",
        {
            "book.ipynb": nb4(
                "import pandas as pd\npd.read_csv('@PROJECT@/data/in.csv')\npd.read_csv('@PROJECTS@/alice/plain-analysis/out.csv')",
                "open('/home/anaconda-user-2/notes.txt')\nopen('/opt/wakari/wakari-compute/etc/x')",
                "url = 'http://aen.example.com/anaconda-user-2/old-addresses/files'",
                "fine = '/tmp/scratch'; also = '/proc/cpuinfo'; relative = 'data/in.csv'",
                "import os\nos.environ['WAKARI_PROJECT_ENV']",
                outputs=[stream("@PROJECTS@/anaconda-user-2/only/printed\n")],
            ),
            "data/in.csv": "a\n1\n",
            "job.cfg": "[paths]\nhome = /home/anaconda-user-2\nenv = @PROJECT@/envs/default\n",
        },
        (py27(),),
        (
            assumed("old_path", "book.ipynb, job.cfg"),
            documented("wakari_variable", "book.ipynb", "4.2"),
            assumed("no_finding", "book.ipynb: /tmp, relative, the output"),
        ),
    ),
    ProjectSpec(
        "secrets",
        "bob2",
        "passwords and tokens in files that would travel along",
        {
            "book.ipynb": nb4("password = open('.netrc').read()"),
            ".netrc": f"machine db.example.com login etl password {CANARY}-netrc\n",
            ".git-credentials": f"https://bob2:{CANARY}-git@git.aen.example.com\n",
            ".pypirc": f"[internal]\nusername: bob2\npassword: {CANARY}-pypirc\n",
        },
        (py27(),),
        (assumed("secret_file", ".netrc, .git-credentials, .pypirc"),),
        git=("book.ipynb",),
    ),
    ProjectSpec(
        "bokeh-app",
        "bob2",
        "no notebook: a server application and scripts",
        {"main.py": "from bokeh.io import curdoc\n", "jobs/nightly.py": "import pandas\n", "docs": Folder()},
        (py35(conda("bokeh", "0.12.4", "py35_0", "bokeh")),),
        (assumed("no_notebook", "."),),
    ),
)
