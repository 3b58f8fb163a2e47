# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of file, oddity of a label and level of access that AE4 knows, in one dump; the report accounts for each.

The list is that of AE4 facts, section 7.  A file larger than 1 GB is left to ``test_transfer_faults``.
"""

from __future__ import annotations

import typing as t

import pytest

from tests.e2e.world import Json, Site, World
from tests.lab.playbook import Run

LABELS = ("main", "test", "release:1.0", "a/b", "with space")
KINDS = ("pypi", "r", "ipynb", "env", "file")


def fill(site: Site) -> dict[str, str]:
    """Fills the site; what the ledger must say of each file, by its name."""
    expected: dict[str, str] = {}
    store = site.store
    for user in ("ann", "bob", "carol", "dave", "eve", "anaconda"):
        store.add_user(user)

    store.add_package("ann", "odd", access="public", kinds=["conda"])
    for number, label in enumerate(LABELS):
        expected[site.add_file("ann", "odd", f"1.{number}", "0", [label])] = "uploaded"
    expected[site.add_file("ann", "odd", "2.0", "0", ["main", "test"])] = "uploaded"
    expected[site.add_file("ann", "odd", "3.0", "0", [])] = "unlabelled"
    expected[site.add_file("ann", "odd", "4.0", "0", ["main"], md5="0" * 32)] = "quarantined"
    site.add_package("ann", "double--dash", ("1.0", "0", ["main"]), subdir="noarch")
    expected["double--dash-1.0-0.tar.bz2"] = "uploaded"
    store.add_package("ann", "others", access="public", kinds=list(KINDS))
    for kind in KINDS:
        store.add_file("ann", "others", "1.0", f"others-{kind}.bin", kind, ["main"], b"content of " + kind.encode())
        expected[f"others-{kind}.bin"] = "unsupported_kind"

    site.add_package("bob", "helped", ("1.0", "0", ["Test"]), access="private")
    store.add_collaborator("bob", "helped", "eve", "read")
    expected["helped-1.0-0.tar.bz2"] = "uploaded"

    site.add_package("anaconda", "mirrored", ("1.0", "0", ["main"]))
    expected["mirrored-1.0-0.tar.bz2"] = "mirror"

    store.add_organization("lab-org", ["ann"], "Owner")
    for group, permission, access, member in (
        ("readers", "read", "private", "carol"),
        ("writers", "write", "authenticated", "dave"),
        ("Test", "admin", "public", "eve"),
    ):
        site.add_package("lab-org", f"for-{group.lower()}", ("1.0", "0", ["Test"]), access=access)
        store.add_group("lab-org", group, permission)
        store.add_member("lab-org", group, member)
        store.add_group_package("lab-org", group, f"for-{group.lower()}")
        expected[f"for-{group.lower()}-1.0-0.tar.bz2"] = "uploaded"
    expected[site.add_file("lab-org", "for-test", "2.0", "0", [])] = "uploaded"
    return expected


class Everything(t.NamedTuple):
    """What was expected, the run, and what the report says."""

    expected: dict[str, str]
    world: World
    run: Run
    report: Json
    ledger: dict[str, Json]


@pytest.fixture(scope="module", params=["api", "mongo"])
def everything(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Everything]:
    """Migrated once for each dialect of ``meta.json``."""
    world = World(tmp_path_factory.mktemp("everything"), ["east"])
    world.sites["east"].lab.set(meta_dialect=request.param)
    expected = fill(world.sites["east"])
    world.seed_people(["ann", "bob", "carol", "dave", "eve"], {"readers": ["carol"], "writers": ["dave"], "Test": ["eve"]})
    run = world.run()
    yield Everything(expected, world, run, world.report(), world.ledger())
    world.close()


def test_the_one_damaged_file_fails_the_run_by_name(everything: Everything) -> None:
    assert everything.run.returncode != 0
    assert [failure for failure in everything.report["failures"] if "odd-4.0-0.tar.bz2" not in failure] == []


def test_each_file_has_one_line_that_says_what_became_of_it(everything: Everything) -> None:
    assert {file: line["disposition"] for file, line in everything.ledger.items()} == everything.expected


def test_the_channels_are_the_guides(everything: Everything) -> None:
    files = {name: everything.world.files_of(name) for name in everything.world.channels()}
    assert files == {
        "ann": ["double--dash-1.0-0.tar.bz2", "odd-1.0-0.tar.bz2", "odd-2.0-0.tar.bz2"],
        "ann/test": ["odd-1.1-0.tar.bz2", "odd-2.0-0.tar.bz2"],
        "ann/release:1.0": ["odd-1.2-0.tar.bz2"],
        "ann/a/b": ["odd-1.3-0.tar.bz2"],
        "ann/with space": ["odd-1.4-0.tar.bz2"],
        "bob/Test": ["helped-1.0-0.tar.bz2"],
        "lab-org": ["for-readers-1.0-0.tar.bz2", "for-test-1.0-0.tar.bz2", "for-test-2.0-0.tar.bz2", "for-writers-1.0-0.tar.bz2"],
        "lab-org/readers": ["for-readers-1.0-0.tar.bz2"],
        "lab-org/readers/Test": ["for-readers-1.0-0.tar.bz2"],
        "lab-org/writers": ["for-writers-1.0-0.tar.bz2"],
        "lab-org/writers/Test": ["for-writers-1.0-0.tar.bz2"],
        "lab-org/Test": ["for-test-1.0-0.tar.bz2", "for-test-2.0-0.tar.bz2"],
        "lab-org/Test/Test": ["for-test-1.0-0.tar.bz2"],
    }


def test_rights_and_privacy_are_those_of_ae4(everything: Everything) -> None:
    shares = {name: everything.world.shares_of(name) for name in everything.world.channels() if name.startswith(("bob", "lab-org"))}
    assert shares == {
        "bob/Test": {("user", "bob", "rw")},
        "lab-org": {("user", "ann", "rw")},
        "lab-org/readers": {("group", "readers", "r")},
        "lab-org/readers/Test": {("group", "readers", "r")},
        "lab-org/writers": {("group", "writers", "rw"), ("group", "everyone", "r")},
        "lab-org/writers/Test": {("group", "writers", "rw"), ("group", "everyone", "r")},
        "lab-org/Test": {("group", "Test", "rw")},
        "lab-org/Test/Test": {("group", "Test", "rw")},
    }
    public = {name for name, channel in everything.world.channels().items() if channel["privacy"] == "public"}
    assert public == {name for name in everything.world.channels() if name.startswith("ann")} | {"lab-org/Test", "lab-org/Test/Test"}
