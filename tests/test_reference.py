"""docs/reference.md says what the code says, and so do the tables and limits of other pages."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

import backtrace
from backtrace import limits
from backtrace.checking.report import VERDICTS
from backtrace.checking.slips.table import SLIPS
from backtrace.cli import COMMANDS, Exit, cli
from backtrace.cli.document_runner import REFUSED
from backtrace.derivation.activations import ACTIVATIONS
from backtrace.derivation.costs import COSTS
from backtrace.derivation.equation import PHASES, Kind
from backtrace.derivation.optimizers import RATE, UPDATE_RULES
from backtrace.evaluation.steps import Request
from backtrace.filling import marks
from backtrace.filling.document import KINDS
from backtrace.filling.places import PLACES
from backtrace.problem.notation import NOTATIONS
from backtrace.symbolic.functions import public_functions
from backtrace.tracing.selection import selected
from backtrace.tracing.trace import compute
from backtrace.views.formats import endings, views_of
from backtrace.views.page.records import Look, records

DOCS = Path(__file__).parent.parent / "docs"
REFERENCE = (DOCS / "reference.md").read_text(encoding="utf-8")
CHECKING = (DOCS / "checking.md").read_text(encoding="utf-8")
FILL = (DOCS / "fill.md").read_text(encoding="utf-8")
CONFIG = (DOCS / "config.md").read_text(encoding="utf-8")
SCHEMA = json.loads((Path(backtrace.__file__).parent / "config" / "schema.json").read_text(encoding="utf-8"))


def table(page: str, heading: str) -> list[list[str]]:
    """The rows of the table whose first column has this heading, cell by cell."""
    below = page.partition(f"\n| {heading} |")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in below.splitlines()[2:]]


def quoted(text: str) -> list[str]:
    return re.findall("`([^`]+)`", text)


def forms(command: str) -> list[str]:
    """What may stand after -f, the usual one first."""
    return [view.format for view in views_of(command)]


@cache
def quantities(name: str) -> dict[str, tuple[str, str]]:
    """Of every quantity of a bundled config, hidden ones too: its kind and its symbol."""
    everything = selected(compute(backtrace.load(name), Request()), ("*",), Request().arithmetic)
    return {row.id: (row.kind, row.symbol) for row in records(everything, Look())}


def test_the_commands_are_those_of_the_help_with_their_forms() -> None:
    shown = [(quoted(name)[0], told, quoted(after)) for name, told, after in table(REFERENCE, "command")]
    assert shown == [(name, told, forms(name)) for name, told in COMMANDS.items()]


def test_the_endings_are_those_that_are_known() -> None:
    assert [(quoted(a)[0][1:], quoted(b)[0]) for a, b in table(REFERENCE, "ending")] == endings()


def test_every_kind_of_quantity_is_there() -> None:
    assert [quoted(row[0])[0] for row in table(REFERENCE, "kind")] == list(get_args(Kind))


@pytest.mark.parametrize("row", table(REFERENCE, "kind"), ids=lambda row: row[0].strip("`"))
def test_the_example_of_a_kind_is_in_its_config(row: list[str]) -> None:
    kind, _, config, symbol, id = (cell.strip("`") for cell in row)
    assert quantities(config)[id] == (kind, symbol)


def test_the_phases_are_those_of_the_records() -> None:
    assert quoted(REFERENCE.partition("The phases are")[2].partition(".")[0]) == [
        phase for phases in PHASES.values() for phase in phases
    ]


PROGRAMS = {
    "`trace`": "trace or-gate",
    "`explain`": "explain or-gate dE/dw_1",
    "`check`": "check or-gate {sheet}",
    "`check`, several sheets": "check or-gate {sheet} {sheet}",
    "`gradcheck`": "gradcheck or-gate",
    "`train`": "train or-gate --steps 2",
}


def test_every_command_that_writes_json_is_in_the_table_for_programs() -> None:
    assert [name for name, *_ in table(REFERENCE, "from")] == list(PROGRAMS)
    assert {quoted(name)[0] for name in PROGRAMS} == {name for name in COMMANDS if "json" in forms(name)}


@pytest.mark.parametrize("row", table(REFERENCE, "from"), ids=lambda row: row[0])
def test_what_a_program_reads_is_what_is_written(
    row: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sheet.yaml").write_text("a_o: 0.512\n", encoding="utf-8")
    name, columns, keys = row
    words = PROGRAMS[name].format(sheet=tmp_path / "sheet.yaml").split()

    def printed(form: str) -> str:
        cli.main([*words, "-f", form], "backtrace", standalone_mode=False)
        return capsys.readouterr().out

    written = json.loads(printed("json"))
    assert quoted(keys) == list(written)
    if not columns:
        assert "csv" not in forms(words[0])
        return
    _, _, others = columns.partition(", and those of ")
    known = {of: quoted(listed) for of, listed, _ in table(REFERENCE, "from")}
    listed = quoted(columns.partition(",")[0]) + known.get(others, [])
    assert listed == printed("csv").partition("\n")[0].rstrip("\r").split(",")
    if not others:
        in_csv = quoted(columns.partition("; CSV alone ")[2])
        entries = next(value for value in written.values() if isinstance(value, list))
        assert listed == [*entries[0], *in_csv]
    if name == "`check`":
        assert list(written["summary"]) == ["answers", *VERDICTS, "marks", "out_of"]


def test_the_verdicts_and_slips_are_those_of_the_tables() -> None:
    assert quoted(REFERENCE.partition("A stated number is")[2].partition(";")[0]) == list(VERDICTS)
    listed = REFERENCE.partition("$ backtrace check --slips\n")[2].partition("```")[0]
    assert re.findall("^│ ([a-z_]+) +│", listed, re.MULTILINE)[1:] == list(SLIPS)


def test_the_exit_codes_are_those_of_the_command_line() -> None:
    assert [int(code) for code, _ in table(REFERENCE, "code")] == sorted([*Exit, 2])


def test_the_limits_are_those_of_the_code() -> None:
    def numbers(page: str, start: str) -> list[int]:
        sentence = page.partition(start)[2].partition("\n\n")[0]
        return [int(found.replace(",", "")) for found in re.findall(r"[0-9][0-9,]*", sentence)]

    assert numbers(CONFIG, "so is what is too large") == [
        limits.FILE_BYTES // 1_000_000, limits.YAML_VALUES, limits.LAYERS, limits.UNITS,
        limits.SOFTMAX_UNITS, limits.WEIGHTS, limits.SAMPLES, limits.SAMPLE_NUMBERS,
        limits.EQUATIONS, limits.LINE_CHARACTERS,
    ]  # fmt: skip
    assert numbers(CHECKING, "A sheet has at most") == [
        limits.SHEET_STEPS, limits.SHEET_ROWS, limits.DOCUMENT_CHARACTERS // 1_000_000, limits.DIAGNOSES
    ]  # fmt: skip


def test_the_page_about_documents_says_what_may_stand_in_a_mark() -> None:
    endings = FILL.partition("A document is Markdown")[2].partition("\n\n")[0]
    assert quoted(endings) == list(KINDS)
    may, _, refused = next(part for part in FILL.split("\n\n") if "may stand there" in part).partition(
        "may stand"
    )
    assert quoted(may) == list(marks.COMMANDS)
    assert [{"-o": "output"}.get(option, option[2:]) for option in quoted(refused)] == list(REFUSED)


def test_the_page_about_documents_says_where_each_form_has_a_place() -> None:
    named = set()
    for forms, *cells in table(FILL, "`-f`"):
        for form in (word.split()[0] for word in quoted(forms.replace("none", "`table`"))):
            named.add(form)
            placed = [form in PLACES[kind] for kind in ("markdown", "html", "latex")]
            assert placed == [bool(cell) for cell in cells], form
    others = set(PLACES["markdown"]) - named
    assert others == {"jsonl", "junit", "gradescope"}
    assert all(others <= set(forms) for forms in PLACES.values())


def keys_of(*forms: str) -> set[str]:
    return {key for form in forms for key in SCHEMA["$defs"][form]["properties"]}


def test_every_key_of_a_config_is_in_the_tables() -> None:
    listed = {
        key for line in CONFIG.splitlines() if line.startswith("| `") for key in quoted(line.split(" | ")[0])
    }
    known = keys_of("layers_form", "equations_form", "layer") - {"layers"}
    assert known - listed == set()
    assert listed - known - set(UPDATE_RULES) == {"rule"}  # the heading of the rules' own table


def test_the_words_of_a_config_are_those_of_the_tables() -> None:
    def row(key: str) -> str:
        return next(line for line in CONFIG.splitlines() if line.startswith(f"| `{key}` |"))

    assert set(quoted(row("activation"))[1 : 1 + len(ACTIVATIONS)]) == set(ACTIVATIONS)
    assert quoted(row("cost"))[1 : 1 + len(COSTS)] == list(COSTS)
    assert [name for name in quoted(row("notation")) if name in NOTATIONS][: len(NOTATIONS)] == list(
        NOTATIONS
    )
    formulas = " ".join(CONFIG.partition("Formulas have")[2].partition("`^`")[0].split())
    assert set(quoted(formulas)[1].split()) == set(public_functions())


NET = """\
inputs: [x]
targets: [t]
layers:
  - {units: [u], weights: [[w_1]]LAYER}
  - {units: [o], activation: square, weights: [[w_2]], biases: [b]}
