"""Merging and its taking back, as pure functions: whatever two leads are, they come back as they were."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from gardenos_chassis.errors import Conflict, Invalid
from gardenos_contracts import Actor, ActorKind, Event, Fact
from gardenos_contracts.leads import LeadCaptured, Stage
from gardenos_contracts.values import PersonName
from gardenos_leads.duplicates import merging
from gardenos_leads.duplicates.alike import Looks, likeness
from gardenos_leads.duplicates.rules import Rules
from gardenos_leads.lead import Lead, evolve
from hypothesis import given, settings
from hypothesis import strategies as st

AT = datetime(2026, 1, 1, tzinfo=UTC)
CAMPAIGNS = [UUID(int=n) for n in range(11, 14)]
USERS = [UUID(int=n) for n in range(1, 4)]
texts = st.none() | st.sampled_from(["a", "b", "c"])
owners = st.none() | st.sampled_from(USERS)
values = st.none() | st.integers(0, 3) | st.sampled_from(["x", "y"]) | st.booleans()


class History:
    """A lead's stream."""

    def __init__(self, *events: Event) -> None:
        self.facts: list[Fact[Any]] = []
        self.lead: Lead | None = None
        self.add(events)

    def add(self, events: Sequence[Event]) -> None:
        for event in events:
            self.lead = evolve(self.lead, event)
            self.facts.append(
                Fact(
                    agency_id=UUID(int=9), stream_id=self.now.lead_id, version=len(self.facts) + 1, type=event.event_type,
                    data=event, actor=Actor(ActorKind.PERSON, "x"), correlation_id="c", causation_id=None,
                    traceparent=None, occurred_at=AT,
                )
            )  # fmt: skip

    @property
    def now(self) -> Lead:
        assert self.lead is not None
        return self.lead


@st.composite
def histories(draw: st.DrawFn, number: int) -> History:
    ids = {"lead_id": UUID(int=100 + number), "person_id": UUID(int=200 + number)}
    details = {"name": PersonName(given=draw(st.sampled_from(["Ann", "Bo"])), family="Lee")}
    captured = LeadCaptured(
        **ids, **details, email=draw(texts), phone=draw(texts), source="web", owner_id=draw(owners), team_id=draw(owners),
        campaign_id=draw(st.none() | st.sampled_from(CAMPAIGNS)),
        captured_at=AT + timedelta(days=draw(st.integers(0, 5))),
    )  # fmt: skip
    history = History(captured)
    history.add(list(draw(changes(history.now))))
    return history


@st.composite
def changes(draw: st.DrawFn, lead: Lead) -> list[Event]:
    """What may have happened to a lead: anything, as its own events tell it."""
    tags = draw(st.frozensets(st.sampled_from(["hot", "roof", "vip"])))
    shared = draw(st.frozensets(st.sampled_from(USERS)))
    own = {key: value for key in ("roof_age", "pool") if (value := draw(values)) is not None}
    into = replace(
        lead,
        details={
            **lead.details,
            "email": draw(texts),
            "notes": draw(texts),
            "birth_date": draw(st.none() | st.just(date(1980, 1, 1))),
        },
        owner_id=draw(owners),
        stage=draw(st.sampled_from([stage for stage in Stage if stage is not Stage.WON])),
        tags=tags,
        shared_with=shared,
        fields=own,
        campaigns=draw(st.frozensets(st.sampled_from(CAMPAIGNS))) - {lead.campaign_id},
    )
    return list(merging.changes_from(lead, into))


def told(lead: Lead) -> Lead:
    """What people know of it; equal numbers of other kinds are not the same."""
    return replace(lead, fields={key: (type(value), value) for key, value in lead.fields.items()})  # type: ignore[misc]


@settings(max_examples=200)
@given(one=histories(1), two=histories(2), data=st.data())
def test_unmerge_after_merge_gives_both_back(one: History, two: History, data: st.DataObject) -> None:
    before = one.now, two.now
    fields = merging.side_by_side(one.now, two.now)
    sides: list[merging.Side] = ["lead", "other"]
    chosen = data.draw(st.dictionaries(st.sampled_from([f.name for f in fields]), st.sampled_from(sides)))
    merge_id = uuid4()
    merge = merging.merge(one.now, two.now, chosen, merge_id=merge_id)
    one.add(merge.of_lead)
    two.add(merge.of_other)
    merged = one.now
    assert merged.captured_at == min(each.captured_at for each in before)
    assert merged.tags == before[0].tags | before[1].tags
    in_any = [each.campaigns | frozenset(filter(None, [each.campaign_id])) for each in (*before, merged)]
    assert in_any[2] == in_any[0] | in_any[1]
    assert merged.campaign_id == before[0].campaign_id, "where it came from stays"
    for field in fields:
        kept = getattr(field, chosen.get(field.name, field.suggested))
        assert merging._values(merged).get(field.name) == kept
    assert (two.now.merged_into, two.now.removed) == (merged.lead_id, True)
    plan = merging.unmerge(one.facts, merge_id)
    assert not plan.stays
    back = merging.unmerged(plan, one.now, two.now, merge_id)
    one.add(back.of_lead)
    two.add(back.of_other)
    assert (told(one.now), told(two.now)) == (told(before[0]), told(before[1]))
    with pytest.raises(Conflict):
        merging.unmerge(one.facts, merge_id)


