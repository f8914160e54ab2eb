"""A row of VIEWS is a whole output format: `-f`, its help, the endings of `-o` and the options it takes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from backtrace.views.formats import LIMITED, VIEWS, View, endings
from tests.runner import Outcome, run, run_apart

# A program whose table has one row more; nothing else knows the new format.
PROGRAM = """
from backtrace.views import formats
from backtrace.views.page.context import ViewContext

def count_rows(context: ViewContext) -> None:
    many = sum(len(part.equations) for part in context.content)
    context.out.write(f"{context.problem.title}: {many} rows{' in part' * context.has('fragment')}\\n")

row = formats.View("trace", "count", count_rows, "rows", "fragment")
formats.VIEWS = (*formats.VIEWS, row)

from backtrace.cli import main
main()
"""


def with_row(*arguments: str | Path, cwd: Path | None = None) -> Outcome:
    return run_apart(*arguments, command=(sys.executable, "-c", PROGRAM), cwd=cwd)


def test_the_format_of_a_new_row_is_chosen_by_its_name() -> None:
    assert with_row("trace", "or-gate", "-f", "count") == (0, "OR gate, 2-2-1: 44 rows\n", "")


def test_the_ending_of_a_new_row_chooses_it(tmp_path: Path) -> None:
    assert with_row("trace", "or-gate", "-o", "gate.rows", cwd=tmp_path) == (0, "", "")
    assert (tmp_path / "gate.rows").read_text(encoding="utf-8") == "OR gate, 2-2-1: 44 rows\n"


def test_other_commands_refuse_the_ending_of_a_new_row() -> None:
    done = with_row("explain", "or-gate", "E", "-o", "gate.rows")
    message = "no format for .rows here; choose one of .md .tex .html .json, or give -f"
    assert (done.code, done.err.splitlines()[-1]) == (2, f"Error: -o 'gate.rows': {message}")


def test_the_help_names_a_new_row_its_ending_and_the_options_it_takes() -> None:
    text = " ".join(with_row("trace", "--help").out.split())
    assert "[table|markdown|latex|html|csv|json|jsonl|count]" in text.replace(" ", "")
    assert ".jsonl .rows; else table)" in text
    assert "(markdown, latex, html, count)" in text


def test_a_new_row_takes_the_options_that_it_lists_and_refuses_the_others() -> None:
    part = with_row("trace", "or-gate", "-f", "count", "--fragment")
    assert part == (0, "OR gate, 2-2-1: 44 rows in part\n", "")
    refused = with_row("trace", "or-gate", "-f", "count", "--matrix")
    message = "--matrix is drawn in tables and Markdown; use -f table or markdown, not count"
    assert (refused.code, refused.err.splitlines()[-1]) == (2, f"Error: {message}")


def test_without_the_row_the_format_is_unknown() -> None:
    done = run("trace", "or-gate", "-f", "count")
    assert done.code == 2
    assert "'count' is not one of 'table', 'markdown'" in done.err


ARGUMENTS = {
    "trace": "trace or-gate",
    "explain": "explain or-gate dE/dw_1",
    "check": "check or-gate right.yaml",
    "class": "check or-gate right.yaml right.yaml",
    "gradcheck": "gradcheck or-gate",
    "train": "train or-gate --steps 2",
    "sheet": "sheet or-gate",
    "exercise": "exercise --seed 7",
    "draw": "draw or-gate",
}


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: f"{view.command}-{view.format}")
def test_every_row_is_written_by_its_name_and_by_its_endings(
    view: View, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("right.yaml").write_text("h_1: 0.6\na_1: 0.6457\n", encoding="utf-8")
    command = ARGUMENTS[view.command].split()
    shown = run(*command, "-f", view.format)
    assert shown.code == 0
    assert shown.out
    if view.command == "exercise":  # -o is a folder there
        return
    for ending in view.endings.split():
        assert run(*command, "-o", f"out.{ending}").code == 0
        assert Path(f"out.{ending}").read_bytes().decode() == shown.out


@pytest.mark.parametrize("option", LIMITED)
def test_every_limited_option_is_refused_by_some_format_of_a_command_that_has_it(option: str) -> None:
    commands = {view.command for view in VIEWS if view.takes(option)}
    assert commands
    assert any(not view.takes(option) for view in VIEWS if view.command in commands)


def test_a_command_and_a_format_have_one_row_and_an_ending_one_format() -> None:
    rows = [(view.command, view.format) for view in VIEWS]
    assert len(set(rows)) == len(rows)
    for command in {view.command for view in VIEWS}:
        known = [ending for view in VIEWS if view.command == command for ending in view.endings.split()]
        assert len(set(known)) == len(known)
    assert {ending for ending, _ in endings()} >= {"md", "tex", "html", "csv", "json"}
