"""By what lists of leads can be narrowed: what every lead has, and an agency's own fields."""

from collections.abc import Iterable, Mapping

from gardenos_contracts.lead_lists import FieldKind
from gardenos_contracts.leads import Stage
from gardenos_contracts.values import LineOfBusiness

from gardenos_leads.filtering.grammar import Group, Kind, Known, fields_of
from gardenos_leads.lists.fields import OWN, Field

OUTCOMES = ("client", "converting")
"""What came of a conversion: a client, or nothing yet."""
COMES_BACK = "comes_back_on"
CLOSED_SINCE = "closed_since"
"""Since when a lead is lost or removed, with nobody in touch since and nothing planned: what is kept for a time only."""

_STANDARD = (
    *(Known(name, Kind.WORDS) for name in ("name", "email", "phone")),
    *(Known(name, Kind.TEXT) for name in ("current_carrier", "street", "city", "postal_code", "state", "source", "external_id")),
    *(Known(name, Kind.ID) for name in ("owner_id", "team_id", "campaign_id", "import_id")),
    *(Known(name, Kind.MOMENT) for name in (
        "captured_at", "first_contacted_at", "last_contacted_at", "idle_since", "first_touched_at", "first_automated_at",
        "converted_at",
        "client_since",
        "came_back_at",
        CLOSED_SINCE,
    )),
    *(Known(name, Kind.DAY) for name in ("x_date", "birth_date", COMES_BACK, "next_task_on")),
    Known("stage", Kind.CHOICE, tuple(Stage)),
    *(Known(name, Kind.TEXT) for name in ("pipeline", "stage_key", "exit_reason")),
    *(Known(name, Kind.MOMENT) for name in ("stage_since", "rots_at")),
    Known("line_of_business", Kind.CHOICE, tuple(LineOfBusiness)),
    Known("contact_attempts", Kind.NUMBER),
    Known("score", Kind.NUMBER),
    Known("outcome", Kind.CHOICE, OUTCOMES),
    Known("open_tasks", Kind.NUMBER),
    Known("roof_year", Kind.NUMBER),
    Known("household", Kind.CHOICE, ("several_open",)),
    Known("tags", Kind.TAGS),
)  # fmt: skip

_KINDS = {
    FieldKind.TEXT: Kind.TEXT,
    FieldKind.NUMBER: Kind.NUMBER,
    FieldKind.MONEY: Kind.NUMBER,
    FieldKind.DATE: Kind.DAY,
    FieldKind.CHOICE: Kind.CHOICE,
    FieldKind.YES_NO: Kind.YES_NO,
}


def known_fields(own: Iterable[Field]) -> Mapping[str, Known]:
    """By name. A choice's options are not held against its own field's: what was chosen once may be no option now."""
    return {field.name: field for field in (*_STANDARD, *(Known(OWN + f.key, _KINDS[f.kind]) for f in own))}


def recycled_beside(group: Group, otherwise: bool | None) -> bool | None:
    """Whoever asks when leads come back means those as well that do."""
    return None if otherwise is False and COMES_BACK in fields_of(group) else otherwise


def removed_beside(group: Group, otherwise: bool | None) -> bool | None:
    """Whoever asks since when leads are closed means those as well that were removed."""
    return None if otherwise is False and CLOSED_SINCE in fields_of(group) else otherwise
