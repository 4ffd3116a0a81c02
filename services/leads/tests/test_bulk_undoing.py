"""Done and taken back, whatever else happened to a lead before and after: by properties, without a database."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from gardenos_chassis.errors import Conflict
from gardenos_chassis.ids import new_id
from gardenos_contracts import Actor, ActorKind, Event, Received
from gardenos_contracts.leads import LeadCaptured, Stage
from gardenos_contracts.values import PersonName
from gardenos_leads.bulk.actions import (
    AnyAction,
    Assign,
    BulkFate,
    ChangeTags,
    Enrol,
    Move,
    RecycleMany,
    Remove,
    decided,
    folded,
    judged,
)
from gardenos_leads.bulk.undoing import set_back
from gardenos_leads.lead import Lead
from gardenos_leads.pipelines.pipeline import STANDARD, Pipelines
from gardenos_leads.recycling.recycle import Until, recycle
from hypothesis import given
from hypothesis import strategies as st

PEOPLE = [new_id() for _ in range(3)]
CAUSE = "the bulk action's"
TODAY = date(2026, 11, 29)
_DAYS = st.sampled_from([date(2027, 3, 1), date(2027, 6, 1)])
_TAGS = st.lists(st.sampled_from("abcd"), max_size=3, unique=True)
_STAGES = st.sampled_from([Stage.NEW, Stage.CONTACTED, Stage.QUOTED, Stage.LOST])

actions: st.SearchStrategy[AnyAction] = st.one_of(
    st.builds(Assign, kind=st.just("assign"), owner_id=st.sampled_from([None, *PEOPLE])),
    st.builds(Move, kind=st.just("stage"), stage=_STAGES),
    st.builds(ChangeTags, kind=st.just("tags"), mode=st.sampled_from(["add", "remove", "replace"]), tags=_TAGS),
    st.builds(Enrol, kind=st.just("enrol"), campaign_id=st.sampled_from(PEOPLE)),
    st.builds(RecycleMany, kind=st.just("recycle"), on=_DAYS),
    st.builds(Remove, kind=st.just("remove")),
)
by_hand: st.SearchStrategy[Callable[[Lead], Iterable[Event]]] = st.one_of(
    _STAGES.map(lambda stage: lambda lead: lead.move(stage)),
    st.sampled_from([None, *PEOPLE]).map(lambda owner: lambda lead: lead.assign(owner, lead.team_id)),
    st.tuples(_TAGS, _TAGS).map(lambda tags: lambda lead: lead.tag(*tags)),
    st.sampled_from(PEOPLE).map(lambda campaign: lambda lead: lead.enrol(campaign)),
    st.just(lambda lead: lead.change_details(notes="x")),
    _DAYS.map(lambda day: lambda lead: recycle(lead, Until(day), STANDARD, today=TODAY)),
)


class History:
    """A lead's events as they are recorded, by hand or by the bulk action."""

    def __init__(self) -> None:
        self.facts: list[Received[Event]] = []
        self.record([LeadCaptured(
            lead_id=new_id(), person_id=new_id(), name=PersonName(given="A"), source="web", captured_at=_at(0)
        )])  # fmt: skip

    @property
    def lead(self) -> Lead:
        found = folded(self.facts)
        assert found is not None
        return found

    def record(self, events: Iterable[Event], cause: str | None = None) -> None:
        for event in events:
            place = len(self.facts) + 1
            self.facts.append(Received(
                agency_id=PEOPLE[0], stream_id=PEOPLE[0], version=place, type=event.event_type, data=event,
                actor=Actor(ActorKind.PERSON, "somebody"), correlation_id="c", causation_id=cause, traceparent=None,
                occurred_at=_at(place), recorded_at=_at(place), sequence=place,
            ))  # fmt: skip

    def by_hand(self, changes: Iterable[Callable[[Lead], Iterable[Event]]]) -> None:
        for change in changes:
            try:
                self.record(change(self.lead))
            except Conflict:
                continue


def _at(place: int) -> datetime:
    return datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=place)


