"""One answer to "are these two floats the same number?", with the tolerances that are used for it.

Floats that ought to be equal differ in their last digits where sums were added in another order. How far a
student's rounding may go is no question for this module: `checking` decides it.
"""

from __future__ import annotations

import math

# The order of a long sum costs a few of a float's sixteen digits; what differs by more is another number.
ROUNDING = 1e-9
# One short calculation written in two ways, such as a product with its factors swapped, loses far less.
EXACT = 1e-12


def same(one: float, other: float, relative: float = ROUNDING, absolute: float = 0.0) -> bool:
    """Whether two floats differ by at most `relative` of the larger one, or by at most `absolute`.

    Infinities are only the same as themselves; nan is the same as nothing.

    >>> same(0.1 + 0.2, 0.3), same(0.1, 0.100001), same(0.0, 1e-300)
    (True, False, False)
    """
    return math.isclose(one, other, rel_tol=relative, abs_tol=absolute)
