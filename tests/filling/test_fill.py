"""Documents whose numbers stay right: what is put between marks, and that nothing else is touched or read."""

from __future__ import annotations

import contextlib
import html
import math
import os
import re
import subprocess
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import backtrace
from backtrace.cli import cli
from backtrace.cli.document_runner import REFUSED
from backtrace.cli.output import Passage
from backtrace.config.load import example_names
from backtrace.errors import BacktraceError
from backtrace.filling.comments import Kind, comments
from backtrace.filling.document import Document, Replacement, difference, replaced
from backtrace.filling.marks import COMMANDS, read_marks
from backtrace.filling.places import PLACES, number_text
from backtrace.library import trace
from backtrace.limits import DOCUMENT_STEPS
from tests.runner import Outcome, run

NEURON = """\
title: One neuron
inputs: [x]
targets: [t]
layers:
  - {name: output, units: [o], activation: linear, weights: [[w]], biases: [b]}
parameters: {w: 0.5, b: 0.25}
update: {rule: sgd, learning_rate: 0.5}
samples:
  - {inputs: [1], targets: [1]}
  - {inputs: [2], targets: [0]}
"""


Fill = Callable[..., Outcome]


@pytest.fixture
def fill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fill:
    """`backtrace fill`, run in a folder with a config."""
    (tmp_path / "neuron.yaml").write_text(NEURON, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return partial(run, "fill")


@pytest.fixture
def filled(fill: Fill, tmp_path: Path) -> Callable[..., str]:
    """A document after `fill`, which a second `fill` leaves unchanged."""

    def text_of(text: str, name: str = "doc.md") -> str:
        path = tmp_path / name
        path.write_bytes(text.encode())
        assert fill(name).err.startswith(f"{name}: ")
        done = path.read_bytes()
        again, checked = fill(name), fill("--check", name)
        assert (again.code, again.out, checked.code, checked.out) == (0, "", 0, "")
        assert path.read_bytes() == done
        return done.decode()

    return text_of


@pytest.fixture
def refused(fill: Fill, tmp_path: Path) -> Callable[..., str]:
    """Why a document is refused, which then is as it was."""

    def message(text: str, name: str = "doc.md") -> str:
        path = tmp_path / name
        path.write_bytes(text.encode())
        done = fill(name)
        assert (done.code, done.out) == (1, "")
        assert path.read_bytes() == text.encode()
        assert done.err.count("\n") == 1
        return done.err[:-1]

    return message


Text = Callable[..., str]


# One number


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("neuron.yaml a_o", "0.75"),
        ("or-gate E", "0.118851"),
        ("or-gate E .3f", "0.119"),
        ("or-gate dE/dw_1 .2e", "-2.79e-04"),
        ("or-gate dE/dw_1 .4g", "-0.0002787"),
        ("or-gate a_o .1%", "51.2%"),
        ("two-two-two ∂E_total/∂w5", "0.082167"),
        ("two-two-two net_h1", "0.3775"),
        ("neuron.yaml E --sample 2", "0.78125"),
        ("neuron.yaml w+ --step 2", "-1"),
        ("neuron.yaml E --sample 2 --step 2 .2f", "1.32"),
        ("neuron.yaml a_o --set w=1", "1.25"),
        ("neuron.yaml a_o --input 3", "1.75"),
        ("neuron.yaml E --input 3 --target 1 .3f", "0.281"),
        ("or-gate a_1 --hand 3", "0.646"),
        ("'neuron.yaml' \"a_o\"", "0.75"),
        ("./perceptron h_o", "0.75"),  # whose activation has no useful derivative
        ("or-gate w_5", "0.01"),
        ("or-gate w_5 .3f", "0.010"),
        ("or-gate w_5 --step 2", "0.0493241"),
        ("or-gate i_1 --sample 2", "0"),
        ("two-two-two target_o2 --hand 3", "0.99"),
    ],
)
def test_an_inline_mark_gives_one_number(words: str, number: str, filled: Text) -> None:
    Path("perceptron").write_text(NEURON.replace("linear", "step"), encoding="utf-8")
    document = f"It is <!-- bt {words} -->old<!-- /bt -->, not <!--bt {words}--><!--/bt-->."
    expected = f"It is <!-- bt {words} -->{number}<!-- /bt -->, not <!--bt {words}-->{number}<!--/bt-->."
    assert filled(document) == expected
    assert filled(document, "doc.html") == expected


def test_a_latex_number_stands_on_the_line_after_its_mark(filled: Text) -> None:
    document = (
        "50\\% of % bt or-gate E .3f\n\t0.5% /bt\n, \\verb|% bt x| and\n\\url{a.b/c%20d}: "
        "% bt neuron.yaml a_o\n % /bt\n.\n"
    )
    assert filled(document, "doc.tex") == document.replace("0.5% /bt", "0.119% /bt").replace(
        "\n % /bt", "\n 0.75% /bt"
    )


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("or-gate a_o .1%", "51.2\\%"),
        ("or-gate dE/dw_1 .2e", "\\ensuremath{-2.79 \\cdot 10^{-4}}"),
        ("or-gate w_1 --set w_1=1e-7", "\\ensuremath{10^{-7}}"),
        ("or-gate E .3f", "0.119"),
    ],
)
def test_a_number_in_latex_is_written_as_latex_has_it(words: str, number: str, filled: Text) -> None:
    document = f"It is % bt {words}\n{{}}% /bt\n.\n"
    assert filled(document.format(""), "doc.tex") == document.format(number)


def test_blanks_around_a_number_stay(filled: Text) -> None:
    assert (
        filled("<!-- bt or-gate E .1f --> 7\t<!-- /bt -->") == "<!-- bt or-gate E .1f --> 0.1\t<!-- /bt -->"
    )