def known(lead: Lead) -> dict[str, Any]:
    return {
        "campaigns": lead.campaigns,
        "owner": lead.owner_id,
        "stage": lead.stage,
        "tags": lead.tags,
        "removed": lead.removed,
        "recycled": lead.recycled,
        **lead.details,
    }


FIELD = {
    "assign": "owner", "stage": "stage", "tags": "tags", "remove": "removed", "enrol": "campaigns", "recycle": "recycled",
}  # fmt: skip
ENDS_RECYCLING = ("stage", "remove")


@given(actions, st.lists(by_hand, max_size=5))
def test_what_nobody_touched_since_is_as_it_was(action: AnyAction, earlier: list[Any]) -> None:
    history = History()
    history.by_hand(earlier)
    before = history.lead
    became = judged(action, before, before, Pipelines(), TODAY)
    history.record(became.events, CAUSE)
    assert bool(became.events) == (became.fate is BulkFate.DONE)
    fields = {FIELD[action.kind], "recycled"} if action.kind in ENDS_RECYCLING else {FIELD[action.kind]}
    assert {name for name, value in known(history.lead).items() if value != known(before)[name]} <= fields
    back = set_back(action, history.facts, CAUSE, over_changes=False)
    # An owner is not given to what was lost: then the stage goes first.
    assert back.fate is (BulkFate.DONE if became.fate is BulkFate.DONE else BulkFate.NOTHING)
    history.record(back.events)
    assert known(history.lead) == known(before)
    assert set_back(action, history.facts, CAUSE, over_changes=False).fate is BulkFate.NOTHING, "it is so already"


@given(actions, st.lists(by_hand, max_size=4), st.lists(by_hand, max_size=4))
def test_what_somebody_changed_since_stays_unless_it_is_forced(
    action: AnyAction, earlier: list[Any], later: list[Any]
) -> None:
    history = History()
    history.by_hand(earlier)
    before = history.lead
    became = judged(action, before, before, Pipelines(), TODAY)
    history.record(became.events, CAUSE)
    after = history.lead
    history.by_hand(later)
    now = history.lead
    back = set_back(action, history.facts, CAUSE, over_changes=False)
    field = FIELD[action.kind]
    others = {name for name in known(now) if name != field}
    if action.kind in ENDS_RECYCLING and now.recycled is None:
        # What it ended is as it was too.
        others -= {"recycled"}
    if became.fate is not BulkFate.DONE:
        assert back.fate is BulkFate.NOTHING
        return
    if back.fate is BulkFate.CONFLICT:
        assert known(now)[field] not in (known(before)[field], known(after)[field])
        (told,) = back.conflicts
        assert told["by"] == "person:somebody"
        assert datetime.fromisoformat(told["at"]) > _at(0)
        assert not back.events
        forced = set_back(action, history.facts, CAUSE, over_changes=True)
        history.record(forced.events)
        if forced.fate is BulkFate.DONE:
            assert known(history.lead)[field] == known(before)[field]
        else:
            assert forced.fate is BulkFate.NOT_ALLOWED
    else:
        history.record(back.events)
        one_by_one = isinstance(action, Enrol) or (isinstance(action, ChangeTags) and action.mode != "replace")
        if back.fate is BulkFate.DONE and not one_by_one:
            assert known(history.lead)[field] == known(before)[field]
    assert {name: known(history.lead)[name] for name in others} == {name: known(now)[name] for name in others}


@given(_TAGS, st.lists(by_hand, max_size=4), _TAGS, _TAGS)
def test_tags_go_back_one_by_one(given_tags: list[str], earlier: list[Any], add: list[str], remove: list[str]) -> None:
    history = History()
    history.by_hand(earlier)
    before = history.lead
    action = ChangeTags(kind="tags", mode="add", tags=given_tags)
    history.record(decided(action, before, Pipelines(), TODAY), CAUSE)
    ours = history.lead.tags - before.tags
    history.record(history.lead.tag(add, remove))
    now = history.lead.tags
    history.record(set_back(action, history.facts, CAUSE, over_changes=False).events)
    assert history.lead.tags == now - ours
