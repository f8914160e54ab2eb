"""The config's names in a document: w_x1h1 is one where the config has it, and xy is x·y where it has both.

Must not know what a name stands for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backtrace.checking.lexing.quantity_words import PHRASES
from backtrace.checking.lexing.symbols import Token
from backtrace.checking.lexing.whole_names import WholeNames
from backtrace.checking.reading.lines import DocumentLine
from backtrace.checking.reading.prose_words import FUNCTIONS, neighbour

_BEFORE_FACTOR = ("relation", "operator", "open")


class KnownNames(WholeNames):
    """Names of a config, and how the lines and tokens of a document are read with them."""

    def whole(self, line: DocumentLine) -> DocumentLine:
        """A line in which none of the names will be cut."""
        return line._replace(text=self.braced(line.text))

    def factors(self, tokens: Sequence[Token]) -> Iterator[Token]:
        """The tokens, with letters that stand together as factors: those of the config, and in 2xy = 12."""
        before: Token | None = None
        for i, token in enumerate(tokens):
            if before and token.kind == "name" and self._is_product(token.text, before, tokens, i):
                for place, letter in enumerate(token.text, token.start):
                    yield Token("name", letter, place, place + 1)
            else:
                yield token
            before = token if token.kind != "space" else before

    def _is_product(self, text: str, before: Token, tokens: Sequence[Token], i: int) -> bool:
        """Whether a symbol is two or more factors of one letter each."""
        is_word = text in self.names or text in FUNCTIONS or (text.casefold(),) in PHRASES
        if len(text) == 1 or not text.isalpha() or is_word:
            return False
        is_behind_number = before.kind == "number" and before.end == tokens[i].start
        after = neighbour(tokens, i, 1)
        is_last = after is None or after.kind == "relation"
        if is_behind_number and is_last and after is not None:
            return True
        is_factor = is_behind_number or before.kind in _BEFORE_FACTOR or (before.kind == "number" and is_last)
        return is_factor and self.names.issuperset(text)
