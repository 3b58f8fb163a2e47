# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments from exports, files and records: the guide's sample, tags, noise, secrets, pins."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from ansible_collections.ae_ops.migration.plugins.module_utils import _yaml
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.environment import (
    EnvironmentSpec,
    from_record,
    from_text,
    parse_environment,
    render,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pin import Pin
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pins import parse_pin
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError, MissingLibrary
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import CondaPackage, Environment, PipPackage
from ansible_collections.ae_ops.migration.plugins.module_utils._secrets import clean_url
from ansible_collections.ae_ops.migration.plugins.module_utils._yaml import decoded, document_of, dump, load
from tests.unit.conftest import examples
from tests.unit.notebooks.convert_world import GUIDE, SAMPLE

RIGHT = """\
name: default
channels:
  - wakari
  - main
dependencies:
  - _license=1.1=py27_1
  - accelerate=2.3.1=np111py27_0
  - accelerate_cudalib=2.0=0
  - alabaster=0.7.9=py27_0
  - pip:
      - flask-restless==0.17.0
"""


def test_the_guides_sample_with_all_its_traps_becomes_a_right_file() -> None:
    spec = from_text(SAMPLE, "_env.yml")
    assert render(spec, ["wakari", "main"], "exact") == RIGHT
    assert spec.name == "default", "the last part of its prefix"
    assert spec.channels == ("wakari", "r", "https://conda.example.com/wakari", "defaults", "anaconda-adam")
    (note,) = spec.notes
    assert note == (
        "Lines that are not part of an environment were left out of _env.yml: 5 lines, such as 'Fetching package metadata ...........'."
    )


def test_the_sample_as_the_guide_prints_it_without_the_keys_of_its_lists() -> None:
    spec = from_text(GUIDE, "_env.yml")
    assert render(spec, ["wakari", "main"], "exact") == RIGHT.partition("  - pip:")[0]
    assert spec.channels == ("wakari", "r", "https://conda.example.com/wakari", "defaults", "anaconda-adam")


def test_a_clean_export_is_read_as_yaml() -> None:
    spec = from_text("name: 'py 3'\nchannels: [a, b]\ndependencies:\n- {pip: [x==1]}\n- 'python=3.5.2=0'\nprefix: /x/y\n", "_env.yml")
    assert (spec.name, spec.channels, spec.pip, spec.notes) == ("py 3", ("a", "b"), ("x==1",), ())
    assert spec.pins == (Pin("python", "3.5.2", "0"),)


def test_a_warning_that_yaml_takes_for_a_part_of_a_value_is_noise() -> None:
    text = "channels:\n- a\ndependencies:\n- numpy=1.11.1=py27_0\n  WARNING: the cache is old\n- zlib=1.2.8=3\n"
    spec = from_text(text, "_env.yml")
    assert [pin.text("exact") for pin in spec.pins] == ["numpy=1.11.1=py27_0", "zlib=1.2.8=3"]
    assert "'WARNING: the cache is old'" in spec.notes[0]


WRITTEN = """\
name: team  # ours
channels:
  - https://conda.example.com/t/tk-1/wakari
  - nodefaults
  - r # for the reports
platforms:
  - linux-64
dependencies:
  - numpy=1.11.3=py27_0
  - scipy=0.18
  - r::r-base>=3.3  # the newest
  - pip:
      - six==1.16
prefix: /projects/alice/p/envs/team
"""


@pytest.mark.parametrize(
    "text", [SAMPLE, GUIDE, WRITTEN, WRITTEN + "Done.\n", WRITTEN.replace("name: team", "name: !!python/unicode 'team'")]
)
def test_the_inventory_and_the_conversion_read_a_file_alike(text: str) -> None:
    spec, listed = from_text(text, "_env.yml"), parse_environment(text, "export", "_env.yml")
    assert (listed.name, listed.channels) == (spec.name, spec.channels)
    assert [(item.name, item.channel) for item in listed.conda] == [(pin.name, pin.channel) for pin in spec.pins]
    pinned = [(item.version, item.build) for item, pin in zip(listed.conda, spec.pins, strict=True) if not pin.spec]
    assert pinned == [(pin.version, pin.build) for pin in spec.pins if not pin.spec]
    assert [f"{item.name}=={item.version}" for item in listed.pip] == list(spec.pip)


@pytest.mark.parametrize(
    ("line", "version", "build"),
    [("x", "", ""), ("x=1", "1", ""), ("x==1", "1", ""), ("x=1.*", "1.*", ""), ("x 1.0 py27_0", "1.0", "py27_0"), ("x>=2", ">=2", "")],
)
def test_a_spec_of_the_inventory_has_version_and_build_apart(line: str, version: str, build: str) -> None:
    (package,) = parse_environment(f"dependencies:\n- {line}\n", "file", "environment.yml").conda
    assert (package.name, package.version, package.build) == ("x", version, build)


@settings(deadline=None, max_examples=examples(60))
@given(st.data())
def test_whatever_is_printed_between_the_lines_the_environment_is_the_same(data: st.DataObject) -> None:
    noise = st.sampled_from(
        [
            "WARNING: x",
            "Using Anaconda API: https://api.example.com",
            "Fetching package metadata ....",
            "  warnings.warn('old')",
            "/opt/x.py:3: FutureWarning: y",
            "Solving...",
            "Traceback (most recent call last):",
            "}",
            "\t",
            "%YAML 3",
        ]
    )
    lines = ["name: default", "channels:", "- a", "- b", "dependencies:", "- x=1=0", "- y=2=1", "- pip:", "  - z==3", "prefix: /p/default"]
    for place in sorted(data.draw(st.sets(st.integers(0, len(lines)))), reverse=True):
        lines.insert(place, data.draw(noise))
    spec = from_text("\n".join(lines), "_env.yml")
    assert (spec.name, spec.channels, spec.pip) == ("default", ("a", "b"), ("z==3",))
    assert [pin.text("exact") for pin in spec.pins] == ["x=1=0", "y=2=1"]


@settings(deadline=None, max_examples=examples(60))
@given(st.binary(max_size=300))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    try:
        from_text(decoded(data), "It")
    except MigrationError as exc:
        assert str(exc).startswith("It cannot be used")  # noqa: PT017 - any other exception fails the test


def test_nothing_is_executed(tmp_path: Path) -> None:
    text = f"channels: [a]\ndependencies: [x=1=0]\nname: !!python/object/apply:os.system ['touch {tmp_path}/sprung']\n"
    assert from_text(text, "_env.yml").pins == (Pin("x", "1", "0"),)
    assert list(tmp_path.iterdir()) == []


def test_a_document_that_contains_itself_ends() -> None:
    with pytest.raises(_yaml.NotYaml, match="nested deeper"):
        load("&a [*a]\n")
    with pytest.raises(_yaml.NotYaml):
        load("&a {b: *a, c: *a}\n", keep_comments=True)
    with pytest.raises(MigrationError, match="cannot be used"):
        from_text("&a [*a]\n", "_env.yml")


def test_a_few_lines_that_stand_for_billions_of_values_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12))]
    for keep_comments in (False, True):
        with pytest.raises(_yaml.NotYaml, match="expands to more than 100,000 values"):
            load("\n".join(lines), keep_comments)