def test_a_mark_may_be_broken_over_lines(filled: Text) -> None:
    document = "<!-- bt or-gate\n  E .3f -->1<!-- /bt -->\n"
    assert filled(document) == document.replace(">1<", ">0.119<")


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (-0.0004, ".3f", "0.000"), (-0.0004, ".1%", "0.0%"), (-0.0, ".1e", "0.0e+00"), (-0.6, ".0f", "-1"),
        (1234567.891, ",.1f", "1,234,567.9"), (1e300, ".0e", "1e+300"), (1e-7, ".3g", "1.00e-07"),
        (-0.00054, ".3g", "-0.000540"), (540.0, ".3g", "540"), (540.0, ".1g", "5e+02"), (2.0, ".3g", "2.00"),
        (0.0, ".3g", "0.00"), (1234.5, ",.6g", "1,234.50"), (math.inf, ".3g", "not finite"),
        (0.5, ".30f", "0.5" + "0" * 29),
    ],
)  # fmt: skip
def test_a_format_writes_a_number(value: float, spec: str, text: str) -> None:
    assert number_text(value, spec) == text


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("3f", "'3f' is no format; expected one such as .3f, .4g, .2e or .1%"),
        (".3", "'.3' is no format; expected one such as .3f, .4g, .2e or .1%"),
        ("{.3f}", "'{.3f}' is no format; expected one such as .3f, .4g, .2e or .1%"),
        (".٣f", "'.٣f' is no format; expected one such as .3f, .4g, .2e or .1%"),
        (".31f", "'.31f': 31 places; expected 0 to 30"),
        (".0g", "'.0g': 0 places; expected 1 to 17"),
        (".999999999f", "'.999999999f' is no format; expected one such as .3f, .4g, .2e or .1%"),
    ],
)
def test_a_format_that_is_none_is_refused(spec: str, message: str, refused: Text) -> None:
    assert refused(f"a\n  <!-- bt or-gate E {spec} --><!-- /bt -->") == f"doc.md:2:3: {message}"


# Blocks


def block(words: str, kind: Kind = "markdown", between: str = "") -> str:
    sign = "% {}\n" if kind == "latex" else "<!-- {} -->\n"
    return sign.format(f"backtrace: {words}") + between + sign.format("/backtrace")


def test_a_table_is_a_console_block_with_its_command(filled: Text) -> None:
    words = "trace neuron.yaml --only forward --show a_o"
    assert filled(f"# Text\n\n{block(words)}\nend") == (
        "# Text\n\n<!-- backtrace: trace neuron.yaml --only forward --show a_o -->\n"
        "```console\n"
        "$ backtrace trace neuron.yaml --only forward --show a_o\n"
        "One neuron\n"
        "network 1-1 · linear · half_squared_error · sgd, learning_rate 0.5 · float64\n"
        "\n"
        "step 1, sample 1: x = 1, t = 1\n"
        "\n"
        "Forward, output layer\n"
        "╭────────┬─────────┬──────────────────┬───────╮\n"
        "│ symbol │ formula │ with the numbers │ value │\n"
        "├────────┼─────────┼──────────────────┼───────┤\n"
        "│ a_o    │ h_o     │ 0.75             │  0.75 │\n"
        "╰────────┴─────────┴──────────────────┴───────╯\n"
        "```\n"
        "<!-- /backtrace -->\n\nend"
    )


def test_markdown_stands_as_it_is_between_blank_lines(filled: Text) -> None:
    text = filled(block("trace neuron.yaml -f markdown --show a_o"))
    first, blank, heading, *_, row, empty, end, last = text.split("\n")
    assert (blank, heading, row) == ("", "## One neuron", "| `a_o` | `h_o` | `0.75` | 0.75 |")
    assert (first, empty, end, last) == (
        "<!-- backtrace: trace neuron.yaml -f markdown --show a_o -->",
        "",
        "<!-- /backtrace -->",
        "",
    )


@pytest.mark.parametrize(
    ("words", "kind", "opening", "closing"),
    [
        ("trace or-gate -f csv", "markdown", "```csv", "```"),
        ("trace or-gate -f json", "markdown", "```json", "```"),
        ("trace or-gate -f jsonl", "markdown", "```jsonl", "```"),
        ("trace or-gate -f latex", "markdown", "```latex", "```"),
        ("explain or-gate dE/dw_5", "markdown", "```console", "```"),
        ("draw or-gate -f text", "markdown", "```console", "```"),
        ("draw or-gate -f dot", "markdown", "```dot", "```"),
        ("draw or-gate -f mermaid", "markdown", "```mermaid", "```"),
        ("draw or-gate", "markdown", "<svg ", "</svg>"),
        ("train or-gate --steps 5 -f svg", "markdown", "<svg ", "</svg>"),
        ("train or-gate --steps 5 -f markdown", "markdown", "", ""),
        ("check or-gate --published -f junit", "markdown", "```xml", "```"),
        ("check or-gate --published", "markdown", "```console", "```"),
        ("check --slips", "markdown", "```console", "```"),
        ("trace --help", "markdown", "```console", "```"),
        ("train or-gate --steps 5", "html", "<pre>", "</pre>"),
        ("trace or-gate -f csv", "html", "<pre>", "</pre>"),
        ("draw or-gate -f mermaid", "html", '<pre class="mermaid">', "</pre>"),
        ("draw or-gate", "html", "<svg ", "</svg>"),
        ("trace or-gate -f html --fragment", "html", "<h2>step 1, sample 1", "</table>"),
        ("trace or-gate", "latex", "\\begin{verbatim}", "\\end{verbatim}"),
        ("train or-gate --steps 5 -f json", "latex", "\\begin{verbatim}", "\\end{verbatim}"),
        ("trace or-gate -f latex --fragment", "latex", "% OR gate, 2-2-1", "\\par\\endgroup"),
    ],
)
def test_every_form_stands_as_its_kind_of_document_has_it(
    words: str, kind: Kind, opening: str, closing: str, filled: Text
) -> None:
    name = {"markdown": "doc.md", "html": "doc.html", "latex": "doc.tex"}[kind]
    _, first, *_, last, _, _ = filled(block(words, kind), name).split("\n")
    assert first.startswith(opening)
    assert bool(opening) == bool(first)
    assert last == closing


def test_plain_text_in_html_is_escaped_and_in_latex_ascii(filled: Text) -> None:
    Path("neuron.yaml").write_text(NEURON.replace("One neuron", "</pre><b>&"), encoding="utf-8")
    page = filled(block("trace neuron.yaml --show dE/dw"), "doc.html")
    assert page.split("\n")[2] == "&lt;/pre&gt;&lt;b&gt;&amp;"
    assert "∂E/∂w" in html.unescape(page)
    assert filled(block("trace neuron.yaml --show dE/dw", "latex"), "doc.tex").isascii()


