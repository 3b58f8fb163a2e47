# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verdicts on what was measured of the AE5 cluster.  Private to the collection.

Pure: each rule takes what was measured and returns a row.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model import by_hand, grammar
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight import rows as r
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.rows import Row
from ansible_collections.ae_ops.migration.plugins.module_utils._preflight.rules_host import CHANNELS, PLAN, UPLOAD
from ansible_collections.ae_ops.migration.plugins.module_utils._words import listed, size_in_words

DAY = 86400
EXPIRES_SOON = 14
"""Days."""
SKEW_WARNING = 60.0
SKEW_BLOCKING = 300.0
"""Seconds; beyond this Keycloak's tokens are not accepted or seem expired."""
DOCUMENTED_LIMIT = 10**9
"""Bytes: "There is a 1GB file size limit for package files you upload" (AE5 facts 2.3), read in its smaller sense."""
DOCUMENTED_TRAITS = {"upper_case": "accepted"}
"""The vendor's own examples have letters of both cases, digits, - and _; of the rest nothing is documented (assumption A13)."""
TRAITS = tuple((trait, re.compile("/") if trait == "two_slashes" else pattern) for trait, pattern, _words in grammar.TRAITS)
"""What is unusual about an owner, a group or a label; below its owner one slash in it makes two in the channel's name."""
UPLOADER = "ae-uploader"
ADMINISTRATOR = "ae-admin"
NAMES_SHOWN = 8
LOGIN_TASK = "every task on the cluster"


@dataclasses.dataclass(frozen=True)
class Reach:
    """What one request to the cluster's address showed."""

    address: str
    tls: bool
    verified: bool
    """Whether the certificate was to be verified."""
    status: t.Optional[int] = None
    error: str = ""
    certificate_error: str = ""
    expires: t.Optional[float] = None
    """When the certificate ends, seconds since 1970."""
    now: float = 0.0
    skew: t.Optional[float] = None
    """The cluster's clock minus this host's, in seconds."""
    route: str = ""
    """The proxy, if there is one in between."""


def address(host: str, reach: Reach, task: str) -> Row:
    """Whether the cluster answers at its address."""
    through = f" through the proxy {reach.route}" if reach.route else ""
    if reach.status is not None:
        return Row(r.ADDRESS, host, r.OK, f"{reach.address} answers{through}.", task)
    if reach.certificate_error:
        return Row(r.ADDRESS, host, r.OK, f"{reach.address} answers{through}, with a certificate that is not accepted.", task)
    return Row(
        r.ADDRESS,
        host,
        r.BLOCKING,
        r.one_line(f"{reach.address} cannot be reached{through}: {reach.error}."),
        task,
        "Check ae5_url, the name service and the firewall between this host and AE5; if it has no access to AE5, use ae_transfer: staged.",
    )


