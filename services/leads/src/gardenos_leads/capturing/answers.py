"""What a vendor is answered, in its own words."""

import re
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID
from xml.sax.saxutils import escape

from fastapi.responses import Response
from gardenos_chassis.http.responses import dumps
from gardenos_contracts.lead_sources import Answers
from gardenos_contracts.values import Money

_NO_NAME = re.compile(r"[^A-Za-z0-9_.-]")


def answered(
    answers: Answers, *, accepted: bool, id: UUID, price: Money | None = None, reasons: Sequence[str] = ()
) -> Response:
    """200, whatever the word is: the post was read and is kept."""
    said: dict[str, object] = {
        answers.status_field: answers.accepted if accepted else answers.rejected,
        answers.id_field: str(id),
    }
    if price is not None:
        said[answers.price_field] = str(Decimal(price.minor).scaleb(-2))
    if reasons:
        said[answers.reason_field] = "; ".join(reasons)
    if answers.format == "json":
        return Response(dumps(said), media_type="application/json")
    root = _tag(answers.root)
    inside = "".join(f"<{_tag(name)}>{escape(str(value))}</{_tag(name)}>" for name, value in said.items())
    return Response(f'<?xml version="1.0" encoding="UTF-8"?><{root}>{inside}</{root}>', media_type="application/xml")


def _tag(name: str) -> str:
    found = _NO_NAME.sub("_", name) or "_"
    return found if found[0].isalpha() or found[0] == "_" else f"_{found}"
