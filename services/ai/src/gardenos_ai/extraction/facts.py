"""All rules over all texts of a communication."""

import time
from collections.abc import Iterator
from dataclasses import replace

from gardenos_contracts.ai import InsightKind, SourceField, SourceKind

from gardenos_ai.communication import Communication, Finding
from gardenos_ai.extraction import utterances
from gardenos_ai.extraction.rules import ALL
from gardenos_ai.extraction.utterances import Utterance

ENGINE = "offline"
VERSION = "rules-1"


def extract(communication: Communication) -> list[Finding]:
    """What the rules find, each fact once, in the order of the texts. Works on the calling thread, and yields to others."""
    found: list[Finding] = []
    for field, text in communication.texts.items():
        for utterance in read(communication, field, text):
            # Each regular expression holds the interpreter; between sentences others may go on.
            time.sleep(0)
            found += (
                Finding(
                    kind=fact.kind,
                    value=fact.value,
                    field=field,
                    start=utterance.start + fact.start,
                    end=utterance.start + fact.end,
                    confidence=fact.confidence,
                    engine=ENGINE,
                    engine_version=VERSION,
                )
                for find in ALL
                for fact in find(utterance)
            )
    return once_each(found)


def read(communication: Communication, field: SourceField, text: str) -> Iterator[Utterance]:
    """A text, sentence by sentence, as what it is."""
    match field:
        case SourceField.TRANSCRIPT:
            return utterances.of_transcript(text, communication.said_on)
        case SourceField.NOTES:
            return utterances.of_notes(text, communication.said_on)
        case SourceField.SUBJECT:
            return utterances.of_subject(text, communication.said_on)
        case SourceField.TEXT if communication.kind is SourceKind.MESSAGE:
            return utterances.of_email(text, communication.said_on)
    return utterances.of_transcript(text, communication.said_on)


def once_each(found: list[Finding]) -> list[Finding]:
    """One finding a kind and value: the surest, of those the first. A vaguer one goes where a closer one is."""
    best: dict[tuple[InsightKind, str], Finding] = {}
    for finding in found:
        known = best.get((finding.kind, finding.value))
        if known is None or finding.confidence > known.confidence:
            best[finding.kind, finding.value] = finding
    closer = {(kind, _vaguer(kind, value)) for kind, value in best}
    kept = [finding for key, finding in best.items() if key not in closer]
    order = list(SourceField)
    return sorted(
        (replace(finding) for finding in kept), key=lambda each: (order.index(each.field), each.start, each.end)
    )


def _vaguer(kind: InsightKind, value: str) -> str | None:
    """The value that says the same with less: the month of a day, the step without its day."""
    if kind is InsightKind.X_DATE and len(value) == len("2027-03-15"):
        return value[:7]
    if kind is InsightKind.NEXT_STEP and " " in value:
        return value.partition(" ")[0]
    return None
