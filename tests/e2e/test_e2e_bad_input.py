# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong at a site or at the cluster ends in one sentence that names it; the rest is done, nothing is lost, and the
next run after the repair ends well.

A run takes its time, so one world has several things wrong at once, each at a site of its own, and lives through three nights.
"""

from __future__ import annotations

import contextlib
import json
import typing as t

import pytest

from tests.e2e import mishaps
from tests.e2e.world import PEOPLE, Site, World, fill_guide_site
from tests.lab.playbook import Run

HEALTHY = ("whole", "full", "crash", "asleep", "down")
"""Sites at which nothing is wrong in the first night.  The others: bare, stranger, damaged and lost."""
STRUCK = {"full": "disk_full", "crash": "crash", "asleep": "mongo_down"}
"""Sites whose export fails in the second night, and how."""
NO_MD5 = "0" * 32


class Night(t.NamedTuple):
    """One run and what there was after it; ``failures`` are those of the report."""

    run: Run
    failures: list[str]
    channels: dict[str, dict[str, t.Any]]
    dumps: dict[str, dict[str, str]]
    """Site -> file of its dump -> sha256."""
    inventories: dict[str, str]
    """File -> sha256."""
    left_overs: dict[str, list[str]]

    def files(self, channel: str) -> list[str]:
        return sorted(file["file"] for file in self.channels[channel]["files"])

    def shares(self, channel: str) -> set[tuple[str, str, str]]:
        return {(share["type"], share["name"], share["access"]) for share in self.channels[channel]["shares"]}


def live_through(world: World) -> Night:
    run = world.run()
    sites = world.sites.items()
    return Night(
        run,
        world.failures(),
        world.channels(),
        {name: mishaps.digests(mishaps.dump_of(site)) for name, site in sites},
        mishaps.digests(world.reports / "inventories"),
        {name: mishaps.left_overs(site) for name, site in sites},
    )


class Nights(t.NamedTuple):
    world: World
    first: Night
    second: Night
    third: Night


def fill(site: Site, name: str) -> list[str]:
    """Puts a user ``user-NAME`` with the package ``pkg-NAME`` into a site; into the site damaged what is damaged there."""
    if name != "damaged":
        site.store.add_user(f"user-{name}")
        site.add_package(f"user-{name}", f"pkg-{name}", ("1.0", "0", ["main"]))
        return [f"user-{name}"]
    for user in ("dora", "dan"):
        site.store.add_user(user)
    site.add_package("dora", "doc", ("1.0", "0", ["main"]))
    site.add_package("dan", "odd", ("1.0", "0", ["main"]))
    site.add_package("dan", "sound", ("1.0", "0", ["main"]))
    site.add_file("dan", "sound", "2.0", "0", ["main"], md5=NO_MD5)
    return ["dora", "dan"]


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Nights]:
    world = World(tmp_path_factory.mktemp("nights"), [*HEALTHY, "bare", "stranger", "damaged", "lost"])
    sites = world.sites
    world.seed_people([user for name, site in sites.items() for user in fill(site, name)])
    mishaps.take_command_away(sites["bare"])
    sites["stranger"].variables["ae4_user"] = "anaconda-server"
    damaged = sites["damaged"]
    damaged.lab.set(export_fault="skip_owner_meta:dora")
    mishaps.tamper_with_exports(damaged, {"dan/*--odd/meta.json": '{"format": 9, "payload": {}}\n'})
    with contextlib.closing(world), mishaps.closed_port() as port:
        sites["lost"].variables.update(mishaps.unreachable(port))
        first = live_through(world)

        mishaps.give_command_back(sites["bare"])
        sites["stranger"].variables.clear()
        damaged.lab.set(export_fault=None)
        mishaps.give_command_back(damaged)
        damaged.store.remove_file(damaged.ids["sound-2.0-0.tar.bz2"])
        damaged.add_file("dan", "sound", "2.0", "0", ["main"])
        for name in (*STRUCK, "down"):
            sites[name].add_package(f"user-{name}", f"more-{name}", ("1.0", "0", ["main"]))
        for name, fault in STRUCK.items():
            sites[name].lab.set(export_fault=fault)
        sites["down"].variables.update(mishaps.unreachable(port))
        second = live_through(world)

        for name in STRUCK:
            sites[name].lab.set(export_fault=None)
        sites["down"].variables.clear()
        sites["lost"].variables.clear()
        yield Nights(world, first, second, live_through(world))


# -- the first night


def test_sites_at_which_nothing_is_wrong_migrate(nights: Nights) -> None:
    """Whatever is wrong elsewhere: their packages are there, shared and public, and the run does not end well all the same."""
    for name in HEALTHY:
        assert nights.first.files(f"user-{name}") == [f"pkg-{name}-1.0-0.tar.bz2"]
        assert nights.first.shares(f"user-{name}") == {("user", f"user-{name}", "rw")}
        assert nights.first.channels[f"user-{name}"]["privacy"] == "public"
        assert mishaps.said(nights.first.run, name) == []
    assert nights.first.run.returncode != 0


@pytest.mark.parametrize("site", ["bare", "stranger", "lost"])
def test_site_without_an_inventory_is_reported_as_having_none(nights: Nights, site: str) -> None:
    """The plan and the report name it and say what to do; nothing of it is on the cluster and nothing half done lies about."""
    planned = f"Site {site} has no inventory, so nothing is planned from it; run the export playbook for it."
    assert planned in mishaps.printed(nights.first.run)
    sentence = f"Site {site} has no inventory, so nothing was migrated from it; run the export playbook for it."
    assert [text for text in nights.first.failures if text.startswith(f"Site {site} ")] == [sentence]
    assert f"user-{site}" not in nights.first.channels
    assert nights.first.dumps[site] == {}
    assert f"{site}.jsonl" not in nights.first.inventories


def test_missing_command_is_named_with_the_folder_it_was_looked_for_in(nights: Nights) -> None:
    """No ``anaconda-server-admin``: one sentence with the command, the folder and the variable."""
    folder = nights.world.sites["bare"].lab.bin_dir
    assert mishaps.said(nights.first.run, "bare") == [
        f"The command anaconda-server-admin is not in {folder};"
        " correct the option bin_dir (ae4_bin_dir in the inventory) to the folder that has it."
    ]


def test_wrong_service_user_is_named_with_the_right_one(nights: Nights) -> None:
    """``ae4_user`` is not whom the export runs as: one sentence with both."""
    runs_as = nights.world.sites["stranger"].lab.user
    assert mishaps.said(nights.first.run, "stranger") == [
        f"The export runs as {runs_as} but must run as anaconda-server;"
        f" set become_user to anaconda-server, or the option user (ae4_user in the inventory) to {runs_as}."
    ]


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (
            "dora/doc/doc-1.0-0.tar.bz2",
            "The owner dora has no meta.json in the dump, so its kind and the access to its files are not known; its files are not "
            "migrated until an export has it.",
        ),
        (
            "dan/sound/sound-2.0-0.tar.bz2",
            "The file sound-2.0-0.tar.bz2 of the package sound of dan has the md5 {md5}, but AE4 says "
            + NO_MD5
            + (", so it is damaged or was replaced and is not migrated; upload it to AE4 again, or remove it there."),
        ),
        (
            "dan/odd/odd-1.0-0.tar.bz2",
            "The meta.json of the package odd of dan cannot be read: it has no list of files, its keys are format, payload;"
            " its files are not migrated.",
        ),
    ],
    ids=["owner without meta.json", "corrupted package", "unknown meta.json"],
)
def test_what_is_wrong_in_a_dump_is_quarantined_and_named(nights: Nights, file: str, sentence: str) -> None:
    """One sentence where the dump is listed and one in the report; the file is in no channel."""
    content = nights.world.sites["damaged"].content["sound-2.0-0.tar.bz2"]
    sentence = sentence.format(md5=mishaps.md5(content))
    assert mishaps.warnings(nights.first.run).count(sentence) == 1
    assert [text for text in nights.first.failures if file in text] == [f"{file} of site damaged: {sentence}"]
    name = file.rpartition("/")[2]
    assert [channel for channel in nights.first.channels if name in nights.first.files(channel)] == []


def test_the_rest_of_a_damaged_dump_is_migrated(nights: Nights) -> None:
    """The channel of a file in quarantine is complete without it: shared and public.  Nothing of the owner nobody knows is there."""
    assert nights.first.files("dan") == ["sound-1.0-0.tar.bz2"]
    assert nights.first.shares("dan") == {("user", "dan", "rw")}
    assert nights.first.channels["dan"]["privacy"] == "public"
    assert "dora" not in nights.first.channels


def test_the_report_names_all_that_failed_and_nothing_else(nights: Nights) -> None:
    """Three sites without an inventory, three files in quarantine."""
    assert len(nights.first.failures) == 6
    assert [result["failures"] for result in mishaps.failures(nights.first.run, "prod")] == [nights.first.failures]


# -- the second night


def test_what_was_put_right_is_migrated_in_the_next_run(nights: Nights) -> None:
    """The sites that were bare, a stranger's and damaged have all their packages on the cluster."""
    assert nights.second.files("user-bare") == ["pkg-bare-1.0-0.tar.bz2"]
    assert nights.second.files("user-stranger") == ["pkg-stranger-1.0-0.tar.bz2"]
    assert nights.second.files("dora") == ["doc-1.0-0.tar.bz2"]
    assert nights.second.files("dan") == ["odd-1.0-0.tar.bz2", "sound-1.0-0.tar.bz2", "sound-2.0-0.tar.bz2"]
    assert nights.second.failures == ["Site lost has no inventory, so nothing was migrated from it; run the export playbook for it."]


