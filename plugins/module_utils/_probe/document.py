# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``capabilities.yml`` and the table of a probe.  Private to the collection."""

from __future__ import annotations

import io
import traceback
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.capabilities import (
    DECLARED,
    PROBED,
    SCHEMA_VERSION,
    Answer,
    Capabilities,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MissingLibrary
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Json
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.questions import QUESTIONS
from ansible_collections.ae_ops.migration.plugins.module_utils._probe.verdict import ACCEPTED, unknown

try:
    from ruamel.yaml import YAML
except ImportError:
    RUAMEL_ERROR: t.Optional[str] = traceback.format_exc()
else:
    RUAMEL_ERROR = None

HEADER = """---
# What the probe found about this cluster.  Later runs read it; keep it under version control, beside the inventory.
# To overrule an answer, change its value and set its confidence to declared; probes keep it then.
"""
EARLIER = "by an earlier probe: "
ANSWER_SHOWN = 30


def merged(found: t.Mapping[str, Answer], transport: t.Optional[str], earlier: Capabilities) -> t.Dict[str, Answer]:
    """The answers for the file, in the order of the questions.

    What was declared stays.  What is unknown now and was known before stays as well, marked, unless it was found with
    another transport and depends on that.
    """
    answers: t.Dict[str, Answer] = {}
    for question in QUESTIONS:
        now = found.get(question.name, unknown("not asked"))
        before = earlier.answers.get(question.name)
        if before is not None and before.confidence == DECLARED:
            now = before
        elif (
            before is not None
            and before.known
            and not now.known
            and (question.name not in PROBED or transport in (None, earlier.transport))
        ):
            evidence = before.evidence if before.evidence.startswith(EARLIER) else EARLIER + before.evidence
            now = Answer(before.value, evidence, before.confidence)
        answers[question.name] = now
    return answers


def document(answers: t.Mapping[str, Answer], url: str, transport: t.Optional[str], left: t.Sequence[str]) -> Json:
    """The content of ``capabilities.yml`` as plain data.  No times in it, so that equal answers are equal bytes."""
    texts = {question.name: question for question in QUESTIONS}
    return {
        "schema_version": SCHEMA_VERSION,
        "url": url,
        "transport": transport,
        "left_behind": list(left),
        "answers": {
            name: {"assumption": texts[name].assumption, "question": texts[name].text, **answer.to_json()}
            for name, answer in answers.items()
        },
    }


def render(data: Json) -> str:
    """The text of the file.

    Raises:
        MissingLibrary: ruamel.yaml is not on this host.
    """
    need_ruamel()
    yaml = YAML()
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(data, stream)
    return HEADER + stream.getvalue()


def need_ruamel() -> None:
    """Raises ``MissingLibrary`` early, before something was done whose result could not be written."""
    if RUAMEL_ERROR is not None:
        raise MissingLibrary("ruamel.yaml", RUAMEL_ERROR)


def table(answers: t.Mapping[str, Answer]) -> t.List[str]:
    """One line for each question, narrow enough for a terminal: assumption, name, answer, how sure.  The evidence is in the file."""
    texts = {question.name: question for question in QUESTIONS}
    rows = [["", "question", "answer", "confidence"]]
    rows += [[texts[name].assumption, name, in_words(answer.value), answer.confidence] for name, answer in answers.items()]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return ["  ".join([*(cell.ljust(width) for cell, width in zip(row, widths)), row[3]]) for row in rows]


def in_words(value: t.Any) -> str:
    """A value in a few words; of several things, how many."""
    if isinstance(value, dict):
        return f"{list(value.values()).count(ACCEPTED)} of {len(value)} {ACCEPTED}"
    if isinstance(value, list):
        return f"{len(value)} abilities"
    return str(value)[:ANSWER_SHOWN]
