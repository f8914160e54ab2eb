"""Names as people write them and as programs type them.

An id is plain ASCII: Greek letters are spelled out and the marks of calculus are transcribed, so that
`∂E/∂θ4` is typed `dE/dtheta4`.
"""

from __future__ import annotations

import re

_GREEK_LETTERS = "αβγδεζηθικλμνξοπρστυφχψωςΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ"
_SPELLED = """
    alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu
    nu xi omicron pi rho sigma tau upsilon phi chi psi omega sigma
    Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu
    Nu Xi Omicron Pi Rho Sigma Tau Upsilon Phi Chi Psi Omega
"""
GREEK = dict(zip(_GREEK_LETTERS, _SPELLED.split(), strict=True))

_MARKS = {"∂": "d", "⁺": "+", "Δ_": "Delta_", "Δ": "Delta_", "·": "*", "⁽": "[", "⁾": "]"}
_HATS = str.maketrans({"\u0302": "hat"})
_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹", "01234567890123456789")

LETTER = "A-Za-zα-ωΑ-ΡΣ-Ω"
NAME = re.compile(f"[{LETTER}][{LETTER}0-9_]*")
UNIT_NAME = re.compile(f"[{LETTER}0-9][{LETTER}0-9_]*")
LAYER_NAME = re.compile(f"[{LETTER}0-9][{LETTER}0-9_ -]*")


def spell(name: str) -> str:
    """The ASCII id of a name from a config.

    >>> spell("θ4")
    'theta4'
    """
    if name.isascii():
        return name
    return "".join(GREEK.get(letter, letter) for letter in name)


def transcribe(symbol: str) -> str:
    """A shown symbol as it can be typed on any keyboard.

    >>> transcribe("∂E_total/∂out_h1")
    'dE_total/dout_h1'
    >>> transcribe("∂E/∂w_5⁽²⁾")
    'dE/dw_5[2]'
    >>> transcribe("Δw_5"), transcribe("Δ_1")
    ('Delta_w_5', 'Delta_1')
    """
    if symbol.isascii():
        return symbol
    for mark, typed in _MARKS.items():
        symbol = symbol.replace(mark, typed)
    return spell(symbol.translate(_HATS).translate(_DIGITS))