@pytest.mark.parametrize(
    ("site", "sentence"),
    [
        ("full", "ended with exit code 1: OSError: [Errno 28] No space left on device: 'site-dump/user-full/"),
        ("crash", "was killed by SIGKILL: Exporting user-crash; the last good dump, if any, is untouched."),
        (
            "asleep",
            "ended with exit code 1: pymongo.errors.ConnectionFailure: [Errno 111] Connection refused;"
            " the last good dump, if any, is untouched.",
        ),
    ],
)
def test_export_that_fails_half_way_keeps_the_last_good_dump(nights: Nights, site: str, sentence: str) -> None:
    """One sentence with the command's own last words; the dump is byte for byte last night's, and no half one is left over."""
    (found,) = mishaps.said(nights.second.run, site)
    assert found.startswith("The command anaconda-server-admin export-site " + sentence)
    assert found.endswith("; the last good dump, if any, is untouched.")
    assert nights.second.run.returncode != 0
    assert nights.first.dumps[site]
    assert nights.second.dumps[site] == nights.first.dumps[site]
    assert nights.second.left_overs[site] == []


@pytest.mark.parametrize("site", [*STRUCK, "down"])
def test_site_that_could_not_be_exported_keeps_its_inventory(nights: Nights, site: str) -> None:
    """Its last good inventory is planned again, so nothing of it counts as gone, and the run says that it is an old one."""
    for name in (f"{site}.jsonl", f"{site}.owners.jsonl"):
        assert nights.second.inventories[name] == nights.first.inventories[name]
    assert nights.second.files(f"user-{site}") == [f"pkg-{site}-1.0-0.tar.bz2"]
    sites = json.loads((nights.world.reports / "plan.json").read_text(encoding="utf-8"))["sites"]
    assert site in {item["site"] for item in sites}
    assert mishaps.NOT_EXPORTED.format(site=site) in mishaps.printed(nights.second.run)
    assert mishaps.NOT_EXPORTED.format(site="whole") not in mishaps.printed(nights.second.run)


