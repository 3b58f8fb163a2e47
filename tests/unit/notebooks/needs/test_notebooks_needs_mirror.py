# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AE5 must still get: a mirror configuration for each channel, Python packages, replacements of system packages."""

from __future__ import annotations

import dataclasses

from ruamel.yaml import YAML

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.environment import EnvironmentSpec
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pin import Pin
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import Finding
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_map import Catalog, rewrite
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.resolution import resolution
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.needs.mirror import (
    Needs,
    mirror_files,
    missing,
    needs_of,
    pip_text,
    system_replacements,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._store.resolutions import Resolution
from tests.unit.notebooks.convert_world import catalog, view

HELD = catalog(view("alice", "x=1=0"), view("bobs", "secret=1=0", readers="bob"))


def looked(project: str, *pins: Pin, channels: str = "", pip: str = "", held: Catalog = HELD) -> Resolution:
    spec = EnvironmentSpec("default", tuple(channels.split()), pins, tuple(pip.split("|") if pip else ()))
    return resolution("alice", project, "alice", [(spec, rewrite(spec, held, "alice"))])


def needs(*resolutions: Resolution, findings: tuple[Finding, ...] = ()) -> Needs:
    return needs_of(resolutions, findings, HELD)


def test_one_file_a_channel_with_the_keys_of_the_vendors_tool_and_who_needs_it() -> None:
    files = mirror_files(
        needs(
            looked("p", Pin("bokeh", "0.12", "py27_0", "https://u:s3cr3t@cloud/t/s3cr3t/wakari/linux-64"), Pin("x", "1", "0", "alice")),
            looked("q", Pin("bokeh", "0.12", "py27_0", "https://cloud/wakari"), Pin("gdal", "2", "0", "https://cloud/wakari/noarch")),
            looked("r", Pin("mkl", "11", "0", "defaults")),
        ),
        site="prod",
    )
    assert list(files) == ["mirror-defaults.yaml", "mirror-wakari.yaml"]
    text = files["mirror-wakari.yaml"]
    assert YAML(typ="safe").load(text) == {
        "dest_channel": "wakari",
        "dest_site": "prod",
        "channels": ["https://cloud/wakari"],
        "platforms": ["linux-64", "noarch"],
        "pkg_list": ["bokeh", "gdal"],
    }
    assert "cas-sync-api-v5 --file mirror-wakari.yaml" in text
    assert "#   bokeh=0.12=py27_0: alice/p, alice/q\n#   gdal=2=0: alice/q\n" in text
    assert "s3cr3t" not in "".join(files.values())
    assert "# Only the name of this channel is known" in files["mirror-defaults.yaml"]


def test_the_url_can_be_given() -> None:
    found = needs(looked("r", Pin("mkl", "11", "0", "defaults")))
    text = mirror_files(found, {"defaults": "https://mirror/pkgs/free"})["mirror-defaults.yaml"]
    assert YAML(typ="safe").load(text)["channels"] == ["https://mirror/pkgs/free"]
    assert "Only the name of this channel is known" not in text


def test_two_channels_never_share_a_file() -> None:
    found = needs(
        looked("p", *(Pin("a", str(number), "0", name) for number, name in enumerate(["x/y", "x-y", "x-y-2", "v" * 300, "v" * 301])))
    )
    files = mirror_files(found)
    assert len(files) == 5
    assert max(map(len, files)) < 200


def test_a_channel_that_is_migrated_is_no_mirror() -> None:
    found = needs(looked("p", Pin("gone", "1", "0", "http://repo/conda/alice")))
    assert not found.mirrors
    assert dict(found.migrated) == {"gone=1=0 from alice": {"alice/p"}}


def test_what_lies_where_the_owner_may_not_read_is_no_mirror_either() -> None:
    found = needs(looked("p", Pin("secret", "1", "0", "https://cloud/bobs-old")))
    assert not found.mirrors
    assert dict(found.hidden) == {"secret=1=0 in bobs": {"alice/p"}}


def test_an_export_that_does_not_say_where_its_packages_came_from() -> None:
    found = needs(looked("p", Pin("lost", "1", "0"), channels="alice https://cloud/wakari defaults"))
    assert sorted(found.mirrors) == ["defaults", "wakari"]
    text = mirror_files(found)["mirror-wakari.yaml"]
    assert "lost=1=0: alice/p (perhaps from here: its environment does not say)" in text
    alone = needs(looked("p", Pin("lost", "1", "0"), Pin("disk", "1", "0", "file:///opt")))
    assert dict(alone.unplaced) == {"lost=1=0": {"alice/p"}, "disk=1=0": {"alice/p"}}


def test_the_python_packages_to_upload() -> None:
    found = needs(looked("p", pip="Flask==0.12|git+https://git/x.git#egg=My_Tool"), looked("q", pip="flask==0.13|Flask==0.12"))
    assert pip_text(found).splitlines()[1:] == [
        "Flask==0.12  # alice/p, alice/q",
        "flask==0.13  # alice/q",
        "git+https://git/x.git#egg=My_Tool  # alice/p",
    ]


def finding(project: str, subject: str, rule: str = "system-package") -> Finding:
    return Finding("alice", project, rule, "warning", f"The code installs {subject} with yum.", subject)


def test_system_packages_and_the_conda_packages_that_replace_them() -> None:
    found = needs(
        findings=(
            finding("p", "libxml2-dev"),
            finding("q", "libxml2-dev"),
            finding("q", "nobody-knows"),
            finding("q", "what it builds"),
            finding("q", "requests", "session-install"),
        )
    )
    assert system_replacements(found) == [
        ("libxml2-dev", "libxml2", ["alice/p", "alice/q"]),
        ("nobody-knows", "", ["alice/q"]),
        ("what it builds", "", ["alice/q"]),
    ]


def test_all_that_is_missing_and_what_to_do_about_it() -> None:
    broken = dataclasses.replace(looked("q"), lacking=("libgfortran 1.0",))
    pins = (
        Pin("bokeh", "0.12", "py27_0", "wakari"),
        Pin("gone", "1", "0", "alice"),
        Pin("secret", "1", "0", "bobs"),
    )
    rows = missing(needs(looked("p", *pins), looked("r", Pin("lost", "1", "0")), broken))
    assert [(pin, advice.split(";")[0], projects) for pin, advice, projects in rows] == [
        ("bokeh=0.12=py27_0", "Mirror it from wakari, see mirror-wakari.yaml.", ["alice/p"]),
        ("gone=1=0 from alice", "The channel was migrated without it", ["alice/p"]),
        ("libgfortran 1.0", "Its source is not known", ["alice/q"]),
        ("lost=1=0", "Its source is not known", ["alice/r"]),
        ("secret=1=0 in bobs", "It is in an AE5 channel that the project's owner may not read", ["alice/p"]),
    ]


def test_a_name_with_a_line_break_stays_in_its_comment() -> None:
    item = Resolution("alice", "two\nlines", "alice", (), looked("p", Pin("a", "1", "0", "wakari")).pins)
    text = mirror_files(needs(item))["mirror-wakari.yaml"]
    assert "#   a=1=0: alice/two?lines\n" in text
    item = Resolution("alice", "two\nlines", "alice", (), (), pip=("flask==1\nevil",))
    assert pip_text(needs(item)).splitlines()[1:] == ["flask==1?evil  # alice/two?lines"]
