"""Blank sheets are filled in, by this module, and marked; question banks are read by readers of its own."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest
import yaml

import backtrace
from backtrace.checking.graph import Key
from backtrace.checking.judging.checker import Checker
from backtrace.checking.judging.judge_sheet import check_sheet
from backtrace.checking.reading.answer_files import read_sheet
from backtrace.checking.report import Judgement
from backtrace.checking.slips.distinguish import PossibleAnswers, places_for, possible_answers
from backtrace.checking.stated_number import stated
from backtrace.checking.statement import Sheet, Statement
from backtrace.config.load import load
from tests.checking.trials import Trial
from tests.oracles.planting import Place, Working
from tests.runner import checker, run
from tests.views.test_latex import Reader, compiled, needs_tex

CONFIGS = sorted(path.stem for path in Path("configs").glob("*.yaml"))
WITH_STEPS = [name for name in CONFIGS if load(name).update and name != "step-neuron"]
ENDINGS = {"yaml": "yaml", "csv": "csv", "markdown": "md", "latex": "tex"}
HOSTILE = "a ]]> {b} ~ = # : \\n $$x$$ \\input{x} <script>alert(1)</script> | ` \u202e\x1b[31m //"


# Filling in


def blanks_of(text: str) -> list[tuple[int | None, str | None, str]]:
    """The places of a YAML sheet in order: step, sample and id."""
    data = yaml.safe_load(text)
    sections = data if isinstance(data, list) else [{"answers": data}]
    return [
        (section.get("step"), str(section["sample"]) if "sample" in section else None, id)
        for section in sections
        for id in section["answers"]
    ]


def filled(form: str, text: str, numbers: Sequence[str]) -> str:
    """A blank sheet with numbers in its places, one after the other; those without one stay blank."""
    left = iter(numbers)
    if form == "csv":
        rows = list(csv.reader(io.StringIO(text)))
        for row in rows:
            if len(row) > 3 and row[0] != "id":
                row[1] = next(left)
        written = io.StringIO()
        csv.writer(written).writerows(rows)
        text = written.getvalue()
    elif form == "yaml":
        text = re.sub(r"(?m)^((?:    )?[^#\s-][^#\n]*:)$", lambda found: f"{found[1]} {next(left)}", text)
    elif form == "markdown":
        text = re.sub(r"(?m)^(\| .* \|) +\|$", lambda found: f"{found[1]} {next(left)} |", text)
    else:
        head, _, body = text.partition("% /given")
        body = re.sub(r"\\blank\b", lambda found: next(left) or found[0], body)
        text = f"{head}% /given{body}"
    assert next(left, None) is None
    return text


def judged(config: str | Path, path: Path, *options: str) -> Any:
    outcome = run("check", config, path, "-f", "json", *options)
    assert outcome.err == ""
    return json.loads(outcome.out)


def asked(name: str) -> list[tuple[str, ...]]:
    """The parts of a sheet: the first step, two steps, or a sample that is not the step's own."""
    if name == "step-neuron":
        return [("--only", "forward")]
    if name == "or-gate-batch":
        return [()]
    return [(), *([("--steps", "2")] if name in WITH_STEPS else [("--sample", "all")])]


@pytest.mark.parametrize("form", ENDINGS)
@pytest.mark.parametrize("name", CONFIGS)
def test_a_sheet_filled_with_the_right_values_gets_full_marks(name: str, form: str, tmp_path: Path) -> None:
    path = tmp_path / f"sheet.{ENDINGS[form]}"
    for options in asked(name):
        numbers = right_numbers(name, options)
        blank = run("sheet", name, "-f", form, *options).out
        path.write_text(filled(form, blank, numbers), encoding="utf-8")
        summary = judged(name, path)["summary"]
        assert (summary["marks"], summary["out_of"], summary["unknown"]) == (len(numbers), len(numbers), 0)


@cache
def right_numbers(name: str, options: tuple[str, ...]) -> list[str]:
    """The right number for each place of a sheet, in order."""
    trace = backtrace.trace(
        backtrace.load(name),
        steps=2 if "2" in options else None,
        sample="all" if "all" in options else None,
        only="forward" if "forward" in options else None,
        hand={},
    )
    right = {(row.step, row.sample, row.id): row.value or 0.0 for row in trace}
    places = blanks_of(run("sheet", name, *options).out)
    assert len(places) == len(right)
    return [_value(right, place) for place in places]


