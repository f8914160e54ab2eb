"""Points, sizes and boxes of a picture; x grows to the right, y downwards. Must not know what is in them."""

from __future__ import annotations

from typing import NamedTuple


class PagePoint(NamedTuple):
    """A place on the page."""

    x: float
    y: float


class Box(NamedTuple):
    """A rectangle; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> PagePoint:
        return PagePoint((self.left + self.right) / 2, (self.top + self.bottom) / 2)

    def overlaps(self, other: Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


class Size(NamedTuple):
    """The extent of a box."""

    width: float
    height: float
