"""Regular expressions that read like what they match."""

import re


def phrases(*alternatives: str) -> re.Pattern[str]:
    """Matches any of the alternatives, in any case.

    They are regular expressions, but a space is any white space between words, and round brackets only group.
    """
    return re.compile("|".join(plain(each) for each in alternatives), re.IGNORECASE)


def plain(phrase: str) -> str:
    """The phrase as a regular expression of the library's own kind."""
    found: list[str] = []
    in_class = False
    for part in re.findall(r"\\.|\(\?|.", phrase, re.DOTALL):
        if part == "]":
            in_class = False
        if not in_class and part == " ":
            found.append(r"\s+")
        elif not in_class and part == "(":
            found.append("(?:")
        else:
            found.append(part)
        if part == "[":
            in_class = True
    return "".join(found)
