# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists that the rules of the audit refer to: names of modules, packages, drivers, folders.  Private to the collection."""

from __future__ import annotations

import re
import typing as t


def _words(text: str) -> t.FrozenSet[str]:
    return frozenset(text.split())


STANDARD_LIBRARY = _words(
    """
    BaseHTTPServer Bastion CGIHTTPServer ConfigParser Cookie DocXMLRPCServer HTMLParser MimeWriter Queue SimpleHTTPServer
    SimpleXMLRPCServer SocketServer StringIO UserDict UserList UserString abc aifc anydbm argparse array ast asynchat asyncio asyncore
    atexit audiodev audioop base64 bdb binascii binhex bisect bsddb builtins bz2 cPickle cProfile cStringIO calendar cgi cgitb chunk
    cmath cmd code codecs codeop collections colorsys commands compileall compiler concurrent contextlib contextvars cookielib copy
    copy_reg copyreg crypt csv ctypes curses dataclasses datetime dbhash dbm decimal difflib dircache dis distutils doctest dumbdbm
    dummy_thread dummy_threading email encodings ensurepip enum errno exceptions faulthandler fcntl filecmp fileinput fnmatch formatter
    fpformat fractions ftplib functools future_builtins gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac
    hotshot html htmlentitydefs htmllib http httplib ihooks imaplib imghdr imp importlib imputil inspect io ipaddress itertools json
    keyword lib2to3 linecache linuxaudiodev locale logging lzma macpath macurl2path mailbox mailcap markupbase marshal math md5 mhlib
    mimetools mimetypes mimify mmap modulefinder msilib msvcrt multifile multiprocessing mutex netrc new nis nntplib nt ntpath
    nturl2path numbers opcode operator optparse os os2emxpath ossaudiodev parser pathlib pdb pickle pickletools pipes pkgutil platform
    plistlib popen2 poplib posix posixfile posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue
    quopri random re readline repr reprlib resource rexec rfc822 rlcompleter robotparser runpy sched secrets select selectors sets
    sgmllib sha shelve shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre sre_compile sre_constants
    sre_parse ssl stat statistics statvfs string stringold stringprep strop struct subprocess sunau sunaudio symbol symtable sys
    sysconfig syslog tabnanny tarfile telnetlib tempfile termios textwrap thread threading time timeit tkinter toaiff token tokenize
    tomllib trace traceback tracemalloc tty turtle types typing unicodedata unittest urllib urllib2 urlparse user uu uuid venv warnings
    wave weakref webbrowser whichdb winreg winsound wsgiref xdrlib xml xmllib xmlrpc xmlrpclib xxlimited xxlimited_35 xxsubtype zipapp
    zipfile zipimport zlib zoneinfo
    """
)
"""Top-level modules of Python 2.7 and 3.6 to 3.13; names that begin with an underscore are never looked up."""

ALWAYS_THERE = frozenset({"__main__", "IPython", "ipykernel", "ipywidgets", "notebook", "pkg_resources", "setuptools", "pip", "google"})
"""What a session has in addition to its environment, or a name space that no single package owns."""

IMPORT_PACKAGES: t.Mapping[str, t.Tuple[str, ...]] = {
    "Bio": ("biopython",),
    "Crypto": ("pycrypto", "pycryptodome"),
    "MySQLdb": ("mysqlclient", "mysql-python"),
    "OpenSSL": ("pyopenssl",),
    "PIL": ("pillow", "pil"),
    "attr": ("attrs",),
    "bs4": ("beautifulsoup4",),
    "caffe2": ("pytorch",),
    "community": ("python-louvain",),
    "cv2": ("opencv", "opencv-python", "py-opencv"),
    "dateutil": ("python-dateutil",),
    "docx": ("python-docx",),
    "dotenv": ("python-dotenv",),
    "fiona": ("fiona",),
    "git": ("gitpython",),
    "igraph": ("python-igraph",),
    "impala": ("impyla",),
    "jose": ("python-jose",),
    "ldap": ("python-ldap",),
    "lxml": ("lxml",),
    "markdown": ("markdown",),
    "matplotlib": ("matplotlib", "matplotlib-base"),
    "mpl_toolkits": ("matplotlib", "matplotlib-base", "basemap"),
    "msgpack": ("msgpack-python", "msgpack"),
    "osgeo": ("gdal",),
    "gdal": ("gdal",),
    "pptx": ("python-pptx",),
    "psycopg2": ("psycopg2", "psycopg2-binary"),
    "pylab": ("matplotlib", "matplotlib-base"),
    "pythoncom": ("pywin32",),
    "serial": ("pyserial",),
    "shapefile": ("pyshp",),
    "skimage": ("scikit-image",),
    "sklearn": ("scikit-learn",),
    "snappy": ("python-snappy",),
    "tables": ("pytables", "tables"),
    "tensorflow": ("tensorflow", "tensorflow-gpu", "tensorflow-base"),
    "torch": ("pytorch", "torch"),
    "usb": ("pyusb",),
    "win32com": ("pywin32",),
    "wx": ("wxpython",),
    "xlwt": ("xlwt",),
    "yaml": ("pyyaml", "yaml"),
    "zmq": ("pyzmq",),
}
"""Names to import that differ from the name of the conda or pip package, where only a list of packages is known."""

