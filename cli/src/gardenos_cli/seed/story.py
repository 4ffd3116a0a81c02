"""The demo agency's story: the same people and the same three months each time, counted back from one day."""

import csv
import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from unicodedata import normalize

from gardenos_cli.seed import words

AGENCY = "Maple Grove Insurance"
TIME_ZONE = "America/Chicago"
DOMAIN = "maplegrove.example"
TEAMS = ("Personal lines", "Commercial and life")
CAMPAIGNS = (
    ("Website quote form", "web"),
    ("Referrals", "referral"),
    ("Fall renewal mailer", "mail"),
    ("Purchased list, October", "purchased list"),
)


@dataclass(frozen=True, slots=True)
class ToDo:
    """Something an agent is to do about one of their leads, so many days from now."""

    kind: str
    title: str
    days: int
    time: str | None = None
    priority: str = "normal"


TASKS = (
    ToDo("call", "Call {name} back about the deductible", 0, "15:30"),
    ToDo("quote", "Send {name} the quote with both options", -1),
    ToDo("email", "Ask {name} for the declarations page", 0),
    ToDo("call", "Call {name} before the renewal", 1, "09:30", "high"),
    ToDo("meeting", "Review the whole household with {name}", 4, "11:00"),
    ToDo("text", "Remind {name} of the inspection", 7),
)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works at the agency."""

    key: str
    name: str
    role: str
    teams: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        """Their sign-in."""
        return f"{self.key}@{DOMAIN}"


OWNER = Colleague("olivia", "Olivia Hart", "owner")
COLLEAGUES = (
    Colleague("marcus", "Marcus Lee", "manager", TEAMS),
    Colleague("ana", "Ana Ruiz", "agent", TEAMS[:1]),
    Colleague("ben", "Ben Okafor", "agent", TEAMS[1:]),
    Colleague("audra", "Audra Finch", "auditor"),
)
AGENTS = {colleague.key: colleague for colleague in COLLEAGUES if colleague.role == "agent"}

_GIVEN = words.GIVEN_NAMES.split()
_FAMILY = words.FAMILY_NAMES.split()
_PLACES = (
    ("Springfield", "IL", "62704"),
    ("Naperville", "IL", "60540"),
    ("Peoria", "IL", "61602"),
    ("Madison", "WI", "53703"),
    ("Davenport", "IA", "52801"),
    ("Gary", "IN", "46402"),
)
_STREETS = ("Maple Grove Ave", "Oak St", "Prairie Ln", "Lincoln Dr", "Mill Rd", "Lakeview Ct")
_AREA_CODES = ("217", "630", "309", "608", "563", "219")
_CARRIERS = (
    "State Farm", "GEICO", "Progressive", "Allstate", "Farmers", "Liberty Mutual", "Nationwide", "American Family",
)  # fmt: skip
_LINES = {
    "auto": "car insurance",
    "home": "home insurance",
    "renters": "renters insurance",
    "life": "life insurance",
    "commercial": "business insurance",
    "umbrella": "an umbrella policy",
}
_FATES = (
    ("pool", 9),
    ("new", 7),
    ("contacted", 12),
    ("qualified", 10),
    ("quoted", 8),
    ("won", 11),
    ("lost", 6),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


@dataclass(frozen=True, slots=True)
class Person:
    """A lead to be, and where its story goes. `number` tells them apart; `captured_at` is UTC."""

    number: int
    given: str
    family: str
    email: str
    phone: str
    street: str
    city: str
    state: str
    postal_code: str
    line: str
    carrier: str
    premium: int
    x_date: date
    campaign: int
    fate: str
    agent: str | None
    imported: bool
    captured_at: datetime

    def fill(self, template: str, day: str) -> str:
        """A template in this person's words."""
        return template.format(
            given=self.given,
            family=self.family,
            email=self.email,
            phone=self.phone,
            city=self.city,
            agent=AGENTS[self.agent].name.split()[0] if self.agent else "there",
            line_words=_LINES[self.line],
            carrier=self.carrier,
            premium=f"{self.premium:,}",
            quote=f"{self.premium * 84 // 100:,}",
            x_date_words=f"{self.x_date:%B} {self.x_date.day}",
            day=day,
        )


@dataclass(frozen=True, slots=True)
class Call:
    """A call to log, by an agent."""

    at: datetime
    direction: str
    disposition: str
    seconds: int
    transcript: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class Email:
    """An email that arrived, as it arrived."""

    at: datetime
    raw: bytes