def test_the_lines_of_a_block_stand_below_each_other_in_a_list_and_a_quotation(filled: Text) -> None:
    words = "trace neuron.yaml --show a_o"
    for prefix in ("  ", "> ", ">> \t"):
        document = f"- one\n\n{prefix}<!-- backtrace: {words} -->\n{prefix}<!-- /backtrace -->\n"
        lines = filled(document).split("\n")[2:-1]
        assert {line[: len(prefix)] for line in lines} == {prefix, prefix.rstrip()}
        assert lines[1] == f"{prefix}```console"


def test_what_is_printed_does_not_depend_on_the_terminal(
    filled: Text, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "check or-gate --published"
    plain = filled(block(words))
    for name, value in (("COLUMNS", "31"), ("FORCE_COLOR", "1"), ("TERM", "dumb"), ("LANG", "C")):
        monkeypatch.setenv(name, value)
    assert filled(block(words)) == plain
    assert max(map(len, plain.splitlines())) <= 81  # a heading's line may be longer than a table's


def test_what_every_bundled_example_prints_fits_in_a_document(filled: Text) -> None:
    names = [name for name in example_names() if backtrace.load(name).update]
    for command in ("trace {} --step 2", "train {} --steps 20", "draw {} -f text"):
        text = filled("".join(block(command.format(name)) for name in names))
        assert text.count("```console") == len(names) > 10
        assert max(map(len, text.splitlines())) <= 110  # headings are not broken


def test_the_mistakes_that_check_finds_are_no_failure(filled: Text) -> None:
    Path("sheets").mkdir()
    for name in ("ann", "ben"):
        Path(f"sheets/{name}.yaml").write_text("a_o: 0.8\n", encoding="utf-8")
    text = filled(block("check neuron.yaml sheets"))
    assert "│ sheets/ann.yaml │" in text


def test_a_whole_class_of_which_one_sheet_cannot_be_read_is_a_failure(refused: Text) -> None:
    Path("sheets").mkdir()
    Path("sheets/cy.yaml").write_text("", encoding="utf-8")
    said = refused(block("check neuron.yaml sheets"))
    assert said == "doc.md:1:1: backtrace check ended with exit code 1; run it to see why"


@pytest.mark.parametrize("name", ["doc.md", "./doc.md", "link.md"])
def test_a_document_does_not_check_itself_as_that_would_never_settle(name: str, refused: Text) -> None:
    os.symlink("doc.md", "link.md")
    said = refused(f"a_o = 0.5\n\n{block(f'check neuron.yaml {name}')}")
    assert said == f"doc.md:3:1: '{name}': the document that is filled; expected another file"


def test_paths_begin_at_the_folder_of_the_document(fill: Fill, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    (folder / "nets").mkdir(parents=True)
    (folder / "nets" / "or-gate").write_text(NEURON, encoding="utf-8")
    (folder / "doc.md").write_text("<!-- bt nets/or-gate a_o --><!-- /bt -->", encoding="utf-8")
    assert fill("docs/doc.md") == (0, "", "docs/doc.md: 1 of 1 place changed\n")
    assert (folder / "doc.md").read_text(encoding="utf-8") == "<!-- bt nets/or-gate a_o -->0.75<!-- /bt -->"
    assert Path.cwd() == tmp_path


# What is no mark


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("```\n<!-- bt x -->\n```\n", "doc.md"),
        ("````md\n```\n<!-- bt x -->\n```\n````\n", "doc.md"),
        ("~~~\n<!-- backtrace: rm -->\n```\n~~~~\n", "doc.md"),
        ("- a\n  ```\n  <!-- bt x -->\n  ```\n", "doc.md"),
        ("> ```\n> <!-- bt x -->\n> ```\n", "doc.md"),
        ("1. ```html\n   <!-- /bt -->\n   ```\n", "doc.md"),
        ("```\n<!-- bt x -->\n", "doc.md"),
        ("so `<!-- bt x -->` and ``a ` <!-- /bt --> b``\n", "doc.md"),
        ("`over\nlines <!-- bt x -->`\n", "doc.md"),
        ("so \\<!-- bt x -->\n", "doc.md"),
        ("<!-- a comment\n<!-- bt x -->\n", "doc.md"),
        ("<!-- backtrace says, as trace does -->\n<!-- test -->\n<!-- btw -->\n<!---->\n<!-->\n", "doc.md"),
        ("<!-- bt x", "doc.md"),
        ("<!-- a\n<!-- bt x -->", "doc.html"),
        ("\\begin{verbatim}\n% bt x\n\\end{verbatim}\n", "doc.tex"),
        ("\\begin{lstlisting}[a]\n% /backtrace\n\\end{lstlisting}\n", "doc.tex"),
        ("\\lstinline|% bt x|\n\\lstinline[a=b]{% bt x}\n\\path{% bt x}\n", "doc.tex"),
        ("50\\% bt x \\\\\\% /bt\n\\verb+% bt x+\n% backtrace does it\n", "doc.tex"),
    ],
)
def test_what_only_speaks_of_marks_is_none(text: str, name: str, fill: Fill, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert fill(name) == (0, "", f"{name}: no marks\n")


COMMENT = "<!-- bt or-gate E -->"
BLOCKS = [
    "a `b` {}",
    "``c ` {}`` d",
    "\\` {} `e`",
    "# A ` {}",
    "{}",
    "* one `a`\n* two {} `b`",
    "1. one\n\n   {}",
    "> quoted `{}` text\n> {}",
    "```\n{}\n```",
    "````md\n```\n{}\n```\n````",
    "~~~\n{}\n```\n~~~",
    "- one\n  ```\n  {}\n  ```\n  {}",
    "> ```\n> {}\n> ```\n> {}",
    "> ```\n> {}\n\n{}",
    "```a {}``` b",
    "over `two\nlines {}` and {}",
    "```md\n1. a\n\n    ```sh\n    {}\n    ```\n```\n{}",
]


@settings(max_examples=80)
@given(
    blocks=st.lists(st.tuples(st.sampled_from(BLOCKS), st.sampled_from([COMMENT, f"x {COMMENT} y", "z"]))),
    newline=st.sampled_from(["\n", "\r\n"]),
)
def test_a_mark_in_markdown_is_what_a_reader_of_markdown_takes_for_a_comment(
    blocks: list[tuple[str, str]], newline: str
) -> None:
    text = "\n\n".join(shape.replace("{}", said) for shape, said in blocks) + "\n"
    real = MarkdownIt("commonmark", {"html": True}).render(text).count(COMMENT)
    assert len([*comments(text.replace("\n", newline), "markdown")]) == real


def test_a_stray_backtick_hides_no_mark(filled: Text) -> None:
    number = "<!-- bt or-gate E .1f -->{}<!-- /bt -->"
    for before in ("a ` b\n\n", "a ` b\n# c\n", "a ` b\n- c\n", "\\` ", "`` ` \n", "```a`b``` "):
        document = f"{before}{number.format(1)} ` x" if before[0] == "\\" else f"{before}{number.format(1)}\n"
        assert filled(document) == document.replace(">1<", ">0.1<")
    words = "trace neuron.yaml --show a_o"
    assert "```console" in filled(f"a ` b\n{block(words)}and ` c\n")


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("a\n <!-- backtrace: trace or-gate -->\nb\n", "doc.md",
         "doc.md:2:2: a mark that is not closed; expected <!-- /backtrace --> after it"),
        ("<!-- bt or-gate E -->1\n", "doc.md",
         "doc.md:1:1: a mark that is not closed; expected <!-- /bt --> after it"),
        ("<!-- bt or-gate E -->1\n<!-- /bt -->", "doc.md",
         "doc.md:1:1: a mark that is not closed; expected <!-- /bt --> on the same line"),
        ("% bt or-gate E\n\n% /bt\n", "doc.tex",
         "doc.tex:1:1: a mark that is not closed; expected % /bt on the next line"),
        ("a <!-- /bt -->", "doc.md",
         "doc.md:1:3: nothing to close here; expected <!-- bt CONFIG ID --> before"),
        ("\n% /backtrace", "doc.tex",
         "doc.tex:2:1: nothing to close here; expected % backtrace: COMMAND before"),
        (block("trace or-gate", between="<!-- bt or-gate E -->1<!-- /bt -->\n"), "doc.md",
         "doc.md:2:1: a mark inside that of line 1; expected <!-- /backtrace --> before"),
        ("x <!-- bt or-gate E --> <!-- backtrace: trace or-gate -->\n", "doc.html",
         "doc.html:1:25: a mark inside that of line 1; expected <!-- /bt --> before"),
        ("x <!-- backtrace: trace or-gate -->\n<!-- /backtrace -->\n", "doc.md",
         "doc.md:1:3: a block mark must be alone on its line"),
        ("<!-- backtrace: trace or-gate --> x\n<!-- /backtrace -->\n", "doc.md",
         "doc.md:1:1: a block mark must be alone on its line"),
        ("<!-- backtrace: trace or-gate --><!-- /backtrace -->\n", "doc.html",
         "doc.html:1:1: a block mark must be alone on its line"),
        ("<!-- Backtrace: trace or-gate -->", "doc.md",
         "doc.md:1:1: 'Backtrace: trace or-gate' is no mark; expected one of <!-- backtrace: COMMAND -->, "
         "<!-- /backtrace -->, <!-- bt CONFIG ID -->, <!-- /bt -->"),
        ("% backtrace trace or-gate", "doc.tex",
         "doc.tex:1:1: 'backtrace trace or-gate' is no mark; expected one of % backtrace: COMMAND, "
         "% /backtrace, % bt CONFIG ID, % /bt"),
        ("<!-- backtrace: trace or-gate\n<!-- /backtrace -->\n", "doc.md",
         "doc.md:1:1: a mark that does not end; expected --> after it"),
        (f"<!-- bt {'x' * 2000} -->", "doc.md",
         "doc.md:1:1: a mark that does not end; expected --> after it"),
    ],
)  # fmt: skip
def test_a_broken_mark_is_told_with_its_place(text: str, name: str, message: str, refused: Text) -> None:
    assert refused(text, name) == message