parameters: {w_1: 0.5, w_2: -0.25, b: 0.75}
update: {rule: sgd, learning_rate: 0.5}
samples: [{inputs: [2], targets: [1]}, {inputs: [1], targets: [3]}]
"""
DEFAULTS = [
    (part, quoted(key)[0], quoted(default)[0])
    for part, heading in (
        ("layer", "Keys of a layer:"),
        ("net", "Keys beside `layers`:"),
        ("net", "## Both forms"),
    )
    for key, *_, default in table(CONFIG.partition(heading)[2], "key")
    if quoted(default)
]


def test_some_keys_of_every_part_have_a_default() -> None:
    assert [key for _, key, _ in DEFAULTS] == [
        "activation", "bias_input", "cost", "bias_input", "objective", "delta", "batch", "notation"
    ]  # fmt: skip


@pytest.mark.parametrize(("part", "key", "default"), DEFAULTS)
def test_a_default_is_what_a_config_has_without_the_key(
    part: str, key: str, default: str, tmp_path: Path
) -> None:
    def traced(layer: str = "", top: str = "") -> list[tuple[str, str, str, float | None]]:
        (tmp_path / "net.yaml").write_text(NET.replace("LAYER", layer) + top, encoding="utf-8")
        made = backtrace.trace(backtrace.load(tmp_path / "net.yaml"), steps=2)
        return [(row.id, row.symbol, row.formula, row.value) for row in made]

    said = f"{key}: {default}"
    assert traced(*((f", {said}", "") if part == "layer" else ("", f"{said}\n"))) == traced()


def test_the_constants_of_the_update_rules_are_those_of_the_table() -> None:
    rules = {
        name: {constant: default for constant, default in rule.constants.items() if constant != RATE}
        for name, rule in UPDATE_RULES.items()
    }
    listed: dict[str, dict[str, float]] = {}
    for names, constants in table(CONFIG, "`rule`"):
        given = {name: float(number) for name, number in re.findall(r"`(\w+)` ([-0-9.e]+)", constants)}
        for other in re.findall(r"those of `(\w+)`", constants):
            given = {**listed[other], **given}
        listed.update(dict.fromkeys(quoted(names), given))
    assert listed == rules