@dataclass(frozen=True, slots=True)
class Stage:
    """A move along the pipeline; `won` is a conversion."""

    stage: str
    reason: str | None = None


Beat = Call | Email | Stage


def cast(today: datetime) -> list[Person]:
    """Everybody who becomes a lead in the three months before `today`, in the order in which they do."""
    chance = random.Random(2026)
    fates = [fate for fate, count in _FATES for _ in range(count)]
    chance.shuffle(fates)
    names = [(given, family) for given in _GIVEN for family in _FAMILY]
    people = [
        _person(number, fate, name, today, chance)
        for number, (fate, name) in enumerate(zip(fates, chance.sample(names, len(fates)), strict=True))
    ]
    return sorted(people, key=lambda person: person.captured_at)


def _person(number: int, fate: str, name: tuple[str, str], today: datetime, chance: random.Random) -> Person:
    given, family = name
    place = chance.randrange(len(_PLACES))
    city, state, postal_code = _PLACES[place]
    days = {"won": (30, 88), "lost": (20, 80), "new": (0, 6), "pool": (0, 25)}.get(fate, (6, 70))
    captured = _office_hours(today - timedelta(days=chance.randint(*days), minutes=chance.randint(0, 600)), chance)
    if captured > today - timedelta(hours=1):
        captured -= timedelta(days=1)
    line = chance.choice(list(_LINES))
    plain = normalize("NFKD", f"{given}.{family}".lower().replace("ø", "o").replace("'", ""))
    ascii_name = plain.encode("ascii", "ignore").decode()
    return Person(
        number=number,
        given=given,
        family=family,
        email=f"{ascii_name}{number}@mail.example",
        phone=_phone(f"{_AREA_CODES[place]}55501{number:02d}", chance),
        street=f"{100 + 7 * number} {_STREETS[number % len(_STREETS)]}",
        city=city,
        state=state,
        postal_code=postal_code,
        line=line,
        carrier=chance.choice(_CARRIERS),
        premium=chance.randrange(640, 3900, 20),
        x_date=(today + timedelta(days=chance.randint(10, 200))).date(),
        campaign=chance.randrange(len(CAMPAIGNS)),
        fate=fate,
        # One agent sells to households, the other to businesses and lives.
        agent=None if fate == "pool" else "ben" if line in ("commercial", "life", "umbrella") else "ana",
        imported=number % 3 == 0,
        captured_at=captured,
    )


@dataclass(frozen=True, slots=True)
class Relative:
    """Somebody who lives with a person, and is a lead too. Without a `relationship` nobody has said yet that they do."""

    of: Person
    given: str
    relationship: str | None
    line: str

    @property
    def email(self) -> str:
        """Their own."""
        return f"{self.given.lower()}.{self.of.email}"


def relatives(people: Sequence[Person]) -> list[Relative]:
    """The households of the story: a couple, a family of three, and two who look as if they were one."""
    open_fates = ("contacted", "qualified", "quoted")
    found = [each for each in people if each.agent == "ana" and each.fate in open_fates and not each.imported]
    couple, family, alike = found[:3]
    return [
        Relative(couple, "Jordan", "spouse", "life"),
        Relative(family, "Robin", "spouse", "auto"),
        Relative(family, "Casey", "child", "auto"),
        Relative(alike, "Morgan", None, "renters"),
    ]


def _office_hours(at: datetime, chance: random.Random) -> datetime:
    """The same, or the next morning: nobody is called at night. The agency opens at 14:00 and closes at 23:00 UTC."""
    if 14 <= at.hour < 23:
        return at
    morning = at if at.hour < 14 else at + timedelta(days=1)
    return morning.replace(hour=14, minute=chance.randint(0, 59))


def _phone(digits: str, chance: random.Random) -> str:
    area, exchange, rest = digits[:3], digits[3:6], digits[6:]
    return chance.choice(("({}) {}-{}", "{}-{}-{}", "+1 {} {} {}", "{}.{}.{}", "1{}{}{}")).format(area, exchange, rest)


def beats(person: Person, today: datetime) -> list[Beat]:
    """What happens with a person after capture, in order, all of it before `today`."""
    return [beat for beat in _beats(person) if isinstance(beat, Stage) or beat.at < today]