PRINTS = "may not stand in a mark; expected a command that only prints"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("", "'' may not stand in a mark; expected trace, explain, train, draw or check"),
        ("trce or-gate", "'trce' may not stand in a mark; did you mean trace?"),
        ("fill doc.md", "'fill' may not stand in a mark; expected trace, explain, train, draw or check"),
        ("gradcheck or-gate", "'gradcheck' may not stand in a mark; did you mean check?"),
        ("examples", "'examples' may not stand in a mark; expected trace, explain, train, draw or check"),
        ("--version", "'--version' may not stand in a mark; expected trace, explain, train, draw or check"),
        ("trace 'or-gate", "'trace 'or-gate': no closing quotation"),
        ("trace or-gate -o x", f"--output {PRINTS}"),
        ("trace or-gate -ox", f"--output {PRINTS}"),
        ("draw or-gate --output=x", f"--output {PRINTS}"),
        ("train or-gate --save x", f"--save {PRINTS}"),
        ("draw or-gate -o x -f dot", f"--output {PRINTS}"),
        ("train or-gate --color auto", f"--color {PRINTS}"),
        ("check or-gate a --jobs 2", f"--jobs {PRINTS}"),
        ("train or-gate --steps 1000001", "--steps 1,000,001 in a mark; expected at most 1,000,000"),
        ("trace or-gate --step 99999999", "--step 99,999,999 in a mark; expected at most 1,000,000"),
        ("trace or-gate$(ls)", "'or-gate$(ls)': no such file, and no bundled example; did you mean or-gate?"),
        ("trace or-gate --show nope", "no quantity 'nope'; expected an id, as h_1, h_2, a_1, a_2, h_o, a_o"),
    ],
)  # fmt: skip
def test_a_command_that_may_not_run_is_told_at_its_mark(words: str, message: str, refused: Text) -> None:
    assert refused(f"text\n\n{block(words)}") == f"doc.md:3:1: {message}"


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("trace", "'CONFIG'"),
        ("trace or-gate; ls", "(ls)"),
        ("trace or-gate --only", "'--only'"),
        ("trace or-gate --step 0", "'--step'"),
    ],
)
def test_wrong_usage_is_told_at_its_mark(words: str, part: str, refused: Text) -> None:
    said = refused(f"text\n\n{block(words)}")
    assert said.startswith("doc.md:3:1: ")
    assert part in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("or-gate delta_9", "no quantity 'delta_9'; did you mean delta_o?"),
        ("or-gate E --step 2 --sample 9", "no sample 9; there are samples 1 to 4"),
        ("or-gate E --input 1,1 --sample 2", "--input makes a sample of its own; leave"),
        ("or-gat E", "'or-gat': no such file, and no bundled example; did you mean or-gate?"),
    ],
)  # fmt: skip
def test_a_number_that_is_not_there_is_told_at_its_mark(words: str, message: str, refused: Text) -> None:
    assert refused(f"<!-- bt {words} --><!-- /bt -->").startswith(f"doc.md:1:1: {message}")


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("", "'CONFIG'"),
        ("or-gate", "'ID'"),
        ("or-gate E .3f x", "(x)"),
        ("or-gate E --output x", "--output"),
        ("or-gate E --step 1000001", "'--step'"),
    ],
)
def test_wrong_usage_of_a_number_is_told_at_its_mark(words: str, part: str, refused: Text) -> None:
    said = refused(f"<!-- bt {words} --><!-- /bt -->")
    assert said.startswith("doc.md:1:1: ")
    assert part in said