@settings(max_examples=200)
@given(one=histories(1), two=histories(2), data=st.data())
def test_what_was_changed_since_stays_and_all_else_goes_back(one: History, two: History, data: st.DataObject) -> None:
    before, merge_id = one.now, uuid4()
    merge = merging.merge(one.now, two.now, {}, merge_id=merge_id)
    one.add(merge.of_lead)
    two.add(merge.of_other)
    left = one.now
    one.add(data.draw(changes(one.now)))
    now = one.now
    plan = merging.unmerge(one.facts, merge_id)
    one.add(merging.unmerged(plan, one.now, two.now, merge_id).of_lead)
    was, had, has, then = (merging._values(lead) for lead in (before, left, now, one.now))
    for name in was | had | has | then:
        expected = was.get(name) if has.get(name) == had.get(name) else has.get(name)
        assert then.get(name) == expected, name
        conflict = was.get(name) != had.get(name) and has.get(name) != had.get(name)
        assert conflict == (name in {each.name for each in plan.stays})


def test_what_cannot_be_chosen_is_refused() -> None:
    one = History(
        LeadCaptured(lead_id=UUID(int=1), person_id=UUID(int=2), name=PersonName(given="A"), source="x", captured_at=AT)
    )
    two = History(
        LeadCaptured(lead_id=UUID(int=3), person_id=UUID(int=4), name=PersonName(given="A"), source="x", captured_at=AT)
    )
    with pytest.raises(Invalid):
        merging.merge(one.now, two.now, {"nonsense": "other"}, merge_id=uuid4())
    with pytest.raises(Invalid):
        merging.merge(one.now, one.now, {}, merge_id=uuid4())
    with pytest.raises(Invalid):
        won = replace(one.now, client_id=UUID(int=5), stage=Stage.WON)
        merging.merge(won, two.now, {"stage": "other"}, merge_id=uuid4())


def looks(**more: Any) -> Looks:
    known: dict[str, Any] = {
        "id": UUID(int=1), "given_name": "Ann", "sort_name": "lee ann", "email": None, "phone": None, "zip": None,
        "street": None, "birth_date": None,
    }  # fmt: skip
    return Looks(**{**known, **more})


def test_what_speaks_for_one_person() -> None:
    rules = Rules()
    bob = {"given_name": "Bob", "sort_name": "lee bob"}
    same = {"phone": "+15125550142", "email": "lee@example.com"}
    place = {"zip": "78701", "street": "1 Main St"}
    email = likeness(looks(email="a@x.example"), looks(email="a@x.example"), rules)
    both = likeness(looks(**same), looks(**same), rules)
    assert email is not None
    assert both is not None
    assert both.score > email.score
    # One household: the same address and telephone, another person.
    assert likeness(looks(phone="1", **place), looks(phone="1", **place, **bob), rules) is None
    # Robert is called Bob, and has one telephone and one address for mail.
    assert likeness(looks(**same), looks(**same, **bob), rules) is not None
    apart = {"birth_date": date(1980, 1, 1)}, {"birth_date": date(2004, 1, 1)}
    assert likeness(looks(**same, **apart[0]), looks(**same, **bob, **apart[1]), rules) is None
    here = likeness(looks(**place), looks(**place), rules)
    elsewhere = likeness(looks(**place), looks(zip="78701", street="99 Oak Ave"), rules)
    assert here is not None
    assert elsewhere is not None
    assert here.score > elsewhere.score
    assert likeness(looks(**place), looks(**place), Rules(name_and_place=False)) is None
    assert likeness(looks(), looks(), rules) is None


@given(
    one=st.builds(
        looks, email=texts, phone=texts, zip=texts, sort_name=st.text(max_size=8), given_name=st.text(max_size=5)
    ),
    two=st.builds(
        looks, email=texts, phone=texts, zip=texts, sort_name=st.text(max_size=8), given_name=st.text(max_size=5)
    ),
)
def test_likeness_is_the_same_either_way_round(one: Looks, two: Looks) -> None:
    there, back = likeness(one, two, Rules()), likeness(two, one, Rules())
    assert there == back
    assert there is None or (0 <= there.score <= 1 and there.reasons)
