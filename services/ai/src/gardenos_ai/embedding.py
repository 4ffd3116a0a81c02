"""Texts as vectors: by meaning, with the sentence embeddings of wordllama's wheel; by words, each a number of its own."""

import asyncio
import logging
import os
import re
import threading
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gardenos_ai.vectors import Sparse

if TYPE_CHECKING:
    from wordllama.inference import WordLlamaInference

_BATCH = 64
_LONGEST = 4000
"""Characters of a text that are read for its meaning."""

_WORD = re.compile(r"[^\W_]+(?:[-'./@&_][^\W_]+)*")
_PARTS = re.compile(r"[-'./@&_]")
_COMMON = """
a about after all also am an and any are as at be been but by can could did do does for from had has have he her him his
how i if in is it its just me my no not of on or our out she so some than that the their them then there they this to up
us was we were what when where which who will with would you your
"""
_STOPWORDS = frozenset(_COMMON.split())


class Embedder:
    """Loads its model at the first use, on a thread; needs no network."""

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._model: WordLlamaInference | None = None

    async def meanings(self, texts: Sequence[str]) -> list[list[float]]:
        """A unit vector for each text; nothing but zeros for one without a word."""
        return await asyncio.to_thread(self._meanings, texts)

    def _meanings(self, texts: Sequence[str]) -> list[list[float]]:
        model = self._loaded()
        found: list[list[float]] = []
        for start in range(0, len(texts), _BATCH):
            batch = [text[:_LONGEST] or " " for text in texts[start : start + _BATCH]]
            vectors = np.asarray(model.embed(batch, norm=False), dtype=np.float32)
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
            found += (vectors / np.where(lengths > 0, lengths, 1)).tolist()
        return found

    def _loaded(self) -> "WordLlamaInference":
        with self._loading:
            if self._model is None:
                self._model = _load()
            return self._model


def _load() -> "WordLlamaInference":
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    import wordllama

    # It sets up everybody's log when it is imported; requests with what people search for would be in it.
    root.handlers[:] = handlers
    root.setLevel(level)
    # The loader's own search misses the folder that the wheel has.
    return wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)


def words_of(text: str) -> list[str]:
    """The words by which a text is found, in order: folded, and a compound both whole and in parts."""
    return [form for match in _WORD.finditer(_folded(text)) for form in _forms(match[0])]


@lru_cache(maxsize=50_000)
def _forms(word: str) -> tuple[str, ...]:
    word = word.removesuffix("'s")
    parts = [part for part in _PARTS.split(word) if part]
    kept = dict.fromkeys([word, *(parts if len(parts) > 1 else ())])
    return tuple(_stem(each) for each in kept if each not in _STOPWORDS and (len(each) > 1 or each.isdigit()))


def sparse_of(text: str) -> Sparse:
    """A text's words with how often they come, flattened: the tenth time says little more than the third."""
    return _sparse(Counter(words_of(text)).items())


def sparse_of_question(words: Iterable[str]) -> Sparse:
    """Each word once."""
    return _sparse((word, 1) for word in set(words))


def _sparse(counts: Iterable[tuple[str, int]]) -> Sparse:
    weights = {_number(word): count * 2.2 / (count + 1.2) for word, count in counts}
    indices = sorted(weights)
    return Sparse(indices, [weights[index] for index in indices])


def _number(word: str) -> int:
    return zlib.crc32(word.encode())


def _folded(text: str) -> str:
    """Lower case without accents, so that `Muñoz` is found by `munoz`."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return "".join(each for each in decomposed if not unicodedata.combining(each)).casefold()


_ENDINGS = (("sses", "ss"), ("ies", "y"), ("ing", ""), ("ed", ""), ("s", ""))


def _stem(word: str) -> str:
    """`roofs` as `roof`, `damaged` as `damag`: enough for two forms of one word to meet. Not for what has a digit."""
    if any(each.isdigit() for each in word) or len(word) < 4:
        return word
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word[: -len(ending)] + instead
            break
    return word.removesuffix("e") if len(word) > 4 else word
