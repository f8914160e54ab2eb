"""What happens around a run: terminals and pipes, encodings, full disks, Ctrl-C, hostile names."""

from __future__ import annotations

import csv
import fcntl
import io
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from backtrace.cli import COMMANDS
from backtrace.cli.output import writing_to
from backtrace.cli.walk import _typed_line
from backtrace.config.cursor import one_of
from backtrace.errors import BacktraceError, quoted
from tests.runner import COMMAND, UTF8, WITHOUT_LOCALE, Outcome
from tests.runner import run as run_here
from tests.runner import run_apart as run

FORMATS = ("table", "markdown", "csv", "json", "jsonl")
NO_SPACE = "cannot write the output: No space left on device\n"
HOSTILE = r"""
title: "[bold red]x[/] [link=http://e.x]y[/link]\nsecond \x1b[31mred\x9b32m \u202Eback |`<b>&*_ δ 😀"
source: "a\nb"
inputs: [i]
targets: [y]
layers:
  - {name: θ layer, units: [o], weights: [[θ_1]], activation: sigmoid}
parameters: {θ_1: 0.5}
samples: [{inputs: [1], targets: [1]}]
"""


def shell(script: str, env: Mapping[str, str] = UTF8) -> Outcome:
    """A line of bash in which `backtrace` is the command."""
    function = f'backtrace() {{ "{sys.executable}" -m backtrace "$@"; }}; '
    done = subprocess.run(["bash", "-c", function + script], capture_output=True, env=env, timeout=60)
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


def at_terminal(width: int, *arguments: str, env: Mapping[str, str] = UTF8) -> str:
    """What a run prints at a terminal of so many columns."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    process = subprocess.Popen([*COMMAND, *arguments], stdin=its, stdout=its, stderr=its, env=env)
    os.close(its)
    seen = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux says so when the last writer has gone
            break
        if not piece:
            break
        seen += piece
    os.close(ours)
    assert process.wait(timeout=60) == 0
    return seen.decode().replace("\r\n", "\n")


def values_of(*arguments: str) -> list[str]:
    """The texts of a run's values."""
    return [row["text"] for row in csv.DictReader(run(*arguments, "-f", "csv").out.splitlines())]


# Pipes


@pytest.mark.parametrize("form", FORMATS)
def test_a_reader_that_has_seen_enough_ends_a_run_quietly(form: str) -> None:
    done = shell(f"backtrace trace or-gate --steps 400 -f {form} | head -1; exit ${{PIPESTATUS[0]}}")
    assert done.code == 0
    assert done.err == ""
    assert done.out.count("\n") == 1


def test_a_reader_that_is_gone_at_the_start_ends_a_run_quietly() -> None:
    done = shell("{ sleep 0.5; backtrace trace or-gate; echo $? >&2; } | true")
    assert done == (0, "", "0\n")


def test_a_pipe_named_as_output_file_may_close_early_too() -> None:
    done = shell("backtrace trace or-gate --steps 400 -f csv -o /dev/stdout | head -1; exit ${PIPESTATUS[0]}")
    assert done.code == 0
    assert done.err == ""


def test_a_pipe_is_never_narrowed_whatever_columns_says() -> None:
    narrow = run("trace", "or-gate", env={**UTF8, "COLUMNS": "40"})
    assert narrow.out == run("trace", "or-gate").out
    assert (
        "│ h_o    │ a_1·w_5 + a_2·w_6 + b_3 │ 0.645656(0.01) + 0.668188(0.02) + 0.03 │ 0.0498203 │"
        in narrow.out
    )


def test_lines_have_no_blanks_at_their_ends() -> None:
    assert not re.search(r"[ \t]$", run("trace", "or-gate").out, re.MULTILINE)


def test_a_config_comes_from_standard_input() -> None:
    config = run("examples", "or-gate").out.encode()
    assert run("trace", "-", "-f", "csv", stdin=config) == run("trace", "or-gate", "-f", "csv")