@pytest.mark.parametrize(
    ("words", "name", "message"),
    [
        ("trace or-gate -f markdown", "doc.html",
         "-f markdown in an HTML document; expected -f html, svg, or none"),
        ("trace or-gate -f markdown", "doc.tex",
         "-f markdown in a LaTeX document; expected -f latex, or none"),
        ("draw or-gate", "doc.tex", "-f svg in a LaTeX document; expected -f latex, or none"),
        ("trace or-gate -f latex", "doc.tex", "-f latex is a whole document; expected --fragment"),
        ("trace or-gate -f html", "doc.html", "-f html is a whole document; expected --fragment"),
        ("trace or-gate -f html --fragment", "doc.tex",
         "-f html in a LaTeX document; expected -f latex, or none"),
        ("trace or-gate -f latex", "doc.html",
         "-f latex in an HTML document; expected -f html, svg, or none"),
    ],
)  # fmt: skip
def test_a_form_that_makes_no_sense_in_a_document_is_refused(
    words: str, name: str, message: str, refused: Text
) -> None:
    kind: Kind = "latex" if name == "doc.tex" else "html"
    assert refused(block(words, kind), name) == f"{name}:1:1: {message}"


def test_every_form_of_the_five_commands_has_its_place_in_markdown() -> None:
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        (form,) = [option.type for option in command.params if option.name == "form"]
        assert isinstance(form, click.Choice)
        assert set(form.choices) <= {*PLACES["markdown"], "html"}  # html is a page of its own


def test_every_option_that_names_a_file_is_refused() -> None:
    found = set()
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        for option in command.params:
            if isinstance(option, click.Option) and "FILE" in (option.metavar or "") + (option.help or ""):
                found |= {option.name} - {"form"}  # whose help speaks of the FILE of -o
    assert found == {"output", "save"}
    assert found < set(REFUSED)


def test_more_output_than_a_page_holds_is_refused(refused: Text, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Passage, "most", 200_000)
    said = refused(block(f"trace or-gate --steps {DOCUMENT_STEPS} -f csv"))
    fix = "show less, with --steps, --only or --show"
    assert said == f"doc.md:1:1: the output would exceed 200,000 characters; {fix}"


# What is read


@pytest.fixture
def outside(tmp_path: Path, fill: Fill, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder beside the one of the document, with a config, a sheet and arrays."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "net.yaml").write_text(NEURON, encoding="utf-8")
    (folder / "sheet.yaml").write_text("a_o: 0.75\n", encoding="utf-8")
    (folder / "data.csv").write_text("x,t\n1,1\n", encoding="utf-8")
    np.savez(folder / "arrays.npz", W=np.array([[0.5]]), x=np.ones((1, 1)), t=np.ones((1, 1)))
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "net.yaml").write_text(NEURON, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "inside")
    return folder


OUTSIDE = "outside the document's folder; expected a file in it or below"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("trace ../outside/net.yaml", f"'../outside/net.yaml': {OUTSIDE}"),
        ("trace ../outside/nope.yaml", f"'../outside/nope.yaml': {OUTSIDE}"),
        ("trace link.yaml", f"'link.yaml': {OUTSIDE}"),
        ("trace folder/net.yaml", f"'folder/net.yaml': {OUTSIDE}"),
        ("trace -", "'-': standard input is not read here; expected a file"),
        ("trace /dev/stdin", f"'/dev/stdin': {OUTSIDE}"),
        ("trace pipe", "'pipe': not a file"),
        ("check net.yaml ../outside/sheet.yaml", f"'../outside/sheet.yaml': {OUTSIDE}"),
        ("check net.yaml ../outside", f"'../outside': {OUTSIDE}"),
        ("check net.yaml folder", f"'folder': {OUTSIDE}"),
        ("trace ../inside2/net.yaml", f"'../inside2/net.yaml': {OUTSIDE}"),
        ("check net.yaml -", "'-': standard input is not read here; expected a file"),
        (
            "trace arrays.yaml",
            f"arrays.yaml:5:85: layers[0].weights.file: '../outside/arrays.npz': {OUTSIDE}",
        ),
        ("trace samples.yaml", f"samples.yaml:8:17: samples.file: '../outside/arrays.npz': {OUTSIDE}"),
        ("trace csv.yaml", f"csv.yaml:8:17: samples.file: 'folder/data.csv': {OUTSIDE}"),
        ("train csv.yaml", f"csv.yaml:8:17: samples.file: 'folder/data.csv': {OUTSIDE}"),
        ("draw csv.yaml", f"csv.yaml:8:17: samples.file: 'folder/data.csv': {OUTSIDE}"),
        ("explain csv.yaml dE/dw", f"csv.yaml:8:17: samples.file: 'folder/data.csv': {OUTSIDE}"),
    ],
)
def test_nothing_outside_of_the_folder_is_read(
    words: str, message: str, outside: Path, fill: Fill, tmp_path: Path
) -> None:
    os.symlink(outside / "net.yaml", "link.yaml")
    os.symlink(outside, "folder")
    os.mkfifo("pipe")
    head, _, _ = NEURON.partition("samples:")
    arrays = NEURON.replace("[[w]]", "{file: ../outside/arrays.npz, key: W}").replace("w: 0.5, ", "")
    Path("arrays.yaml").write_text(arrays, encoding="utf-8")
    Path("samples.yaml").write_text(f"{head}samples: {{file: ../outside/arrays.npz}}\n", encoding="utf-8")
    Path("csv.yaml").write_text(f"{head}samples: {{file: folder/data.csv}}\n", encoding="utf-8")
    Path("doc.md").write_text(block(words), encoding="utf-8")
    done = fill("doc.md")
    assert (done.code, done.out) == (1, "")
    assert re.sub(r":[0-9]+:[0-9]+: (layers|samples)", r":: \1", done.err) == re.sub(
        r":[0-9]+:[0-9]+: (layers|samples)", r":: \1", f"doc.md:1:1: {message}\n"
    )