METAPACKAGES = frozenset({"anaconda", "_anaconda_depends"})
"""Packages that bring hundreds of others, which a written file does not list."""

R_BASE = _words("base compiler datasets grDevices graphics grid methods parallel splines stats stats4 tcltk tools utils translations")
"""What R itself includes."""

DRIVERS: t.Mapping[str, t.Tuple[str, str]] = {
    "pyodbc": ("ODBC", "odbc"),
    "pypyodbc": ("ODBC", "odbc"),
    "turbodbc": ("ODBC", "odbc"),
    "ceODBC": ("ODBC", "odbc"),
    "RODBC": ("ODBC", "odbc"),
    "RODBCext": ("ODBC", "odbc"),
    "odbc": ("ODBC", "odbc"),
    "jaydebeapi": ("JDBC", "jdbc"),
    "jpype": ("JDBC", "jdbc"),
    "RJDBC": ("JDBC", "jdbc"),
    "cx_Oracle": ("the client of Oracle", "native"),
    "ROracle": ("the client of Oracle", "native"),
    "ibm_db": ("the client of Db2", "native"),
    "ibm_db_dbi": ("the client of Db2", "native"),
    "ibm_db_sa": ("the client of Db2", "native"),
    "teradata": ("the client of Teradata", "native"),
    "sqlanydb": ("the client of SQL Anywhere", "native"),
    "nzpy": ("the client of Netezza", "native"),
}
"""Libraries that reach their database through a driver of the host: to the driver in words, and the kind of rule."""

REPLACEMENTS: t.Tuple[t.Tuple[t.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), advice)
    for pattern, advice in (
        (r"impala|21050", "Impala is reached through Thrift with the conda package impyla"),
        (r"hive|10000\b|10001\b", "Hive is reached through Thrift with the conda package pyhive or impyla"),
        (
            r"oracle|cx_|1521|ojdbc",
            "Oracle: the conda package cx_oracle (python-oracledb needs no client), with Oracle's client built as a conda package",
        ),
        (r"postgres|psql|5432", "PostgreSQL: the conda package psycopg2 brings its own client"),
        (r"mysql|mariadb|3306", "MySQL: the conda package pymysql needs no driver"),
        (r"sql ?server|mssql|freetds|tds|1433|sqljdbc", "SQL Server: the conda package pymssql brings FreeTDS"),
        (r"db2|ibm_db", "Db2: the package ibm_db with its client, built as a conda package"),
        (r"teradata|terajdbc", "Teradata: the package teradatasql needs no driver; build it as a conda package"),
        (r"netezza|nzpy|nzsql", "Netezza: the package nzpy needs no driver; build it as a conda package"),
        (r"vertica", "Vertica: the conda package vertica-python needs no driver"),
        (r"sqlite", "SQLite: Python has it built in, as sqlite3"),
    )
)
"""What to use instead of a driver of the host, by what the code says of the database; the first that fits."""