def test_a_nesting_that_would_blow_the_stack_is_refused() -> None:
    with pytest.raises(_yaml.NotYaml):
        load("[" * 5000)


@pytest.mark.parametrize("text", ["", "\n# only a comment\n", "name: x\n", "channels: [a]\ndependencies: []\n", "just words\n"])
def test_a_file_that_names_no_package_is_refused(text: str) -> None:
    with pytest.raises(MigrationError, match=r"_env.yml cannot be used: it names no package; export the environment again\."):
        from_text(text, "_env.yml")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfname: x", "name: x"),
        ("name: ä".encode("utf-16"), "name: ä"),
        ("name: ä".encode(), "name: ä"),
        (b"name: \xe4", "name: ä"),
    ],
)
def test_files_in_whatever_encoding(data: bytes, text: str) -> None:
    assert decoded(data) == text


# -- secrets


SECRETS = [
    ("https://repo.example.com/t/ab-12cd/alice/label/dev", "https://repo.example.com/alice/label/dev"),
    ("http://alice:s3cr3t@repo:8080/conda/alice", "http://repo:8080/conda/alice"),
    ("https://s3cr3t@git.example.com/x.git", "https://git.example.com/x.git"),
    ("git+https://a:s3cr3t@git.example.com/x.git@v1#egg=x", "git+https://git.example.com/x.git@v1#egg=x"),
    ("git+ssh://git@git.example.com/x.git", "git+ssh://git@git.example.com/x.git"),
    ("https://repo.example.com/x?token=s3cr3t", "https://repo.example.com/x"),
    ("https://repo.example.com/t/s3cr3t", "https://repo.example.com"),
    ("alice/label/dev", "alice/label/dev"),
]


