# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of the probe, as later runs read them.  Private to the collection.

The file ``capabilities.yml`` is a declaration: the probe writes it, people may edit it, and an answer with ``confidence``
``declared`` takes precedence over every probe.  An unknown answer is a value; nothing is concluded from it.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import (
    DELETE_CHANNEL,
    DELETE_FILE,
    LIST_SHARES,
    PRIVACY_AT_CREATION,
    PRIVACY_LATER,
    UNSHARE,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Choices, JsonRecord, SchemaError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import UNKNOWN

SCHEMA_VERSION = 1

KNOWN = "known"
DECLARED = "declared"
CONFIDENCES = (KNOWN, UNKNOWN, DECLARED)

API = "api"
PRIVATE_MEANS = "private_means"
CONFIRMED = "confirmed"
WORKS = "works"
COLLABORATORS = "collaborators"
AUTHENTICATED = "authenticated"

PROVEN = frozenset([DELETE_CHANNEL, DELETE_FILE])
"""Abilities that are not used before the probe has verified them."""

PROBED = frozenset([PRIVACY_AT_CREATION, PRIVACY_LATER, LIST_SHARES, UNSHARE]) | PROVEN
"""Abilities of a transport that the probe tests, under the same names."""


@dataclasses.dataclass(frozen=True)
class Answer(JsonRecord):
    """The answer to one assumption.  ``value`` is plain data; ``evidence`` has the requests and answers."""

    TITLE = "probe's answer"
    NEEDED = ("confidence",)
    CHOICES: t.ClassVar[Choices] = {"confidence": CONFIDENCES}
    ORDER = ("value", "confidence", "evidence")

    value: t.Any
    evidence: str = ""
    confidence: str = KNOWN

    @property
    def known(self) -> bool:
        """Whether something may be concluded from it: it was observed, or declared."""
        return self.confidence != UNKNOWN


def _answer(name: str, data: t.Any) -> Answer:
    try:
        return Answer.from_json(data)
    except SchemaError as exc:
        raise MigrationError(
            f"The answer {name!r} of the capabilities cannot be used: {exc}; correct it or run the probe playbook again."
        ) from exc


@dataclasses.dataclass(frozen=True)
class Capabilities:
    """The answers by name (see ``_probe.questions``), and the address and the transport they were found with."""

    answers: t.Mapping[str, Answer] = dataclasses.field(default_factory=dict)
    url: t.Optional[str] = None
    transport: t.Optional[str] = None

    @classmethod
    def from_json(cls, data: t.Any) -> Capabilities:
        """From the content of a ``capabilities.yml``; empty without one.

        Raises:
            MigrationError: it does not have that format.
        """
        if not data:
            return cls()
        if not isinstance(data, dict) or data.get("schema_version") != SCHEMA_VERSION or not isinstance(data.get("answers"), dict):
            raise MigrationError(f"The capabilities do not have schema_version {SCHEMA_VERSION}; run the probe playbook again.")
        answers = {str(name): _answer(str(name), item) for name, item in data["answers"].items()}
        return cls(answers, data.get("url"), data.get("transport"))

    @classmethod
    def of(cls, params: t.Mapping[str, t.Any]) -> Capabilities:
        """Those of a module's connection options.

        Raises:
            MigrationError: they cannot be read, or are of another cluster.
        """
        found = cls.from_json(params.get("capabilities"))
        if found.url is not None and params["url"] and not found.is_of(params["url"]):
            raise MigrationError(
                f"The capabilities are for {found.url}, but the cluster is {params['url']};"
                " run the probe playbook again, or correct their url if it is the same cluster."
            )
        return found

    def is_of(self, url: str) -> bool:
        """Whether the answers were found at this address."""
        return (self.url or "").rstrip("/").lower() == url.rstrip("/").lower()

    def value(self, name: str) -> t.Any:
        """The answer; ``None`` if it is unknown or was not tested."""
        answer = self.answers.get(name)
        return answer.value if answer is not None and answer.known else None

    @property
    def api_confirmed(self) -> bool:
        """Whether the assumed HTTP interface (A1) is verified."""
        return bool(self.value(API) == CONFIRMED)

    @property
    def private_means(self) -> t.Optional[str]:
        """Who can read a private channel (A16): collaborators, authenticated, or ``None`` (unknown)."""
        value = self.value(PRIVATE_MEANS)
        return str(value) if value is not None else None

    def allows(self, ability: str, transport: str) -> bool:
        """Whether an ability of the transport may be used.

        Not if the probe saw it fail; deleting only if the probe saw it work.  Answers for one transport do not count for the
        other.
        """
        if ability not in PROBED:
            return True
        answer = self.answers.get(ability)
        if answer is None or not answer.known or (answer.confidence != DECLARED and self.transport not in (None, transport)):
            return ability not in PROVEN
        return bool(answer.value == WORKS)
