# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What libraries say of themselves, read without running them; their requirements as conda's."""

from __future__ import annotations

import sys
import tomllib
import typing as t

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.metadata import (
    Metadata,
    of_pkg_info,
    read_metadata,
    version_in_files,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.requires import conda_specs, python_spec
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.library.setup_py import FindPackages, NoSetup, read_setup


def metadata(**files: str) -> Metadata:
    """The metadata of a library with these files; ``__`` in a name stands for a full stop."""
    return read_metadata({name.replace("__", "."): text for name, text in files.items()}.get)


def setup(text: str, **files: str) -> dict[str, t.Any]:
    found = read_setup(text, {name.replace("__", "."): content for name, content in files.items()}.get)
    return {**found.values, **dict.fromkeys(found.unknown, "?")}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("from setuptools import setup\nsetup(name='a', version='1')", {"name": "a", "version": "1"}),
        ("import setuptools as s, setuptools\nsetuptools.setup(name='a')", {"name": "a"}),
        ("N = 'a'\nV = '.'.join\nsetup(name=N + '-b', version='%s.%d' % ('1', 2))", {"name": "a-b", "version": "1.2"}),
        (
            "kw = dict(name='a', packages=['a', 'a.b'])\nif __name__ == '__main__':\n    setup(**kw)",
            {"name": "a", "packages": ["a", "a.b"]},
        ),
        ("kw = {}\nkw['name'] = 'a'\nsetup(**kw)", {"**": "?"}),
        ("r = ['x']\nr.append('y')\nsetup(install_requires=r)", {"install_requires": "?"}),
        ("r = ['x']\nr += ['y']\nsetup(install_requires=r)", {"install_requires": "?"}),
        ("for v in ('1', '2'):\n    pass\nsetup(version=v)", {"version": "?"}),
        ("v = '1'\nif x:\n    v = '2'\nsetup(version=v)", {"version": "?"}),
        ("v = open('VERSION').read().strip()\nsetup(version=v)", {"version": "3.1"}),
        (
            "import os\nhere = os.path.dirname(os.path.abspath(__file__))\n"
            "setup(version=open(os.path.join(here, 'VERSION')).read().split()[0])",
            {"version": "3.1"},
        ),
        ("setup(version=open('gone').read())", {"version": "?"}),
        ("setup(packages=find_packages('src', exclude=['t*']))", {"packages": FindPackages("src", ("t*",))}),
        ("setup(packages=setuptools.find_namespace_packages(include=['x.*']))", {"packages": FindPackages(".", (), ("x.*",), True)}),
        ("print 'building'\nsetup(name='old', version='1.0')", {"name": "old", "version": "1.0"}),
        ("setup(ext_modules=[Extension('a', ['a.c'])])", {"ext_modules": "?"}),
        ("setup(name=__import__('os').popen('id').read())", {"name": "?"}),
        ("x = x\nsetup(name=x)", {"name": "?"}),
        ("a = 'x' * 10**9\nsetup(name=a, version='%1000000000d' % 1)", {"name": "?", "version": "?"}),
        ("\n".join(["l0 = ['x']", *(f"l{n} = l{n - 1} + l{n - 1}" for n in range(1, 40)), "setup(packages=l39)"]), {"packages": "?"}),
    ],
)
def test_setup_py_is_read_and_not_run(text: str, told: dict[str, t.Any]) -> None:
    assert setup(text, VERSION="3.1\n") == told


@pytest.mark.parametrize("text", ["", "def f(:\n", "setup()\nsetup()", "(" * 10000])
def test_a_setup_py_that_says_nothing(text: str) -> None:
    with pytest.raises(NoSetup):
        setup(text)


def test_what_setup_py_leaves_open_is_noted() -> None:
    found = metadata(setup__py="setup(name='a', install_requires=read('r.txt'), entry_points='[console_scripts]\\nrun = a:main [x]\\n')")
    assert (found.name, found.requires, found.entry_points) == ("a", (), ("run = a:main",))
    assert found.notes == (
        "Its setup.py computes install_requires at run time; look it up, and name it in the library's entry if it is needed.",
    )


SETUP_CFG = """\
[metadata]
name = corp-risk
version = attr: corp.risk.__version__
summary = Risk,
    in two lines
classifiers =
    Programming Language :: Python :: 3
    Programming Language :: Python :: 3.6
[options]
packages = find:
package_dir =
    = src
install_requires =
    numpy >= 1.10   # arrays
    pandas; python_version > "3"
python_requires = >=3.6
[options.packages.find]
where = src
exclude =
    tests*
[options.entry_points]
console_scripts =
    risk = corp.risk.cli:main
"""