@pytest.mark.parametrize(("url", "clean"), SECRETS)
def test_no_secret_stays_in_a_url(url: str, clean: str) -> None:
    assert clean_url(url) == clean
    assert clean_url(clean) == clean


def test_no_secret_gets_out_of_an_export() -> None:
    text = (
        "channels:\n- https://u:s3cr3t@repo/t/s3cr3t/conda/a\ndependencies:\n- https://repo/t/s3cr3t/conda/a::x=1=0\n- y=1=0\n- pip:\n"
        "  - git+https://u:s3cr3t@git/x.git#egg=x\n  - --index-url https://u:s3cr3t@index/simple\n  - -i https://s3cr3t@index\n"
        "  - z @ https://u:s3cr3t@files/z.whl?sig=s3cr3t\n"
    )
    spec = from_text(text, "_env.yml")
    assert "s3cr3t" not in repr(spec)
    assert "s3cr3t" not in render(spec, spec.channels, "exact")
    assert spec.pip == ("x @ git+https://git/x.git", "z @ https://files/z.whl")
    assert [note for note in spec.notes if "option --index-url for pip" in note]
    assert [
        note
        for note in spec.notes
        if note.startswith("_env.yml has addresses with a user, password, token or query, which was taken out: ")
    ]


# -- pins


@pytest.mark.parametrize(
    ("text", "name", "exact", "version"),
    [
        ("numpy=1.11.1=py27_0", "numpy", "numpy=1.11.1=py27_0", "numpy=1.11.1"),
        ("numpy=1.11", "numpy", "numpy=1.11", "numpy=1.11"),
        ("numpy==1.11.1", "numpy", "numpy==1.11.1", "numpy==1.11.1"),
        ("numpy", "numpy", "numpy", "numpy"),
        ("python >=2.7,<3", "python", "python>=2.7,<3", "python>=2.7,<3"),
        ("python 2.7*", "python", "python=2.7*", "python=2.7*"),
        ("numpy=1.11.*", "numpy", "numpy=1.11.*", "numpy=1.11.*"),
        ("wakari::numpy=1=0", "numpy", "numpy=1=0", "numpy=1"),
        ("numpy[version='>=1']", "numpy", "numpy>=1", "numpy>=1"),
        ("libgcc-ng=7.2.0=h7cc24e2_2", "libgcc-ng", "libgcc-ng=7.2.0=h7cc24e2_2", "libgcc-ng=7.2.0"),
        ("r-c.50", "r-c.50", "r-c.50", "r-c.50"),
    ],
)
def test_how_much_of_a_pin_is_kept(text: str, name: str, exact: str, version: str) -> None:
    pin = parse_pin(text)
    assert (pin.text("exact"), pin.text("version"), pin.text("name")) == (exact, version, name)