SYSTEM_PACKAGES: t.Mapping[str, str] = {
    "build-essential": "gcc_linux-64 gxx_linux-64 make",
    "gcc": "gcc_linux-64",
    "gcc-c++": "gxx_linux-64",
    "g++": "gxx_linux-64",
    "gcc-gfortran": "gfortran_linux-64",
    "gfortran": "gfortran_linux-64",
    "make": "make",
    "cmake": "cmake",
    "swig": "swig",
    "git": "git",
    "wget": "wget",
    "curl": "curl",
    "unzip": "unzip",
    "p7zip": "p7zip",
    "p7zip-full": "p7zip",
    "graphviz": "graphviz",
    "libgraphviz-dev": "graphviz",
    "graphviz-devel": "graphviz",
    "ffmpeg": "ffmpeg",
    "imagemagick": "imagemagick",
    "ImageMagick": "imagemagick",
    "pandoc": "pandoc",
    "texlive": "texlive-core",
    "texlive-latex-base": "texlive-core",
    "texlive-latex-extra": "texlive-core",
    "texlive-xetex": "texlive-core",
    "unixodbc": "unixodbc",
    "unixODBC": "unixodbc",
    "unixodbc-dev": "unixodbc",
    "unixODBC-devel": "unixodbc",
    "freetds": "freetds",
    "freetds-dev": "freetds",
    "freetds-devel": "freetds",
    "libxml2": "libxml2",
    "libxml2-dev": "libxml2",
    "libxml2-devel": "libxml2",
    "libxslt1-dev": "libxslt",
    "libxslt-devel": "libxslt",
    "libcurl4-openssl-dev": "curl",
    "libcurl-devel": "curl",
    "libssl-dev": "openssl",
    "openssl": "openssl",
    "openssl-devel": "openssl",
    "libffi-dev": "libffi",
    "libffi-devel": "libffi",
    "libpq-dev": "postgresql",
    "postgresql-client": "postgresql",
    "postgresql-devel": "postgresql",
    "libmysqlclient-dev": "mysql",
    "mysql-devel": "mysql",
    "mysql-client": "mysql",
    "libgeos-dev": "geos",
    "libgeos-c1": "geos",
    "geos-devel": "geos",
    "geos": "geos",
    "libproj-dev": "proj",
    "proj-devel": "proj",
    "gdal-bin": "gdal",
    "libgdal-dev": "gdal",
    "gdal-devel": "gdal",
    "gdal": "gdal",
    "libspatialindex-dev": "libspatialindex",
    "spatialindex-devel": "libspatialindex",
    "libhdf5-dev": "hdf5",
    "hdf5-devel": "hdf5",
    "libnetcdf-dev": "libnetcdf",
    "netcdf-devel": "libnetcdf",
    "libblas-dev": "openblas",
    "liblapack-dev": "openblas",
    "libopenblas-dev": "openblas",
    "openblas-devel": "openblas",
    "libatlas-base-dev": "openblas",
    "libgsl-dev": "gsl",
    "gsl-devel": "gsl",
    "libfftw3-dev": "fftw",
    "fftw-devel": "fftw",
    "libsndfile1": "libsndfile",
    "libgomp1": "libgomp",
    "libsnappy-dev": "snappy",
    "snappy-devel": "snappy",
    "default-jdk": "openjdk",
    "default-jre": "openjdk",
    "openjdk-8-jdk": "openjdk",
    "openjdk-8-jre": "openjdk",
    "java-1.8.0-openjdk": "openjdk",
    "java-1.8.0-openjdk-devel": "openjdk",
    "nodejs": "nodejs",
    "npm": "nodejs",
    "r-base": "r-base",
    "R": "r-base",
    "krb5-user": "krb5",
    "krb5-workstation": "krb5",
    "libkrb5-dev": "krb5",
    "krb5-devel": "krb5",
    "libsasl2-dev": "cyrus-sasl",
    "cyrus-sasl-devel": "cyrus-sasl",
    "tesseract-ocr": "tesseract",
    "tesseract": "tesseract",
    "poppler-utils": "poppler",
    "zlib1g-dev": "zlib",
    "zlib-devel": "zlib",
    "bzip2-devel": "bzip2",
    "libbz2-dev": "bzip2",
    "sqlite": "sqlite",
    "sqlite3": "sqlite",
    "sqlite-devel": "sqlite",
    "libsqlite3-dev": "sqlite",
    "boost-devel": "boost",
    "libboost-all-dev": "boost",
    "protobuf-compiler": "libprotobuf",
    "tree": "tree",
    "parallel": "parallel",
    "jq": "jq",
    "htop": "htop",
    "vim": "vim",
}
"""Packages of apt and yum to the conda packages that bring the same."""