def test_an_absolute_path_is_read_where_it_leads_below_the_folder(
    outside: Path, fill: Fill, tmp_path: Path
) -> None:
    Path("doc.md").write_text(f"<!-- bt {outside}/net.yaml a_o --><!-- /bt -->", encoding="utf-8")
    assert fill("doc.md").err == f"doc.md:1:1: '{outside}/net.yaml': {OUTSIDE}\n"
    Path("doc.md").write_text(f"<!-- bt {tmp_path}/inside/net.yaml a_o --><!-- /bt -->", encoding="utf-8")
    assert fill("doc.md").code == 0


def test_what_lies_beside_the_real_document_is_read(outside: Path, fill: Fill) -> None:
    (outside / "doc.md").write_text("<!-- bt net.yaml a_o --><!-- /bt -->", encoding="utf-8")
    os.symlink(outside / "doc.md", "link.md")
    assert fill("link.md") == (0, "", "link.md: 1 of 1 place changed\n")
    assert Path("link.md").is_symlink()
    assert (outside / "doc.md").read_text(encoding="utf-8") == "<!-- bt net.yaml a_o -->0.75<!-- /bt -->"


def test_a_run_after_a_fill_reads_what_it_likes_again(outside: Path, fill: Fill) -> None:
    from backtrace import load

    Path("doc.md").write_text("<!-- bt ../outside/net.yaml a_o --><!-- /bt -->", encoding="utf-8")
    assert fill("doc.md").code == 1
    assert load("../outside/net.yaml").title == "One neuron"


# Hostile names

HOSTILE = [
    "<!-- /backtrace -->", "--> <script>alert(1)</script>", "``` ```` `````", "~~~", "% /backtrace",
    "/backtrace", "bt or-gate E", "backtrace: trace or-gate", "<!-- bt or-gate E -->", "<!--",
    "\\end{verbatim} \\input{x}", "]]> </svg>", "</pre>",
]  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("form", ["table", "markdown", "svg", "mermaid", "json", "latex"])
@pytest.mark.parametrize(
    ("name", "kind"), [("doc.md", "markdown"), ("doc.html", "html"), ("doc.tex", "latex")]
)
def test_no_title_or_name_breaks_a_document(
    hostile: str, form: str, name: str, kind: Kind, fill: Fill, tmp_path: Path
) -> None:
    title, layer = (hostile.replace("'", "''") for _ in range(2))
    config = NEURON.replace("One neuron", f"'{title}'").replace("name: output", f"name: '{layer}'")
    Path("bad.yaml").write_text(config, encoding="utf-8")
    command = "draw" if form in ("svg", "mermaid", "text") else "trace"
    fragment = " --fragment" if form == "latex" else ""
    marked = block(f"{command} bad.yaml -f {form}{fragment}", kind)
    before, after = "one\n\n", "\ntwo\n" + block("trace or-gate -f csv", kind)
    document = tmp_path / name
    document.write_text(before + marked + after, encoding="utf-8")
    if fill(name).code == 1:
        assert document.read_text(encoding="utf-8") == before + marked + after
        return
    text = document.read_text(encoding="utf-8")
    marks = read_marks(text, kind, name)
    assert [mark.words.split()[0] for mark in marks] == [command, "trace"]
    assert text.startswith(before + marked.partition("\n")[0])
    assert text[marks[0].end :].startswith(marked.splitlines()[1] + "\n\ntwo\n")
    assert fill("--check", name) == (0, "", f"{name}: 0 of 2 places out of date\n")
    assert "<script>" not in text or name == "doc.tex" or "```" in text


def test_output_that_would_be_read_as_a_mark_is_refused(refused: Text) -> None:
    Path("bad.yaml").write_text(NEURON.replace("One neuron", "/backtrace"), encoding="utf-8")
    said = refused(block("trace bad.yaml -f latex --fragment", "latex"), "doc.tex")
    assert said == "doc.tex:1:1: the output contains signs that would be read as marks"


# Every other byte


PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "a",
                "b",
                "\t",
                " ",
                "'",
                '"',
                "*",
                "_",
                "[",
                "]",
                "#",
                "$",
                "&",
                ";",
                "é∂",
                "\\",
                "\\begin{x}",
                "%",
            ),
            *("\r\n", "\n", "\n\n", "\r", "`", "``", "```", "~~~", "> ", "- ", "<!-- c -->", "<!--", "-->"),
            *("\u2028", "\x00", "\ufeff", "\x1b[31m"),
        ]
    ),
    max_size=12,
).map("".join)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    pieces=st.lists(PIECES, min_size=2, max_size=5), name=st.sampled_from(["doc.md", "doc.html", "doc.tex"])
)
def test_every_byte_outside_of_the_places_stays(
    pieces: list[str], name: str, fill: Fill, tmp_path: Path
) -> None:
    opening, closing = ("% bt or-gate E .3f\n", "% /bt") if name == "doc.tex" else (
        "<!-- bt or-gate E .3f -->",
        "<!-- /bt -->",
    )  # fmt: skip
    document = f"{opening}7{closing}\n".join(pieces)
    path = tmp_path / name
    path.write_bytes(document.encode())
    done = fill(name)
    if done.code == 1:  # surroundings that hide or break a mark
        assert path.read_bytes() == document.encode()
        return
    after = path.read_bytes().decode()
    assert after.replace(f"{opening}0.119{closing}", f"{opening}7{closing}") == document
    assert fill("--check", name).code == 0


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_block_has_the_line_ends_of_its_document(newline: str, filled: Text) -> None:
    words = "trace neuron.yaml --show a_o"
    for name, kind in (("doc.md", "markdown"), ("doc.html", "html"), ("doc.tex", "latex")):
        document = f"one\n\n{block(words, kind)}two"  # type: ignore[arg-type]
        text = filled(document.replace("\n", newline), name)
        assert text.replace(newline, "\n") == filled(document, name)
        assert text.count(newline) > 8
        assert "\n" not in text.replace(newline, "")