def test_pips_versions_go_with_pin_name_and_addresses_stay() -> None:
    lines = ("a==1.0", "b @ git+https://h/b.git", "c[x]>=2,==2.1", "d==1 ; python_version < '3'")
    spec = EnvironmentSpec("default", (), (Pin("x", "1", "0"),), lines)
    assert spec.pip_lines("name") == ["a", "b @ git+https://h/b.git", "c[x]", "d ; python_version < '3'"]
    assert spec.pip_lines("version") == spec.pip_lines("exact") == list(lines)


def test_a_package_that_is_named_twice_is_told_of() -> None:
    spec = from_text("dependencies: [x=1=0, y=1=0, x=2=0]\n", "environment.yml")
    assert [pin.text("exact") for pin in spec.pins] == ["x=2=0", "y=1=0"]
    assert spec.notes == ("environment.yml names x twice; the last entry is used.",)


# -- records


def test_an_installed_environment_with_everything_that_pip_leaves() -> None:
    spec = from_record(
        Environment(
            "default",
            channels=("https://repo/t/s3cr3t/conda/a", "b"),
            conda=(CondaPackage("zlib", "1.2.8", "3", "b", sha256="AB" * 32), CondaPackage("numpy", "1.11.1", "py27_0", "a", md5="c" * 32)),
            pip=(
                PipPackage("Flask", "0.12"),
                PipPackage("own", "1", "editable", "/projects/alice/own"),
                PipPackage("tracker", "2", "vcs", "git+https://u:s3cr3t@git/tracker.git@abc"),
                PipPackage("wheel-by-url", "3", "url", "https://u:s3cr3t@files/w-3-py2-none-any.whl"),
                PipPackage("from-disk", "4", "url", "file:///opt/wheels/from-disk.whl"),
            ),
        )
    )
    assert "s3cr3t" not in repr(spec)
    assert [pin.text("exact") for pin in spec.pins] == ["numpy=1.11.1=py27_0", "zlib=1.2.8=3"], "by name: equal bytes each time"
    assert spec.pins[1].sha256 == "ab" * 32
    assert spec.pip == (
        "Flask==0.12",
        "tracker @ git+https://git/tracker.git@abc",
        "wheel-by-url @ https://files/w-3-py2-none-any.whl",
    )
    assert [note.partition(" is installed")[0] for note in spec.notes] == ["The Python package own", "The Python package from-disk"]


def test_bytes_are_equal_and_read_back() -> None:
    spec = from_text(SAMPLE, "_env.yml")
    text = render(spec, ["a/b", "c"], "version")
    assert text == render(from_text(SAMPLE, "_env.yml"), ["a/b", "c"], "version")
    document = YAML(typ="safe").load(text)
    assert document["channels"] == ["a/b", "c"]
    assert document["dependencies"][0] == "_license=1.1"
    assert from_text(text, "environment.yml").pins[0] == Pin("_license", "1.1")


def test_texts_that_look_like_something_else_stay_texts() -> None:
    document = {"name": "2.7", "a": "yes", "b": _yaml.exact("line\nbreak \x07"), "c": "x: y # z", "d": "é"}
    assert YAML(typ="safe").load(dump(document)) == document


def test_an_empty_file_is_an_empty_mapping_and_a_list_is_none() -> None:
    assert document_of("# nothing\n", "It") == {}
    with pytest.raises(MigrationError, match="It cannot be used: it has no keys; ask its owner to correct it"):
        document_of("- a\n", "It")


def test_without_the_library_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_yaml, "RUAMEL_ERROR", "no such module")
    spec = from_text("dependencies:\n- x=1=0\n", "_env.yml")
    assert spec.pins == (Pin("x", "1", "0"),), "a notebook host need not have it to collect"
    with pytest.raises(MissingLibrary) as caught:
        render(spec, [], "exact")
    assert caught.value.library == "ruamel.yaml"
