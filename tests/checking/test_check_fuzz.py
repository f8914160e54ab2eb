"""No sheet of answers gives a traceback, hangs, or gets anything of its own to act in an output form.

Sheets come from people one does not know: cut off, mutated, or made to do harm. Whatever one is, there is a
report that every form can carry, or a `BacktraceError` in one printable line.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backtrace.checking.graph import Key, gradients_of
from backtrace.checking.judging.checker import Checker
from backtrace.checking.judging.judge_sheet import check_sheet
from backtrace.checking.reading.answer_files import read_sheet
from backtrace.checking.reading.document import read_document
from backtrace.checking.report import Report
from backtrace.config.load import load
from backtrace.config.reader import read_problem
from backtrace.errors import BacktraceError
from backtrace.limits import (
    DOCUMENT_CHARACTERS,
    LINE_CHARACTERS,
    REWRITTEN_SYMBOLS,
    SHEET_GRADIENTS,
    SHEET_ROWS,
    SHEET_STEPS,
    SYMBOLS_KEPT,
)
from tests.oracles.networks import problem_of
from tests.runner import BOUNDED, Outcome, run_bounded
from tests.views.test_check_formats import every_form

MEGABYTE = 1_000_000
MEMORY = 1000 * MEGABYTE
SECONDS = 60  # of the processor, for a job of a few; only a hang comes near it

EXAMPLE = settings(deadline=10_000, suppress_health_check=[HealthCheck.too_slow])  # milliseconds

CHECKER = Checker(load("or-gate"))
ENDINGS = (".yaml", ".json", ".csv", ".tsv", ".txt", ".md", ".tex", ".html", "", ".answers")

# What may stand in a cell: a number, or a text that no spreadsheet takes for a formula.
_NUMBER = re.compile(r"[-+]?[0-9.,]+(?:e[-+]?[0-9]+)?", re.IGNORECASE)
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")


def report_of(data: bytes, file: str) -> Report:
    """What is found on a sheet; where it cannot be read, that is said in one printable line."""
    try:
        return check_sheet(CHECKER, read_sheet(data, file))
    except BacktraceError as error:
        refusal = str(error)
    assert refusal.isprintable()
    assert refusal.startswith(f"{file}:")
    assert len(refusal) < 1000
    return Report(file, refusal)


def nothing_acts(report: Report) -> None:
    """Every form is what its reader takes it for, and has no character in it that could steer a terminal."""
    forms = every_form(report)
    for form, shown in forms.items():
        assert shown.replace("\n", "").isprintable(), form
    many = len(report.judgements)
    assert len(json.loads(forms["json"])["answers"]) == many
    assert len(json.loads(forms["sheets"])["sheets"]) == 2
    assert len(json.loads(forms["gradescope"])["tests"]) == many + (report.error is not None)
    suites = ElementTree.fromstring(forms["junit"].encode())
    assert len(suites[0].findall("testcase")) == many + (report.error is not None)
    for row in csv.reader(io.StringIO(forms["csv"])):
        assert len(row) == 14
        assert not any(_FORMULA.match(cell) and not _NUMBER.fullmatch(cell) for cell in row)
    rows = [line for line in forms["markdown"].splitlines() if line.startswith("| ")]
    tables = [many, len(report.formulas)]
    assert len(rows) == sum(size + 2 for size in tables if size)


# Mutations of sheets that are right

RIGHT = {
    ".yaml": "h_1: 0.6\na_1: 0.646\n∂E/∂w_5: -0.084\nw_5+: 0.0887\n",
    ".json": '[{"step": 1, "sample": 2, "answers": {"h_1": 0.8, "dE/dw_5": "-0.084"}}]',
    ".csv": "id;value;step;sample\nE;0,1189;1;1\n'delta_o';-0.122;;\n",
    ".md": "| a_1 | 0.646 |\n\nso $h_o = 0.01(0.646) + 0.03 = 0.0498$\n> **∂E/∂w₅ ≈ −0.084**\n",
    ".tex": "\\begin{align}\n\\frac{\\partial{E}}{\\partial{w_5}} &= (0.512 - 1)*0.512(1 - 0.512) * 0.69"
    " \\\\\n&= -0.084 \\\\\nA &= \\begin{bmatrix} 0.646 \\\\ 0.668 \\end{bmatrix}\n\\end{align} % so\n",
    ".html": "<p>&delta;<sub>o</sub> = <b>&minus;0.122</b></p>"
    "<table><tr><td>E</td><td>0.1189</td></tr></table>",
}

# What is put in: numbers, names and marks that mean something to a reader of some form, or to a terminal.
PIECES = (
    "1e400", "-1e-400", "9" * 200, "0.", ".", "-", "−", "+", "1,234.5", "1_000", "12:30", "0x1F", "010", "~",
    "true", ".inf", "nan", "1/2", "1e308*1e308*10 = 3", "9^9^9^9 = 1", "1/0 = 2", "0/0 = E = 1",
    "log(-1) = 2", "(0.512 - 1)*0.512(1 - 0.512) = -0.084", "E = a_o^a_o^a_o^a_o^a_o",
    "E = 1/(a_o - a_o) = 0.1", "((((((((((((((((((((", "))))", "a_1 = (((((0.646",
    "E = exp(exp(exp(1000))) = 1", "w_1 = w_1 = w_1 = 1", "{", "}", "[", "]", "[[", "{a: [", "&a [*a]", "*a",
    "!!python/object:x {}", "---\n", "? ", "- ", ": ", "| ", "\\frac{", "\\begin{bmatrix}", "\\end{bmatrix}",
    "\\left(", "$$", "$", "_{", "^{", "^", "_", "\\\\", "&", "%", "<!--", "-->", "<script>", "</script>",
    "<b", "<", ">", "&#27;", "&#x202e;", "&lt;", "<![CDATA[", "]]>", "\x1b[31m", "\x9b2J",
    "\x1b]8;;http://e.x\x07", "\x07", "\x00", "\x7f", "\x85", "\u2028", "\u202e", "\u200b", "\ufeff",
    "\ufffe", "\ue000", "\ue003", "\r", "\t", "\n", "\n\n", "\x0c", "\ud7ff", "\U0001f600", "e\u0301",
    "[red]", "[link=http://e.x]", "[/]", "`", "```", "|", "**", "=cmd()", "=1+1", "+1+1", "-x", "@SUM(A1)",
    "\t=1", "＝1", ",", ";", '"', "'", '"""', "#", "=", "==", "≈", "←", "δ", "∂", "∂E/∂", "d/d", "h_1", "a_o",
    "E", "w_5⁺", "A[0]", "A[99999999]", "a_1⁺⁺⁺", "²", "٣", "½", "step: 1000000000", "sample: null",
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> tuple[bytes, str]:
    """A sheet with pieces put in, or in the place of others, and sometimes under another ending."""
    ending = draw(st.sampled_from(tuple(RIGHT)))
    text = RIGHT[ending]
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(start + 6, len(text))))
        text = text[:start] + draw(st.sampled_from(PIECES)) + text[end:]
    return text.encode(), f"s{draw(st.sampled_from((ending, ending, *ENDINGS)))}"


