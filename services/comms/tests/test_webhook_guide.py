"""The guide for receivers: what it says to write takes what is sent."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any
from uuid import uuid4

from gardenos_comms.webhooks import egress, schedule, secrets
from gardenos_comms.webhooks.secrets import Endpoint, headers_of, new_secret

GUIDE = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text("utf-8")


def test_the_receiver_as_written_takes_what_is_sent_and_nothing_else() -> None:
    [code] = re.findall(r" +```python\n(.*?) +```", GUIDE, re.DOTALL)
    here: dict[str, Any] = {}
    exec(dedent(code), here)
    endpoint, body = Endpoint("https://hooks.example.com/", (new_secret(),)), b'{"type": "webhook.test"}'
    headers = dict(headers_of(endpoint, uuid4(), datetime.now(UTC), body))
    secret = endpoint.secrets[0].text
    assert here["received"](secret, headers, body) == {"type": "webhook.test"}
    assert here["received"](secret, headers, body + b" ") is None


def test_the_numbers_are_those_of_the_code() -> None:
    words = " ".join(GUIDE.split())
    assert f"within {egress.TOTAL_SECONDS:g} seconds" in words
    assert "after 1, 2, 5, 10 and 30 minutes, then after 1, 2, 4, 8, 16 and 24 hours" in words
    first, *_, last = (schedule.next_after(tries) for tries in range(1, schedule.TRIES))
    assert first < timedelta(minutes=2)
    assert last > timedelta(hours=20)
    assert schedule.TRIES == 12
    assert "twelve tries" in words
    assert timedelta(hours=24) == secrets.OVERLAP
    assert "For 24 hours both sign" in words
