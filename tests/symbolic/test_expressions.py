"""Expressions: reading, printing, differentiating, simplifying."""

from __future__ import annotations

import gc
import math
import re
import weakref
from collections.abc import Iterator, Mapping
from typing import Any

import mpmath
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backtrace.errors import NotDifferentiableError
from backtrace.evaluation.evaluator import value_of
from backtrace.evaluation.float64 import FLOAT64
from backtrace.symbolic.calculus import partials, slopes, textbook
from backtrace.symbolic.expressions import (
    HALF,
    ONE,
    ZERO,
    Call,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    number,
    replace,
    substitute,
    symbols,
)
from backtrace.symbolic.functions import FUNCTIONS
from backtrace.symbolic.parser import ExpressionError, parse
from backtrace.symbolic.simplify import add, divide, multiply, negate, power, simplify
from backtrace.typesetting.plain import PLAIN, TYPESET, Printer, formula, substitution
from tests.oracles import exact
from tests.oracles.exact import EXACT

A, B, C, X, Y = (Symbol(name, name) for name in "abcxy")


@pytest.fixture(autouse=True)
def fifty_digits() -> Iterator[None]:
    with mpmath.workdps(exact.DIGITS):
        yield


def n(text: str) -> Number:
    return Number(float(text), text)


# ---------------------------------------------------------------------------------------------------------
# Reading


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", A),
        ("0.10", n("0.10")),
        ("1e-3", n("1e-3")),
        (".5", n(".5")),
        ("a + b - c", Sum((A, B, Negative(C)))),
        ("a - (b - c)", Sum((A, Negative(Sum((B, Negative(C))))))),
        ("a + (b + c)", Sum((A, B, C))),
        ("a*b*c", Product((A, B, C))),
        ("a/b*c", Product((Quotient(A, B), C))),
        ("a/b/c", Quotient(Quotient(A, B), C)),
        ("a*b/c", Quotient(Product((A, B)), C)),
        ("a*(b/c)", Product((A, Quotient(B, C)))),
        ("a^b^c", Power(A, Power(B, C))),
        ("(a^b)^c", Power(Power(A, B), C)),
        ("-a^2", Negative(Power(A, n("2")))),
        ("(-a)^2", Power(Negative(A), n("2"))),
        ("a^-b", Power(A, Negative(B))),
        ("-a*b", Negative(Product((A, B)))),
        ("a*-b", Product((A, Negative(B)))),
        ("a - -b", Sum((A, Negative(Negative(B))))),
        ("+a", A),
        ("a ** b · c − x", Sum((Product((Power(A, B), C)), Negative(X)))),
        ("exp(-a)", Call("exp", (Negative(A),))),
        ("max(a, b, c)", Call("max", (A, B, C))),
        ("θ_4", Symbol("theta_4", "θ_4")),
    ],
)
def test_formulas_are_read_by_the_rules_of_school(text: str, expected: Expression) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text", ["", "a +", "(a", "a)", "2a", "a b", "exp", "f(a)", "max(a)", "exp(a, b)", "a..b", "Phi(a)"]
)
def test_what_is_no_formula_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text)


# ---------------------------------------------------------------------------------------------------------
# Printing


