"""Names of a config that plain notation would cut: w_x1h1 is w_x1·h1, where nothing says it is one name."""

from __future__ import annotations

import re
from collections.abc import Collection

from backtrace.symbolic.ids import LETTER, spell

_INDEX = re.compile(rf"_([{LETTER}0-9]+)")
_CUT = re.compile(rf"[0-9][{LETTER}]")  # a name would be cut here


class WholeNames:
    """Names of parameters, inputs, targets, units and equations, as the config has them and in ASCII."""

    def __init__(self, names: Collection[str] = ()) -> None:
        self.names = frozenset((*names, *map(spell, names)))
        parts = (part for name in self.names for part in name.split("_"))
        self._parts = frozenset(part for part in parts if _CUT.search(part))

    def braced(self, text: str) -> str:
        """A text in which braces hold the indices of these names together: w_{x1h1}."""
        return _INDEX.sub(self._index, text) if self._parts and "_" in text else text

    def _index(self, index: re.Match[str]) -> str:
        return f"_{{{index[1]}}}" if index[1] in self._parts else index[0]
