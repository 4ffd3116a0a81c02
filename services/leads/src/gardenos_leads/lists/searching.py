"""What people type into the one box: beginnings of names, parts of an email address, a telephone number or its last digits.

Each word is looked for among `lead_words` by comparison alone, for that is what row-level security lets an index answer. A
word that is nowhere may have a slip in it: then it is looked first which of the words that are one slip away there are, a few
hundred comparisons, and then for those.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from string import ascii_lowercase
from types import MappingProxyType
from typing import TypeAlias
from uuid import UUID

from gardenos_chassis.comparing import beginning
from gardenos_chassis.tenancy import Session, driver_of
from sqlalchemy import ColumnElement, and_, any_, bindparam, false, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from gardenos_leads.lists.tables import lead_words
from gardenos_leads.tables import leads

_MOST_WORDS = 8
_LONGEST_WORD = 100
_NUMBER = re.compile(r"[0-9]{3,}")
_NUMBERS = re.compile(r"(?<!\S)[0-9(+][0-9 ().+/-]*(?!\S)")
"""Digits, with marks and blanks between them: one number."""
_SHORTEST_WITH_A_SLIP = 4
_LONGEST_WITH_A_SLIP = 20


Meant: TypeAlias = Mapping[str, Sequence[ColumnElement[bool]]]
"""By words as they were typed, the words that may have been meant."""


def found_by(agency_id: UUID, q: str, meant: Meant = MappingProxyType({})) -> list[ColumnElement[bool]]:
    """What a lead must all be to be found; each word may be what was typed, or was `meant` by it."""
    words = list(_words(q.lower().replace("\0", " ")))[:_MOST_WORDS]
    if not words:
        return [false()] if q.strip() else []
    return [_has(agency_id, word, meant) for word in words]


# Whether each of these is a word of anybody's, or the beginning of one.
_THERE = """
select typed, word,
    exists (select from lead_words w where w.agency_id = $1 and w.word = given.word) as whole,
    length(word) >= $5 and exists (
        select from lead_words w where w.agency_id = $1 and w.word >= given.word and w.word < given.after
    ) as begun
from unnest($2::text[], $3::text[], $4::text[]) as given (typed, word, after)
"""


async def meant_by(session: Session, agency_id: UUID, q: str) -> Meant:
    """What there is one slip away from each word: whole words of anybody's, or where there are none, beginnings of words."""
    asked = [
        (word, *beginning(other))
        for word in {*_words(q.lower())}
        if _may_have_a_slip(word)
        for other in one_slip_away(word)
    ]
    if not asked:
        return {}
    columns = (list(column) for column in zip(*asked, strict=True))
    whole, begun = defaultdict(list), defaultdict(list)
    for row in await driver_of(session).fetch(_THERE, agency_id, *columns, _SHORTEST_WITH_A_SLIP):
        if row["whole"]:
            whole[row["typed"]].append(row["word"])
        elif row["begun"]:
            begun[row["typed"]].append(row["word"])
    begins = {word: [_between(*beginning(other)) for other in others] for word, others in begun.items()}
    return begins | {
        word: [lead_words.c.word == any_(bindparam(None, others, ARRAY(Text)))] for word, others in whole.items()
    }


def one_slip_away(word: str) -> list[str]:
    """The words of which this may be a mistyping: a letter too many, too few, another one, or two in turn."""
    cut = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    without = {left + right[1:] for left, right in cut if right}
    turned = {left + right[1] + right[0] + right[2:] for left, right in cut if len(right) > 1}
    other = {left + letter + right[1:] for left, right in cut if right for letter in ascii_lowercase}
    more = {left + letter + right for left, right in cut for letter in ascii_lowercase}
    return sorted(without | turned | other | more)


def _words(q: str) -> Iterator[str]:
    """Words of letters and digits; what may be part of an email address whole; digits with marks between them as `#…`."""
    for written in _NUMBERS.sub(lambda found: f" {re.sub(r'[^0-9]', '', found[0])} ", q).split():
        if _NUMBER.fullmatch(written):
            yield f"#{written}"
        elif re.search(r"\w[@._+-]\w|\w@", written):
            yield written.strip(".,;<>()@")[:_LONGEST_WORD] if not written.endswith("@") else written[:_LONGEST_WORD]
        else:
            for word in _plain(written):
                yield word[:_LONGEST_WORD]


def _plain(text: str) -> list[str]:
    """The words of a name, without accents; as `lead_words_of` has them."""
    parted = unicodedata.normalize("NFKD", text)
    return [word for word in re.split(r"[\W_]+", re.sub("[\u0300-\u036f]", "", parted)) if word]


def _has(agency_id: UUID, word: str, meant: Meant) -> ColumnElement[bool]:
    if word.startswith("#"):
        return _among(agency_id, _of_a_number(word[1:]))
    parts = _plain(word)
    whole = _among(agency_id, [_between(*beginning(word)), *meant.get(word, ())])
    if "@" in word or parts in ([word], []):
        return whole
    # “O'Brien-Smith”, or a name's two words with a full stop between them.
    return or_(whole, and_(*(_has(agency_id, part, meant) for part in parts[:_MOST_WORDS])))


def _of_a_number(digits: str) -> list[ColumnElement[bool]]:
    """Its end, however its country or area is written before; or its beginning, from the area code on."""
    bare = digits.removeprefix("00") if digits.startswith("00") else digits.removeprefix("0")
    ends = _between(*beginning("<" + (bare or digits)[::-1]))
    begins = [_between(*beginning(each)) for each in sorted({digits, digits.removeprefix("1") or digits})]
    return [ends, *begins]


def _may_have_a_slip(word: str) -> bool:
    return word.isalpha() and _SHORTEST_WITH_A_SLIP <= len(word) <= _LONGEST_WITH_A_SLIP


def _between(least: str, less_than: str) -> ColumnElement[bool]:
    return and_(lead_words.c.word >= least, lead_words.c.word < less_than)


def _among(agency_id: UUID, alternatives: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    theirs = select(lead_words.c.lead_id).where(lead_words.c.agency_id == agency_id, or_(*alternatives))
    return leads.c.id.in_(theirs)
