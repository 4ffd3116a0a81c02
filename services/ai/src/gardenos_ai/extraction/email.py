"""What the sender of an email wrote in it: without quoted history, forwarded messages and signatures."""

import re
from collections.abc import Iterator

from gardenos_ai.extraction.phrases import phrases

_HISTORY = re.compile(
    r"""^(?:
      [>|\ \t]{0,20}On\b[^\n]{4,200}(?:\n[^\n]{0,120})?\bwrote:\s*$
    | -{2,}\s*(?:Original|Forwarded)\ Message.*$
    | Begin\ forwarded\ message:.*$
    | _{8,}\s*\n\s*\*?From:.*$
    | \*?From:\*?\ [^\n]+\n(?:\*?(?:Sent|Date|To|Cc|Subject):[^\n]*\n?){1,}
    | [^\n]{0,80}\bschrieb\ [^\n]{0,80}:\s*$
    )""",
    re.M | re.X,
)
_CLOSING = re.compile(
    r"""^[ \t]*(?:
      (?:
          (?:with\ )?(?:best|kind|warm|kindest|warmest)(?:\ regards|\ wishes)? | regards | sincerely(?:\ yours)?
        | (?:many\ )?thanks(?:\ so\ much|\ again|\ a\ lot|\ in\ advance)?
        | thank\ you(?:\ so\ much|\ again|\ very\ much|\ in\ advance)?
        | yours(?:\ truly)? | cheers | respectfully | take\ care | talk\ soon | all\ the\ best
      )
      [ \t]*[,.!-]?[ \t]*(?:[A-Z][\w.'-]*(?:[ \t]+[A-Z][\w.'-]*){0,2})?
    | --\ ? | Sent\ from\ my\ .* | Get\ Outlook\ for\ .*
    )[ \t]*$""",
    re.M | re.I | re.X,
)
_BULK = phrases(
    r"\b(unsubscribe|view (this|it) in (your )?browser|log ?in to your account|reply stop|gift card|act now"
    r"|limited[- ]time offer)\b"
)
"""Written to thousands: nothing of it is said by a person to this agency."""
_SAID_AFTER_ALL = re.compile(r"^[ \t]*P\.?S\b", re.M | re.I)
_FIRST_PERSON = re.compile(r"\b(?:I|I'm|we|we're|my)\b")
_SAYS_SOMETHING = 40
_SIGNATURE_LINES = 10
_SIGNATURE_REACH = 4000
"""Characters from the end: a closing further up closes nothing."""


def written(text: str) -> Iterator[tuple[int, int, str]]:
    """Spans of the text that are the sender's own words of now, each with the quoted line that it answers, if any."""
    if _BULK.search(text):
        return
    history = _HISTORY.search(text)
    end = history.start() if history else len(text)
    for start, stop, quoted in _unquoted(text, end):
        signature = _signature(text, start, stop)
        yield start, signature, quoted
        after = _SAID_AFTER_ALL.search(text, signature, stop)
        if after:
            yield after.start(), stop, ""
        elif signature < stop:
            return


def kept(text: str) -> Iterator[tuple[int, int]]:
    """Spans that are worth finding: without the lines and the history of an earlier message, which is found by itself.

    A message that says next to nothing of its own forwards what it carries: of that, all.
    """
    history = _HISTORY.search(text)
    end = history.start() if history and len(text[: history.start()].strip()) >= _SAYS_SOMETHING else len(text)
    for start, stop, _ in _unquoted(text, end):
        yield start, stop


def _unquoted(text: str, end: int) -> Iterator[tuple[int, int, str]]:
    """The stretches between lines that begin with `>`, each with the last such line before it."""
    at = start = 0
    quoted = ""
    while at < end:
        line_end = text.find("\n", at, end)
        line_end = end if line_end < 0 else line_end + 1
        if text[at:line_end].lstrip(" \t").startswith(">"):
            if text[start:at].strip():
                yield start, at, quoted
            start = line_end
            quoted = text[at:line_end].strip(" \t\n>") or quoted
        at = line_end
    if text[start:end].strip():
        yield start, end, quoted


def _signature(text: str, start: int, end: int) -> int:
    """Where the signature begins: a closing after which only short lines come that say nothing in the first person."""
    for closing in _CLOSING.finditer(text, max(start, end - _SIGNATURE_REACH), end):
        if not text[start : closing.start()].strip():
            continue
        rest = _SAID_AFTER_ALL.split(text[closing.end() : end], maxsplit=1)[0]
        lines = [line for line in rest.splitlines() if line.strip()]
        short = len(lines) <= _SIGNATURE_LINES and all(len(line) <= 120 for line in lines)
        if closing[0].strip() == "--" or (short and not any(_FIRST_PERSON.search(line) for line in lines)):
            return closing.start()
    return end
