# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Realm AnacondaPlatform with a crowd, once as files that Keycloak imports and once as a seed of the lab: the same people."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from tests.lab.ae5.identity import GROUPS, REALM, ROLES

CLIENT, SECRET = "anaconda-platform", "lab-client-secret"
PASSWORD = "correct horse battery staple"
CROWD_USERS, CROWD_GROUPS = 2500, 300
MIGRATOR = "migrator"
MIGRATOR_ROLES = ("ae-admin", "ae-uploader", "ae-creator")
FEDERATED = "from-directory"
DIRECTORY = "6b1f5a52-9d50-4b53-8a43-8d2f9ae0f5f1"
STEP = 100
"""Users in a file: Keycloak imports a file in one transaction, whose cost grows with the square of the users."""

Record = dict[str, t.Any]


def crowd() -> dict[str, list[str]]:
    """User name -> groups: each group of the crowd holds eight or nine of them."""
    return {f"user-{number:04}": [f"group-{number % CROWD_GROUPS:03}"] for number in range(CROWD_USERS)}


def people() -> list[Record]:
    """All users, in the shape of the lab's seed."""
    special: list[Record] = [
        {"username": MIGRATOR, "password": PASSWORD, "roles": list(MIGRATOR_ROLES)},
        {"username": "builder", "password": PASSWORD, "groups": ["developers"]},
        {"username": "half", "password": PASSWORD, "roles": ["ae-uploader"]},
        {"username": FEDERATED, "federation_link": DIRECTORY},
    ]
    return special + [{"username": name, "groups": groups} for name, groups in crowd().items()]


def lab_seed() -> Record:
    """For ``Ae5Lab.seed``."""
    return {"users": people()}


def write_import(folder: Path) -> None:
    """The files of Keycloak's import from a folder."""
    folder.mkdir(parents=True)
    realm = {
        "realm": REALM,
        "enabled": True,
        "roles": {"realm": [{"name": role} for role in ROLES]},
        "groups": [{"name": name, "realmRoles": list(roles)} for name, roles in GROUPS.items()]
        + [{"name": f"group-{number:03}"} for number in range(CROWD_GROUPS)],
        "defaultGroups": ["/everyone"],
        "clients": [
            {
                "clientId": CLIENT,
                "secret": SECRET,
                "publicClient": False,
                "directAccessGrantsEnabled": True,
                "standardFlowEnabled": True,
                # The end of a login at the platform, below whatever address Keycloak is asked under; and where a logout leads.
                "redirectUris": ["/login"],
                "attributes": {"post.logout.redirect.uris": "/"},
            }
        ],
        "components": {"org.keycloak.storage.UserStorageProvider": [_directory()]},
    }
    (folder / f"{REALM}-realm.json").write_text(json.dumps(realm), encoding="utf-8")
    users = [_user(person) for person in people()]
    for number, first in enumerate(range(0, len(users), STEP)):
        part = {"realm": REALM, "users": users[first : first + STEP]}
        (folder / f"{REALM}-users-{number}.json").write_text(json.dumps(part), encoding="utf-8")


def _user(person: Record) -> Record:
    user: Record = {
        "username": person["username"],
        "enabled": True,
        "groups": ["/everyone", *(f"/{group}" for group in person.get("groups", ()))],
        "realmRoles": [f"default-roles-{REALM.lower()}", *person.get("roles", ())],
    }
    if "password" in person:
        user["credentials"] = [{"type": "password", "value": person["password"]}]
    if "federation_link" in person:
        user["federationLink"] = person["federation_link"]
    return user


def _directory() -> Record:
    """A user directory that is switched off: Keycloak knows its users and asks nobody about them."""
    config = {
        "enabled": "false",
        "priority": "0",
        "vendor": "other",
        "editMode": "READ_ONLY",
        "importEnabled": "true",
        "connectionUrl": "ldap://127.0.0.1:9",
        "usersDn": "ou=people",
        "usernameLDAPAttribute": "uid",
        "rdnLDAPAttribute": "uid",
        "uuidLDAPAttribute": "entryUUID",
        "userObjectClasses": "inetOrgPerson",
        "authType": "none",
        "fullSyncPeriod": "-1",
        "changedSyncPeriod": "-1",
    }
    return {"id": DIRECTORY, "name": "directory", "providerId": "ldap", "config": {key: [value] for key, value in config.items()}}