def test_setup_cfg() -> None:
    files = {
        "setup.cfg": SETUP_CFG,
        "setup.py": "from setuptools import setup\nsetup()",
        "src/corp/risk/__init__.py": "__version__ = '2.0'",
    }
    found = read_metadata(files.get)
    assert (found.name, found.version, found.summary) == ("corp-risk", "2.0", "Risk, in two lines")
    assert found.packages == FindPackages("src", ("tests*",))
    assert found.package_dirs == {"": "src"}
    assert found.requires == ("numpy >= 1.10", 'pandas; python_version > "3"')
    assert (found.python_requires, found.entry_points) == (">=3.6", ("risk = corp.risk.cli:main",))
    assert len(found.classifiers) == 2


PYPROJECT = """\
[build-system]
requires = ["setuptools"]
[project]
name = "risk"
dynamic = ["version"]
dependencies = [
  "numpy>=1.10",  # arrays
  'pandas',
]
requires-python = ">=3.7"
license = {text = "House"}
[project.scripts]
risk = "risk.cli:main"
[project.urls]
Homepage = "https://risk.example.com"
[tool.setuptools.dynamic]
version = {attr = "risk.__version__"}
[tool.setuptools.packages.find]
where = ["src"]
"""


def test_pyproject_of_setuptools() -> None:
    found = read_metadata({"pyproject.toml": PYPROJECT, "src/risk.py": "__version__ = '1.2'"}.get)
    assert (found.name, found.version, found.license, found.url) == ("risk", "1.2", "House", "https://risk.example.com")
    assert (found.requires, found.python_requires) == (("numpy>=1.10", "pandas"), ">=3.7")
    assert (found.entry_points, found.packages) == (("risk = risk.cli:main",), FindPackages("src", (), ("*",), True))


def test_pyproject_of_poetry() -> None:
    text = """\
[tool.poetry]
name = "risk"
version = "1.2"
packages = [{include = "risk", from = "lib"}]
[tool.poetry.dependencies]
python = "^3.7"
numpy = "^1.10"
pandas = {version = "~2.1", optional = false}
extra = {version = "1", optional = true}
[tool.poetry.scripts]
risk = "risk.cli:main"
"""
    found = metadata(pyproject__toml=text)
    assert (found.name, found.version, found.packages, found.package_dirs) == ("risk", "1.2", ("risk",), {"": "lib"})
    assert (found.requires, found.python_requires) == (("numpy ^1.10", "pandas ~2.1"), "^3.7")


LIBRARIES = {"tomllib": {"tomli": None}, "tomli": {"tomllib": None, "tomli": tomllib}}