@pytest.mark.parametrize(
    ("text", "typeset", "plain"),
    [
        ("a*x + b*y + c", "a·x + b·y + c", "a*x + b*y + c"),
        ("a - (b + c)", "a - (b + c)", "a - (b + c)"),
        ("(a + b)*c", "(a + b)·c", "(a + b)*c"),
        ("2*(a - b)", "2(a - b)", "2*(a - b)"),
        ("(a*b)*c", "a·b·c", "a*b*c"),
        ("(a*b)/c", "a·b/c", "a*b/c"),
        ("a/(b*c)", "a/(b·c)", "a/(b*c)"),
        ("a/(b/c)", "a/(b/c)", "a/(b/c)"),
        ("(a/b)/c", "a/b/c", "a/b/c"),
        ("a*(b/c)", "a·(b/c)", "a*(b/c)"),
        ("-(a + b)", "-(a + b)", "-(a + b)"),
        ("-(a*b)", "-a·b", "-a*b"),
        ("(-a)*b", "(-a)·b", "(-a)*b"),
        ("a*(-b)", "a·(-b)", "a*(-b)"),
        ("a - (-b)", "a - (-b)", "a - (-b)"),
        ("(a^2)", "a²", "a^2"),
        ("(a + b)^3", "(a + b)³", "(a + b)^3"),
        ("(-a)^2", "(-a)²", "(-a)^2"),
        ("-a^2", "-a²", "-a^2"),
        ("(a^b)^c", "(a^b)^c", "(a^b)^c"),
        ("a^(b^c)", "a^b^c", "a^b^c"),
        ("a^(-b)", "a^(-b)", "a^(-b)"),
        ("(a/b)^2", "(a/b)²", "(a/b)^2"),
        ("2*exp(-a)", "2·e^(-a)", "2*exp(-a)"),
        ("2*exp(a)", "2·e^a", "2*exp(a)"),
        ("exp(a)^2", "(e^a)²", "exp(a)^2"),
        ("log(a + b)", "ln(a + b)", "log(a + b)"),
        ("sqrt(a)", "√(a)", "sqrt(a)"),
        ("2*abs(a - b)", "2·|a - b|", "2*abs(a - b)"),
        ("sigmoid(a)", "1/(1 + e^(-a))", "1/(1 + exp(-a))"),
        ("2*sigmoid(a)", "2·σ(a)", "2*sigmoid(a)"),
        ("relu(a)", "max(0, a)", "max(0, a)"),
        ("2*relu(a)", "2·relu(a)", "2*relu(a)"),
        ("2*softplus(a)", "2·ln(1 + e^a)", "2*log(1 + exp(a))"),
        ("max(a, b + c)", "max(a, b + c)", "max(a, b + c)"),
        ("θ_1*x", "θ_1·x", "theta_1*x"),
    ],
)
def test_formulas_are_printed_with_the_fewest_brackets(text: str, typeset: str, plain: str) -> None:
    assert formula(parse(text)) == typeset
    assert formula(parse(text), PLAIN) == plain


def test_a_derivative_keeps_its_fraction_line_to_itself() -> None:
    slope = Symbol("dE/dw", "∂E/∂w")
    assert formula(Power(slope, n("2"))) == "(∂E/∂w)²"
    assert formula(Power(slope, n("2")), PLAIN) == "(dE/dw)^2"
    assert formula(Quotient(A, slope)) == "a/(∂E/∂w)"
    assert formula(Product((A, slope))) == "a·∂E/∂w"


@pytest.mark.parametrize(
    ("text", "numbers", "expected"),
    [
        ("a*x + b*y + c", {"a": "1", "x": "0.1", "b": "0", "y": "0.3", "c": "0.5"}, "1(0.1) + 0(0.3) + 0.5"),
        ("a*x + b", {"a": "-1", "x": "-0.1", "b": "-3"}, "-1(-0.1) - 3"),
        ("a - b", {"a": "1", "b": "-2"}, "1 - (-2)"),
        ("-a", {"a": "-2"}, "-(-2)"),
        ("-(a*b)", {"a": "-2", "b": "1"}, "-(-2)(1)"),
        ("-(a*b*c)", {"a": "-2", "b": "-3", "c": "x"}, "-(-2)(-3)·x"),
        ("-(a/b)", {"a": "-2", "b": "3"}, "-(-2/3)"),
        ("a*(1 - a)", {"a": "0.5"}, "0.5(1 - 0.5)"),
        ("a^2", {"a": "-2"}, "(-2)²"),
        ("a/b", {"a": "-2", "b": "-4"}, "-2/(-4)"),
        ("a/b*c", {"a": "2", "b": "4", "c": "3"}, "(2/4)(3)"),
        ("a^x*b", {"a": "2", "x": "5", "b": "3"}, "2^5·3"),
        ("a^x*(b + c)", {"a": "2", "x": "5", "b": "3", "c": "1"}, "2^5·(3 + 1)"),
        ("a*x^2", {"a": "3", "x": "2"}, "3(2²)"),
        ("exp(-a)", {"a": "-2"}, "e^(-(-2))"),
        ("exp(a)*b", {"a": "2", "b": "3"}, "e^2·3"),
        ("sigmoid(a)", {"a": "0.6"}, "1/(1 + e^(-0.6))"),
        ("a*sin(b)", {"a": "2", "b": "1"}, "2·sin(1)"),
        ("(a - b)^2/2", {"a": "1", "b": "0.51"}, "(1 - 0.51)²/2"),
    ],
)
def test_numbers_are_put_in_as_people_write_them(
    text: str, numbers: Mapping[str, str], expected: str
) -> None:
    assert substitution(parse(text), lambda symbol: numbers[symbol.id]) == expected


