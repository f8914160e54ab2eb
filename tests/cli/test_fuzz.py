"""No input gives a traceback, hangs or takes more than a bounded amount of memory.

A config is untrusted: it may be cut off, mutated or made to do harm. Whatever it is, there is a `Problem` or
a `BacktraceError` in one printable line, and of a problem a trace or such an error.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import backtrace
from backtrace.config.load import example_names, example_text
from backtrace.config.nodes import decode
from backtrace.config.reader import read_problem
from backtrace.errors import BacktraceError
from backtrace.limits import FORMULA_DEPTH, LINE_CHARACTERS
from backtrace.problem.problem import Network, Problem
from backtrace.symbolic.functions import VARIADIC, public_functions
from tests.runner import Outcome, run_bounded

MEGABYTE = 1_000_000
MEMORY = 1000 * MEGABYTE
SECONDS = 10.0  # of the processor: the machine may be busy with something else

EXAMPLE = settings(deadline=5000, suppress_health_check=[HealthCheck.too_slow])  # milliseconds

EXAMPLES = [example_text(name).encode() for name in example_names()]
SCALARS = (
    "0", "-1", "1e308", "-1e308", "1e-308", "1e999", ".inf", "nan", "null", "~", "true", "no", "12:30",
    "0x1F", "010", "1_000", '""', "''", "[]", "{}", "[[]]", "{a:", "b}", "*a", "&a", "!t", "|", ">", "%", "@",
    "-", "?", ":", ",", "h_1", "a_o", "w_5", "i_1", "δ", "θ4", "E", "step", "exp", "exp(1000)", "1/0",
    "x^x^x", "9^9^9^9", "log(0)", "-x", "max(x,x)", "((", "))", "softmax", "relu", "step", "gelu",
    "leaky_relu", "sgd", "adam", "rmsprop", "momentum", "sum", "mean", "maximize", "descent", "cross_entropy",
    "binary_cross_entropy", "performance", "net-out", "3", "20000", "1000000000", "inputs", "hidden",
)  # fmt: skip


def outcome(data: bytes) -> Problem | None:
    """What is read from a config; where nothing can be, that is said in one printable line."""
    try:
        return read_problem(decode(data, "c.yaml"), "c.yaml", Path("/nowhere"))
    except BacktraceError as error:
        refusal = str(error)
    assert refusal.isprintable()
    assert re.match(r"c\.yaml:[1-9][0-9]*:[1-9][0-9]*: .", refusal)
    assert len(refusal) < 2000
    return None


def is_small(problem: Problem) -> bool:
    model = problem.model
    units = sum(len(layer.units) for layer in model.layers) if isinstance(model, Network) else 0
    return len(problem.parameters) <= 200 and len(problem.samples) <= 20 and units <= 100


def try_to_trace(problem: Problem) -> None:
    """A trace, or a refusal in one printable line."""
    ways: tuple[dict[str, int], ...] = ({}, {"all": 3})
    for hand in ways:
        refusal = ""
        try:
            trace = backtrace.trace(problem, hand=hand)
            assert trace.records
            trace._repr_markdown_()
        except BacktraceError as error:
            refusal = str(error)
        assert not refusal or refusal.isprintable()


# Mutations


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A bundled config with bytes, lines or scalars changed."""
    data = draw(st.sampled_from(EXAMPLES))
    for _ in range(draw(st.integers(1, 4))):
        data = draw(st.sampled_from(MUTATIONS))(draw, data)
    return data


def change_bytes(draw: st.DrawFn, data: bytes) -> bytes:
    start = draw(st.integers(0, len(data)))
    end = draw(st.integers(start, min(start + 8, len(data))))
    return data[:start] + draw(st.binary(max_size=8)) + data[end:]


def change_lines(draw: st.DrawFn, data: bytes) -> bytes:
    lines = data.split(b"\n")
    source, target = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
    kind = draw(st.sampled_from(("drop", "copy", "move", "cut", "indent")))
    line = lines[source]
    if kind in ("drop", "move"):
        del lines[source]
    if kind in ("copy", "move"):
        lines.insert(target, line)
    if kind == "cut":
        lines = lines[:target]
    if kind == "indent":
        lines[source] = b"  " + line
    return b"\n".join(lines)


def change_scalars(draw: st.DrawFn, data: bytes) -> bytes:
    words = list(re.finditer(rb"[^\s\[\]{},:#]+", data))
    if not words:
        return data
    word = draw(st.sampled_from(words))
    other = st.sampled_from(words).map(lambda match: match.group())
    new = draw(st.one_of(other, st.sampled_from(SCALARS).map(str.encode)))
    return data[: word.start()] + new + data[word.end() :]