@settings(EXAMPLE, max_examples=60)
@given(mutated())
def test_a_mutated_sheet_is_checked_or_refused_in_one_line(sheet: tuple[bytes, str]) -> None:
    nothing_acts(report_of(*sheet))


@settings(EXAMPLE, max_examples=60)
@given(
    st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8"))),
    st.sampled_from(ENDINGS),
)
def test_raw_bytes_are_checked_or_refused_in_one_line(data: bytes, ending: str) -> None:
    nothing_acts(report_of(data, f"s{ending}"))


@settings(EXAMPLE, max_examples=60)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join), st.sampled_from(ENDINGS))
def test_pieces_in_any_order_are_checked_or_refused_in_one_line(text: str, ending: str) -> None:
    nothing_acts(report_of(text.encode(), f"s{ending}"))


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30) | st.sampled_from(PIECES)


@settings(EXAMPLE, max_examples=60)
@given(NAMES, st.sampled_from(["0.5", "-1e-3", "=1+1", "\x1b[31m1", "[red]1", "1e400"]))
def test_whatever_name_is_answered_for_nothing_acts(name: str, number: str) -> None:
    nothing_acts(report_of(json.dumps({name: number}).encode(), "s.json"))
    rows = 'id,value\r\n"{}",{}\r\n'.format(name.replace('"', '""'), number)
    nothing_acts(report_of(rows.encode(), "s.csv"))