# Random expressions, written with brackets around everything, so that nothing rests on precedence.

_leaves = st.sampled_from(["a", "b", "c", "2", "3", "0.5", "0.25", "1.5", "1", "0"])
_SMOOTH = [
    "exp({})", "sin({})", "cos({})", "tanh({})", "sigmoid({})", "softplus({})", "log({})", "sqrt({})",
    "log10({})",
]  # fmt: skip
_KINKED = ["abs({})", "relu({})", "max({}, {})", "min({}, {}, {})"]


def texts(forms: list[str], leaves: st.SearchStrategy[str] = _leaves) -> st.SearchStrategy[str]:
    """Formulas of these forms, each part in brackets."""

    def larger(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.sampled_from(forms).flatmap(
            lambda form: st.tuples(*[part] * form.count("{}")).map(lambda parts: form.format(*parts))
        )

    return st.recursive(leaves, larger, max_leaves=7)


_ARITHMETIC = [
    "({})+({})", "({})-({})", "({})*({})", "({})/({})", "-({})", "({})+({})-({})", "({})*({})*({})",
]  # fmt: skip
_POWERS = ["({})^({})", "({})^2", "({})^3"]
every_text = texts([*_ARITHMETIC, *_POWERS, *_SMOOTH, *_KINKED])
smooth_text = texts([*_ARITHMETIC, "({})^2", "({})^3", "({})^(0.5)", "2^({})", *_SMOOTH])


def as_printed(expression: Expression, outermost: bool = True) -> Expression:
    """The expression that the print stands for: some calls are shown in their textbook form."""
    if isinstance(expression, Call):
        row = FUNCTIONS[expression.function]
        if row.textbook and (outermost or not row.shown):
            return as_printed(textbook(expression), False)
        return Call(expression.function, tuple(as_printed(a, False) for a in expression.arguments))
    match expression:
        case Sum(terms):
            return Sum(tuple(as_printed(term, False) for term in terms))
        case Product(factors):
            return Product(tuple(as_printed(factor, False) for factor in factors))
        case Quotient(above, below):
            return Quotient(as_printed(above, False), as_printed(below, False))
        case Power(base, exponent):
            return Power(as_printed(base, False), as_printed(exponent, False))
        case Negative(operand):
            return Negative(as_printed(operand, False))
        case _:
            return expression


@given(every_text)
@settings(max_examples=120)
def test_a_printed_formula_is_read_back_as_it_was(text: str) -> None:
    expression = parse(text)
    assert parse(formula(expression, PLAIN)) == as_printed(expression)


def bracket_pairs(text: str) -> Iterator[tuple[int, int]]:
    """Where brackets open and close, but for those of a function's arguments."""
    opened: list[int] = []
    for place, sign in enumerate(text):
        if sign == "(":
            opened.append(place)
        elif sign == ")":
            start = opened.pop()
            if start == 0 or not text[start - 1].isalnum():
                yield start, place


@given(every_text)
@settings(max_examples=120)
def test_no_bracket_of_a_printed_formula_could_be_left_out(text: str) -> None:
    plain = formula(parse(text), PLAIN)
    whole = parse(plain)
    for start, end in bracket_pairs(plain):
        if re.search(r"[-*/^] ?$", plain[:start]) and plain[start + 1] == "-":
            continue  # no one writes two signs side by side
        bare = plain[:start] + plain[start + 1 : end] + plain[end + 1 :]
        assert parse(bare) != whole, plain


_READING = {
    "·": "*", "²": "**2", "³": "**3", "½": "0.5", "√": "sqrt", "ln(": "log(", "σ": "sigmoid", "e^": "E^",
}  # fmt: skip
_NAMES: dict[str, Any] = {
    **{name: getattr(math, name) for name in ("exp", "log", "log10", "sqrt", "sin", "cos", "tanh")},
    "abs": abs,
    "max": max,
    "min": min,
    "E": math.e,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "relu": lambda x: max(x, 0),
}


def read_by_python(text: str) -> float:
    """The value of a formula with numbers in it, as Python reads it with a sign between all factors."""
    for shown, typed in _READING.items():
        text = text.replace(shown, typed)
    text = re.sub(r"\|(.*?)\|", r"abs(\1)", text)
    text = re.sub(r"(?<![a-zE\d.])(\d+(?:\.\d+)?)\(", r"\1*(", text.replace(")(", ")*("))
    return float(eval(text.replace("^", "**"), {"__builtins__": {}}, _NAMES))


_numerals = st.sampled_from(["2", "-2", "0.5", "-0.5", "1", "-1.5", "3", "0.125"])


@given(texts([*_ARITHMETIC, *_POWERS, *_SMOOTH, "max({}, {})", "relu({})"]), _numerals, _numerals, _numerals)
@settings(max_examples=120)
def test_a_formula_with_the_numbers_put_in_has_the_value_that_is_given(
    text: str, a: str, b: str, c: str
) -> None:
    expression, numbers = parse(text), {"a": a, "b": b, "c": c}
    value = value_of(expression, {name: float(given) for name, given in numbers.items()}, FLOAT64)
    assume(math.isfinite(value) and abs(value) < 1e9)
    for style in (TYPESET, PLAIN):
        shown = substitution(expression, lambda symbol: numbers[symbol.id], style)
        try:
            read = read_by_python(shown)
        except (ArithmeticError, ValueError, TypeError):
            assume(False)  # an infinite part on the way, which float64 arithmetic carries on with
        assert read == pytest.approx(value, rel=1e-9, abs=1e-9), shown


# ---------------------------------------------------------------------------------------------------------
# Differentiating


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a*x + b", "a"), ("x", "1"), ("a", "0"), ("-x", "-1"), ("x^2", "2·x"), ("x^3/3", "x²"),
        ("x^x", "x·x^(x - 1) + x^x·ln(x)"), ("2^x", "2^x·ln(2)"), ("a/x", "-a/x²"), ("x/a", "1/a"),
        ("(a - x)^2", "2(x - a)"), ("(a - x)^2/2", "x - a"), ("exp(-x)", "-e^(-x)"), ("log(x)", "1/x"),
        ("sqrt(x)", "1/(2·√(x))"), ("sin(a*x)", "cos(a·x)·a"), ("sigmoid(x)", "σ(x)·(1 - σ(x))"),
        ("abs(x)", "sign(x)"), ("0.1*x + 0.2*x", "0.3"), ("3*0.1*x", "0.3"),
    ],
)  # fmt: skip
def test_derivatives_are_what_a_textbook_has(text: str, expected: str) -> None:
    assert formula(partials(parse(text)).get("x", ZERO)) == expected