def test_standard_input_that_is_not_text_is_refused() -> None:
    assert run("trace", "-", stdin=b"title: \xff\xfe") == (
        1,
        "",
        "<stdin>:1:8: byte 0xff is not UTF-8; expected a text file in UTF-8\n",
    )


def test_a_closed_standard_input_is_refused_on_one_line() -> None:
    done = shell("backtrace trace - <&-")
    assert done.code == 1
    assert done.out == ""
    assert done.err.startswith("<stdin>")
    assert done.err.count("\n") == 1


def test_a_closed_standard_output_is_told() -> None:
    assert shell("backtrace trace or-gate >&-") == (
        1,
        "",
        "cannot write the output: standard output is closed\n",
    )


def test_a_closed_standard_error_does_not_change_the_exit_code() -> None:
    assert shell("backtrace trace no-such-file 2>&-") == (1, "", "")


# Files


@pytest.mark.parametrize("form", FORMATS)
def test_a_full_disk_is_told_once(form: str) -> None:
    assert shell(f"backtrace trace or-gate --steps 50 -f {form} >/dev/full") == (1, "", NO_SPACE)


def test_a_full_disk_is_told_when_help_is_printed() -> None:
    assert shell("backtrace --help >/dev/full") == (1, "", NO_SPACE)


@pytest.mark.parametrize("form", FORMATS)
def test_a_full_device_as_output_file_is_told(form: str) -> None:
    assert run("trace", "or-gate", "-f", form, "-o", "/dev/full") == (
        1,
        "",
        "cannot write '/dev/full': No space left on device\n",
    )


def test_dev_null_is_a_fine_output_file() -> None:
    assert run("trace", "or-gate", "-o", "/dev/null") == (0, "", "")
    assert not os.path.isfile("/dev/null")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert run("trace", "or-gate", "-o", f"{tmp_path}/no/file") == (
        1,
        "",
        f"cannot write '{tmp_path}/no/file': No such file or directory\n",
    )


