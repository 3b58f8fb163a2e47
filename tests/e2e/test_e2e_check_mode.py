# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode: predicts everything, writes nothing; and what is declared by ``by_label``."""

from __future__ import annotations

from tests.e2e.world import World


def test_check_on_an_empty_cluster_shows_all_that_will_come_and_writes_nothing(two_sites: World) -> None:
    assert two_sites.run("export").returncode == 0
    two_sites.cluster.set(writes="fail")
    dumps = {name: sorted(str(path) for path in site.lab.export_dir.rglob("*")) for name, site in two_sites.sites.items()}
    check = two_sites.run("migrate", "--check", "--diff")
    assert check.returncode == 0, check.output
    assert two_sites.writes() == []
    assert two_sites.channels() == {}
    assert {name: sorted(str(path) for path in site.lab.export_dir.rglob("*")) for name, site in two_sites.sites.items()} == dumps
    for line in (
        "+ channel anaconda-organization/Devs (private)",
        "+ linux-64/pysocks-1.6.6-py35_0.tar.bz2 -> anaconda-user-1/test",
        "+ noarch/plots-2.0-0.tar.bz2 -> alice/dev",
        "+ group Devs r on anaconda-organization/Devs",
        "+ user bob rw on bio-lab",
        "~ channel anaconda-user-1 private -> public",
    ):
        assert line in check.output, f"{line}\n{check.output}"

    two_sites.cluster.set(writes="ok")
    real = two_sites.run("migrate", "--diff")
    assert real.returncode == 0, real.output
    assert predicted_lines(check.output) == predicted_lines(real.output)

    again = two_sites.run("migrate", "--check", "--diff")
    assert again.returncode == 0, again.output
    assert again.total("changed") == 0
    assert predicted_lines(again.output) == set()


def predicted_lines(output: str) -> set[str]:
    """The lines of the diffs that name a change of the cluster."""
    starts = ("+ channel ", "~ channel ", "+ user ", "+ group ", "+ linux-64/", "+ noarch/")
    return {line.strip() for line in output.splitlines() if line.strip().startswith(starts)}


def test_check_without_a_dump_says_what_to_do(guide_site: World) -> None:
    check = guide_site.run("migrate", "--check")
    assert check.returncode != 0
    assert guide_site.writes() == []
    assert "No such file or directory; run the export playbook first" in check.output


def test_labels_isolate_for_organizations_by_declaration(guide_site: World) -> None:
    run = guide_site.run("migrate", ae_channel_layout="by_label")
    assert run.returncode == 0, run.output
    found = {name: guide_site.files_of(name) for name in guide_site.channels() if name.startswith("anaconda-organization")}
    assert found == {
        "anaconda-organization": ["future-0.15.2-py27_0.tar.bz2", "six-1.10.0-py27_0.tar.bz2"],
        "anaconda-organization/Test": ["xz-5.2.2-1.tar.bz2"],
        "anaconda-organization/Devs": ["six-1.10.0-py27_0.tar.bz2"],
        "anaconda-organization/Devs/Test": ["xz-5.2.2-1.tar.bz2"],
    }
    assert guide_site.shares_of("anaconda-organization/Test") == {("user", "anaconda-user-1", "rw")}
