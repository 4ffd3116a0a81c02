import csv
import io
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from gardenos_cli.seed import story
from gardenos_cli.seed.story import Call, Email, Stage

TODAY = datetime(2026, 11, 24, 11, tzinfo=UTC)


@pytest.fixture(params=[TODAY, TODAY.replace(hour=22), TODAY.replace(month=3, day=1, hour=0)], ids=str)
def today(request: pytest.FixtureRequest) -> datetime:
    found: datetime = request.param
    return found


def test_the_story_is_the_same_each_time(today: datetime) -> None:
    assert story.cast(today) == story.cast(today)
    assert [story.beats(each, today) for each in story.cast(today)] == [
        story.beats(each, today) for each in story.cast(today)
    ]


def test_everything_happened_in_the_last_three_months_and_in_order(today: datetime) -> None:
    for person in story.cast(today):
        assert today - timedelta(days=92) < person.captured_at < today
        times = [beat.at for beat in story.beats(person, today) if not isinstance(beat, Stage)]
        assert times == sorted(times)
        assert all(person.captured_at < at < today for at in times)


def test_nobody_is_called_at_night(today: datetime) -> None:
    for person in story.cast(today):
        for beat in story.beats(person, today):
            if isinstance(beat, Call):
                assert 14 <= beat.at.hour < 23


def test_people_can_be_told_apart() -> None:
    people = story.cast(TODAY)
    assert len({each.email for each in people}) == len(people)
    assert len({"".join(filter(str.isdigit, each.phone))[-10:] for each in people}) == len(people)


def test_some_live_together() -> None:
    people = story.cast(TODAY)
    relatives = story.relatives(people)
    assert {each.of.street for each in relatives} < {each.street for each in people}
    assert len({each.email for each in people} | {each.email for each in relatives}) == len(people) + len(relatives)
    assert len({each.of.number for each in relatives}) == 3
    assert [each.relationship for each in relatives].count(None) == 1


def test_every_sentence_is_filled() -> None:
    for person in story.cast(TODAY):
        for beat in story.beats(person, TODAY):
            if isinstance(beat, Call):
                assert "{" not in f"{beat.transcript}{beat.notes}"
            if isinstance(beat, Email):
                message = message_from_bytes(beat.raw, policy=policy.default)
                assert "{" not in message.get_content() + message["subject"]
                assert message["from"].addresses[0].addr_spec == person.email


def test_emails_are_of_their_own() -> None:
    ids = [
        message_from_bytes(beat.raw)["message-id"]
        for person in story.cast(TODAY)
        for beat in story.beats(person, TODAY)
        if isinstance(beat, Email)
    ]
    assert len(ids) == len(set(ids)) > 10


def test_the_other_crm_s_export_has_what_such_files_have() -> None:
    people = [each for each in story.cast(TODAY) if each.imported]
    rows = list(csv.reader(io.StringIO(story.export_of_another_crm(people).decode("cp1252"), newline="")))[1:]
    assert len(rows) == len(people) + 3, "one twice, one empty, one broken"
    assert [""] * 12 in rows
    assert any("\n" in cell for row in rows for cell in row)