def _beats(person: Person) -> Iterator[Beat]:
    if person.fate in ("pool", "new"):
        return
    chance = random.Random(f"beats of {person.number}")
    # One agent is quick, the other thorough: the reports should have something to say.
    first = timedelta(minutes=chance.randint(4, 240) if person.agent == "ana" else chance.randint(45, 2880))
    at = _office_hours(person.captured_at + first, chance)
    if chance.random() < 0.35:
        notes = person.fill(chance.choice(words.VOICEMAILS), "")
        yield Call(at, "outbound", chance.choice(("voicemail", "no_answer")), chance.randint(0, 40), notes=notes)
        at = _office_hours(at + timedelta(hours=chance.randint(3, 30)), chance)
    yield _talk(person, words.FIRST_CALLS, at, chance)
    yield Stage("contacted")
    if person.fate == "contacted":
        return
    if chance.random() < 0.7:
        at += timedelta(hours=chance.randint(2, 40))
        yield _email(person, at, chance)
    yield Stage("qualified")
    if person.fate == "qualified":
        return
    at = _office_hours(at + timedelta(days=chance.randint(1, 5), hours=chance.randint(0, 5)), chance)
    yield _talk(person, words.QUOTE_CALLS, at, chance)
    yield Stage("quoted")
    if person.fate == "quoted":
        return
    at = _office_hours(at + timedelta(days=chance.randint(1, 9), hours=chance.randint(0, 5)), chance)
    if person.fate == "lost":
        yield _talk(person, words.LOST_CALLS, at, chance)
        yield Stage("lost", reason="stayed with the current carrier")
        return
    yield _talk(person, words.CLOSING_CALLS, at, chance)
    yield Stage("won")


def _talk(person: Person, templates: tuple[str, ...], at: datetime, chance: random.Random) -> Call:
    transcript = person.fill(chance.choice(templates), chance.choice(_DAYS))
    return Call(at, "outbound", "connected", len(transcript) // 4 + chance.randint(0, 60), transcript=transcript)


def _email(person: Person, at: datetime, chance: random.Random) -> Email:
    subject, text = chance.choice(words.EMAILS)
    day = chance.choice(_DAYS)
    sender = f"{person.given} {person.family} <{person.email}>"
    to = AGENTS[person.agent].email if person.agent else OWNER.email
    return Email(
        at, _message(f"lead-{person.number}", sender, to, person.fill(subject, day), person.fill(text, day), at)
    )


def stranger(today: datetime) -> Email:
    """An email of somebody nobody knows yet."""
    subject, text = words.STRANGER_EMAIL
    at = today - timedelta(hours=5)
    return Email(at, _message("stranger", "Marisol Vega <marisol.vega@mail.example>", OWNER.email, subject, text, at))


def _message(key: str, sender: str, to: str, subject: str, text: str, at: datetime) -> bytes:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(at.astimezone(UTC))
    message["Message-ID"] = f"<{key}.{int(at.timestamp())}@mail.example>"
    message.set_content(text, charset="utf-8")
    return message.as_bytes()


def export_of_another_crm(people: list[Person]) -> bytes:
    """The imported ones as their old CRM exported them: its own headers, Windows-1252, a row twice, broken and empty ones."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(
        ["Contact ID", "First Name", "Last Name", "E-mail Address", "Mobile Phone", "ZIP", "St", "Product Interest",
         "Current Insurer", "Renewal Date", "Date Added", "Comments"]
    )  # fmt: skip
    for place, person in enumerate(people):
        writer.writerow(_row(person, "%m/%d/%Y" if place % 2 else "%Y-%m-%d"))
        if place == 4:
            writer.writerow(_row(person, "%m/%d/%Y"))
        if place == 7:
            writer.writerow([""] * 12)
        if place == 9:
            writer.writerow(["C-9999", "", "", "not an address", "12", "", "", "auto", "", "", "", "who is this?"])
    return out.getvalue().encode("cp1252", "replace")


def _row(person: Person, dates: str) -> list[str]:
    comments = f"Met at the home show.\nDrives two cars, {person.city}." if person.number % 2 else ""
    return [
        f"C-{1000 + person.number}", person.given, person.family, person.email, person.phone, person.postal_code,
        person.state, person.line, person.carrier, person.x_date.strftime(dates),
        person.captured_at.strftime("%m/%d/%Y %H:%M"), comments,
    ]  # fmt: skip
