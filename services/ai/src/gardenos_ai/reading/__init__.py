"""Reading: from a communication put down to its insights recorded and its text found."""

from gardenos_ai.reading.keeper import Keeper
from gardenos_ai.reading.reader import Reader
from gardenos_ai.reading.to_read import READ

__all__ = ["READ", "Keeper", "Reader"]
