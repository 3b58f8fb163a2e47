# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""site_inventory: what it makes of the owners' meta.json."""

from __future__ import annotations

import json

import pytest

from tests.unit.ae4 import ae4_samples as samples
from tests.unit.ae4.ae4_samples import Account, Group, Package, Site, codes, conda, read_lines, sample, write_dump


def test_owner_without_meta_is_listed_and_quarantined(site: Site) -> None:
    write_dump(site.dump, sample())
    (site.dump / "alice" / "meta.json").unlink()
    result = site.run()
    assert result["failed"] is True
    assert result["failures"] == [
        "The owner alice has no meta.json in the dump, so its kind and the access to its files are not known; its files are not "
        "migrated until an export has it."
    ]
    for name in ("moto-1.0-0.tar.bz2", "pysocks-1.0-0.tar.bz2"):
        row = site.row(name)
        assert (row["owner_kind"], codes(row)) == ("unknown", ["owner_meta_missing"])
    assert codes(site.row("notes.ipynb")) == []
    alice = next(line for line in read_lines(site.owners) if line.get("name") == "alice")
    assert (alice["kind"], codes(alice)) == ("unknown", ["owner_meta_missing"])


@pytest.mark.parametrize(
    ("meta", "word"),
    [
        ({"login": "acme", "user_type": "org"}, "groups"),
        ({"login": "acme", "user_type": "org", "groups": ["Devs"]}, "Devs"),
        ({"login": "acme"}, "login"),
        ({"login": "other", "user_type": "org", "groups": []}, "other"),
    ],
)
def test_owner_meta_that_is_not_understood(site: Site, meta: dict, word: str) -> None:
    write_dump(site.dump, [Account("acme", [Package("six", [conda("six")], 1)], [])])
    (site.dump / "acme" / "meta.json").write_text(json.dumps(meta))
    result = site.run()
    assert result["failed"] is True
    assert word in result["msg"]
    assert len(codes(site.row("six-1.0-0.tar.bz2"))) == 1


def test_members_by_database_id_and_from_users_only(site: Site) -> None:
    write_dump(site.dump, [Account("acme", [Package("six", [conda("six")], 0x77)], [Group("Devs")]), Account("bob"), Account("eve")])
    (site.dump / "acme" / "meta.json").write_text(
        json.dumps(
            {
                "login": "acme",
                "user_type": "org",
                "groups": [
                    {"name": "Devs", "perms": "read", "members": [{"$oid": "a" * 24}], "packages": [{"$oid": samples.hex_id(0x77)}]},
                    {"name": "OWNERS", "perms": "admin", "packages": []},
                ],
            }
        )
    )
    (site.dump / "bob" / "meta.json").write_text(json.dumps({"_id": {"$oid": "a" * 24}, "login": "bob", "user_type": "user"}))
    (site.dump / "eve" / "meta.json").write_text(json.dumps({"login": "eve", "user_type": "user", "groups": ["acme/owners"]}))
    assert site.run()["failed"] is False
    acme = read_lines(site.owners)[1]
    assert acme["groups"] == [{"name": "Devs", "permission": "read", "members": ["bob"], "packages": ["six"]}]
    assert acme["owners"] == ["eve"]
    assert site.row("six-1.0-0.tar.bz2")["groups"] == ["Devs"]
