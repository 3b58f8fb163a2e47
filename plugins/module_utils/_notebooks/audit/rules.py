# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the audit, as data: what is looked for, why, and what to do.  Private to the collection.

Each rule names the section of the vendor guide that it comes from, and has an example that a test holds it to.  A rule about code
finds facts (``audit_facts``) by ``patterns``, or has a ``matcher`` in ``audit_matchers``; the rules about a whole project are in
``rules_project``.  ``what`` is the sentence of a finding; ``{subject}`` and ``{detail}`` are filled in.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import INFO, WARNING
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.facts import (
    CALL,
    COMMAND,
    GETENV,
    IMPORT,
    MAGIC,
    MAYBE,
    SETENV,
    STRING,
    UNREAD,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.rule_kinds import (
    BEFORE,
    CODE,
    DATA_SOURCES,
    DEPENDENCIES,
    EXPORTING,
    LIBRARIES,
    Pattern,
    Rule,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.rules_project import PROJECT_RULES
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.audit.tables import DRIVERS, HOST_COMMANDS


def _modules(kind: str) -> str:
    names = sorted(name for name, (_words, what) in DRIVERS.items() if what == kind)
    return rf"(?P<subject>{'|'.join(names)})(?:\..*)?"


ALL = ("python", "r", "shell")
_IMPORTS = (IMPORT, MAYBE)

CODE_RULES = (
    Rule(
        "odbc",
        WARNING,
        DATA_SOURCES,
        "The code reaches a database through an ODBC driver of the host ({subject}).",
        "A session of AE5 runs in a container and has none of the host's drivers.",
        "Use Impala, Hive or another service that needs no driver, with a connector such as Thrift; or build a conda package of it.",
        "import pyodbc",
        ALL,
        (
            Pattern(_IMPORTS, _modules("odbc")),
            Pattern(_IMPORTS, r"(?P<subject>iopro\.pyodbc)(?:\..*)?"),
            Pattern(_IMPORTS, "iopro", arg=r"\Apyodbc\Z"),
            Pattern((STRING,), r"(?i)(?P<subject>\b(?:DSN|DRIVER)\s*=\s*\{?[^;}\s]+|\w+\+pyodbc\b)", search=True),
            Pattern((CALL,), r"odbc(?:Driver)?Connect"),
            Pattern((SETENV,), r"ODBCINI|ODBCSYSINI|ODBCINSTINI"),
        ),
    ),
    Rule(
        "jdbc",
        WARNING,
        DATA_SOURCES,
        "The code reaches a database through a JDBC driver of the host ({subject}).",
        "A session of AE5 runs in a container and has none of the host's drivers, nor its Java.",
        "Use Impala, Hive or another service that needs no driver, with a connector such as Thrift; or build a conda package of it.",
        "import jaydebeapi",
        ALL,
        (
            Pattern(_IMPORTS, _modules("jdbc")),
            Pattern((STRING,), r"(?P<subject>\bjdbc:[a-z0-9]+)", search=True),
            Pattern((CALL,), r"(?:jaydebeapi\.connect|JDBC|jpype\.startJVM)"),
        ),
    ),
    Rule(
        "native-driver",
        WARNING,
        DATA_SOURCES,
        "The code uses {subject}, which needs {detail} on the host.",
        "A session of AE5 runs in a container and has none of the host's drivers.",
        "Obtain or build a conda package for the driver and add it to the project's packages.",
        "import cx_Oracle",
        ALL,
        (Pattern(_IMPORTS, _modules("native")),),
    ),
    Rule(
        "host-command",
        WARNING,
        DATA_SOURCES,
        "The code starts {subject}, a program of the old host ({detail}).",
        "A session of AE5 runs in a container and does not have the host's programs and connectors.",
        "Use a library from a conda package, or add a conda package with the program.",
        "!sqlplus scott @report.sql",
        ALL,
        (Pattern((COMMAND,), rf"(?P<subject>{'|'.join(map(re.escape, sorted(HOST_COMMANDS)))})"),),
    ),
    Rule(
        "shared-library",
        WARNING,
        LIBRARIES,
        "The code uses libraries from {subject}, a folder of the old host{detail}.",
        "Sessions and deployments of AE5 run in isolated containers, so libraries cannot be shared by a path in the file system.",
        "Build a conda package of the library, upload it to a channel and add it to the project's packages.",
        'sys.path.append("/opt/team/lib")',
        ALL,
        matcher="library_path",
    ),
    Rule(
        "library-path-computed",
        INFO,
        LIBRARIES,
        "The code uses libraries from a folder whose path is computed at run time.",
        "Sessions and deployments of AE5 run in isolated containers, so libraries cannot be shared by a path in the file system.",
        "Check that the folder is in the project; otherwise build a conda package of the library.",
        "sys.path.append(find_library_folder())",
        ALL,
        matcher="library_path",
    ),
    Rule(
        "native-library",
        WARNING,
        LIBRARIES,
        "The code loads {subject}, a shared object of the old host.",
        "A session of AE5 runs in a container and has none of the host's libraries.",
        "Add the conda package that provides it, or build one.",
        'ctypes.CDLL("libfoo.so.1")',
        ALL,
        matcher="library_path",
    ),
    Rule(
        "system-package",
        WARNING,
        DEPENDENCIES,
        "The code installs {subject} with {detail}.",
        "What is installed from the command line is lost when the session ends.",
        "Add it to the packages in the project's anaconda-project.yml.",
        "!sudo apt-get install -y libxml2-dev",
        ALL,
        matcher="system_package",
    ),
    Rule(
        "session-install",
        WARNING,
        DEPENDENCIES,
        "The code installs {subject} with {detail}.",
        "What is installed from the command line is lost when the session ends, and AE5 may not reach its source.",
        "Add it to the packages in the project's anaconda-project.yml, and check that a channel of AE5 has it.",
        "!pip install requests",
        ALL,
        matcher="session_install",
    ),
    Rule(
        "channel",
        WARNING,
        BEFORE,
        "The code installs from the channel {subject}.",
        "Channels of the on-premises repository and of anaconda.org must be mirrored and made available in AE5.",
        "Mirror the channel, or name the AE5 channel instead.",
        "!conda install -c wakari foo",
        ALL,
        matcher="session_install",
    ),
    Rule(
        "other-kernel",
        WARNING,
        BEFORE,
        "The code runs in more than its kernel's environment: {subject}.",
        "AE5 starts a notebook in a single environment.",
        "Set the kernel to a single environment and move what needs another one to a notebook of its own.",
        "%%python3",
        ALL,
        (
            Pattern((MAGIC,), r"%%(?P<subject>python2?|python3|pypy|ruby|perl|R|r|julia|javascript_node|scala)"),
            Pattern((MAGIC,), r"%(?P<subject>load_ext|reload_ext)", arg=r"\Arpy2\.ipython"),
            Pattern((COMMAND,), r"(?P<subject>source|\.)", arg=r"(?:\A|/)activate\Z"),
            Pattern((COMMAND,), r"(?P<subject>conda|mamba)", arg=r"\A(?:activate|create|run|env)\Z"),
            Pattern((COMMAND,), r"(?P<subject>activate|virtualenv)"),
        ),
    ),
    Rule(
        "own-path",
        WARNING,
        CODE,
        "The code uses an absolute path to its own project: {subject}.",
        "On AE5 a project is in another folder.",
        "Use a path relative to the project.",
        'open("/projects/me/this/data.csv")',
        matcher="host_path",
        languages=(*ALL, "yaml", "sql"),
    ),
    Rule(
        "other-project-path",
        WARNING,
        LIBRARIES,
        "The code uses a path in another project: {subject}.",
        "A session of AE5 runs in a container with a file system of its own and sees no other project.",
        "Copy what is needed into the project, keep data in a data source, and build conda packages of libraries.",
        'open("/projects/other/project/data.csv")',
        matcher="host_path",
        languages=(*ALL, "yaml", "sql"),
    ),
    Rule(
        "host-path",
        WARNING,
        CODE,
        "The code uses a path in the old host's file system: {subject}.",
        "A session of AE5 runs in a container with a file system of its own and does not have all files of the host.",
        "Move data to a data store and connect to that; provide libraries and programs as conda packages.",
        'open("/data/sales.csv")',
        matcher="host_path",
        languages=(*ALL, "yaml", "sql"),
    ),
    Rule(
        "old-host",
        WARNING,
        CODE,
        "The code refers to the old installation: {subject}.",
        "AE4's servers, and the variables that it set in a session, do not exist on AE5.",
        "Use the address or variable of AE5, or none.",
        'os.environ["WAKARI_PROJECT_ENV"]',
        (*ALL, "yaml"),
        (Pattern((GETENV, STRING, SETENV), r"(?P<subject>\bWAKARI_[A-Z_]+|/opt/wakari\b[\w./-]*)", search=True),),
        matcher="old_host",
    ),
    Rule(
        "local-service",
        WARNING,
        CODE,
        "The code connects to a service on the host it runs on: {subject}.",
        "A session of AE5 runs in a container, where the old host's services are not.",
        "Name the host that has the service.",
        'create_engine("postgresql://localhost/sales")',
        ALL,
        (
            Pattern(
                (STRING,),
                r"\b(?P<subject>(?:postgres\w*|mysql|mariadb|mongodb|redis|amqp|hive2?|impala|oracle|mssql|ldap)(?:\+\w+)?:/?/?"
                r"(?:[^@/\s]*@)?(?:localhost|127\.0\.0\.1)\b(?::\d+)?)",
                search=True,
            ),
        ),
    ),
    Rule(
        "import-not-listed",
        WARNING,
        EXPORTING,
        "The code imports {subject}, which the environment {detail}.",
        "The exported environment must list the dependencies of each notebook of the project.",
        "Add the package that provides it to the project's packages, or build a conda package of it.",
        "import not_in_the_environment",
        ("python", "r"),
        matcher="unlisted_import",
    ),
    Rule(
        "code-not-understood",
        INFO,
        CODE,
        "The code could be read only partly, from here: {subject}",
        "The audit cannot analyse it.",
        "Check it by hand, or test whether the notebook still runs.",
        "if 1",
        ("python",),
        (Pattern((UNREAD,), r"(?P<subject>.*)"),),
    ),
)

RULES: t.Mapping[str, Rule] = {rule.id: rule for rule in (*CODE_RULES, *PROJECT_RULES)}