@pytest.mark.parametrize("site", ["down", "lost"])
def test_site_that_does_not_answer_is_named(nights: Nights, site: str) -> None:
    """Ansible says which host it is and why; the others go on."""
    (found,) = mishaps.said(nights.second.run, site)
    assert "Connection refused" in found
    assert nights.second.run.recap[site]["unreachable"] == 1


# -- the third night


def test_run_after_all_repairs_ends_well(nights: Nights) -> None:
    """Exit code 0, an empty list of failures, everything of every site on the cluster."""
    assert nights.third.run.returncode == 0, nights.third.run.output
    assert nights.third.failures == []
    found = {file["file"]: file["sha256"] for channel in nights.third.channels.values() for file in channel["files"]}
    assert found == {file: site.sha256(file) for site in nights.world.sites.values() for file in site.content}
    assert mishaps.NOT_EXPORTED.partition("{site}")[2] not in mishaps.printed(nights.third.run)


# -- the cluster


class Trouble(t.NamedTuple):
    """One world: a wrong password, then no cluster at all, then a group that AE5 lacks, then all is well."""

    world: World
    password: Run
    no_answer: Run
    dump_then: dict[str, str]
    inventories_then: dict[str, str]
    requests_then: list[dict[str, t.Any]]
    address: str
    group: Night
    well: Night


