"""Pictures that an agency shows of itself: of two kinds that no browser runs anything of, and small."""

import hashlib
from dataclasses import dataclass

from gardenos_chassis.errors import Invalid, TooLarge, UnsupportedMediaType

LARGEST = 100 * 1024
"""Bytes."""

MEDIA_TYPES = ("image/png", "image/jpeg")
_BEGINNINGS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it was sent."""

    media_type: str
    content: bytes

    @property
    def digest(self) -> str:
        """Its SHA-256, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def picture(media_type: str, content: bytes) -> Picture:
    """What was sent as a picture, if it is one. Raises UnsupportedMediaType, TooLarge, Invalid."""
    kind = media_type.partition(";")[0].strip().lower()
    if kind not in MEDIA_TYPES:
        raise UnsupportedMediaType("a logo is a PNG or a JPEG: send it as image/png or image/jpeg")
    if len(content) > LARGEST:
        raise TooLarge(f"a logo has at most {LARGEST // 1024} kB")
    if not content.startswith(_BEGINNINGS[kind]):
        raise Invalid(f"this is no {kind.partition('/')[2].upper()}; send the picture itself", pointer="")
    return Picture(kind, content)
