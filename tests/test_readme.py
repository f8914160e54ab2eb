"""What README.md and docs/ show is what the tool prints, and the commands in them are complete."""

from __future__ import annotations

import doctest
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from backtrace.cli import COMMANDS as ALL_COMMANDS
from backtrace.cli import cli
from backtrace.filling.marks import COMMANDS, read_marks

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
TIME = re.compile(r"^[0-9,]+ steps in [0-9.]+ s, [0-9,]+ a second, [a-z]+ engine\n", re.MULTILINE)
PAGES = ["README.md", *sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md"))]


def blocks(language: str, page: str = "README.md", kept: bool = True) -> list[str]:
    """The fenced blocks of a page, with those that `backtrace fill` keeps or without."""
    text = (ROOT / page).read_text(encoding="utf-8")
    if not kept:
        for mark in reversed(read_marks(text, "markdown", page)):
            text = text[: mark.start] + text[mark.end :]
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def shown_commands() -> Iterator[tuple[str, str, str]]:
    """Each command of the console blocks that nothing keeps, with its page and what stands below it."""
    for page in PAGES:
        for block in blocks("console", page, kept=False):
            for piece in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, _, output = piece.partition("\n")
                yield page, command, output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the config that the README shows, broken the way its error message says."""
    (config,) = blocks("yaml")
    broken = config.replace("[[w_1, w_2]]", "[[w_1]]")
    assert broken != config
    (tmp_path / "mine.yaml").write_text(broken, encoding="utf-8")
    (tmp_path / "sheet.yaml").write_text(blocks("yml")[0], encoding="utf-8")
    for name, text in zip(("working.md", "formulas.md"), blocks("md", "docs/checking.md"), strict=True):
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "whole.yaml").write_text(config, encoding="utf-8")
    (tmp_path / "post.md").write_text(blocks("md", "docs/fill.md")[0], encoding="utf-8")
    return tmp_path


# What `folder` makes out of the pages: no mark can read it.
MADE = {"mine.yaml", "sheet.yaml", "working.md", "formulas.md", "post.md"}


def run(arguments: list[str], folder: Path) -> str:
    command = [sys.executable, "-m", "backtrace", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", timeout=60, check=False)
    # Trailing blanks, which pad a table's title, are not kept in the README; nor is how long a run took.
    told = TIME.sub("", done.stderr)
    return "".join(f"{line.rstrip()}\n" for line in (done.stdout + told).splitlines())


def test_the_numbers_of_the_pages_are_those_that_fill_puts_there() -> None:
    assert run(["fill", "--check", *PAGES], ROOT) == "".join(f"{page}: {places(page)}\n" for page in PAGES)


def places(page: str) -> str:
    """What `backtrace fill --check` says of a page that is right."""
    count = len(read_marks((ROOT / page).read_text(encoding="utf-8"), "markdown", page))
    return f"0 of {count} place{'' if count == 1 else 's'} out of date" if count else "no marks"


def test_what_fill_can_keep_is_kept_by_it() -> None:
    left = [shlex.split(command) for _, command, _ in shown_commands()]
    assert [words for words in left if words[1] in COMMANDS and not MADE & set(words)] == []


@pytest.mark.parametrize(("page", "command", "output"), list(shown_commands()))
def test_every_command_on_a_page_prints_what_stands_below_it(
    page: str, command: str, output: str, folder: Path
) -> None:
    program, *arguments = shlex.split(command)
    assert program == "backtrace"
    assert run(arguments, folder) == output


@pytest.mark.parametrize(
    ("picture", "command"),
    [
        ("two-two-two.svg", "draw two-two-two -o two-two-two.svg"),
        ("or-gate-curve.svg", "train or-gate --steps 8000 -o or-gate-curve.svg"),
    ],
)
def test_the_pictures_are_those_that_the_tool_draws(picture: str, command: str, folder: Path) -> None:
    run(shlex.split(command), folder)
    kept = ROOT / "docs" / "pictures" / picture
    assert (folder / picture).read_text(encoding="utf-8") == kept.read_text(encoding="utf-8")
    assert f"(docs/pictures/{picture})" in README


def test_the_config_in_the_readme_traces(folder: Path) -> None:
    assert "∂E/∂w_1" in run(["trace", "whole.yaml"], folder)


@pytest.mark.parametrize("page", [page for page in PAGES if ">>>" in "".join(blocks("python", page))])
def test_every_python_session_on_a_page_is_right(page: str) -> None:
    session = "\n".join(blocks("python", page))
    test = doctest.DocTestParser().get_doctest(session, {}, page, page, 0)
    assert doctest.DocTestRunner().run(test).failed == 0


def test_the_two_setup_commands_are_single_lines_and_complete() -> None:
    run_command, test_command = (block.strip() for block in blocks("sh"))
    for command in (run_command, test_command):
        assert "\n" not in command
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install ")
    assert run_command.endswith(".venv/bin/backtrace trace or-gate")
    assert ".venv/bin/python -m pytest" in test_command


def test_the_counts_in_the_readme_are_those_of_the_tables() -> None:
    from backtrace.derivation.activations import ACTIVATIONS
    from backtrace.derivation.costs import COSTS
    from backtrace.derivation.optimizers import UPDATE_RULES
    from backtrace.problem.notation import NOTATIONS

    numbers = "zero one two three four five six seven eight nine ten eleven twelve"
    words = numbers.split(" ")
    text = " ".join(README.split())
    assert f"{words[len(ACTIVATIONS)]} activations" in text
    assert f"{words[len(COSTS)]} costs" in text
    assert f"{words[len(UPDATE_RULES)]} update rules" in text
    assert f"{words[len(NOTATIONS)]} notations" in text


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_shows_is_that_file(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    files = re.compile(r"^<!-- file: (\S+) -->\n```[a-z]+\n(.*?)^```", re.DOTALL | re.MULTILINE)
    for name, shown in files.findall(text):
        assert ((ROOT / page).parent / name).read_text(encoding="utf-8") == shown


def options(name: str) -> set[str]:
    """The options of a command."""
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    return {option for param in command.params for option in param.opts} | {"--help"}


def named_commands(page: str) -> Iterator[list[str]]:
    """The commands of which a page only speaks: in a sentence, or in a block that shows no output."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for found in re.finditer(r"`backtrace\s([a-zA-Z][^`]*)`|^(?:\S*/)?backtrace (.+)$", text, re.MULTILINE):
        yield shlex.split(found[1] or found[2])


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_a_page_names_is_one_with_these_options(page: str) -> None:
    for name, *words in named_commands(page):
        if name != "COMMAND":
            named = {word.partition("=")[0] for word in words if word.startswith("-")}
            assert named - options(name) == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_option_that_a_page_names_is_that_of_a_command(page: str) -> None:
    known = {option for name in ALL_COMMANDS for option in options(name)}
    known |= {"--version", "--choice"}  # that of a benchmark
    text = re.sub(
        r"^```.*?^```", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    named = {
        option for code in re.findall("`([^`]+)`", text) for option in re.findall("(?<!\\S)--[a-z-]+", code)
    }
    assert named - known == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_links_to_is_there(page: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / page).read_text(encoding="utf-8"))
    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []


def test_every_page_of_the_docs_is_linked_from_the_readme() -> None:
    assert [page for page in PAGES[1:] if f"]({page})" not in README] == []
