"""Names as MathML has them: w_5 is `<msub>`, ∂E/∂w_5 is `<mfrac>`, net stands upright.

What is written is MathML in which single letters, numbers and signs stand bare, each to become an element of
its own when the formula is whole: see `mathml.element`.
"""

from __future__ import annotations

from html import escape

from backtrace.symbolic.ids import GREEK
from backtrace.typesetting.names import TypesetNames

_LETTERS = {name: letter for letter, name in GREEK.items()} | {"sigma": "σ"}


class MathNames(TypesetNames):
    """Writes the symbols of one document.

    >>> MathNames()("net_h1⁺")
    '<msubsup><mrow><mi>net</mi></mrow><mrow>h1</mrow><mrow>+</mrow></msubsup>'
    """

    def scripts(self, head: str, below: str, above: str) -> str:
        parts = "".join(f"<mrow>{part}</mrow>" for part in (head, below, above) if part)
        kind = "msubsup" if below and above else "msub" if below else "msup"
        return f"<{kind}>{parts}</{kind}>" if below or above else head

    def derivative(self, of: str, by: str) -> str:
        return f"<mfrac><mrow><mi>∂</mi>{of}</mrow><mrow><mi>∂</mi>{by}</mrow></mfrac>"

    def changed(self, name: str) -> str:
        return f"{self.letter('Δ')}{name}"

    def hat(self, letter: str) -> str:
        return f'<mover accent="true"><mrow>{letter}</mrow><mo stretchy="false">^</mo></mover>'

    def letter(self, letters: str) -> str:
        letters = _LETTERS.get(letters, letters)
        if len(letters) > 1:
            return self.word(letters)
        if letters == "ο":  # looks like a Latin one
            return "o"
        if letters in GREEK and letters.isupper():  # upright, so that it is not taken for a Latin one
            return f'<mi mathvariant="normal">{letters}</mi>'
        return letters

    def word(self, text: str) -> str:
        upright = ' mathvariant="normal"' if len(text) == 1 else ""
        return f"<mi{upright}>{escape(text)}</mi>"