MUTATIONS: list[Callable[[st.DrawFn, bytes], bytes]] = [
    change_bytes, change_lines, change_scalars, change_scalars, change_scalars,
]  # fmt: skip


@settings(EXAMPLE, max_examples=150)
@given(mutated())
def test_a_mutated_config_is_traced_or_refused_in_one_line(data: bytes) -> None:
    problem = outcome(data)
    if problem is not None and is_small(problem):
        try_to_trace(problem)


@settings(EXAMPLE, max_examples=100)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode())))
def test_raw_bytes_are_refused_in_one_line(data: bytes) -> None:
    outcome(data)


FORMULAS = st.recursive(
    st.sampled_from(["x", "y", "2", "1e308", "0", "-1", "0.5", "1e-308"]),
    lambda part: st.one_of(
        st.tuples(part, st.sampled_from("+-*/^"), part).map("".join),
        st.tuples(st.sampled_from(["", "-"]), part).map(lambda pair: f"{pair[0]}({pair[1]})"),
        st.tuples(st.sampled_from([name for name in public_functions() if name not in VARIADIC]), part).map(
            lambda call: f"{call[0]}({call[1]})"
        ),
        st.tuples(st.sampled_from(VARIADIC), part, part).map(lambda c: f"{c[0]}({c[1]}, {c[2]})"),
    ),
    max_leaves=12,
)


@settings(EXAMPLE, max_examples=120)
@given(FORMULAS, st.sampled_from(["-2", "0", "0.5", "1e300"]))
def test_any_formula_is_traced_or_refused_in_one_line(formula: str, x: str) -> None:
    text = f"equations: {{f: '{formula}'}}\nobjective_symbol: f\nparameters: {{x: {x}, y: 3}}\n"
    problem = outcome(text.encode())
    if problem is not None:
        try_to_trace(problem)


# What is made to do harm

INPUT = "samples: [{inputs: [1]}]\ninputs: [x]\n"


def network(units: str, weights: str, more: str = "") -> str:
    return f"{INPUT}seed: 1\nlayers: [{{units: {units}, weights: {weights}{more}}}]\n"


def equations(formulas: str, x: str = "2") -> str:
    return f"parameters: {{x: {x}}}\nobjective_symbol: f\nequations:\n{formulas}\n"


def chain(length: int, downwards: bool) -> str:
    """So many equations, each using the one before (or, written last to first, the one after)."""
    rows = [f"  q{i}: q{i - 1} + x" for i in range(1, length)] + [f"  f: q{length - 1}*x"]
    rows.insert(0, "  q0: x")
    return equations("\n".join(reversed(rows) if downwards else rows))


def deep_alias_bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for i in range(1, 30):
        lines.append(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]")
    return "\n".join(lines)


def wide_alias_bomb() -> str:
    names = ", ".join(f"x_{i}" for i in range(1000))
    numbers = ", ".join(["1"] * 1000)
    samples = ", ".join(["&s {inputs: [" + numbers + "]}"] + ["*s"] * 90_000)
    return f"inputs: [{names}]\nsamples: [{samples}]\nlayers: [{{units: 1, weights: {{random: normal}}}}]\n"