@pytest.fixture(scope="module")
def trouble(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Trouble]:
    world = World(tmp_path_factory.mktemp("trouble"), ["east"])
    with contextlib.closing(world):
        fill_guide_site(world.sites["east"])
        world.seed_people(PEOPLE["users"])
        password = world.run(ae5_password="a wrong one")
        writes = world.writes()
        with mishaps.closed_port() as port:
            address = f"127.0.0.1:{port}"
            no_answer = world.run(ae5_url=f"http://{address}")
        dump, inventories = mishaps.digests(mishaps.dump_of(world.sites["east"])), mishaps.digests(world.reports / "inventories")
        group = live_through(world)
        world.seed_people([], {"Devs": ["anaconda-user-2", "carol"]})
        yield Trouble(world, password, no_answer, dump, inventories, writes, address, group, live_through(world))


def test_wrong_password_is_one_sentence_and_changes_nothing(trouble: Trouble) -> None:
    """The sentence names the user and never the password; no request wanted to change the cluster."""
    assert trouble.password.returncode != 0
    (sentence,) = mishaps.said(trouble.password, "prod")
    assert sentence == (
        "Keycloak at 127.0.0.1 refused the login of 'migrator' (Invalid user credentials); check the user name, the password and client_id."
    )
    assert "a wrong one" not in trouble.password.output
    assert trouble.requests_then == []


def test_cluster_that_does_not_answer_is_one_sentence(trouble: Trouble) -> None:
    """The sentence names the address and what is wrong with it."""
    assert trouble.no_answer.returncode != 0
    (sentence,) = mishaps.said(trouble.no_answer, "prod")
    hint = "check its address (url, ae5_url in the inventory), and that it is running"
    assert sentence == f"AE5 at http://{trouble.address} cannot be reached: Connection refused; {hint}."


def test_dump_and_inventory_are_made_though_the_cluster_is_away(trouble: Trouble) -> None:
    """They stay, and the run that completes the migration uses the same dump."""
    assert {path for path in trouble.dump_then if path.endswith(".tar.bz2")}
    assert set(trouble.inventories_then) >= {"east.jsonl", "east.owners.jsonl"}
    assert trouble.well.dumps["east"] == trouble.dump_then