def certificate(host: str, reach: Reach, task: str) -> Row:
    """Whether the certificate is verified and good for a while."""
    if not reach.tls:
        return Row(r.CERTIFICATE, host, r.OK, f"{reach.address} is plain http on this machine itself, without a certificate.", task)
    if not reach.verified:
        return Row(
            r.CERTIFICATE,
            host,
            r.WARNING,
            "TLS verification is switched off: passwords and packages go to whoever answers.",
            task,
            "Set ae5_ca_path to the authority's certificates and ae5_validate_certs to true.",
        )
    if reach.certificate_error:
        advice = "Set ae5_ca_path to a file on this host with the authority's certificates, and ae5_url to the name in the certificate."
        return Row(r.CERTIFICATE, host, r.BLOCKING, r.one_line(f"Not accepted: {reach.certificate_error}."), task, advice)
    if reach.expires is None:
        return r.unknown(r.CERTIFICATE, host, (reach.error and "There was no connection.") or "Its end date is not known.", task)
    days = int((reach.expires - reach.now) // DAY)
    evidence = f"Verified; good for {days} more days."
    if days < EXPIRES_SOON:
        return Row(r.CERTIFICATE, host, r.WARNING, evidence, task, "Renew the certificate before the migration ends.")
    return Row(r.CERTIFICATE, host, r.OK, evidence, task)


def clock(host: str, reach: Reach, task: str) -> Row:
    """Whether this host's clock and the cluster's agree well enough for tokens."""
    if reach.skew is None:
        return r.unknown(r.CLOCK, host, "The cluster did not send its time.", task)
    away = abs(reach.skew)
    if away <= 2:
        return Row(r.CLOCK, host, r.OK, "The clocks of this host and of the cluster agree.", task)
    evidence = f"The clock of this host is {away:.0f} s {'behind' if reach.skew > 0 else 'ahead of'} the cluster's."
    if away > SKEW_BLOCKING:
        return Row(r.CLOCK, host, r.BLOCKING, evidence, task, "Set the clocks (NTP): tokens are rejected or expire at once.")
    if away > SKEW_WARNING:
        return Row(r.CLOCK, host, r.WARNING, evidence, task, "Set the clocks (NTP) before they drift further.")
    return Row(r.CLOCK, host, r.OK, evidence, task)


def cli_answers(host: str, program: str, error: str) -> Row:
    """Whether the command line client runs on a host."""
    if error:
        advice = "Install it with the role ae5_cli, or set ae5_cli to its path on this host."
        return Row(r.CLI, host, r.BLOCKING, r.one_line(f"{program} does not answer --help: {error}."), UPLOAD, advice)
    return Row(r.CLI, host, r.OK, f"{program} answers --help.", UPLOAD)


def cli_abilities(host: str, program: str, abilities: t.Mapping[str, bool]) -> Row:
    """What the client admits to in its help texts; ``abilities`` by what each is for people."""
    can = sorted(name for name, there in abilities.items() if there)
    cannot = sorted(name for name, there in abilities.items() if not there)
    evidence = f"{program} can: {', '.join(can) or 'only what is documented'}"
    if not cannot:
        return Row(r.CLI, host, r.OK, evidence + ".", CHANNELS)
    return Row(
        r.CLI,
        host,
        r.WARNING,
        f"{evidence}; it cannot: {', '.join(cannot)}.",
        CHANNELS,
        "Channels that must be private are refused by name unless ae_accept_public accepts them; what cannot be listed is verified: false.",
    )


def login(host: str, username: str, error: str) -> Row:
    """Whether the account could log in."""
    if error:
        return Row(
            r.LOGIN,
            host,
            r.BLOCKING,
            r.one_line(error),
            LOGIN_TASK,
            "Check ae5_username, ae5_password, ae5_client_id and ae5_client_secret.",
        )
    return Row(r.LOGIN, host, r.OK, f"{username} logged in.", LOGIN_TASK)


def transport(host: str, name: str, channels: t.Optional[int], error: str) -> Row:
    """Whether the transport can list channels."""
    if error:
        advice = (
            "Use ae5_transport: cli, the documented interface." if name == "api" else "Run the same command by hand and check its output."
        )
        return Row(r.TRANSPORT, host, r.BLOCKING, r.one_line(error), CHANNELS, advice)
    return Row(r.TRANSPORT, host, r.OK, f"Over {name} the account sees {channels} channels.", CHANNELS)


def identity(host: str, given: bool, error: str) -> Row:
    """Whether users and groups can be read before anything is written."""
    if not given:
        advice = "Set ae5_keycloak_username and ae5_keycloak_password to know missing people and groups before the first write."
        return Row(r.IDENTITY, host, r.WARNING, "No account of Keycloak's realm master is given: people are not checked.", PLAN, advice)
    if error:
        return Row(r.IDENTITY, host, r.BLOCKING, r.one_line(error), PLAN, "Check ae5_keycloak_username and ae5_keycloak_password.")
    return Row(r.IDENTITY, host, r.OK, "Users and groups can be read from Keycloak.", PLAN)


def roles(host: str, username: str, held: t.Optional[t.Collection[str]], source: str) -> Row:
    """Whether the account may upload and see all there is; ``source`` is where the roles were read."""
    if held is None:
        return r.unknown(
            r.ROLES,
            host,
            f"The roles of {username} are not known: {source}.",
            UPLOAD,
            "Set ae5_keycloak_username and ae5_keycloak_password.",
        )
    ours = ", ".join(sorted(role for role in held if role.startswith("ae-"))) or "no role of AE5"
    evidence = f"{username} has {ours} ({source})."
    if UPLOADER not in held:
        return Row(
            r.ROLES, host, r.BLOCKING, f"{evidence} {UPLOADER} is missing.", UPLOAD, f"Give {username} the role {UPLOADER} in Keycloak."
        )
    if ADMINISTRATOR not in held:
        advice = f"Give {username} the role {ADMINISTRATOR} in Keycloak, or make sure that all channels are its own."
        evidence = f"{evidence} {ADMINISTRATOR} is missing: channels of other users are not visible."
        return Row(r.ROLES, host, r.WARNING, evidence, CHANNELS, advice)
    return Row(r.ROLES, host, r.OK, evidence, UPLOAD)


def channels(host: str, due: t.Mapping[str, str]) -> Row:
    """Whether a person has to create or switch channels of the last plan first; ``due`` as ``_model.by_hand.chores``."""
    if not due:
        return Row(r.TO_CREATE, host, r.OK, "No channel of the last plan has to be created by hand.", CHANNELS)
    evidence = r.one_line(" ".join(by_hand.in_words(due)), 2000)
    return Row(r.TO_CREATE, host, r.WARNING, evidence, CHANNELS, "Their exact names are in channels-to-create.csv beside the plan.")


def file_size(host: str, largest: t.Tuple[str, int], too_many: t.Optional[int]) -> Row:
    """The largest file of the last inventory against AE5's limit.

    ``too_many`` is the smallest size in bytes that a probe has seen refused; ``None`` where it saw none, and then the
    documented limit counts.
    """
    file, size = largest
    known = (
        f"the documented limit is {size_in_words(DOCUMENTED_LIMIT)}"
        if too_many is None
        else f"the probe saw {size_in_words(too_many)} refused"
    )
    evidence = f"The largest file is {file} with {size_in_words(size)}; {known}."
    if size > DOCUMENTED_LIMIT if too_many is None else size >= too_many:
        advice = "Raise the limit in AE5; otherwise larger files are reported as failed, and the rest is uploaded."
        return Row(r.FILE_SIZE, host, r.WARNING, evidence, UPLOAD, advice)
    return Row(r.FILE_SIZE, host, r.OK, evidence, UPLOAD)


def names(host: str, used: t.Collection[str], probed: t.Optional[t.Mapping[str, str]]) -> Row:
    """Owners, groups and labels, which become channel names, against what the probe found of names.

    ``probed`` says accepted, rejected, renamed or unknown for each of ``TRAITS``; ``None`` where nothing was probed.
    """
    grammar = {**DOCUMENTED_TRAITS, **(probed or {})}
    refused, unsure = [], []
    for name in sorted(used):
        found = {grammar.get(trait, r.UNKNOWN) for trait, pattern in TRAITS if pattern.search(name)}
        if found & {"rejected", "renamed"}:
            refused.append(name)
        elif found - {"accepted"}:
            unsure.append(name)
    if refused:
        evidence = f"The probe found that AE5 rejects names like {listed([repr(name) for name in refused], NAMES_SHOWN)}."
        return Row(r.NAMES, host, r.WARNING, evidence, CHANNELS, "Rename the channels with ae_channel_map.")
    if unsure:
        advice = "Run the capability probe, or rename the channels with ae_channel_map."
        return r.unknown(
            r.NAMES,
            host,
            f"Whether AE5 accepts names like {listed([repr(name) for name in unsure], NAMES_SHOWN)} is not known.",
            CHANNELS,
            advice,
        )
    source = "the vendor documents" if probed is None else "the probe found accepted"
    return Row(r.NAMES, host, r.OK, f"All {len(used)} names are like those that {source}.", CHANNELS)


def token_life(host: str, left: int, rate: float, seconds: t.Optional[float]) -> Row:
    """Whether a token lives as long as the upload of ``left`` bytes at ``rate`` bytes a second."""
    if seconds is None:
        return r.unknown(r.TOKEN_LIFE, host, "How long a token lives is not known.", UPLOAD)
    expected = left / rate
    evidence = f"A token lives {seconds:.0f} s; {size_in_words(left)} at {size_in_words(rate)}/s take {expected:.0f} s."
    if expected > seconds:
        return Row(
            r.TOKEN_LIFE,
            host,
            r.WARNING,
            evidence,
            UPLOAD,
            "Raise the Access Token Lifespan of the client in Keycloak, or run again to continue.",
        )
    return Row(r.TOKEN_LIFE, host, r.OK, evidence, UPLOAD)
