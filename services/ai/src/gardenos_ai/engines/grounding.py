"""Words that somebody says stand in a text, found there; or not."""

import unicodedata

from gardenos_ai.extraction.utterances import fold

_SHORTEST = 2


def ground(quote: str, text: str) -> tuple[int, int, bool] | None:
    """Where the quote stands in the text, and whether to the letter; None if it does not.

    Else than to the letter: white space, case, typographic marks and composed characters may differ, nothing more.
    """
    quote = quote.strip()
    if len(quote) < _SHORTEST:
        return None
    at = text.find(quote)
    if at >= 0:
        return at, at + len(quote), True
    wanted, _ = _plain(quote.strip("\"'“”‘’ .…"))
    plain, places = _plain(text)
    at = plain.find(wanted) if len(wanted) >= _SHORTEST else -1
    if at < 0:
        return None
    return places[at], places[at + len(wanted) - 1] + 1, False


def _plain(text: str) -> tuple[str, list[int]]:
    """The text without such differences, and for each of its characters the place it had."""
    found: list[str] = []
    places: list[int] = []
    for place, character in enumerate(fold(text)):
        for each in unicodedata.normalize("NFKC", character).casefold():
            each = " " if each.isspace() else each
            if each == " " and (not found or found[-1] == " "):
                continue
            found.append(each)
            places.append(place)
    while found and found[-1] == " ":
        found.pop()
        places.pop()
    return "".join(found), places