def test_a_folder_as_output_file_is_told(tmp_path: Path) -> None:
    assert run("trace", "or-gate", "-o", str(tmp_path)) == (
        1,
        "",
        f"cannot write '{tmp_path}': Is a directory\n",
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_file_that_is_read_only_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "kept"
    file.write_text("kept")
    file.chmod(0o444)
    assert run("trace", "or-gate", "-o", str(file)) == (1, "", f"cannot write '{file}': Permission denied\n")
    assert file.read_text() == "kept"


def test_a_file_that_may_not_be_written_is_never_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "kept"
    file.write_text("kept")
    monkeypatch.setattr(os, "access", lambda *_: False)  # as for anybody but root
    with pytest.raises(BacktraceError) as caught, writing_to(str(file)):
        pytest.fail("there is nothing to write to")
    assert str(caught.value) == f"cannot write '{file}': Permission denied"
    assert list(tmp_path.iterdir()) == [file]


def test_an_output_file_that_fails_midway_stays_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "kept"
    file.write_text("kept")
    done = run("trace", "or-gate", "--show", "h_1", "--show", "no_such", "-o", str(file))
    told = "no quantity 'no_such'; expected an id, as h_1, h_2, a_1, a_2, h_o, a_o\n"
    assert (done.code, done.err) == (1, told)
    assert file.read_text() == "kept"
    assert list(tmp_path.iterdir()) == [file]


def test_an_output_file_keeps_its_permissions(tmp_path: Path) -> None:
    file = tmp_path / "mine"
    file.touch()
    file.chmod(0o600)
    assert run("trace", "or-gate", "-o", str(file)) == (0, "", "")
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text().startswith("OR gate")


def test_a_new_output_file_has_the_usual_permissions(tmp_path: Path) -> None:
    shell(f"umask 027; backtrace trace or-gate -o {tmp_path}/new")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o640


def test_an_output_file_is_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    link = tmp_path / "link"
    link.symlink_to("folder/file")
    for _ in range(2):  # to a file that is not there yet, and to one that is
        assert run("trace", "or-gate", "-o", str(link)) == (0, "", "")
        assert link.is_symlink()
        assert (tmp_path / "folder" / "file").read_text().startswith("OR gate")


def test_an_output_file_is_utf_8_in_every_locale(tmp_path: Path) -> None:
    file = tmp_path / "file"
    run("trace", "or-gate", "-o", str(file), env={**WITHOUT_LOCALE, "PYTHONIOENCODING": "ascii"})
    assert "∂E/∂w_5" in file.read_text(encoding="utf-8")


# Ctrl-C


def interrupted(process: subprocess.Popen[bytes]) -> Outcome:
    """What comes of a run that gets Ctrl-C while it is at work."""
    assert process.poll() is None, "the run was to be long"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    return Outcome(process.returncode, out.decode(), err.decode())


def started(*arguments: str) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    return subprocess.Popen([*COMMAND, *arguments], stdout=pipe, stderr=pipe, env=UTF8)


def test_a_working_directory_that_is_gone_is_named(tmp_path: Path) -> None:
    document = tmp_path / "doc.md"
    document.write_text("<!-- bt or-gate E .3f -->1<!-- /bt -->\n", encoding="utf-8")
    (tmp_path / "gone").mkdir()
    done = shell(f"cd {tmp_path}/gone && rmdir ../gone && backtrace fill {document}")
    assert done == (1, "", "'.': cannot be read: No such file or directory\n")
    assert "-->1<!--" in document.read_text(encoding="utf-8")


def test_standard_input_that_cannot_be_read_is_no_failure_of_the_output(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Torn(io.StringIO):
        def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]  # as in typeshed
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(sys, "stdin", Torn())
    with pytest.raises(BacktraceError, match=r"^'-': cannot be read: Input/output error$"):
        _typed_line()


def test_a_file_that_cannot_be_read_while_another_is_written_is_named(tmp_path: Path) -> None:
    old = tmp_path / "old.txt"
    old.write_text("old", encoding="utf-8")
    with pytest.raises(BacktraceError) as caught, writing_to(str(old)):
        (tmp_path / "missing.txt").read_text(encoding="utf-8")
    assert (
        str(caught.value)
        == f"{quoted(f'{tmp_path}/missing.txt', 120)}: cannot be read: No such file or directory"
    )
    assert old.read_text(encoding="utf-8") == "old"


def test_processes_that_cannot_be_started_are_no_failure_of_the_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    for number in range(40):
        (tmp_path / f"{number:02}.yaml").write_text("h_1: 0.6\n", encoding="utf-8")
    monkeypatch.setattr(os, "fork", refuse)
    done = run_here("check", "or-gate", tmp_path, "--jobs", "2", "-f", "csv")
    message = "cannot start 2 processes: Resource temporarily unavailable; try --jobs 1\n"
    assert (done.code, done.err) == (1, message)


def test_ctrl_c_ends_a_run_with_one_line() -> None:
    process = started("trace", "or-gate", "--steps", "1000000000", "-f", "csv")
    assert process.stdout is not None
    assert process.stdout.readline().startswith(b"step,")
    done = interrupted(process)
    assert (done.code, done.err) == (130, "interrupted\n")


def test_ctrl_c_leaves_an_output_file_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "kept"
    file.write_text("kept")
    process = started("trace", "or-gate", "--steps", "1000000000", "-f", "csv", "-o", str(file))
    patience = time.monotonic() + 60
    # Until it has begun to write: while Python still imports, it can end by SIGINT in spite of an exit code.
    while not any(f != file and f.stat().st_size for f in tmp_path.iterdir()) and time.monotonic() < patience:
        time.sleep(0.02)
    assert interrupted(process) == (130, "", "interrupted\n")
    assert file.read_text() == "kept"
    assert list(tmp_path.iterdir()) == [file]


def test_a_run_that_is_told_to_end_leaves_no_half_written_file(tmp_path: Path) -> None:
    process = started(
        "trace", "or-gate", "--steps", "1000000000", "-f", "csv", "-o", str(tmp_path / "new.csv")
    )
    patience = time.monotonic() + 60
    while not list(tmp_path.iterdir()) and time.monotonic() < patience:
        time.sleep(0.02)
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []


# Encodings

ASCII_ONLY = {
    "an encoding asked for": {"PYTHONIOENCODING": "ascii"},
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "the C locale in its own encoding": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "LANG=C in its own encoding": {"LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}


@pytest.mark.parametrize("form", ["table", "csv", "json"])
@pytest.mark.parametrize("locale", ASCII_ONLY)
def test_where_only_ascii_can_be_written_only_ascii_is(locale: str, form: str) -> None:
    done = run("trace", "-", "-f", form, env={**WITHOUT_LOCALE, **ASCII_ONLY[locale]}, stdin=HOSTILE.encode())
    assert (done.code, done.err) == (0, "")
    assert done.out.isascii()


@pytest.mark.parametrize("locale", [{"LANG": "C"}, {"LC_ALL": "C"}, {"LC_ALL": "POSIX"}, {}])
def test_a_locale_that_names_no_encoding_is_taken_for_utf_8(locale: dict[str, str]) -> None:
    assert run("trace", "or-gate", env={**WITHOUT_LOCALE, **locale}).out == run("trace", "or-gate").out


def test_ascii_tables_have_ascii_signs() -> None:
    done = run("trace", "or-gate", "--show", "dE/dw_5", env={**WITHOUT_LOCALE, "PYTHONIOENCODING": "ascii"})
    assert done.out.splitlines()[2:] == [
        "network 2-2-1 | sigmoid | half_squared_error | sgd, learning_rate 0.5 | float64",
        "",
        "step 1, sample 1: i_1 = 1, i_2 = 0, y = 1",
        "",
        "Backward, output layer",
        "+---------+-------------+---------------------+------------+",
        "| symbol  | formula     | with the numbers    |      value |",
        "+---------+-------------+---------------------+------------+",
        "| dE/dw_5 | delta_o*a_1 | -0.121811(0.645656) | -0.0786482 |",
        "+---------+-------------+---------------------+------------+",
    ]


def test_a_title_that_ascii_cannot_carry_is_escaped() -> None:
    done = run("trace", "-", env={**WITHOUT_LOCALE, "PYTHONIOENCODING": "ascii"}, stdin=HOSTILE.encode())
    assert done.out.splitlines()[0].endswith(r"\u202eback |`<b>&*_ \u03b4 \U0001f600")


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_json_says_the_same_in_every_encoding(form: str) -> None:
    texts = [
        run("trace", "-", "-f", form, env={**WITHOUT_LOCALE, **locale}, stdin=HOSTILE.encode()).out
        for locale in ({"PYTHONIOENCODING": "utf-8"}, *ASCII_ONLY.values())
    ]
    assert len({json.dumps([json.loads(line) for line in documents(text, form)]) for text in texts}) == 1


def documents(text: str, form: str) -> list[str]:
    return text.splitlines() if form == "jsonl" else [text]


def test_help_is_shown_where_only_ascii_can_be_written() -> None:
    done = run("trace", "--help", env={**WITHOUT_LOCALE, "PYTHONIOENCODING": "ascii"})
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Usage: ")


# Widths


def test_at_80_columns_long_formulas_break_before_an_operator() -> None:
    shown = at_terminal(80, "trace", "or-gate", "--show", "?_o", "--only", "forward", "--color", "never")
    assert shown.split("\n\n", 2)[2] == (
        "Forward, output layer\n"
        "╭────────┬─────────────────────────┬─────────────────────────┬───────────╮\n"
        "│ symbol │ formula                 │ with the numbers        │     value │\n"
        "├────────┼─────────────────────────┼─────────────────────────┼───────────┤\n"
        "│ h_o    │ a_1·w_5 + a_2·w_6 + b_3 │ 0.645656(0.01)          │ 0.0498203 │\n"
        "│        │                         │ + 0.668188(0.02) + 0.03 │           │\n"
        "│ a_o    │ 1/(1 + e^(-h_o))        │ 1/(1 + e^(-0.0498203))  │  0.512453 │\n"
        "╰────────┴─────────────────────────┴─────────────────────────┴───────────╯\n"
    )


def test_at_60_columns_the_numbers_stand_below_the_formula() -> None:
    shown = at_terminal(60, "trace", "or-gate", "--show", "?_o", "--only", "forward", "--color", "never")
    assert shown.split("\n\n", 2)[2] == (
        "Forward, output layer\n"
        "╭────────┬───────────────────────────────────┬───────────╮\n"
        "│        │ formula                           │           │\n"
        "│ symbol │ = with the numbers                │     value │\n"
        "├────────┼───────────────────────────────────┼───────────┤\n"
        "│ h_o    │ a_1·w_5 + a_2·w_6 + b_3           │ 0.0498203 │\n"
        "│        │ = 0.645656(0.01) + 0.668188(0.02) │           │\n"
        "│        │ + 0.03                            │           │\n"
        "│ a_o    │ 1/(1 + e^(-h_o))                  │  0.512453 │\n"
        "│        │ = 1/(1 + e^(-0.0498203))          │           │\n"
        "╰────────┴───────────────────────────────────┴───────────╯\n"
    )


def test_at_40_columns_the_value_stands_there_too() -> None:
    shown = at_terminal(40, "trace", "or-gate", "--show", "?_o", "--only", "forward", "--color", "never")
    assert shown.split("\n\n", 1)[1] == (
        "step 1, sample 1: i_1 = 1, i_2 = 0,\n"
        "y = 1\n"
        "\n"
        "Forward, output layer\n"
        "╭────────┬──────────────────────────╮\n"
        "│        │ formula                  │\n"
        "│        │ = with the numbers       │\n"
        "│ symbol │ = value                  │\n"
        "├────────┼──────────────────────────┤\n"
        "│ h_o    │ a_1·w_5 + a_2·w_6 + b_3  │\n"
        "│        │ = 0.645656(0.01)         │\n"
        "│        │ + 0.668188(0.02) + 0.03  │\n"
        "│        │ = 0.0498203              │\n"
        "│ a_o    │ 1/(1 + e^(-h_o))         │\n"
        "│        │ = 1/(1 + e^(-0.0498203)) │\n"
        "│        │ = 0.512453               │\n"
        "╰────────┴──────────────────────────╯\n"
    )


@pytest.mark.parametrize("width", [24, 40, 80])
@pytest.mark.parametrize("example", ["two-two-two", "adam", "softmax-cross-entropy"])
def test_at_every_width_lines_fit_and_no_number_is_parted(example: str, width: int) -> None:
    shown = at_terminal(width, "trace", example, "--color", "never")
    assert max(map(len, shown.replace("\u0302", "").splitlines())) <= width
    for text in values_of("trace", example):
        assert re.search(rf"(?<![\d.]){re.escape(text)}(?![\d.])", shown), text


def test_a_wide_terminal_shows_what_a_pipe_gets() -> None:
    assert at_terminal(300, "trace", "or-gate", "--color", "never") == run("trace", "or-gate").out


def test_columns_overrides_what_a_terminal_says() -> None:
    shown = at_terminal(300, "trace", "or-gate", "--color", "never", env={**UTF8, "COLUMNS": "40"})
    assert max(map(len, shown.splitlines())) <= 40


# Colour


@pytest.mark.parametrize(
    ("choice", "more", "styled"),
    [
        ("auto", {}, True), ("always", {}, True), ("never", {}, False), ("auto", {"NO_COLOR": "1"}, False),
        ("auto", {"NO_COLOR": ""}, True), ("always", {"NO_COLOR": "1"}, True),
        ("auto", {"TERM": "dumb"}, False), ("always", {"TERM": "dumb"}, True),
    ],
)  # fmt: skip
def test_a_terminal_is_written_to_in_style_as_asked(choice: str, more: dict[str, str], styled: bool) -> None:
    shown = at_terminal(80, "trace", "or-gate", "--color", choice, env={**UTF8, **more})
    assert ("\x1b[" in shown) is styled


@pytest.mark.parametrize(("choice", "styled"), [("auto", False), ("never", False), ("always", True)])
def test_a_pipe_is_written_to_in_style_only_when_asked(choice: str, styled: bool) -> None:
    done = run("trace", "or-gate", "--color", choice, env={**UTF8, "FORCE_COLOR": "1"})
    assert ("\x1b[" in done.out) is styled


def test_style_adds_nothing_but_escape_sequences() -> None:
    styled = run("trace", "or-gate", "--color", "always").out
    assert re.sub(r"\x1b\[[\d;]*m", "", styled) == run("trace", "or-gate").out


# Names that would like to act


@pytest.mark.parametrize("form", FORMATS)
def test_a_title_never_steers_a_terminal(form: str) -> None:
    done = run("trace", "-", "-f", form, stdin=HOSTILE.encode())
    assert (done.code, done.err) == (0, "")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", done.out)


def test_a_title_is_never_markup_at_a_terminal(tmp_path: Path) -> None:
    config = tmp_path / "hostile.yaml"
    config.write_text(HOSTILE, encoding="utf-8")
    title, source, *_ = at_terminal(200, "trace", str(config), "--color", "always").splitlines()
    shown = r"[bold red]x[/] [link=http://e.x]y[/link] second \x1b[31mred\x9b32m \u202eback |`<b>&*_ δ 😀"
    assert title == f"\x1b[1m{shown}\x1b[0m"
    assert source == "source: a b"


def test_a_title_is_never_markup_in_markdown() -> None:
    lines = run("trace", "-", "-f", "markdown", stdin=HOSTILE.encode()).out.splitlines()
    assert lines[0] == (
        r"## \[bold red\]x\[/\] \[link=http://e.x\]y\[/link\] second \\x1b\[31mred\\x9b32m"
        r" \\u202eback \|\`\<b\>\&\*\_ δ 😀"
    )


def test_a_title_is_the_same_to_a_program_whatever_is_in_it() -> None:
    title = json.loads(run("trace", "-", "-f", "json", stdin=HOSTILE.encode()).out)["title"]
    assert title.startswith("[bold red]x[/] [link=http://e.x]y[/link]\nsecond \x1b[31mred\x9b32m \u202eback")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("trace", "\x1b[31mno\nfile"), r"'\x1b[31mno\nfile': no such file, and no bundled example"
         "; `backtrace examples` lists what is bundled"),
        (("trace", "or-gate", "--show", "\x1b]0;x\x07"), r"no quantity '\x1b]0;x\x07'"),
        (("trace", "or-gate", "--set", "\x1b[m=1"), r"--set '\x1b[m': no such parameter"),
        (("trace", "or-gate", "--set", "w_5=\x9b1m"), r"--set 'w_5': found '\x9b1m'; expected a number"),
        (("trace", "or-gate", "--input", "\x1b"), r"--input '\x1b': 1 given, expected 2 (i_1, i_2)"),
        (("\x1b[31m",), rf"Error: no such command '\x1b[31m'; expected {one_of(COMMANDS)}"),
        (("trace", "or-gate", "--\x1b[31m"), r"--\x1b[31m"),
        (("trace", "or-gate", "--sample", "\u202e1"),
         r"'--sample': '\u202e1'; expected a sample's number, or all"),
    ],
)  # fmt: skip
def test_a_message_never_steers_a_terminal(arguments: tuple[str, ...], message: str) -> None:
    done = run(*arguments)
    assert done.out == ""
    assert message in done.err.splitlines()[-1]
    assert "\x1b" not in done.err