REFUSED: dict[str, tuple[Callable[[], str], str]] = {
    "a billion units": (lambda: network("1000000000", "{random: normal}"),
        "c.yaml:4:18: layers[0].units: found '1000000000'; expected a list of names, or a whole number from "
        "1 to 20,000"),
    "a deep alias bomb": (deep_alias_bomb, "c.yaml:6:30: more than 600,000 values, the most that is read"),
    "a wide alias bomb": (wide_alias_bomb, "c.yaml:2:5410: more than 600,000 values, the most that is read"),
    "an alias inside its anchor": (lambda: "layers: &a [*a]",
        "c.yaml:1:13: alias '*a' is inside its own anchor"),
    "100,000 brackets": (lambda: "[" * 100_000, "c.yaml:1:33: lists or mappings nested more than 32 deep"),
    "100,000 braces": (lambda: "{a: " * 100_000, "c.yaml:1:129: lists or mappings nested more than 32 deep"),
    "100,000 dashes": (lambda: "- " * 100_000 + "x",
        "c.yaml:1:65: lists or mappings nested more than 32 deep"),
    "100,000 question marks": (lambda: "? " * 100_000 + "x",
        "c.yaml:1:65: lists or mappings nested more than 32 deep"),
    "100,000 brackets in a formula": (lambda: equations(f"  f: {'(' * 100_000}x{')' * 100_000}"),
        "c.yaml:4:6: equations.f: formula of 200,001 characters; at most 10,000 are read"),
    "5,000 brackets in a formula": (lambda: equations(f"  f: {'(' * 4_999}x{')' * 4_999}"),
        "c.yaml:4:47: equations.f: formula nested more than 40 deep"),
    "5,000 fraction lines": (lambda: equations(f"  f: x{'/x' * 4_999}"),
        "c.yaml:4:88: equations.f: formula nested more than 40 deep"),
    "5,000 signs": (lambda: equations(f"  f: x{'*-' * 4_000}x"),
        "c.yaml:4:9: equations.f: found '*'; expected a number, a name or '('"),
    "a scalar of 100 MB": (lambda: "title: " + "x" * 100 * MEGABYTE,
        "c.yaml:1:1: larger than 32 MB, the most that is read"),
    "a scalar of 30 MB": (lambda: network("1", "[[1]]") + "title: " + "x" * 30 * MEGABYTE,
        "c.yaml:5:8: title: found a text of 30,000,000 characters; expected at most 500"),
    "a line of 30 MB": (lambda: "[" + "1," * 15 * MEGABYTE,
        "c.yaml:1:1200000: more than 600,000 values, the most that is read"),
    "a million unknown keys": (lambda: "\n".join(f"k{i}: 1" for i in range(900_000)),
        "c.yaml:300000:10: more than 600,000 values, the most that is read"),
    "a million parameters": (
        lambda: (
            f"{INPUT}layers: [{{units: 1, weights: [[w]]}}]\nparameters: {{"
            + ", ".join(f"w{i}: 1" for i in range(900_000))
            + "}"
        ),
        "c.yaml:4:3488781: more than 600,000 values, the most that is read",
    ),
    "NUL bytes": (lambda: "\0" * 1000, "c.yaml:1:1: not YAML: the character U+0000 may not stand in it"),
    "a number of a million digits": (lambda: equations("  f: x", "1" * 1_000_000),
        "c.yaml:1:17: parameters.x: found '1111111111111111111111111111111111111111…'; expected a number of "
        "at most 100 characters"),
    "a count of a million digits": (lambda: network("1" * 1_000_000, "[[1]]"),
        "c.yaml:4:18: layers[0].units: found '1111111111111111111111111111111111111111…'; expected a list of "
        "names, or a whole number from 1 to 20,000"),
    "too many samples": (
        lambda: (
            "inputs: [x]\nlayers: [{units: 1, weights: [[1]]}]\nsamples:\n" + "- {inputs: [1]}\n" * 100_001
        ),
        "c.yaml:4:1: samples: found 100,001 samples; expected 1 to 100,000",
    ),
    "too many weights": (lambda: network("20000",
        "{random: normal}}, {units: 20000, weights: {random: normal}"),
        "c.yaml:4:77: layers[1].weights: 20,000 units with 20,000 sources each make 400,020,000 weights so "
        "far; expected at most 300,000"),
    "a softmax over too many units": (lambda: network("20000", "{random: normal}", ", activation: softmax"),
        "c.yaml:4:64: layers[0].activation: softmax over 20,000 units; expected at most 1,000"),
    "a product of 5,000 factors": (lambda: equations(f"  f: x{'*x' * 4_999}"),
        "c.yaml:4:6: equations.f: the derivatives have more than 500,000 parts here; expected shorter "
        "formulas, with parts of them as equations of their own"),
    "a maximum of 3,000 numbers": (lambda: equations(f"  f: max(x{',x' * 2_999})"),
        "c.yaml:4:6: equations.f: the derivatives have more than 500,000 parts here; expected shorter "
        "formulas, with parts of them as equations of their own"),
    "more equations than are read": (lambda: chain(10_001, downwards=False),
        "c.yaml:10004:3: equations: more than 10,000 equations, the most that are read"),
    "a batch of too many gradients": (lambda: ("seed: 1\nbatch: sum\ninputs: [x]\ntargets: [y]\n"
        "layers: [{units: 9999, weights: {random: normal}},\n {units: 1, weights: {random: normal}}]\n"
        "samples:\n" + "- {inputs: [1], targets: [1]}\n" * 1000),
        "a batch of 1,000 samples by 19,998 parameters has 19,998,000 gradients; at most 2,000,000 are "
        "computed at once"),
    "9^9^9^9": (lambda: equations("  f: x*9^9^9^9"), "f is not a finite number (inf) in sample 1"),
}  # fmt: skip

SUMS_TOO_LARGE = equations("  f: 1e308*x + 1e308*x + x*(1e308 + 1e308)")
UNSCORED = INPUT + "layers: [{units: [o], weights: [[0.5]]}]\ncost: a_o^2\n"