def value(expression: Expression, numbers: Mapping[str, Any]) -> Any:
    """The value in mpmath's digits; nan where there is none, or none among the reals."""
    try:
        found = value_of(expression, dict(numbers), EXACT)
    except (ZeroDivisionError, ValueError, OverflowError, TypeError):
        return mpmath.nan
    return found if isinstance(found, mpmath.mpf) else mpmath.nan


def numeric_derivative(expression: Expression, numbers: Mapping[str, Any], name: str) -> Any:
    """A central difference at 50 digits, exact to some 25 of them."""
    width = mpmath.mpf(10) ** -14
    above, below = (value(expression, {**numbers, name: numbers[name] + sign * width}) for sign in (1, -1))
    return (above - below) / (2 * width)


_points = st.sampled_from(["0.7", "1.3", "2.1", "-0.6", "-1.1"])


@given(smooth_text, _points, _points, _points)
@settings(max_examples=100)
def test_partial_derivatives_of_random_expressions_are_the_numeric_ones(
    text: str, a: str, b: str, c: str
) -> None:
    expression = parse(text)
    numbers = {name: mpmath.mpf(given) for name, given in zip("abc", (a, b, c), strict=True)}
    assume(abs(value(expression, numbers)) < 1e6)
    found = partials(expression)
    for name in {symbol.id for symbol in symbols(expression)}:
        slope = value(found.get(name, ZERO), numbers)
        numeric = numeric_derivative(expression, numbers, name)
        assume(abs(slope) < 1e6 and mpmath.isfinite(numeric))
        assert abs(slope - numeric) < 1e-12 * max(1, abs(slope)), name


