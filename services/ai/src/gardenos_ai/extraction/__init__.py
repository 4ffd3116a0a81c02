"""The offline engine's rules: facts out of what people say, each with the words that carry it."""

from gardenos_ai.extraction.facts import extract

__all__ = ["extract"]