def test_numbers_past_the_largest_float_are_refused() -> None:
    problem = outcome(SUMS_TOO_LARGE.encode())
    assert problem is not None
    with pytest.raises(BacktraceError, match=r"^f is not a finite number \(inf\) in sample 1$"):
        backtrace.trace(problem)


def test_a_formula_as_cost_needs_no_targets() -> None:
    problem = outcome(UNSCORED.encode())
    assert problem is not None
    assert backtrace.trace(problem)["dE/dw_1_1_1"] == 1.0


TRACED: dict[str, Callable[[], str]] = {
    "a chain of 5,000 equations": lambda: chain(5_000, downwards=False),
    "a chain of 5,000 equations, last to first": lambda: chain(5_000, downwards=True),
    "a sum of 5,000 terms": lambda: equations(f"  f: x{'+x' * (LINE_CHARACTERS // 2 - 1)}"),
    "a product of 700 factors": lambda: equations(f"  f: x{'*x' * 699}", "1"),
    "a formula as deep as can be": lambda: equations(f"  f: {'sin(' * FORMULA_DEPTH}x{')' * FORMULA_DEPTH}"),
    "powers as deep as can be": lambda: equations(f"  f: x{'^x' * FORMULA_DEPTH}", "1"),
    "fractions as deep as can be": lambda: equations(f"  f: x{'/x' * FORMULA_DEPTH}"),
    "signs as deep as can be": lambda: equations(f"  f: {'-' * FORMULA_DEPTH}x"),
    "all kinds as deep as can be": lambda: equations(
        f"  f: {'exp(-x*x/x + 1 - 2*' * (FORMULA_DEPTH // 2)}x{')' * (FORMULA_DEPTH // 2)}", "0.1"
    ),
    "as many samples as can be": lambda: (
        "inputs: [x]\nlayers: [{units: 1, weights: [[1]]}]\nsamples:\n" + "- {inputs: [1]}\n" * 100_000
    ),
    "as many units as can be": lambda: network("20000", "{random: normal}"),
}


def traced(text: str, folder: Path, *options: str) -> Outcome:
    """`backtrace trace -f csv` of a config in bounded memory and time."""
    (folder / "c.yaml").write_text(text, encoding="utf-8")
    return run_bounded(folder, "trace", "c.yaml", "-f", "csv", *options, memory=MEMORY, seconds=SECONDS)


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_config_is_refused_in_bounded_time_and_memory(name: str, tmp_path: Path) -> None:
    text, message = REFUSED[name]
    code, _, said = traced(text(), tmp_path)
    assert (code, said) == (1, f"{message}\n")


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
@pytest.mark.parametrize(
    ("text", "column"),
    [("[" * 3_000, 33), ("{" * 3_000, 33), ("[[1], {a: " + "[" * 3_000, 41), ("{a: [" * 3_000, 81)],
)
def test_either_parser_gives_the_place_where_nesting_goes_too_deep(
    text: str, column: int, loader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not hasattr(yaml, loader):
        pytest.skip("PyYAML comes without libyaml here")
    monkeypatch.setattr("backtrace.config.nodes._Loader", getattr(yaml, loader))
    for before in ("", "title: x\ninputs: "):
        with pytest.raises(BacktraceError) as refused:
            read_problem(before + text, "c.yaml", ".")
        place = f"c.yaml:2:{column + 8 - 1}" if before else f"c.yaml:1:{column}"
        assert str(refused.value) == f"{place}: lists or mappings nested more than 32 deep"


@pytest.mark.parametrize("name", TRACED)
def test_a_config_at_the_limits_is_traced_in_bounded_time_and_memory(name: str, tmp_path: Path) -> None:
    code, output, said = traced(TRACED[name](), tmp_path)
    assert (code, said) == (0, "")
    assert output.count("\n") > 2


def test_a_power_too_large_for_hand_arithmetic_is_refused(tmp_path: Path) -> None:
    code, _, said = traced(equations("  f: x*9^9^9^9"), tmp_path, "--hand", "3")
    assert (code, said) == (1, "f is not a finite number (Infinity) in sample 1\n")


@pytest.mark.parametrize("depth", [FORMULA_DEPTH])
def test_the_deepest_formula_leaves_room_on_the_stack(depth: int) -> None:
    formula = "(x*x/(-x)^(" * (depth // 4 - 1) + "sin(x)" + "))" * (depth // 4 - 1)
    problem = outcome(equations(f"  f: {formula}", "1").encode())
    assert problem is not None
    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(800)
        try_to_trace(problem)
    finally:
        sys.setrecursionlimit(limit)