@given(texts([*_ARITHMETIC, *_KINKED, "({})^2"]), _points, _points, _points)
@settings(max_examples=100)
def test_partial_derivatives_with_kinks_are_the_numeric_ones_beside_them(
    text: str, a: str, b: str, c: str
) -> None:
    expression = parse(text)
    apart = {"a": a, "b": f"{b}123", "c": f"{c}321"}
    numbers = {name: mpmath.mpf(given) for name, given in apart.items()}
    assume(abs(value(expression, numbers)) < 1e6)
    found = partials(expression)
    for name in {symbol.id for symbol in symbols(expression)}:
        step = mpmath.mpf(10) ** -14
        f = [value(expression, {**numbers, name: numbers[name] + k * step}) for k in (-1, 0, 1)]
        left, right = (f[1] - f[0]) / step, (f[2] - f[1]) / step
        assume(abs(left - right) < 1e-6)  # both sides agree: not at a kink
        slope = value(found.get(name, ZERO), numbers)
        assume(abs(slope) < 1e6)
        assert abs(slope - (left + right) / 2) < 1e-6 * max(1, abs(slope)), name


def test_partials_are_given_for_the_wanted_symbols_only() -> None:
    expression = parse("a*x + step(b) + b")
    assert partials(expression, {"x"}) == {"x": A}
    with pytest.raises(NotDifferentiableError):
        partials(expression)


_WITH_DERIVATIVES = sorted(name for name, row in FUNCTIONS.items() if row.derivatives)


@pytest.mark.parametrize("function", _WITH_DERIVATIVES)
def test_the_derivative_in_every_row_of_the_table_is_mpmaths(function: str) -> None:
    row = FUNCTIONS[function]
    arguments = row.arguments.split()
    call = Call(function, tuple(Symbol(name, name) for name in arguments))
    assert row.derivatives is not None
    assert len(row.derivatives) == len(arguments)
    positive = function in ("log", "log10", "sqrt", "xlogy")
    for point in ("0.3", "1.7", "4.5", "-0.4", "-2.2"):
        if positive and point.startswith("-"):
            continue
        numbers = {"x": mpmath.mpf(point), "y": mpmath.mpf("1.9")}
        for name, slope in zip(arguments, slopes(call), strict=True):

            def along(at: Any, name: str = name, numbers: Mapping[str, Any] = numbers) -> Any:
                return value(call, {**numbers, name: at})

            numeric = mpmath.diff(along, numbers[name])
            assert abs(value(slope, numbers) - numeric) < mpmath.mpf(10) ** -40, (point, name)


@pytest.mark.parametrize("function", ["step", "over"])
def test_functions_without_a_derivative_are_refused(function: str) -> None:
    arguments = tuple(Symbol(name, name) for name in FUNCTIONS[function].arguments.split())
    with pytest.raises(NotDifferentiableError):
        slopes(Call(function, arguments))


@pytest.mark.parametrize(
    ("text", "numbers", "expected"),
    [
        ("max(a, b)", {"a": 1, "b": 1}, {"a": 1, "b": 0}),
        ("max(a, b)", {"a": 1, "b": 2}, {"a": 0, "b": 1}),
        ("min(a, b)", {"a": 1, "b": 1}, {"a": 1, "b": 0}),
        ("min(a, b)", {"a": 1, "b": 2}, {"a": 1, "b": 0}),
        ("min(a, b)", {"a": 2, "b": 1}, {"a": 0, "b": 1}),
        ("max(a, b, c)", {"a": 0, "b": 3, "c": 3}, {"a": 0, "b": 1, "c": 0}),
        ("max(a, b, c)", {"a": 3, "b": 3, "c": 3}, {"a": 1, "b": 0, "c": 0}),
        ("min(a, b, c)", {"a": 3, "b": 0, "c": 0}, {"a": 0, "b": 1, "c": 0}),
        ("min(a, b, c)", {"a": 3, "b": 3, "c": 0}, {"a": 0, "b": 0, "c": 1}),
        ("max(a, a)", {"a": 2}, {"a": 1}),
        ("max(0, a)", {"a": 0}, {"a": 0}),
        ("max(a, 0)", {"a": 0}, {"a": 1}),
        ("relu(a)", {"a": 0}, {"a": 0}),
        ("relu(a)", {"a": 1e-300}, {"a": 1}),
        ("abs(a)", {"a": 0}, {"a": 0}),
        ("abs(a)", {"a": -2}, {"a": -1}),
    ],
)
def test_at_a_tie_the_first_gets_the_derivative(
    text: str, numbers: Mapping[str, float], expected: Mapping[str, float]
) -> None:
    found = partials(parse(text))
    assert {id: value_of(slope, dict(numbers), FLOAT64) for id, slope in found.items()} == expected


# ---------------------------------------------------------------------------------------------------------
# Simplifying


