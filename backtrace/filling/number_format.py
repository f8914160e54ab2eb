"""One number as a format asks for it: `.3f`, `.4g`, `.2e`, `.1%`, and with a comma for the thousands.

Must not know where the number comes from.
"""

from __future__ import annotations

import re
from math import isfinite

from backtrace.errors import BacktraceError, quoted
from backtrace.typesetting.numerals import NOT_FINITE

DECIMALS_WRITTEN = 30
DIGITS_WRITTEN = 17

_FORMAT = re.compile(r"(?P<comma>,)?\.(?P<places>[0-9]{1,2})(?P<kind>[feg%])")


def number_text(value: float, spec: str) -> str:
    """A number in a format.

    >>> number_text(0.118851, ".3f"), number_text(-0.00027868, ".1e"), number_text(1234.5, ",.0f")
    ('0.119', '-2.8e-04', '1,234')

    Raises:
        BacktraceError: `spec` is no format.
    """
    found = _FORMAT.fullmatch(spec)
    if found is None:
        raise BacktraceError(f"{quoted(spec)} is no format; expected one such as .3f, .4g, .2e or .1%")
    places, kind = int(found["places"]), found["kind"]
    least, most = (1, DIGITS_WRITTEN) if kind == "g" else (0, DECIMALS_WRITTEN)
    if not least <= places <= most:
        raise BacktraceError(f"{quoted(spec)}: {places} places; expected {least} to {most}")
    if not isfinite(value):
        return NOT_FINITE
    # "#" keeps the zeros of significant digits (0.000540), and a point that ends the number, which goes.
    text = f"{value:{'#' if kind == 'g' else ''}{found['comma'] or ''}.{places}{kind}}"
    if kind == "g":
        text = text.removesuffix(".").replace(".e", "e")
    return text[1:] if text[0] == "-" and not re.search("[1-9]", text.partition("e")[0]) else text
