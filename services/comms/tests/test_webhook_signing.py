"""What receivers verify a delivery by, held against the library they use; and when a delivery is tried again."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from gardenos_chassis.sealing.keys import BadMasterKey, MasterKeys, new_master_key
from gardenos_comms.webhooks.schedule import TRIES, next_after, peace_after
from gardenos_comms.webhooks.secrets import OVERLAP, Endpoint, headers_of, new_secret, seal, unseal
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

BODY = '{"id":"1","name":"Zoë"}'.encode()


def test_the_receivers_library_takes_what_is_signed_and_nothing_that_is_changed() -> None:
    endpoint = Endpoint("https://hooks.example.com/", (new_secret(),))
    headers = dict(headers_of(endpoint, uuid4(), datetime.now(UTC), BODY))
    receiver = Webhook(endpoint.secrets[0].text)
    assert receiver.verify(BODY, headers) == {"id": "1", "name": "Zoë"}
    for changed in (
        {**headers, "webhook-id": str(uuid4())},
        {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 1)},
        dict(headers_of(endpoint, uuid4(), datetime.now(UTC) - timedelta(minutes=6), BODY)),
    ):
        with pytest.raises(WebhookVerificationError):
            receiver.verify(BODY, changed)
    with pytest.raises(WebhookVerificationError):
        receiver.verify(BODY + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret().text).verify(BODY, headers)


def test_for_a_day_the_secret_before_signs_as_well() -> None:
    now = datetime.now(UTC)
    first = Endpoint("https://hooks.example.com/", (new_secret(),))
    second = first.rotated(now)
    third = second.rotated(now)
    old, new = Webhook(first.secrets[0].text), Webhook(second.secrets[0].text)
    headers = dict(headers_of(second, uuid4(), now, BODY))
    assert old.verify(BODY, headers) == new.verify(BODY, headers) == {"id": "1", "name": "Zoë"}
    later = dict(headers_of(second, uuid4(), now + OVERLAP, BODY))
    assert len(later["webhook-signature"].split(" ")) == 1, "after that the new one alone"
    with pytest.raises(WebhookVerificationError):
        old.verify(BODY, dict(headers_of(third, uuid4(), now, BODY)))
    assert new.verify(BODY, dict(headers_of(third, uuid4(), now, BODY)))


def test_address_and_secrets_are_kept_sealed_for_their_webhook_alone() -> None:
    keys, agency_id, webhook_id = MasterKeys.parse(new_master_key()), uuid4(), uuid4()
    endpoint = Endpoint("https://hooks.example.com/?token=1", (new_secret(),)).rotated(datetime.now(UTC))
    kept = seal(keys, agency_id, webhook_id, endpoint)
    assert unseal(keys, agency_id, webhook_id, kept) == endpoint
    assert b"token" not in kept
    with pytest.raises(BadMasterKey):
        unseal(keys, agency_id, uuid4(), kept)
    with pytest.raises(BadMasterKey):
        unseal(keys, uuid4(), webhook_id, kept)


def test_tries_go_from_a_minute_to_a_day_apart() -> None:
    waits = [next_after(tries) for tries in range(1, TRIES)]
    assert TRIES == 12
    assert timedelta(seconds=54) <= waits[0] <= timedelta(seconds=66)
    assert timedelta(hours=21.6) <= waits[-1] <= timedelta(hours=26.4)
    assert waits == sorted(waits)
    assert len({next_after(5) for _ in range(20)}) > 1, "what failed together does not come back together"


def test_who_asks_for_more_time_gets_it_up_to_a_day() -> None:
    assert next_after(1, retry_after=600) == timedelta(minutes=10)
    assert next_after(1, retry_after=0) >= timedelta(seconds=54)
    assert next_after(1, retry_after=10**9) == timedelta(hours=24)


def test_an_endpoint_that_fails_again_and_again_is_left_in_peace() -> None:
    assert peace_after(4) == timedelta(0)
    assert peace_after(5) == timedelta(minutes=1)
    assert peace_after(7) == timedelta(minutes=4)
    assert peace_after(1000) == timedelta(hours=1)
    assert peace_after(1, retry_after=30) == timedelta(seconds=30)
