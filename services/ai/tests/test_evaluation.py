"""How well the rules read: precision and recall by kind, over labelled calls, emails and notes.

`development.yaml` is what the rules were made by, `held_out.yaml` what they had not seen. `pytest -s` prints both.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]
from gardenos_ai.communication import Communication, Finding
from gardenos_ai.extraction import extract
from gardenos_ai.insight import display, is_value
from gardenos_chassis.ids import new_id
from gardenos_contracts.ai import InsightKind, SourceField, SourceKind

FOLDER = Path(__file__).parent / "evaluation"
KINDS = {
    "call": (SourceKind.CALL, SourceField.TRANSCRIPT),
    "email": (SourceKind.MESSAGE, SourceField.TEXT),
    "notes": (SourceKind.CALL, SourceField.NOTES),
}
SAID_ON = date(2026, 3, 16)


@dataclass(frozen=True)
class Expected:
    kind: InsightKind
    value: str
    words: str

    def is_met_by(self, finding: Finding, text: str) -> bool:
        """The same fact, and its quote overlaps the words that carry it."""
        if (finding.kind, finding.value) != (self.kind, self.value):
            return False
        return any(finding.start < end and start < finding.end for start, end in self.places(text))

    def places(self, text: str) -> list[tuple[int, int]]:
        words = r"\s+".join(map(re.escape, self.words.split()))
        return [match.span() for match in re.finditer(words, text)]


@dataclass(frozen=True)
class Case:
    name: str
    communication: Communication
    text: str
    expected: Sequence[Expected]


@dataclass
class Score:
    right: Counter[InsightKind] = field(default_factory=Counter)
    wrong: Counter[InsightKind] = field(default_factory=Counter)
    missed: Counter[InsightKind] = field(default_factory=Counter)

    def precision(self, *kinds: InsightKind) -> float:
        right, wrong = (sum(counter[kind] for kind in kinds) for counter in (self.right, self.wrong))
        return right / (right + wrong)

    def recall(self, *kinds: InsightKind) -> float:
        right, missed = (sum(counter[kind] for kind in kinds) for counter in (self.right, self.missed))
        return right / (right + missed)

    def __str__(self) -> str:
        rows = [(kind.value, (kind,)) for kind in InsightKind] + [("all", tuple(InsightKind))]
        return "\n".join(
            f"{name:17} precision {self.precision(*kinds):.2f}  recall {self.recall(*kinds):.2f}"
            f"  (right {sum(self.right[k] for k in kinds)}, wrong {sum(self.wrong[k] for k in kinds)},"
            f" missed {sum(self.missed[k] for k in kinds)})"
            for name, kinds in rows
        )


def cases(file: str) -> Iterator[Case]:
    for each in yaml.safe_load((FOLDER / file).read_text()):
        what = next(name for name in KINDS if name in each)
        kind, source_field = KINDS[what]
        communication = Communication(kind, new_id(), each.get("at", SAID_ON), {source_field: each[what]})
        expected = [Expected(InsightKind(kind), str(value), str(words)) for kind, value, words in each["expect"]]
        yield Case(each["name"], communication, each[what], expected)


def scored(file: str) -> Score:
    score = Score()
    for case in cases(file):
        found = extract(case.communication)
        for expected in case.expected:
            met = next((each for each in found if expected.is_met_by(each, case.text)), None)
            if met is None:
                score.missed[expected.kind] += 1
            else:
                found.remove(met)
                score.right[expected.kind] += 1
        score.wrong.update(each.kind for each in found)
    return score


def test_what_the_rules_were_made_by() -> None:
    score = scored("development.yaml")
    print(f"\ndevelopment\n{score}")
    for kind in InsightKind:
        assert score.precision(kind) >= 0.95, kind
        assert score.recall(kind) >= 0.9, kind


def test_what_the_rules_had_not_seen() -> None:
    """Measured once, when it was written: precision 0.91, recall 0.94. No rule was mended for it since."""
    score = scored("held_out.yaml")
    print(f"\nheld out\n{score}")
    assert score.precision(*InsightKind) >= 0.9
    assert score.recall(*InsightKind) >= 0.9


@pytest.mark.parametrize("file", ["development.yaml", "held_out.yaml"])
def test_every_label_and_every_finding_is_well_formed(file: str) -> None:
    known = list(cases(file))
    assert len({case.name for case in known}) == len(known)
    for case in known:
        for expected in case.expected:
            assert expected.places(case.text), (case.name, expected)
            assert is_value(expected.kind, expected.value), (case.name, expected)
        for finding in extract(case.communication):
            quote = case.text[finding.start : finding.end]
            assert quote == quote.strip(), (case.name, finding)
            assert is_value(finding.kind, finding.value)
            assert 0.5 < finding.confidence <= 1
            assert "_" not in display(finding.kind, finding.value, quote)


def test_there_is_enough_to_judge_by() -> None:
    development, held_out = list(cases("development.yaml")), list(cases("held_out.yaml"))
    assert len(development) >= 40
    assert len(held_out) >= 25
    for known in (development, held_out):
        # Nothing to be found is as hard as something.
        assert sum(1 for case in known if not case.expected) >= 4
        assert {expected.kind for case in known for expected in case.expected} == set(InsightKind)