INSTALLERS: t.Mapping[str, t.Tuple[str, ...]] = {
    "apt": ("install",),
    "apt-get": ("install", "build-dep"),
    "aptitude": ("install",),
    "yum": ("install", "localinstall", "groupinstall", "reinstall"),
    "dnf": ("install", "groupinstall"),
    "zypper": ("install", "in"),
    "apk": ("add",),
    "brew": ("install",),
    "rpm": ("-i", "-ivh", "-U", "-Uvh", "--install"),
    "dpkg": ("-i", "--install"),
    "gdebi": (),
    "alien": (),
    "add-apt-repository": (),
    "yum-config-manager": (),
}
"""Commands that change the system, to the words that say so; none: whatever comes."""

HOST_COMMANDS: t.Mapping[str, str] = {
    **dict.fromkeys(("sqlplus", "sqlldr", "tnsping"), "Oracle's client"),
    **dict.fromkeys(("isql", "iusql", "odbcinst"), "unixODBC"),
    **dict.fromkeys(("bteq", "tdload"), "Teradata's client"),
    **dict.fromkeys(("db2", "db2cmd"), "Db2's client"),
    **dict.fromkeys(("nzsql", "nzload"), "Netezza's client"),
    **dict.fromkeys(("vsql",), "Vertica's client"),
    **dict.fromkeys(("impala-shell",), "Impala's client"),
    **dict.fromkeys(("hive", "beeline", "sqoop", "pig", "oozie"), "Hive and its companions"),
    **dict.fromkeys(("hdfs", "hadoop", "yarn", "mapred", "hbase"), "Hadoop's client"),
    **dict.fromkeys(("spark-submit", "spark-shell", "pyspark", "sparkR", "spark-sql"), "Spark"),
    **dict.fromkeys(("kinit", "klist", "kdestroy"), "Kerberos's client"),
    **dict.fromkeys(("crontab", "at", "batch"), "the host's timetable"),
    **dict.fromkeys(("systemctl", "service", "supervisorctl"), "the host's services"),
    **dict.fromkeys(("qsub", "qstat", "sbatch", "srun", "squeue", "bsub"), "a scheduler of the host"),
    **dict.fromkeys(("matlab", "sas", "stata", "mathematica", "julia", "mpirun"), "a program of the host"),
    **dict.fromkeys(("mount", "umount", "sshfs", "smbclient", "mount.cifs"), "a mounted file system"),
    **dict.fromkeys(("sendmail", "mail", "mailx"), "the host's mail"),
}
"""Programs of the old host that a session of AE5 does not have, to what they belong to."""

AE5_ROOTS = ("/opt/continuum/",)
"""Folders that a session of AE5 has under the same name."""

EVERYWHERE = frozenset({"/usr/local", "/usr/local/bin", "/usr/local/sbin", "/usr/local/lib"})
"""Folders that any Linux has; naming them, as in PATH, is not a finding."""

PROJECTS_ROOT = "/projects"

_ROOTS = (
    *("data", "datasets", "export", "home", "lustre", "gpfs", "media", "mnt", "net", "nas", "nfs", "opt", "scratch", "share", "shared"),
    *("srv", "u01", "u02", "work", "var/lib", "var/opt", "usr/local", "usr/lib64/jvm", "usr/lib/jvm", "usr/lib/oracle", "usr/lib64/R"),
    *("etc/odbc", "etc/krb5", "etc/hadoop", "etc/hive", "etc/spark", "etc/impala", "root"),
)
_END = r"""\s"'`,;:()\[\]|&"""
_PART = rf"[^/{_END}<>]+"
HOST_PATH = re.compile(
    r"(?:(?<=[\s\"'`=:,;(\[@<>])|^)(?:file://)?"
    rf"(?P<path>/(?:projects/{_PART}/{_PART}|(?:{'|'.join(map(re.escape, _ROOTS))})(?:\.ini|inst\.ini|\.conf)?(?=[/{_END}]|$))"
    rf"(?:/[^{_END}]*)*)"
)
"""An absolute path of the old host in a text."""
