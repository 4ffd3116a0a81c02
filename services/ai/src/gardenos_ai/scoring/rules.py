"""What an agency may say of how its leads are scored: an aggregate of which each agency has one. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from gardenos_chassis.errors import Invalid
from gardenos_chassis.ids import derived_id
from gardenos_contracts import Event
from gardenos_contracts.lead_scores import ScoringRulesChanged

from gardenos_ai.scoring.ruleset import BY_KEY, Rules

MOST_FIELDS = 50
MOST_NAMED = 200


def change(there: Rules, said: Rules, rules_id: UUID) -> Iterator[Event]:
    """The rules are these from here on. Nothing happens where they are already. Raises Invalid for what cannot be counted."""
    refuse_nonsense(said)
    told = ScoringRulesChanged(
        rules_id=rules_id,
        number=there.number + 1,
        # What counts as for everybody is not said, so that a better default reaches whoever never chose otherwise.
        points={key: points for key, points in said.points.items() if points != BY_KEY[key].points},
        sources={source.strip().lower(): points for source, points in said.sources.items()},
        campaigns=dict(said.campaigns),
        lines=dict(said.lines),
        fields=said.fields,
    )
    if rules_of(told) != replace(there, number=told.number):
        yield told


def evolve(_: Rules | None, event: Event) -> Rules:
    """The state after one more event. Raises TypeError for an event that is none of these."""
    if isinstance(event, ScoringRulesChanged):
        return rules_of(event)
    raise TypeError(f"{event.event_type} is no event of rules of scoring")


def rules_of(told: ScoringRulesChanged) -> Rules:
    """The rules that an event carries whole."""
    return Rules(told.number, told.points, told.sources, told.campaigns, told.lines, told.fields)


def stream_of(agency_id: UUID) -> UUID:
    """An agency has one set of rules."""
    return derived_id("scoring of", agency_id)


def refuse_nonsense(said: Rules) -> None:
    """Raises Invalid for what cannot be counted."""
    wrong = [(f"/points/{key}", f"nothing is counted by the name of {key}") for key in said.points if key not in BY_KEY]
    wrong += [("/sources", "a source needs a name")] if any(not source.strip() for source in said.sources) else []
    for name in ("sources", "campaigns"):
        if len(getattr(said, name)) > MOST_NAMED:
            wrong.append((f"/{name}", f"at most {MOST_NAMED} are named"))
    if len(said.fields) > MOST_FIELDS:
        wrong.append(("/fields", f"at most {MOST_FIELDS} rules are of fields"))
    for place, rule in enumerate(said.fields):
        if rule.op == "known" and rule.value is not None:
            wrong.append((f"/fields/{place}/value", "that a field is known is held against no value; leave it out"))
        if rule.op != "known" and rule.value in (None, ""):
            wrong.append((f"/fields/{place}/value", "say what the field is held against"))
        if not rule.words.strip():
            wrong.append((f"/fields/{place}/words", "say in words what counts: the lead's page tells it"))
    if wrong:
        raise Invalid.many(wrong)