def _value(right: dict[tuple[int, int | None, str], float], place: tuple[int | None, str | None, str]) -> str:
    """The value of a place; what belongs to an online step's update has no sample of its own."""
    step, sample, id = place
    step = step or 1
    number = int(sample) if sample and sample != "None" else None
    choices = [number, None] if sample else [1, None]
    return f"{next(right[step, k, id] for k in choices if (step, k, id) in right):.7g}"


@pytest.mark.parametrize("form", ENDINGS)
def test_places_left_blank_are_counted_and_cost_nothing(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"sheet.{ENDINGS[form]}"
    blank = run("sheet", "or-gate", "-f", form, "--only", "forward").out
    path.write_text(filled(form, blank, ["0.6", "", "", "0.6682", "", "", ""]), encoding="utf-8")
    outcome = run("check", "or-gate", path)
    assert outcome.code == 0
    assert outcome.out.splitlines()[-1] == "2 of 2 marks: 2 correct; 5 left blank"


@pytest.mark.parametrize("form", ENDINGS)
def test_a_sheet_on_which_nothing_is_written_is_not_right(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"sheet.{ENDINGS[form]}"
    run("sheet", "two-two-two", "-f", form, "-o", path)
    outcome = run("check", "two-two-two", path)
    assert outcome.code == 1
    assert re.search(r"no (?:number is stated|equation that ends in a number was found)", outcome.err)


@pytest.mark.parametrize("form", ENDINGS)
def test_a_sheet_may_come_without_a_file_name(form: str) -> None:
    filled_in = run("sheet", "or-gate-batch", "-f", form, "--solution", "--formulas").out
    sheet = read_sheet(filled_in.encode(), "<stdin>")
    assert len(sheet.statements) == 129
    assert sheet.blank == 0
    places = {(row.step, row.sample, row.total) for row in sheet.statements}
    assert places == {(1, 1, False), (1, 2, False), (1, 3, False), (1, 4, False), (1, None, True)}


@pytest.mark.parametrize("form", ENDINGS)
def test_formulas_on_a_sheet_are_nobodys_answer(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"sheet.{ENDINGS[form]}"
    run("sheet", "or-gate-batch", "-f", form, "--solution", "--formulas", "-o", path)
    outcome = run("check", "or-gate-batch", path)
    assert outcome.code == 0
    assert outcome.out.splitlines()[-1] == "129 of 129 marks: 129 correct"


# Slips


@pytest.mark.parametrize("number", range(8))
def test_a_slip_planted_on_a_sheet_is_judged_as_on_any_other(number: int, tmp_path: Path) -> None:
    trial = Trial(number, 61)
    config = tmp_path / "network.yaml"
    config.write_text(json.dumps(trial.config), encoding="utf-8")
    clean = Working(trial.config, 5, steps=trial.steps)
    shown = {line.place for line in trial.shown(clean)}
    plants = [
        plant
        for plant in clean.plants
        if plant.place in shown and f"{plant.value:.5f}" != clean.lines[plant.place].text
    ]
    plant = Random(number).choice(plants)
    lines = {line.place: line.text for line in trial.shown(Working(trial.config, 5, plant=plant))}
    places = [_planted_place(p, trial, lines) for p in blanks_of(_sheet(config, "yaml", trial))]
    numbers = [lines.get(place, "") for place in places]
    expected = _verdicts(trial.checker, [(place, lines[place]) for place in places if place in lines])
    for form, ending in ENDINGS.items():
        sheet = read_sheet(filled(form, _sheet(config, form, trial), numbers).encode(), f"s.{ending}")
        found = check_sheet(trial.checker, sheet).judgements
        assert [(j.id, j.verdict, j.slip) for j in found] == expected, form


def _sheet(config: Path, form: str, trial: Trial) -> str:
    outcome = run("sheet", config, "-f", form, "--steps", str(trial.steps))
    assert outcome.code == 0, outcome.err
    return outcome.out


def _planted_place(
    place: tuple[int | None, str | None, str], trial: Trial, lines: Mapping[Place, str]
) -> Place:
    """The key of a place's number in a trial; an online step's update has no sample."""
    step, sample, id = place
    whole: Place = (step or 1, None, id)
    if sample == "None":
        return whole
    own: Place = (step or 1, int(sample or 1), id)
    return own if own in lines or trial.config["batch"] != "online" else whole


def _verdicts(checker: Checker, lines: list[tuple[Place, str]]) -> list[tuple[str, str, str | None]]:
    statements = [Statement.of(p[2], text, step=p[0], sample=p[1], total=p[1] is None) for p, text in lines]
    report = check_sheet(checker, Sheet("sheet", tuple(statements)))
    return [(j.id, j.verdict, j.slip) for j in report.judgements]


@pytest.mark.parametrize("name", [name for name in CONFIGS if name != "step-neuron"])
def test_the_number_that_a_slip_gives_is_found_to_be_that_slip(name: str) -> None:
    diagnosis = checker(name).diagnosis([1])
    graph = diagnosis.graph
    keys = [
        key
        for key, node in graph.nodes.items()
        if node.kind in ("net", "delta", "gradient", "value", "update")
    ]
    found = 0
    for key in Random(name).sample(keys, min(len(keys), 6)):
        possible = possible_answers(diagnosis, key, places_for(graph[key].value, 6))
        for wrong in possible.wrong[:3]:
            number = stated(wrong.text)
            assert number is not None
            if number.digits < 3:
                continue
            statement = Statement.of(key.id, wrong.text, step=1, sample=key.sample, total=key.sample is None)
            judgement = check_sheet(checker(name), Sheet("s", (statement,))).judgements[0]
            assert judgement.verdict == "slip", (key, wrong)
            assert wrong.slips[0].slip in _named(judgement), (key, wrong)
            found += 1
    assert found


def _named(judgement: Judgement) -> list[str | None]:
    return [judgement.slip, *(finding.slip for finding in judgement.alternatives)]


# The answers that slips give


def answers_of(name: str, id: str, places: int, sample: int | None = 1) -> PossibleAnswers:
    diagnosis = checker(name).diagnosis([1])
    return possible_answers(diagnosis, Key(1, sample, id), places)


def test_a_slope_left_out_gives_its_number() -> None:
    possible = answers_of("or-gate", "dE/dw_1", 6)
    assert possible.right == "-0.000279"
    assert [wrong.text for wrong in possible.wrong[:2]] == ["0.000279", "-0.001218"]
    assert possible.wrong[1].slips[0].slip == "missing_slope"
    assert possible.wrong[1].sentence("∂E/∂w_1") == (
        "∂E/∂w_1 = -0.001218: you get this with ∂E/∂w_1 = δ_o·w_5·i_1: the slope σ′(h_1) = 0.2288 is missing"
        "; or you get this with ∂a_1/∂h_1 = 1: the slope is that of linear instead of sigmoid"
    )


def test_what_changes_nothing_cannot_be_told() -> None:
    possible = answers_of("or-gate", "h_1", 4)  # i_2 is 0
    assert "missing_term" in {slip.slip for wrong in possible.wrong for slip in wrong.slips}
    gradient = answers_of("or-gate", "dE/dw_3", 4)
    assert gradient.right == "0.0000"
    assert not {"sign", "factor"} & {slip.slip for wrong in gradient.wrong for slip in wrong.slips}


def test_at_few_decimals_slips_are_no_longer_told() -> None:
    fine, coarse = answers_of("or-gate", "a_o", 6), answers_of("or-gate", "a_o", 2)
    assert {wrong.slips[0].slip for wrong in fine.wrong} >= {"missing_term", "missing_activation"}
    assert "missing_term" not in {slip.slip for wrong in coarse.wrong for slip in wrong.slips}
    assert len(coarse.wrong) < len(fine.wrong)


@pytest.mark.parametrize("name", ["or-gate", "softmax-cross-entropy", "circuit", "adam"])
def test_no_two_numbers_are_alike(name: str) -> None:
    diagnosis = checker(name).diagnosis([1])
    graph = diagnosis.graph
    for key, node in graph.nodes.items():
        if node.kind in ("given", "held"):
            continue
        possible = possible_answers(diagnosis, key, places_for(node.value, 4))
        unit, right = Decimal(1).scaleb(-possible.places), Decimal(possible.right)
        numbers = [Decimal(wrong.text) for wrong in possible.wrong]
        assert len(set(numbers)) == len(numbers)
        assert all(abs(number - right) > unit for number in numbers)


# Question banks


class Asked(NamedTuple):
    """A question as a course site has it: the answers in order, with weight, tolerance and feedback."""

    name: str
    text: str
    answers: list[tuple[Decimal, Decimal, Decimal, str]]
    working: str

    def marked(self, number: Decimal) -> tuple[Decimal, str] | None:
        """The weight and the feedback of the first answer that fits."""
        return next(
            ((weight, said) for value, off, weight, said in self.answers if abs(number - value) <= off), None
        )


_ESCAPED = re.compile(r"\\([\\~=#{}:])")


def _split(text: str, sign: str, most: int = -1) -> list[str]:
    """A text at a sign that is not escaped."""
    pieces: list[str] = []
    start = i = 0
    while i < len(text):
        if text[i] == "\\":
            i += 2
        elif text.startswith(sign, i) and most != len(pieces):
            pieces.append(text[start:i])
            i = start = i + len(sign)
        else:
            i += 1
    return [*pieces, text[start:]]


def _plain(text: str) -> str:
    assert not re.search(r"(?<!\\)(?:\\\\)*[~=#{}:]", text), text
    return _ESCAPED.sub(r"\1", text.strip())


def read_gift(text: str) -> tuple[str, list[Asked]]:
    """The category and the questions of a GIFT file."""
    first, *blocks = text.strip().split("\n\n")
    assert first.startswith("$CATEGORY: ")
    found = []
    for block in blocks:
        nothing, name, rest = _split(block, "::", 2)
        assert nothing == ""
        question, inside = _split(rest, "{", 1)
        assert question.startswith("[html]")
        inside, after = _split(inside, "}", 1)
        assert after == ""
        assert inside[0] == "#"
        answers, working = _split(inside[1:], "####", 1)
        nothing, *numbers = _split(answers, "=")
        assert nothing.strip() == ""
        found.append(
            Asked(_plain(name), _plain(question[6:]), list(map(_gift_answer, numbers)), _plain(working))
        )
    return first.removeprefix("$CATEGORY: "), found


def _gift_answer(text: str) -> tuple[Decimal, Decimal, Decimal, str]:
    number, feedback = _split(text.strip(), "#", 1)
    weight = re.match(r"%([0-9]{1,2})%", number)
    value, tolerance = (number[weight.end() :] if weight else number).split(":")
    return Decimal(value), Decimal(tolerance), Decimal(weight[1] if weight else 100), _plain(feedback)


def read_moodle(text: str) -> tuple[str, list[Asked]]:
    """The category and the questions of a Moodle XML file, whose structure is what it has to be."""
    quiz = ElementTree.fromstring(text.encode())
    assert quiz.tag == "quiz"
    first, *questions = quiz
    assert first.attrib == {"type": "category"}
    found = []
    for question in questions:
        assert (question.tag, question.attrib) == ("question", {"type": "numerical"})
        tags = [child.tag for child in question]
        answers = question.findall("answer")
        assert tags == [
            *("name", "questiontext", "generalfeedback", "defaultgrade", "penalty", "hidden"),
            *["answer"] * len(answers),
            *("unitgradingtype", "unitpenalty", "showunits", "unitsleft"),
        ]
        for part in ("questiontext", "generalfeedback"):
            assert question.find(part).attrib == {"format": "html"}  # type: ignore[union-attr]
        found.append(
            Asked(
                _found(question, "name/text"),
                _found(question, "questiontext/text"),
                list(map(_moodle_answer, answers)),
                _found(question, "generalfeedback/text"),
            )
        )
    return _found(first, "category/text"), found


def _moodle_answer(answer: ElementTree.Element) -> tuple[Decimal, Decimal, Decimal, str]:
    assert [child.tag for child in answer] == ["text", "tolerance", "feedback"]
    assert set(answer.attrib) == {"fraction", "format"}
    numbers = _found(answer, "text"), _found(answer, "tolerance"), answer.attrib["fraction"]
    value, tolerance, fraction = map(Decimal, numbers)
    return value, tolerance, fraction, _found(answer, "feedback/text")


def _found(element: ElementTree.Element, path: str) -> str:
    text = element.findtext(path)
    assert text is not None
    return text


@pytest.mark.parametrize(
    ("name", "choice", "options"),
    [
        ("or-gate", (), ()),
        ("or-gate-batch", ("--only", "update"), ()),
        ("softmax-cross-entropy", (), ("--decimals", "2")),
        ("circuit", (), ("--formulas", "--digits", "6")),
        ("momentum", (), ()),
        ("two-two-two", ("--only", "backward"), ("--decimals", "4")),
    ],
)
def test_the_first_answer_that_fits_is_the_only_one(
    name: str, choice: tuple[str, ...], options: tuple[str, ...]
) -> None:
    category, questions = read_moodle(run("sheet", name, "-f", "moodle", *choice, *options).out)
    assert category == f"$course$/top/{load(name).title}"
    assert len(questions) == len(blanks_of(run("sheet", name, *choice).out))
    feedback = 0
    for question in questions:
        (right, half, full, _), *wrong = question.answers
        assert full == 100
        assert question.marked(right) == (Decimal(100), "<p>Right.</p>")
        for value, _, weight, said in wrong:
            assert weight == 0
            assert question.marked(value) == (Decimal(0), said)
        edges = sorted((value - off, value + off) for value, off, _, _ in question.answers)
        assert all(low[1] < high[0] for low, high in pairwise(edges))
        assert half * 2 == Decimal(1).scaleb(right.as_tuple().exponent)  # type: ignore[arg-type]
        assert len(wrong) <= 12
        feedback += len(wrong)
    assert feedback > len(questions)


@pytest.mark.parametrize("name", ["or-gate", "parabola"])
def test_the_right_value_is_right_and_full_precision_too(name: str) -> None:
    _, questions = read_gift(run("sheet", name, "-f", "gift").out)
    values = {
        f"{row.symbol}, step 1, sample 1": row.value for row in backtrace.trace(backtrace.load(name), hand={})
    }
    for question in questions:
        value = values[question.name.removeprefix(f"{load(name).title}: ")]
        for text in (f"{value:.15g}", f"{value:.12f}"):
            assert question.marked(Decimal(text)) == (Decimal(100), "<p>Right.</p>")


def test_a_number_midway_between_two_may_be_rounded_either_way(tmp_path: Path) -> None:
    config = tmp_path / "half.yaml"
    config.write_text(
        "inputs: [x]\ntargets: [t]\n"
        "layers: [{units: [o], weights: [[w]]}]\n"
        "parameters: {w: 0.5}\n"
        "samples: [{inputs: [-2.517], targets: [1]}]\n"
    )
    _, [question] = read_gift(run("sheet", config, "-f", "gift", "--show", "h_o").out)
    right = (Decimal(100), "<p>Right.</p>")
    for number in ("-1.2585", "-1.258", "-1.259"):
        assert question.marked(Decimal(number)) == right
    assert right not in map(question.marked, map(Decimal, ("-1.257", "-1.26", "-1.2579", "-1.2591")))


def test_gift_and_moodle_ask_the_same() -> None:
    for arguments in (("or-gate-batch", "--only", "update"), ("relu", "--only", "forward")):
        gift, moodle = (run("sheet", *arguments, "-f", form).out for form in ("gift", "moodle"))
        assert read_gift(gift) == read_moodle(moodle)


def test_a_question_tells_the_problem() -> None:
    _, questions = read_gift(
        run("sheet", "or-gate", "-f", "gift", "--show", "dE/dw_5", "--decimals", "4").out
    )
    assert [question.name for question in questions] == ["OR gate, 2-2-1: ∂E/∂w_5, step 1, sample 1"]
    text = re.sub(r"<[^>]*>", "|", questions[0].text)
    assert text.endswith(
        "|&nbsp; unit o: w_5 = 0.01 from unit 1, w_6 = 0.02 from unit 2, bias b_3 = 0.03"
        "|For unit 1, h_1 is the net input, a_1 the activation, δ_1 is ∂E/∂h_1; "
        "E = ½(y - a_o)² is the cost (half_squared_error).||step 1, sample 1: i_1 = 1, i_2 = 0, y = 1|"
        "|Compute |∂E/∂w_5|, the gradient, to 4 decimals; round nothing on the way.|"
    )
    assert questions[0].working == "<p>∂E/∂w_5 = δ_o·a_1 = -0.1218(0.6457) = -0.0786</p>"
    assert questions[0].answers[0][:3] == (Decimal("-0.0786"), Decimal("0.00005"), Decimal(100))


# Names and titles of strangers


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not attrs
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    data = yaml.safe_load(Path("configs/or-gate.yaml").read_text(encoding="utf-8"))
    path = tmp_path / "hostile.yaml"
    path.write_text(json.dumps({**data, "title": HOSTILE, "source": f"=cmd()|{HOSTILE}\n\nh_1 = 7"}))
    return path


@pytest.mark.parametrize("form", ["gift", "moodle"])
def test_a_hostile_title_asks_nothing_of_a_course_site(form: str, hostile: Path) -> None:
    read = read_gift if form == "gift" else read_moodle
    text = run("sheet", hostile, "-f", form).out
    category, questions = read(text)
    shown = HOSTILE.replace("\u202e", "\\u202e").replace("\x1b", "\\x1b")
    assert len(questions) == 44
    assert text.count("$CATEGORY") == (form == "gift")
    assert "]]>" not in text or form == "gift"
    name = category.replace("\\\\", "\\") if form == "gift" else category
    assert name == f"$course$/top/{shown.replace('/', '-')}"
    for question in questions:
        assert question.name.startswith(f"{shown}: ")
        tags = Tags()
        tags.feed(question.text)
        tags.close()
        assert tags.tags == {"p", "br", "strong", "span"}
        assert shown in "".join(tags.texts)
        assert all(text in "$\\{[`" or not re.search(r"\$|\\|\{|\[|`", text) for text in tags.texts)


@pytest.mark.parametrize("form", ENDINGS)
def test_a_hostile_title_states_nothing_on_a_sheet(form: str, hostile: Path, tmp_path: Path) -> None:
    for title in (
        HOSTILE,
        "step 2, sample 1",
        "h_1 = 7",
        "<!-- /given -->",
        "% /given",
        "- h_1: 7",
        "id,value",
    ):
        data = json.loads(hostile.read_text())
        hostile.write_text(json.dumps({**data, "title": title}))
        path = tmp_path / f"sheet.{ENDINGS[form]}"
        run("sheet", hostile, "-f", form, "--solution", "-o", path)
        summary = judged(hostile, path)["summary"]
        assert (summary["marks"], summary["out_of"], summary["unknown"]) == (44, 44, 0)
        text = path.read_text(encoding="utf-8")
        assert not re.search("[\x00-\x08\x0e-\x1f\u202e]", text)
        assert "\\input" not in text or form != "latex"
        if form == "csv":
            cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
            assert all(cell[:1] not in ("=", "+", "@", "-") or stated(cell) for cell in cells)


OF_A_SHEET = {rf"the command \{name}" for name in ("providecommand", "blank", "underline", "hspace")}


@pytest.mark.parametrize("options", [(), ("--formulas",), ("--solution", "--fragment")])
def test_nothing_hostile_acts_in_latex(options: tuple[str, ...], hostile: Path) -> None:
    text = run("sheet", hostile, "-f", "latex", *options).out
    assert set(Reader(text).faults) <= OF_A_SHEET


@needs_tex
def test_a_sheet_in_latex_compiles(hostile: Path, tmp_path: Path) -> None:
    for config in (hostile, "three-layers"):
        assert "Overfull" not in compiled(run("sheet", config, "-f", "latex").out, tmp_path)


def test_formulas_in_a_table_are_none_of_a_spreadsheets() -> None:
    text = run("sheet", "or-gate", "-f", "csv", "--formulas").out
    rows = [row for row in csv.reader(io.StringIO(text)) if len(row) == 5]
    assert rows[0] == ["id", "value", "step", "sample", "formula"]
    assert ["Delta_w_5", "", "1", "1", "'-η·∂E/∂w_5"] in rows


# What a sheet says


def test_a_sheet_says_what_it_is_about() -> None:
    text = run(
        "sheet", "or-gate", "--set", "w_5=0.5", "--decimals", "3", "--show", "h_o", "-f", "markdown"
    ).out
    assert [line.rstrip() for line in text.splitlines()] == SHEET


SHEET = [
    "<!-- given -->",
    "",
    "## OR gate, 2-2-1",
    "",
    'source: after "Neural Networks and Backpropagation", parts 1 and 2 (tinhatben)',
    r"network 2-2-1 · sigmoid · half\_squared\_error · sgd, learning\_rate 0.5",
    r"with w\_5 = 0.5",
    "",
    "hidden layer, sigmoid:",
    "",
    r"- unit 1: w\_1 = 0.1 from i\_1, w\_3 = 0.3 from i\_2, bias b\_2 = 0.5",
    r"- unit 2: w\_2 = 0.2 from i\_1, w\_4 = 0.4 from i\_2, bias b\_1 = 0.5",
    "",
    "output layer, sigmoid:",
    "",
    r"- unit o: w\_5 = 0.5 from unit 1, w\_6 = 0.02 from unit 2, bias b\_3 = 0.03",
    "",
    r"For unit 1, h\_1 is the net input, a\_1 the activation, δ\_1 is ∂E/∂h\_1; "
    r"E = ½(y - a\_o)² is the cost (half\_squared\_error).",
    "",
    "Answers to 3 decimals.",
    "",
    "<!-- /given -->",
    "",
    r"### step 1, sample 1: i\_1 = 1, i\_2 = 0, y = 1",
    "",
    "**Forward, output layer**",
    "",
    "| quantity | value |",
    "| --- | ---: |",
    "| `h_o` |  |",
]


def test_a_later_step_begins_with_its_own_parameters() -> None:
    text = run("sheet", "momentum", "--step", "2").out
    after = backtrace.trace(backtrace.load("momentum"))
    told = [line for line in text.splitlines() if line.startswith("# ")]
    parameters = [row for row in after if row.kind == "update"]
    states = [row for row in after if row.kind == "state"]
    assert parameters
    assert states
    for row in (*parameters, *states):
        assert any(f"{row.symbol.removesuffix('⁺')} = {row.text}" in line for line in told)


def words_of(config: str | Path, *options: str) -> list[str]:
    """The problem as a YAML sheet describes it, from its layers or equations on."""
    told = run("sheet", config, *options).out.split("#\n")[1]
    return [line.removeprefix("# ") for line in told.splitlines()]


def test_every_name_on_a_sheet_that_books_use_in_their_own_way_is_said_what_it_is() -> None:
    assert words_of("softmax-cross-entropy")[0] == (
        "output layer, softmax, with S_output the sum of e^h_1 and so on:"
    )
    assert words_of("softmax-cross-entropy")[-1] == (
        "For unit 1, h_1 is the net input, a_1 the activation, δ_1 is ∂E/∂h_1; "
        "E is the cost (cross_entropy), the sum of E_1 = -t_1·ln(a_1) and so on."
    )
    assert words_of("performance-ascent")[-1] == (
        "For unit 1, p_1 is the net input, z_1 the activation, δ_1 is ∂P/∂p_1, e_2 is ∂P/∂z_2; "
        "P = -½(d - z_2)² is the cost (performance)."
    )


def test_an_error_is_what_delta_is_without_the_slope(tmp_path: Path) -> None:
    config = tmp_path / "descent.yaml"
    text = Path("configs/two-two-two.yaml").read_text(encoding="utf-8")
    config.write_text(f"{text}\ndelta: descent\n", encoding="utf-8")
    assert "δ_h1 is -∂E_total/∂net_h1, e_h1 is -∂E_total/∂out_h1; " in words_of(config)[-2]


def test_a_cost_of_ones_own_is_told_in_the_names_of_the_sheet(tmp_path: Path) -> None:
    config = tmp_path / "own.yaml"
    config.write_text(
        "inputs: [x]\ntargets: [t]\nnotation: z-a\n"
        "layers: [{units: [o], weights: [[w]]}]\n"
        "parameters: {w: 0.5}\ncost: abs(t - a_o)\n"
        "samples: [{inputs: [2], targets: [3]}]\n"
    )
    assert words_of(config)[-1].endswith("δ_o is ∂E/∂z_o; E = |t - a_o| is the cost.")


def test_the_rule_of_an_update_is_told_where_books_differ() -> None:
    assert words_of("momentum")[-5:] == [
        "momentum, of w:",
        "  v_w⁺ = μ·v_w - η·∂E/∂w",
        "  Δw = v_w⁺",
        "  w⁺ = w + Δw",
        "  η = 0.1, μ = 0.9, v_w = 0",
    ]
    assert words_of("adam")[-8:] == [
        "adam, of w_1:",
        "  m_w_1⁺ = β₁·m_w_1 + (1 - β₁)·∂E/∂w_1",
        "  v_w_1⁺ = β₂·v_w_1 + (1 - β₂)·(∂E/∂w_1)²",
        "  m̂_w_1 = m_w_1⁺/(1 - β₁^t)",
        "  v̂_w_1 = v_w_1⁺/(1 - β₂^t)",
        "  Δw_1 = -η·m̂_w_1/(√(v̂_w_1) + ε)",
        "  w_1⁺ = w_1 + Δw_1",
        "  η = 0.1, β₁ = 0.9, β₂ = 0.999, ε = 1e-8, t = 1, m_w_1 = 0, v_w_1 = 0",
    ]
    later = words_of("adam", "--step", "2")
    assert later[-2] == "  η = 0.1, β₁ = 0.9, β₂ = 0.999, ε = 1e-8, t = 2"
    assert later[-1].startswith("before step 2: m_w_1 = ")
    assert not any("of w_1" in line for line in words_of("adam", "--only", "backward"))


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("or-gate", "-f", "gift", "--solution"), 2, "use -f yaml, csv, markdown or latex, not gift"),
        (("or-gate", "-f", "moodle", "--hand", "3"), 2, "use -f yaml, csv, markdown or latex, not moodle"),
        (("or-gate", "--digits", "3", "--decimals", "3"), 2, "exclude each other"),
        (("or-gate", "--fragment"), 2, "use -f latex, not yaml"),
        (("or-gate", "--sample", "2", "--only", "update"), 1, "the step's update is made by another sample"),
        (("or-gate", "--show", "zz"), 1, "no quantity 'zz'"),
        (("circuit", "--only", "update"), 1, "nothing to show: the config has no update"),
        (("or-gate", "--steps", "300"), 1, "more than 10,000 numbers, the most that a sheet asks for"),
        (("or-gate", "--steps", "30", "-f", "gift"), 1, "1,320 questions; expected at most 1,000"),
    ],
)
def test_what_cannot_be_asked_for_is_told(arguments: tuple[str, ...], code: int, told: str) -> None:
    outcome = run("sheet", *arguments)
    assert outcome.code == code
    assert told in outcome.err.splitlines()[-1]