def test_group_that_ae5_lacks_is_named_and_all_else_is_shared(trouble: Trouble) -> None:
    """Its channels are complete and shared with nobody; those of users and owners are shared; nothing is opened instead."""
    assert trouble.group.run.returncode != 0
    said = mishaps.warnings(trouble.group.run)
    sentence = (
        "The AE5 group 'Devs' does not exist, so 2 channels (anaconda-organization/Devs, anaconda-organization/Devs/Test) are not shared"
        " with it; say in principals.csv who that is on AE5 (- for nobody), or create it in Keycloak."
    )
    assert sentence in said
    assert trouble.group.failures == [sentence]
    for channel in ("anaconda-organization/Devs", "anaconda-organization/Devs/Test"):
        assert trouble.group.shares(channel) == set()
    assert trouble.group.files("anaconda-organization/Devs") == ["six-1.10.0-py27_0.tar.bz2", "xz-5.2.2-1.tar.bz2"]
    assert trouble.group.channels["anaconda-organization/Devs"]["privacy"] == "private"
    assert trouble.group.shares("anaconda-organization") == {("user", "anaconda-user-1", "rw")}
    assert trouble.group.shares("anaconda-user-1") == {("user", "anaconda-user-1", "rw")}


def test_next_run_completes_when_the_group_is_there(trouble: Trouble) -> None:
    """Exit code 0; the only writes were the two shares."""
    assert trouble.well.run.returncode == 0, trouble.well.run.output
    assert trouble.well.failures == []
    for channel in ("anaconda-organization/Devs", "anaconda-organization/Devs/Test"):
        assert trouble.well.shares(channel) == {("group", "Devs", "r")}
    assert [request["route"] for request in trouble.world.writes()] == ["share_put", "share_put"]


# -- a file that is damaged after it was listed


def test_file_damaged_after_the_inventory_is_found_while_sending(make_world: t.Callable[..., World]) -> None:
    """It never becomes a package, not for a moment; its channels are complete without it and shared; the run fails with
    one sentence a channel.  The next export puts the dump right, and that run ends well."""
    world = make_world("east")
    east = world.sites["east"]
    fill_guide_site(east)
    world.seed_people(**PEOPLE)
    assert world.run("export").returncode == 0
    assert world.run("plan").returncode == 0
    (path,) = mishaps.dump_of(east).rglob("six-1.10.0-py27_0.tar.bz2")
    damaged = mishaps.damage(path)

    applied = world.run("apply")
    assert applied.returncode != 0
    shown = path.relative_to(mishaps.dump_of(east))
    digests = f"its sha256 is {mishaps.sha256(damaged)} and not {east.sha256(path.name)}"
    sentences = {
        channel: f"File {shown} of site east is corrupted, {digests}, so it was not sent to channel {channel};"
        " run the export playbook again for the site."
        for channel in ("anaconda-organization", "anaconda-organization/Devs")
    }
    assert sorted(text for text in mishaps.warnings(applied) if text.startswith("File ")) == sorted(sentences.values())
    assert world.files_of("anaconda-organization") == ["future-0.15.2-py27_0.tar.bz2", "xz-5.2.2-1.tar.bz2"]
    assert world.files_of("anaconda-organization/Devs") == ["xz-5.2.2-1.tar.bz2"]
    assert world.shares_of("anaconda-organization") == {("user", "anaconda-user-1", "rw")}
    assert world.shares_of("anaconda-organization/Devs") == {("group", "Devs", "r")}
    assert list((world.cluster.root / "incoming").iterdir()) == []

    verified = world.run("verify")
    assert verified.returncode != 0
    (failure,) = world.failures()
    assert failure.startswith("anaconda-organization/six/six-1.10.0-py27_0.tar.bz2 of site east: File ")
    assert failure.partition(": ")[2] in sentences.values()

    again = world.run()
    assert again.returncode == 0, again.output
    assert world.files_of("anaconda-organization/Devs") == ["six-1.10.0-py27_0.tar.bz2", "xz-5.2.2-1.tar.bz2"]
    assert world.failures() == []