def test_a_byte_order_mark_stays(fill: Fill, tmp_path: Path) -> None:
    number = "<!-- bt or-gate E .3f -->{}<!-- /bt -->"
    Path("doc.md").write_bytes(b"\xef\xbb\xbf" + number.format("").encode())
    assert fill("doc.md").code == 0
    assert Path("doc.md").read_bytes() == b"\xef\xbb\xbf" + number.format("0.119").encode()


def test_a_document_that_cannot_be_read_is_told(fill: Fill, tmp_path: Path) -> None:
    Path("latin.md").write_bytes(b"a\nb\xe9")
    Path("dir").mkdir()
    said = {
        "latin.md": "latin.md:2:2: byte 0xe9 is not UTF-8; expected a text file in UTF-8",
        "dir": "'dir': a folder; expected documents, as 'dir/*.md'",
        "none.md": "'none.md': no such file; expected a document",
        "-": "'-': only .md, .html and .tex documents can have marks",
        "page.xhtml": "'page.xhtml': only .md, .html and .tex documents can have marks",
        "neuron.yaml": "'neuron.yaml': only .md, .html and .tex documents can have marks",
    }
    for name, message in said.items():
        assert fill(name) == (1, "", f"{message}\n")


def test_a_document_keeps_its_permissions_and_its_time_if_nothing_changes(fill: Fill) -> None:
    path = Path("doc.md")
    path.write_text("<!-- bt or-gate E .3f --><!-- /bt -->", encoding="utf-8")
    path.chmod(0o640)
    assert fill("doc.md").code == 0
    assert path.stat().st_mode & 0o777 == 0o640
    os.utime(path, (1, 1))
    assert fill("doc.md") == (0, "", "doc.md: 0 of 1 place changed\n")
    assert path.stat().st_mtime == 1


# Several documents, and --check


def test_one_bad_document_does_not_stop_the_others(fill: Fill) -> None:
    number = "<!-- bt or-gate E .3f -->{}<!-- /bt -->\n"
    Path("a.md").write_text(number.format(1) * 3 + number.format(0.119), encoding="utf-8")
    Path("b.md").write_text(number.format(1) + "<!-- bt or-gate nope -->1<!-- /bt -->\n", encoding="utf-8")
    Path("c.html").write_text(number.format("0.119"), encoding="utf-8")
    done = fill("a.md", "b.md", "c.html")
    assert (done.code, done.out, done.err.splitlines()) == (
        1,
        "",
        [
            "a.md: 3 of 4 places changed",
            "b.md:2:1: no quantity 'nope'; expected an id, as h_1, h_2, a_1, a_2, h_o, a_o",
            "c.html: 0 of 1 place changed",
        ],
    )
    assert Path("a.md").read_text(encoding="utf-8") == number.format(0.119) * 4
    assert Path("b.md").read_text(encoding="utf-8").startswith(number.format(1))


def test_check_prints_the_difference_and_writes_nothing(fill: Fill) -> None:
    text = "one\ntwo\nthree\nfour\nE = <!-- bt or-gate E .3f -->1<!-- /bt -->\nsix"
    Path("doc.md").write_text(text, encoding="utf-8")
    assert fill("--check", "doc.md") == (
        3,
        "--- doc.md\n"
        "+++ doc.md\n"
        "@@ -2,5 +2,5 @@\n"
        " two\n"
        " three\n"
        " four\n"
        "-E = <!-- bt or-gate E .3f -->1<!-- /bt -->\n"
        "+E = <!-- bt or-gate E .3f -->0.119<!-- /bt -->\n"
        " six\n"
        "\\ No newline at end of file\n",
        "doc.md: 1 of 1 place out of date\n",
    )
    assert Path("doc.md").read_text(encoding="utf-8") == text


def test_a_bad_document_counts_for_more_than_one_out_of_date(fill: Fill) -> None:
    Path("a.md").write_text("<!-- bt or-gate E .3f -->1<!-- /bt -->\n", encoding="utf-8")
    assert [fill("--check", *names).code for names in (["a.md"], ["a.md", "b.md"], ["b.md", "a.md"])] == [
        3,
        1,
        1,
    ]


def test_without_documents_the_usage_is_told(fill: Fill) -> None:
    assert fill().code == 2


@settings(max_examples=100)
@given(
    lines=st.lists(st.tuples(st.sampled_from(["", "a", "b", "x\r", "c d"]), st.booleans()), max_size=30),
    ends=st.booleans(),
    news=st.lists(st.sampled_from(["", "1", "1\n2", "\n", "a\n\nb"]), min_size=30, max_size=30),
)
def test_the_difference_leads_from_the_old_text_to_the_new_one(
    lines: list[tuple[str, bool]], ends: bool, news: list[str]
) -> None:
    text, puts = "", []
    for (line, has_place), new in zip(lines, news, strict=False):
        if has_place:
            puts.append(Replacement(len(text) + 1, len(text) + 3, new))
            text += "<pl>"
        text += f"{line}\n"
    text += "end" if ends else ""
    told = list(difference(Document("d.md", "markdown", text), puts))
    assert patched(text, told[2:]) == replaced(text, puts)