@given(every_text, _points, _points, _points)
@settings(max_examples=120)
def test_simplifying_never_changes_a_value(text: str, a: str, b: str, c: str) -> None:
    expression = parse(text)
    numbers = {name: mpmath.mpf(given) for name, given in zip("abc", (a, b, c), strict=True)}
    before = value(expression, numbers)
    assume(abs(before) < 1e30)
    after = value(simplify(expression), numbers)
    assert abs(after - before) <= mpmath.mpf(10) ** -35 * max(1, abs(before))


@given(every_text)
@settings(max_examples=100)
def test_what_is_simplified_is_simple(text: str) -> None:
    once = simplify(parse(text))
    zeros = [part for part in _parts(once) if isinstance(part, Sum | Product) and ZERO in _children(part)]
    ones = [part for part in _parts(once) if isinstance(part, Product) and ONE in part.factors]
    twice = [
        part for part in _parts(once) if isinstance(part, Negative) and isinstance(part.operand, Negative)
    ]
    assert [*zeros, *ones, *twice] == [], once


def _children(part: Sum | Product) -> tuple[Expression, ...]:
    return part.terms if isinstance(part, Sum) else part.factors


def _parts(expression: Expression) -> Iterator[Expression]:
    yield expression
    match expression:
        case Sum(parts) | Product(parts) | Call(_, parts):
            for part in parts:
                yield from _parts(part)
        case Quotient(left, right) | Power(left, right):
            yield from _parts(left)
            yield from _parts(right)
        case Negative(operand):
            yield from _parts(operand)


@pytest.mark.parametrize(
    ("built", "expected"),
    [
        (add(A, ZERO, B), "a + b"),
        (add(), "0"),
        (add(Negative(A), B), "b - a"),
        (add(Negative(A), Negative(B)), "-a - b"),
        (add(ONE, A, ONE), "a + 2"),
        (add(n("0.1"), n("0.2")), "0.3"),
        (multiply(A, ONE), "a"),
        (multiply(A, ZERO), "0"),
        (multiply(), "1"),
        (multiply(Negative(A), Negative(B)), "a·b"),
        (multiply(A, Negative(B)), "-a·b"),
        (multiply(A, n("2"), B), "2·a·b"),
        (multiply(HALF, A), "½·a"),
        (multiply(n("2"), HALF), "1"),
        (multiply(n("3"), n("0.1")), "0.3"),
        (multiply(n("-1"), Sum((A, Negative(B)))), "b - a"),
        (multiply(A, Sum((Negative(B), Negative(C)))), "-a·(b + c)"),
        (multiply(A, Quotient(B, C)), "a·b/c"),
        (multiply(n("1e200"), n("1e200"), A), "1e200·1e200·a"),
        (negate(Sum((A, Negative(B)))), "b - a"),
        (negate(Sum((Negative(A), Negative(B)))), "a + b"),
        (negate(HALF), "-½"),
        (divide(A, ONE), "a"),
        (divide(Negative(A), B), "-a/b"),
        (divide(Product((n("2"), A)), n("2")), "a"),
        (divide(Quotient(A, B), C), "a/(b·c)"),
        (divide(A, Quotient(B, C)), "a·c/b"),
        (power(A, ONE), "a"),
        (power(A, ZERO), "1"),
        (power(Negative(A), n("2")), "a²"),
        (power(Negative(A), n("3")), "(-a)³"),
        (number(1e300), "1e+300"),
        (number(-2.0), "-2"),
    ],
)
def test_expressions_are_built_as_a_person_writes_them(built: Expression, expected: str) -> None:
    assert formula(built) == expected


def test_replacing_and_substituting() -> None:
    assert replace(parse("sin(x)*(1 - sin(x))"), parse("sin(x)"), A) == parse("a*(1 - a)")
    assert substitute(parse("x + y"), {"x": Y, "y": X}) == Sum((Y, X))


def test_an_unknown_kind_of_expression_is_refused() -> None:
    with pytest.raises(TypeError, match=r"^no such kind of expression: str$"):
        value_of("x", {}, FLOAT64)  # type: ignore[arg-type]


def test_a_printer_is_let_go_without_a_collector() -> None:
    # A trace runs without one: a printer for each step that held itself would fill the memory.
    gc.disable()
    try:
        printer = Printer(TYPESET)
        assert printer(parse("a*(1 - a)")) == "a·(1 - a)"
        gone = weakref.ref(printer)
        del printer
        assert gone() is None
    finally:
        gc.enable()