def test_names_of_a_hostile_kind_are_judged_and_listed() -> None:
    names = ("=cmd()", "\x1b[31mh_1", "[red]h_1[/]", "<script>", "a|b", "@x", "\ufeffh_1")
    report = report_of(json.dumps(dict.fromkeys(names, "0.5")).encode(), "s.json")
    assert str(report.error).startswith("s.json: nothing here can be marked; =cmd(): no such quantity")
    assert [judgement.verdict for judgement in report.judgements] == ["unknown"] * len(names)
    nothing_acts(report)


def test_a_wrong_number_of_a_hundred_digits_is_judged() -> None:
    for digits in (17, 28, 29, 99):
        report = report_of(b"h_1: -" + b"9" * digits, "s.yaml")
        assert [judgement.verdict for judgement in report.judgements] == ["wrong"]


# What cannot be read, and how that is told

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 30)
)
REFUSED: dict[str, tuple[bytes, str, str]] = {
    "nothing": (b"", "s.md", "s.md:1:1: empty; expected answers: a mapping from ids to numbers, or a list of "
        "{step, sample, answers}"),
    "comments alone": (b"# h_1: 0.6\n\n#", "s.yaml",
        "s.yaml:1:1: empty; expected answers: a mapping from ids "
        "to numbers, or a list of {step, sample, answers}"),
    "a byte order mark alone": (b"\xef\xbb\xbf", "s.csv",
        "s.csv:1:1: empty; expected answers: a mapping from "
        "ids to numbers, or a list of {step, sample, answers}"),
    "UTF-16": ("h_1: 0.6\n".encode("utf-16"), "s.yaml",
        "s.yaml:1:1: byte 0xff is not UTF-8; expected a text file in UTF-8"),
    "a lone surrogate": (b"h_1: 0.6 \xed\xa0\x80", "s.md",
        "s.md:1:10: byte 0xed is not UTF-8; expected a text file in UTF-8"),
    "NUL in a table": (b"id,value\nh_\x001,0.6\n", "s.csv",
        "s.csv:2:3: not CSV: the character U+0000 may not stand in it"),
    "NUL": (b"h_1: \x000.6", "s.yaml", "s.yaml:1:6: not YAML: the character U+0000 may not stand in it"),
    "an escape sequence": (b"h_1: \x1b[31m0.6", "s.json",
        "s.json:1:6: not YAML: the character U+001B may not stand in it"),
    "an alias bomb": (BOMB.encode(), "s.yaml",
        "s.yaml:6:30: more than 600,000 values, the most that is read"),
    "brackets": (b"[" * 100_000, "s.json", "s.json:1:33: lists or mappings nested more than 32 deep"),
    "braces": (b"{a: " * 100_000, "s.yaml", "s.yaml:1:129: lists or mappings nested more than 32 deep"),
    "a tag": (b"h_1: !!python/object:os.x 1", "s.yaml",
        "s.yaml:1:6: tag 'tag:yaml.org,2002:python/object:os.x'; expected plain values, sheets need no tags"),
    "two documents": (b"h_1: 0.6\n---\nh_1: 0.7\n", "s.yaml",
        "s.yaml:2:1: a second document begins; expected one sheet in a file"),
    "a list of numbers": (b"[1, 2]", "s.json",
        "s.json:1:2: [0]: found '1'; expected a mapping with step, sample and answers"),
    "a huge number": (b"E: 1e400", "s.yaml", "s.yaml:1:4: E: found '1e400'; expected a number below 1.8e308"),
    "100,000 digits": (b"E: " + b"9" * 100_000, "s.yaml", "s.yaml:1:4: E: found "
        "'9999999999999999999999999999999999999999…'; expected a number of at most 100 characters"),
    "100,000 digits in a cell": (b"E," + b"9" * 100_000, "s.csv", "s.csv:1:1: E: found "
        "'9999999999999999999999999999999999999999…'; expected a number of at most 100 characters"),
    "a long name": (b"a" * 1000 + b": 1", "s.yaml",
        "s.yaml:1:1: found 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…'; expected a quantity's id"),
    "a cell that never ends": (b'E,"' + b"1" * 200_000, "s.csv",
        "s.csv:1:1: not CSV: a cell of more than 131,072 characters"),
    "a step of 100,000 digits": (b"id,value,step\nE,1," + b"1" * 100_000, "s.csv",
        "s.csv:2:1: step: found '1111111111111111111111111111111111111111…'; expected a whole number from 1"),
    "a step below 1": (b"- {step: -1, answers: {E: 1}}", "s.yaml",
        "s.yaml:1:10: [0].step: found '-1'; expected a whole number from 1 to 1,000,000,000"),
    "too many rows": (b"E,\n" * (SHEET_ROWS + 1), "s.csv",
        "s.csv:300001:1: more than 300,000 rows, the most that are read"),
    "too many steps": (b"id,value,step\n" + b"".join(b"E,1,%d\n" % i for i in range(1, SHEET_STEPS + 2)),
        "s.csv", "s.csv: answers over 201 steps; at most 200 fit on one sheet"),
    "too long a document": (b"h_1 = 0.6\n" * (DOCUMENT_CHARACTERS // 10) + b"h", "s.md",
        "s.md:1:1: larger than 8 MB, the most that is read of a document"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_sheet_that_cannot_be_read_is_refused_in_one_line(name: str) -> None:
    data, file, message = REFUSED[name]
    assert report_of(data, file).error == message


# A sheet that states nothing

NOTHING = {
    "an essay": ("The network has two inputs.\n", "s.md", "no equation that ends in a number was found"),
    "one line not understood": ("\nIn 2015 = 5\n", "s.txt",
        "no equation that ends in a number was found (line 2, for one, was not understood)"),
    "lines not understood": ("In 2015 = 5\n\nE = 50%\n", "s.md",
        "no equation that ends in a number was found (line 1, for one, was not understood)"),
    "a blank sheet": ("h_1:\na_1: ~\n", "s.yaml", "no number is stated"),
    "a header alone": ("id,value\n", "s.csv", "no number is stated"),
    "no answers": ("[]", "s.json", "no number is stated"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOTHING)
def test_a_sheet_that_states_nothing_is_no_sheet_without_mistakes(name: str) -> None:
    text, file, message = NOTHING[name]
    hint = "at least one id with its number" if "stated" in message else "at least one, such as h_1 = 0.6"
    assert report_of(text.encode(), file).error == f"{file}: {message}; expected {hint}"


def test_a_document_of_formulas_alone_is_one() -> None:
    assert report_of("∂E/∂w_5 = δ_o a_1".encode(), "s.md").error is None


# Time and memory

LINES = (
    "{", "}", "=", "7", "<", ">", "\\frac{", "[", "(", "a=", "=a=", "a_1 = 0.6 ", "a_1=(", "f(x=", "x=(1",
    "1 = a ", "*", "1,", "1.", ".", "-", "0.e", "9^", "9^9", "^", "_", "^{", "_{", "a_{", "a^", "E(", "Σ_{",
    "\\sum_{", "\\begin{bmatrix}", "\\begin{align}", "\\left(", "\\text{", "\\pdv{E}", "\\\\ ", "& ", "$",
    "$$", "\\[", "∂", "∂E/∂w_5 = ", "∂a/", "d/", "dE/", "∇_", "≈ ", "← ", ":= ", "a ", "a)", "(a ", "the ",
    "a' ", "''''", "a⁺", "a+", "[1,", "[[1],", "A = [1; ", "; ", "h_1:1 ", " (a)", "  - (A) ", "> ", "# ",
    "**", "`", "|", "<sub>", "</b>", "&#1;", "&amp;", "http://", "www.", "   ", "\u0302", "w = w ", "= a_o",
    "=1+", "1/0 = 2 ", "1e308*1e308*10 = 3 ", "(0.512 - 1)*0.512 = ", "E = a_o^a_o^", "q = 1/(", "exp(",
    "= max(",
)  # fmt: skip


def seconds(job: Callable[[], object], enough: float = 0) -> float:
    """What a job takes of the processor: the shortest of two times, or a first one that is short enough."""
    taken: list[float] = []
    while len(taken) < 2 and not (taken and taken[0] < enough):
        begin = time.process_time()
        job()
        taken.append(time.process_time() - begin)
    return min(taken)


def grows_with_its_length(job: Callable[[str], object], piece: str, most: int) -> bool:
    """Whether four times as much takes far less than sixteen times as long."""
    short, long = (piece * (size // len(piece)) for size in (most // 4, most))
    taken = seconds(lambda: job(long), enough=0.1)
    return taken < 0.1 or taken < 11 * seconds(lambda: job(short))


def test_the_time_for_a_line_grows_with_its_length() -> None:
    def job(text: str) -> None:
        check_sheet(CHECKER, read_document(f"{text} = 0.5", "s.md"))

    slow = [piece for piece in LINES if not grows_with_its_length(job, piece, LINE_CHARACTERS // 2)]
    assert slow == []


def test_a_line_that_takes_quadratic_time_would_be_noticed() -> None:
    def job(text: str) -> int:
        return sum(1 for _ in text for _ in text)

    # What else runs on the machine can hide it once, but not each time.
    assert any(not grows_with_its_length(job, "a", 4_000) for _ in range(5))


HTML = (
    "<", "<a ", "</p>", "<p>", "<sub>", "<!--", "<script>", "<math><mfrac>", "&", "<a b='", "<![CDATA[", "<?",
    "<!",
)  # fmt: skip


def test_the_time_for_a_web_page_grows_with_its_length() -> None:
    def job(text: str) -> None:
        read_document(text, "s.html")

    assert [piece for piece in HTML if not grows_with_its_length(job, piece, 60_000)] == []


TABLES = (
    "a,1\n", "a,1,", '"', '",', "\n", "a;1\n", "a: 1\n", '{"a":', "- ", "'", "a\t", ": ", "# ", "a: |\n  b\n",
)  # fmt: skip


@pytest.mark.parametrize("ending", [".yaml", ".csv"])
def test_the_time_for_a_table_or_mapping_grows_with_its_length(ending: str) -> None:
    def job(text: str) -> None:
        report_of(text.encode(), f"s{ending}")

    assert [piece for piece in TABLES if not grows_with_its_length(job, piece, 8_000)] == []


def test_what_rests_on_hundreds_of_steps_is_worked_out() -> None:
    rows = "id,value,step\n" + "".join(f"w_1+,0.1,{step}\n" for step in (1, 150))
    report = report_of(rows.encode(), "s.csv")
    assert [judgement.step for judgement in report.judgements] == [1, 150]


def test_what_rests_on_hundreds_of_equations_is_worked_out() -> None:
    rows = "".join(f"  q{i}: q{i - 1} + x\n" for i in range(1, 250))
    text = f"parameters: {{x: 2}}\nobjective_symbol: f\nequations:\n  q0: x\n{rows}  f: q249*x\n"
    checker = Checker(read_problem(text, "c.yaml", Path("/nowhere")))
    (right, wrong) = check_sheet(checker, read_sheet(b"q0: 2\nf: 7\n", "s.yaml")).judgements
    assert (right.verdict, wrong.verdict) == ("correct", "wrong")


# Large networks, of which each wrong number can be explained in thousands of ways


def wide(inputs: int, units: int) -> Checker:
    """A checker of a network of one hidden layer and four outputs."""
    drawn = {"random": "normal", "std": 0.1}
    layers = [
        {"name": name, "units": size, "activation": "sigmoid", "weights": drawn, "biases": drawn}
        for name, size in (("hidden", units), ("output", 4))
    ]
    config = {
        "seed": 1,
        "inputs": [f"x_{k}" for k in range(inputs)],
        "targets": [f"t_{k}" for k in range(4)],
        "layers": layers,
        "update": {"rule": "sgd", "learning_rate": 0.5},
        "samples": [{"inputs": [k % 7 / 7 for k in range(inputs)], "targets": [1, 0, 0, 0]}] * 2,
    }
    return Checker(problem_of(config))


def test_what_is_kept_of_the_rewritings_of_long_sums_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    most = 50_000  # the six numbers below have more than twice as many
    monkeypatch.setattr("backtrace.checking.slips.diagnosis.SYMBOLS_KEPT", most)
    checker = wide(300, 8)
    diagnosis = checker.diagnosis([1])
    graph = diagnosis.graph
    wrong = "".join(f"h_2_{k}: 1234{k}\nh_1_{k}: 1234{k}\ndelta_1_{k}: 1234{k}\n" for k in (1, 2))
    report = check_sheet(checker, read_sheet(wrong.encode(), "s.yaml"))
    assert {judgement.verdict for judgement in report.judgements} <= {"wrong", "slip"}
    kept = [*diagnosis.made.values(), *([two for _, two in pairs] for pairs in diagnosis.made_twice.values())]
    symbols = sum(1 + len(rewriting.uses) for made in kept for rewriting in made)
    assert 0 < symbols <= diagnosis.kept <= most < SYMBOLS_KEPT
    for id in ("h_1_1", "h_2_1"):
        node = graph[Key(1, 1, id)]
        of_each = Counter(rewriting.slip for rewriting in diagnosis.rewritings(node))
        assert max(of_each.values()) <= REWRITTEN_SYMBOLS // (1 + len(node.uses))


def test_a_bias_left_out_of_hundreds_of_terms_is_found() -> None:
    checker = wide(300, 2)
    graph = checker.diagnosis([1]).graph
    value = graph[Key(1, 1, "h_1_2")].value - graph[Key(1, None, "b_1_2")].value
    report = check_sheet(checker, read_sheet(f"h_1_2: {value:.6f}\n".encode(), "s.yaml"))
    assert report.judgements[0].slip == "missing_term"


def test_of_a_large_network_so_many_wrong_numbers_are_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backtrace.checking.judging.judge_sheet.DIAGNOSES_OF_LARGE", 2)
    checker = wide(900, 2)
    rows = "".join(f"dE/dw_1_1_{k}: 77.7{k:04}\n" for k in range(1, 5))
    judgements = check_sheet(checker, read_sheet(rows.encode(), "s.yaml")).judgements
    said = "only the first 2 wrong numbers are examined for slips"
    assert [said in judgement.explanation for judgement in judgements] == [False, False, True, True]


def test_steps_of_a_large_network_are_refused_from_the_third_on() -> None:
    checker = wide(500, 120)
    assert gradients_of(checker.problem) * 3 > SHEET_GRADIENTS
    rows = "id,value,step\n" + "".join(f"E,0.1,{step}\n" for step in (1, 2, 3))
    report = check_sheet(checker, read_sheet(rows.encode(), "s.csv"))
    assert report.error == "s.csv: answers over 3 steps; at most 2 fit on one sheet"


# The command line


def checked(folder: Path, *arguments: str, program: str = BOUNDED) -> Outcome:
    """`backtrace check or-gate` in bounded memory and time."""
    return run_bounded(
        folder, "check", "or-gate", *arguments, memory=MEMORY, seconds=SECONDS, program=program
    )


def test_lines_of_10_megabytes_are_refused_or_told_in_bounded_memory(tmp_path: Path) -> None:
    pieces = ("{", "=", "7", "<", "\\frac{", "[", "a=", "(", "h_1 = 0.6 ", "\0")
    for number, piece in enumerate(pieces):
        for ending in ("md", "html", "yaml", "csv"):
            size = 7 * MEGABYTE if ending in ("md", "html") else 10 * MEGABYTE
            file = tmp_path / f"{number}.{ending}"
            file.write_bytes(
                b"h_1 = 0.6\n" * (ending in ("md", "html")) + piece.encode() * (size // len(piece))
            )
    code, output, said = checked(tmp_path, ".", "-f", "json")
    sheets = json.loads(output)["sheets"]
    assert (code, said, len(sheets)) == (1, "", 4 * len(pieces))
    read = [sheet["file"] for sheet in sheets if sheet["error"] is None]
    assert sorted(read) == sorted(f"./{i}.{end}" for i in range(len(pieces)) for end in ("md", "html"))
    assert all(sheet["summary"]["correct"] == 1 for sheet in sheets if sheet["error"] is None)


NASTY_FILES = (
    "\x1b[31mred.yaml",
    "a\nb.yaml",
    "[red]x.yaml",
    "=cmd().yaml",
    "a|b`c.yaml",
    "<script>&.yaml",
    "\u202eabc.yaml",
    b"\xff.yaml".decode(errors="surrogateescape"),
    "-x.yaml",
)


@pytest.fixture
def nasty(tmp_path: Path) -> Path:
    """A class of files with hostile names, among them some that cannot be read."""
    for number, name in enumerate(NASTY_FILES):
        (tmp_path / name).write_text(("h_1: 0.6\n", "h_1: [\n", "h_1: 0.7\n")[number % 3])
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "to_pipe.yaml").symlink_to("pipe.yaml")
    (tmp_path / "gone\x1b.yaml").symlink_to("nowhere.yaml")
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    return tmp_path


MANY = len(NASTY_FILES) + 2


def test_a_folder_of_hostile_names_pipes_and_broken_links_is_checked(nasty: Path) -> None:
    forms = {form: checked(nasty, ".", "-f", form) for form in ("table", "json", "csv", "markdown", "junit")}
    for form, (code, output, said) in forms.items():
        assert (code, said) == (1, ""), form
        assert output.replace("\n", "").isprintable(), form
    sheets = json.loads(forms["json"][1])["sheets"]
    errors = {sheet["file"]: sheet["error"] for sheet in sheets if sheet["error"]}
    assert len(sheets) == MANY
    assert errors["./gone\x1b.yaml"] == "'./gone\\x1b.yaml': no such file; expected a sheet of answers"
    assert errors["./loop.yaml"] == "'./loop.yaml': cannot be read: Too many levels of symbolic links"
    assert len(errors) == 5
    rows = list(csv.reader(io.StringIO(forms["csv"][1])))
    assert (len(rows), {len(row) for row in rows}) == (MANY + 1, {14})
    assert len(ElementTree.fromstring(forms["junit"][1].encode())) == MANY
    assert forms["markdown"][1].count("\n| ") == MANY + 2


def test_a_device_without_an_end_is_read_so_far_and_refused(tmp_path: Path) -> None:
    message = "/dev/zero:1:1: larger than 32 MB, the most that is read\n"
    assert checked(tmp_path, "/dev/zero") == (1, "", message)


@pytest.mark.skipif(os.geteuid() == 0, reason="everything can be read by root")
def test_a_file_without_permission_is_told(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").touch(mode=0o000)
    assert checked(tmp_path, "s.yaml") == (1, "", "'s.yaml': cannot be read: Permission denied\n")


def test_a_file_name_that_is_none_is_told(tmp_path: Path) -> None:
    code, output, said = checked(tmp_path, "x" * 5000)
    assert (code, output) == (1, "")
    assert said == f"'{'x' * 120}…': cannot be read: File name too long\n"


# A process that checks sheets is killed as soon as it comes to the ninth one.
KILLED = """
import os, signal, sys
from backtrace.cli import main
from backtrace.cli import answer_batch as sheets
ours = sheets.read_sheet_file
def read_sheet_file(file, *others):
    if file.endswith("08.yaml"):
        os.kill(os.getpid(), signal.SIGKILL)
    return ours(file, *others)
sheets.read_sheet_file = read_sheet_file
del sys.argv[1]
main()
"""


def test_a_process_that_is_killed_ends_the_run_with_a_line_and_without_a_file(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"{number:02}.yaml").write_text("h_1: 0.6\n")
    done = checked(tmp_path, ".", "--jobs", "2", "-f", "csv", "-o", "../marks.csv", program=KILLED)
    assert done == (1, "", "a process that checked sheets was killed; try --jobs 1\n")
    assert not (tmp_path.parent / "marks.csv").exists()