def test_right_answers_that_round_to_nothing_are_told() -> None:
    outcome = run("sheet", "or-gate", "-f", "gift", "--decimals", "3", "--show", "delta_*")
    assert outcome.code == 0
    said = "1 right answer rounds to 0, as delta_1: use more decimals, or --digits\n"
    assert outcome.err == said


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "bank.xml"
    path.write_text("as it was")
    assert run("sheet", "or-gate", "--steps", "30", "-o", path).code == 1
    assert path.read_text() == "as it was"
    assert run("sheet", "or-gate", "-o", path).code == 0
    assert read_moodle(path.read_text(encoding="utf-8"))[0] == "$course$/top/OR gate, 2-2-1"


# What is given


@pytest.mark.parametrize("precision", [("--digits", "3"), ("--digits", "4"), ("--decimals", "5"), ()])
def test_what_a_later_step_starts_from_is_told_exactly_enough_for_its_answers(
    precision: tuple[str, ...],
) -> None:
    """Worked out from what the sheet says alone, the answers are those of the step."""
    blank = run("sheet", "or-gate", "--step", "2", *precision).out
    told = re.findall(r"([wb]_[0-9]) = (-?[0-9.]+)", blank)
    assert len(told) == 9
    options = [word for name, number in told for word in ("--set", f"{name}={number}")]
    columns = ("--step", "2", "-f", "csv", "--only", "forward", "--only", "backward")
    right = list(csv.DictReader(io.StringIO(run("trace", "or-gate", *columns).out)))
    own = list(
        csv.DictReader(
            io.StringIO(
                run(
                    "trace",
                    "or-gate",
                    *options,
                    "--input",
                    "0,1",
                    "--target",
                    "1",
                    "-f",
                    "csv",
                    "--only",
                    "forward",
                    "--only",
                    "backward",
                ).out
            )
        )
    )
    assert [row["id"] for row in own] == [row["id"] for row in right]
    for mine, true in zip(own, right, strict=True):
        allowed = 5e-7 if "--decimals" in precision else 5e-5 * abs(float(true["value"]))
        assert abs(float(mine["value"]) - float(true["value"])) <= allowed


def test_a_question_tells_every_digit_of_what_is_given_that_counts(tmp_path: Path) -> None:
    config = tmp_path / "long.yaml"
    config.write_text(
        "inputs: [x]\ntargets: [t]\n"
        "layers: [{units: [o], weights: [[w]]}]\n"
        "parameters: {w: 0.12345678}\n"
        "samples: [{inputs: [0.87654321], targets: [1]}]\n"
    )
    out = run("sheet", config, "-f", "gift", "--show", "h_o").out
    assert "w \\= 0.1234568 from x" in out
    assert "sample 1\\: x \\= 0.8765432, t \\= 1" in out
    assert "=0.1082:0.00005" in out