def patched(text: str, told: Sequence[str]) -> str:
    """A text after `patch`."""
    old, new, place = text.split("\n"), [], 0
    for line in told:
        if line.startswith("@@"):
            found = re.fullmatch(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", line)
            assert found
            start = int(found[1]) - (found[2] != "0")
            new += old[place:start]
            place = start
            assert len(new) == int(found[3]) - (found[4] != "0")
        elif line[0] in " -":
            assert old[place] == line[1:]
            place += 1
        if line[0] in " +":
            new.append(line[1:])
    return "\n".join(new + old[place:])


def test_what_steers_a_terminal_does_not_reach_it(fill: Fill) -> None:
    Path("doc.md").write_text("\x1b[31m <!-- bt or-gate E .3f -->1<!-- /bt -->\n", encoding="utf-8")
    assert "\x1b[31m" in fill("--check", "doc.md").out
    shown = fill("--check", "doc.md", is_terminal=True).out
    assert "\x1b" not in shown
    assert "-\\x1b[31m <!-- bt" in shown


@pytest.mark.parametrize(
    ("text", "is_terminal", "end"),
    [("one\r\n{}\r\n", True, ""), ("one\r\n{}\r\n", False, "\r"), ("one\n{}\r\n", True, "\\r")],
)
def test_line_ends_are_shown_at_a_terminal_only_where_they_are_mixed(
    text: str, is_terminal: bool, end: str, fill: Fill
) -> None:
    number = "<!-- bt or-gate E .3f -->{}<!-- /bt -->"
    Path("doc.md").write_bytes(text.format(number.format(1)).encode())
    *_, old, new = fill("--check", "doc.md", is_terminal=is_terminal).out.removesuffix("\n").split("\n")
    assert (old, new) == (f"-{number.format(1)}{end}", f"+{number.format(0.119)}{end}")


# Bounds, and interruptions


@pytest.mark.parametrize(
    ("kind", "piece"),
    [
        ("markdown", "<!-- "), ("markdown", "`"), ("markdown", "` `` "), ("markdown", "``` "),
        ("markdown", "- "),
        ("markdown", "> "), ("markdown", "~~~\n"), ("markdown", "````\n```\n"), ("markdown", "`a\n\n"),
        ("markdown", "1. "), ("markdown", "`<!-- `"), ("html", "<!-- <!-- bt x -->"), ("html", "-->"),
        ("latex", "%"), ("latex", "\\verb|"), ("latex", "\\lstinline[|"), ("latex", "\\url{"),
        ("latex", "\\begin{verbatim}"), ("latex", "\\"),
    ],
)  # fmt: skip
def test_a_document_is_read_in_time_in_proportion_to_it(kind: Kind, piece: str) -> None:
    for text in (piece * (200_000 // len(piece)), "".join("`" * n + " " for n in range(900)) + piece):
        began = time.process_time()
        with contextlib.suppress(BacktraceError):
            read_marks(text, kind, "doc")
        assert time.process_time() - began < 5  # in proportion it is 0.5; in its square, minutes


def test_more_marks_than_are_read_are_refused(refused: Text, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backtrace.filling.marks.MARKS", 1_000)
    said = refused("<!-- bt or-gate E .3f --><!-- /bt -->" * 1_001)
    assert said == "doc.md:1:37001: more than 1,000 marks in one document"


def test_a_document_is_not_filled_beyond_what_can_be_read_again(
    fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = block("trace neuron.yaml -f csv") * 2
    Path("doc.md").write_text(text, encoding="utf-8")
    assert fill("doc.md").code == 0
    size = Path("doc.md").stat().st_size
    for most, said in (
        (size, "doc.md: 2 of 2 places changed\n"),
        (size - 1, "doc.md:3:1: the filled document would exceed 0 MB\n"),
    ):
        monkeypatch.setattr("backtrace.cli.document_runner.FILE_BYTES", most)
        Path("doc.md").write_text(text, encoding="utf-8")
        assert fill("doc.md").err == said


def test_what_stands_in_many_marks_is_worked_out_once(fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = []

    def counted(*arguments: Any, **how: Any) -> Any:
        runs.append(arguments)
        return trace(*arguments, **how)

    monkeypatch.setattr("backtrace.cli.document_runner.trace", counted)
    numbers = [f"<!-- bt or-gate {id} --><!-- /bt -->\n" for id in ("E", "a_o", "h_1")]
    Path("doc.md").write_text("".join(numbers) * 2_000, encoding="utf-8")
    assert fill("doc.md") == (0, "", "doc.md: 6,000 of 6,000 places changed\n")
    assert len(runs) == 1


def test_an_interruption_leaves_the_document_whole(
    fill: Fill, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = "<!-- bt or-gate E .3f --><!-- /bt -->\n"
    Path("doc.md").write_text(text, encoding="utf-8")

    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("backtrace.cli._drop_output", lambda: None)  # there is no real output to drop
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", interrupt)
        assert fill("doc.md") == (130, "", "interrupted\n")
    assert Path("doc.md").read_text(encoding="utf-8") == text
    assert sorted(os.listdir()) == ["doc.md", "neuron.yaml"]


def test_a_training_that_is_interrupted_ends_the_fill(fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    text = block("train or-gate --steps 10")
    Path("doc.md").write_text(text, encoding="utf-8")
    from backtrace.training import trainer as training

    train = training.train

    def interrupted(*arguments: object) -> object:
        return train(*arguments)._replace(ended="interrupted")  # type: ignore[arg-type]

    monkeypatch.setattr(training, "train", interrupted)
    monkeypatch.setattr("backtrace.cli._drop_output", lambda: None)
    assert fill("doc.md") == (130, "", "interrupted\n")
    assert Path("doc.md").read_text(encoding="utf-8") == text


def test_a_document_that_changes_meanwhile_is_left_alone(fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "<!-- bt or-gate E .3f --><!-- /bt -->\n"
    Path("doc.md").write_text(text, encoding="utf-8")
    from backtrace.cli.document_runner import Runner

    puts = Runner.replacements

    def slow(self: Runner, marks: list[object]) -> list[Replacement]:
        Path("doc.md").write_text(f"{text}more", encoding="utf-8")
        return puts(self, marks)  # type: ignore[arg-type]

    monkeypatch.setattr(Runner, "replacements", slow)
    said = "'doc.md': changed by somebody else while it was filled; nothing is written"
    assert fill("doc.md") == (1, "", f"{said}\n")
    assert Path("doc.md").read_text(encoding="utf-8") == f"{text}more"
    assert sorted(os.listdir()) == ["doc.md", "neuron.yaml"]


@pytest.mark.skipif(not os.path.exists("/usr/bin/pdflatex"), reason="no pdflatex here")
def test_a_filled_latex_document_compiles(filled: Text, tmp_path: Path) -> None:
    body = block("trace two-two-two -f latex --fragment", "latex") + block(
        "check or-gate --published", "latex"
    )
    asked = (
        "$% bt or-gate dE/dw_1 .2e\n% /bt\n$",
        "% bt or-gate dE/dw_2 .1e\n% /bt\n",
        "% bt or-gate a_o .1%\n% /bt\n",
    )
    number = f"It is {', '.join(asked)}.\n"
    filled(
        "\\documentclass{article}\\usepackage{amsmath}\\begin{document}\n"
        + number
        + body
        + "\\end{document}\n",
        "doc.tex",
    )
    command = ["pdflatex", "-interaction=batchmode", "-halt-on-error", "doc.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, (tmp_path / "doc.log").read_text(errors="replace")[-2000:]