@pytest.mark.parametrize("modules", LIBRARIES.values(), ids=LIBRARIES)
def test_toml_is_read_by_the_library_that_there_is(modules: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    assert metadata(pyproject__toml=PYPROJECT.replace("\n", "\r\n")).name == "risk"
    for damaged in ("a = ", "[a", "a = 1\na = 2", "a = " + "[" * 99_999, "\0"):
        (note,) = metadata(pyproject__toml=damaged).notes
        assert note.startswith("Its pyproject.toml is not used: it is not valid TOML: ")


def test_without_a_library_for_toml_the_next_file_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("tomllib", "tomli"):
        monkeypatch.setitem(sys.modules, name, None)
    found = metadata(pyproject__toml=PYPROJECT, setup__py="setup(name='a', version='1')")
    assert (found.name, found.sources) == ("a", ("setup.py",))
    assert found.notes == ("Its pyproject.toml is not used: reading it needs Python 3.11 or the Python library tomli on this host.",)


def test_a_damaged_file_is_noted_and_the_next_one_counts() -> None:
    found = metadata(pyproject__toml="[project\n", setup__cfg="no section\n", setup__py="setup(name='a', version='1')")
    assert (found.name, found.sources) == ("a", ("setup.py",))
    assert [note.split(":")[0] for note in found.notes] == ["Its pyproject.toml is not used", "Its setup.cfg is not used"]


@pytest.mark.parametrize(
    "files",
    [
        {"setup__py": "setup(name=['a'], packages=5, package_dir=['x'], entry_points={'console_scripts': 7}, install_requires={'a': 1})"},
        {"setup__py": "setup(packages=find_packages(exclude=5), classifiers=3)"},
        {"pyproject__toml": "project = 5\ntool = [1]\n"},
        {"pyproject__toml": "[project]\ndynamic = 5\ndependencies = 'x'\nscripts = [1]\nurls = 3\n"},
        {"pyproject__toml": "[tool.poetry]\npackages = 5\n[tool.setuptools]\npackages = {find = {where = 7}}\n"},
        {"pyproject__toml": "[tool.poetry.dependencies]\npython = [1]\nnumpy = 5\n[tool.poetry]\nscripts = 1\n"},
        {"setup__cfg": "[options]\npackages =\npackage_dir = x\ninstall_requires =\n[metadata]\nversion = attr: \n"},
        {"setup__cfg": "[options]\npackages = find:\n[options.packages.find]\nwhere =\n"},
    ],
)
def test_values_of_the_wrong_kind_hurt_nobody(files: dict[str, str]) -> None:
    assert isinstance(metadata(**files), Metadata)


def test_the_metadata_of_an_installed_package() -> None:
    text = "Metadata-Version: 2.1\nName: risk\nVersion: 1.2\nSummary: UNKNOWN\n"
    text += "Requires-Dist: numpy (>=1.10)\nRequires-Python: >=3\n\nbody: x\n"
    found = of_pkg_info(text)
    assert (found.name, found.version, found.summary, found.requires, found.python_requires) == (
        "risk",
        "1.2",
        "",
        ("numpy (>=1.10)",),
        ">=3",
    )


def test_the_version_that_the_code_gives() -> None:
    files = {"risk/__init__.py": "from .v import __version__", "risk/_version.py": "__version__ = '1.2'", "VERSION": "9"}
    assert version_in_files(files.get, ["risk"], []) == ("1.2", "risk/_version.py")
    assert version_in_files({"VERSION": " 9\n"}.get, ["risk"], ["m"]) == ("9", "VERSION")
    assert version_in_files({}.get, ["risk"], ["m"]) == ("", "")


@pytest.mark.parametrize(
    ("requirement", "specs"),
    [
        ("numpy", ["numpy"]),
        ("NumPy >= 1.10, <2", ["numpy >=1.10,<2"]),
        ("pandas==1.0.*", ["pandas 1.0.*"]),
        ("pandas==1.0", ["pandas ==1.0"]),
        ("pandas~=1.4.2", ["pandas ~=1.4.2"]),
        ("pandas (!=1.3)", ["pandas !=1.3"]),
        ("tables>=3", ["pytables >=3"]),
        ("Typing_Extensions", ["typing_extensions"]),
        ("requests[security]>=2", ["requests >=2"]),
        ("pywin32; sys_platform == 'win32'", []),
        ("pyinotify; sys_platform != 'win32' and platform_system == 'Linux'", ["pyinotify"]),
        ("pytest; extra == 'test'", []),
        ("enum34; python_version < '3.4'", []),
        ("numpy ^1.10", ["numpy >=1.10,<2"]),
        ("numpy ^0.3.1", ["numpy >=0.3.1,<0.4"]),
        ("numpy ~2.1", ["numpy >=2.1,<2.2"]),
        ("lib @ https://user:pw@git.example.com/lib.zip", ["lib"]),
        ("numpy >= banana!", ["numpy"]),
        ("-r other.txt", []),
    ],
)
def test_requirements_become_condas(requirement: str, specs: list[str]) -> None:
    found, notes = conda_specs([requirement])
    assert found == specs
    assert "pw" not in "".join(notes)


def test_what_cannot_be_a_dependency_is_noted() -> None:
    _specs, notes = conda_specs(["enum34; python_version < '3.4'", "lib @ https://user:pw@git.example.com/lib.zip", "-r other.txt"])
    assert notes == [
        "It needs enum34 only where python_version < '3.4', which a noarch conda package cannot express, so it is not listed.",
        "It takes lib from https://***@git.example.com/lib.zip; the conda package lib is required instead, in any version.",
        "The requirement '-r other.txt' cannot be parsed; name the conda package in requires if it is needed.",
    ]


@pytest.mark.parametrize(
    ("requires", "classifiers", "only2", "spec"),
    [
        (">=3.6,<4", (), False, "python >=3.6,<4"),
        ("", ("2", "2.7"), False, "python <3"),
        ("", ("3", "3.5", "3.10"), False, "python >=3.5"),
        ("", ("2.7", "3.5"), False, "python"),
        ("", ("3 :: Only",), False, "python >=3"),
        ("", (), True, "python <3"),
        ("banana", (), False, "python"),
    ],
)
def test_the_bounds_on_python(requires: str, classifiers: tuple[str, ...], only2: bool, spec: str) -> None:
    assert python_spec(requires, [f"Programming Language :: Python :: {item}" for item in classifiers], only2)[0] == spec
