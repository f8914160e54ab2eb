"""New problems: numbers that are friendly to hands, slips that show, the same bytes for the same seed."""

from __future__ import annotations

import hashlib
import html
import io
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from xml.etree import ElementTree

import pytest
import yaml

from backtrace.checking.graph import Graph, Key
from backtrace.checking.judging.checker import Checker
from backtrace.checking.judging.judge_sheet import check_sheet
from backtrace.checking.reading.answer_files import read_sheet
from backtrace.checking.slips.rewrites import rewritings
from backtrace.checking.slips.what_if_values import Values
from backtrace.cli.exercise import write_files
from backtrace.config.load import load
from backtrace.config.write import config_text
from backtrace.derivation.activations import ACTIVATIONS
from backtrace.derivation.costs import COSTS
from backtrace.derivation.optimizers import UPDATE_RULES
from backtrace.errors import BacktraceError
from backtrace.evaluation.steps import Request
from backtrace.exercises import exercise as exercise_module
from backtrace.exercises.detectable_slips import Template, detectable_slips, differ
from backtrace.exercises.exercise import Exercise, exercises, fault_of
from backtrace.exercises.plan import Plan, completed, options
from backtrace.exercises.problems import Numbers
from backtrace.problem.notation import NOTATIONS
from backtrace.problem.problem import Network, Problem
from backtrace.symbolic.expressions import Number
from backtrace.tracing.selection import visible
from backtrace.tracing.trace import compute
from backtrace.views.page.context import ViewContext
from backtrace.views.page.records import Look
from backtrace.views.sheet.exercise import config_of
from backtrace.views.sheet.sheet import Asking, sections, write_yaml
from tests.exercises.exercised import OF_EACH, TOPOLOGIES, misses, plans, rounded
from tests.runner import run

ONE_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9])?")


def made(plan: Plan, seed: int = 7, count: int = 1) -> list[Exercise]:
    return list(exercises(completed(plan), seed, count))


def options_of(plan: Plan) -> str:
    return options(completed(plan))


def values_of(problem: Problem) -> dict[str, dict[str, float]]:
    """The numbers of a problem by kind and id, from an ordinary trace."""
    found: dict[str, dict[str, float]] = {}
    for part in compute(problem, Request()):
        for row in part.equations:
            found.setdefault(row.kind, {})[row.id] = float(part.values[row.id])
    return found


# Five hundred exercises


@pytest.mark.parametrize("sizes", TOPOLOGIES, ids=lambda sizes: "-".join(map(str, sizes)))
def test_every_exercise_is_solvable_on_paper(sizes: tuple[int, ...], tmp_path: Path) -> None:
    seen = set()
    for seed, plan in plans(sizes):
        some = list(exercises(plan, seed, OF_EACH))
        assert len(some) == OF_EACH
        for exercise in some:
            check_numbers(exercise)
            check_kindness(exercise.problem)
            check_full_marks(exercise)
            seen.add(config_text(exercise.problem))
        if seed < 2:
            check_detectable_slips(some[0])
        file = tmp_path / "exercise.yaml"
        file.write_text(config_of(some[-1]), encoding="utf-8")
        assert load(file)._replace(locations={}) == some[-1].problem
    assert len(seen) == 10 * OF_EACH


def check_numbers(exercise: Exercise) -> None:
    problem = exercise.problem
    given = list(problem.parameters.values())
    for sample in problem.samples:
        given += [*sample.inputs, *(sample.targets or ())]
    for number in given:
        assert ONE_DECIMAL.fullmatch(number.text)
        assert number.value == float(number.text)
    assert all(number.value for number in problem.parameters.values())
    assert len(set(problem.parameters.values())) == len(problem.parameters)
    assert exercise.digits in (4, 5, 6)


def check_kindness(problem: Problem) -> None:
    """Nothing saturated, no number too large to write, gradients that are not all tiny, no layer dead."""
    values = values_of(problem)
    model = problem.model
    assert isinstance(model, Network)
    assert all(0.03 < abs(h) < 3.04 for h in values["net"].values())
    for layer in model.layers:
        outputs = [values["activation"][f"a_{unit}"] for unit in layer.units]
        assert any(outputs)
        if layer.activation.name in ("sigmoid", "softmax"):
            assert all(0.002 < a < 0.998 for a in outputs)
        if layer.activation.name == "tanh":
            assert all(abs(a) < 0.98 for a in outputs)
    gradients = [abs(g) for g in values["gradient"].values() if g]
    assert min(gradients) > 0.00015
    assert sum(g > 0.005 for g in gradients) * 2 >= len(gradients)
    assert all(abs(value) < 50.4 for kind in values.values() for value in kind.values())


def check_full_marks(exercise: Exercise) -> None:
    """A blank sheet with the right numbers written in, to as many digits as are asked for."""
    problem, parts = exercise.problem, list(visible(compute(exercise.problem, Request())))
    right = {row.id: float(part.values[row.id]) for part in parts for row in part.equations}
    sheet = io.StringIO()
    asked = sections(problem, parts)
    write_yaml(ViewContext(problem, asked, Look(), sheet, options={"asking": Asking()}))
    text, count = re.subn(
        r"(?m)^([^#:]+):$",
        lambda blank: f"{blank[1]}: {rounded(right[blank[1]], exercise.digits)}",
        sheet.getvalue(),
    )
    assert count == len(right) > 5
    report = check_sheet(Checker(problem), read_sheet(text.encode(), "sheet.yaml"))
    assert {judgement.id: judgement.verdict for judgement in report.judgements} == dict.fromkeys(
        right, "correct"
    )


def check_detectable_slips(exercise: Exercise) -> None:
    """With equations of its own: where a slip is said to be shown, it gives another rounded number."""
    graph = Graph(exercise.problem, [1])
    right = Values(graph, {})
    for slip, nodes in exercise.slips.shown_at.items():
        for node in nodes if slip != "wrong_sample" else ():
            value, others = graph[node.key].value, set()
            for rewriting in rewritings(graph, graph[node.key], slip):
                with suppress(ValueError, OverflowError):
                    others.add(float(rewriting.work(right.of)))
            text = rounded(value, exercise.digits)
            assert {rounded(other, exercise.digits) for other in others} - {text}
            hidden = [other for other in others if rounded(other, exercise.digits) == text]
            assert all(abs(other - value) <= 1.3e-4 * abs(value) for other in hidden)  # as g/(√g² + 1e-8)


@pytest.mark.parametrize("sizes", TOPOLOGIES, ids=lambda sizes: "-".join(map(str, sizes)))
def test_what_an_exercise_says_it_tells_is_found_on_a_sheet(sizes: tuple[int, ...]) -> None:
    random = Random(2)
    for seed, plan in list(plans(sizes))[:2]:
        for exercise in exercises(plan, seed, 1):
            found = list(misses(exercise, random, most=1))
            assert len(found) > 5
            assert [miss for miss in found if miss] == []


# The same seed


def test_a_seed_gives_these_numbers() -> None:
    (first,) = made(Plan())
    assert (
        config_text(first.problem)
        == """\
title: "Exercise 1: 2-2-1, sigmoid"
inputs: [i_1, i_2]
targets: [t_o]
layers:
  - name: hidden
    units: [1, 2]
    activation: sigmoid
    weights: [[w_1, w_2],
              [w_3, w_4]]
    biases: [b_1, b_2]
  - name: output
    units: [o]
    activation: sigmoid
    weights: [[w_5, w_6]]
    biases: [b_3]
cost: half_squared_error
parameters:
  w_1: -0.3
  w_2: -0.7
  w_3: 0.7
  w_4: 0.9
  b_1: -0.1
  b_2: 0.1
  w_5: -0.8
  w_6: -0.6
  b_3: -0.2
update: {rule: sgd, learning_rate: 0.5}
samples:
  - {inputs: [-0.3, -0.8], targets: [1]}
"""
    )


@pytest.mark.parametrize(
    ("plan", "hashed"),
    [
        (Plan((2, 3, 2), cost="cross_entropy"), "7e513698a722080e"),
        (Plan((2, 2, 1), ("relu", "linear"), bias="shared"), "c8053d7bcf257186"),
        (Plan((2, 2, 2), ("tanh",), samples=3, batch="mean"), "925cef1180ea582e"),
        (Plan((3, 2), ("step",)), "895e54319f68f968"),
        (Plan((2, 2, 1), update="adam", delta="descent", notation="net-out"), "f1669e21a163fa71"),
    ],
)
def test_the_bytes_of_a_seed_stay(plan: Plan, hashed: str) -> None:
    text = "".join(config_of(exercise) for exercise in made(plan, count=3))
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == hashed


def test_more_exercises_begin_with_the_fewer() -> None:
    assert made(Plan(), count=4)[:2] == made(Plan(), count=2)
    assert made(Plan(), seed=8)[0].problem.parameters != made(Plan())[0].problem.parameters


def test_no_exercise_of_a_seed_comes_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exercise_module, "TRIES", 100)
    plan = completed(Plan((1, 1), ("step",), bias="none"))  # 18 weights by 9 inputs, half of them refused
    with pytest.raises(BacktraceError, match="no numbers found for exercise "):
        list(exercises(plan, 1, 200))
    found = list(exercises(plan, 1, 40))
    assert len({config_text(exercise.problem._replace(title="")) for exercise in found}) == 40


# Drawn again


def test_unfriendly_numbers_and_those_that_hide_a_slip_are_drawn_again() -> None:
    plan = completed(Plan())
    numbers = Numbers(7)
    drawn = [numbers.problem(plan, "Exercise 1: 2-2-1, sigmoid") for _ in range(20)]
    template = Template(drawn[0])
    faults = [
        fault_of(template, template.values(p)) or detectable_slips(template, p, 4).coincidence for p in drawn
    ]
    (exercise,) = exercises(plan, 7, 1)
    assert exercise.tries > 1
    assert faults.index(None) == exercise.tries - 1
    assert drawn[exercise.tries - 1] == exercise.problem
    assert all(faults[: exercise.tries - 1])


def changed(problem: Problem, **numbers: str) -> Problem:
    new = {name: Number(float(text), text) for name, text in numbers.items()}
    return problem._replace(parameters={**problem.parameters, **new})


@pytest.mark.parametrize(
    ("numbers", "fault"),
    [
        ({"b_1": "9"}, "h_1 is saturated, or next to 0"),
        ({"w_1": "0", "w_2": "0", "b_1": "0.0001"}, "h_1 is saturated, or next to 0"),
        ({"w_5": "0.001", "w_6": "0.001"}, "a gradient is tiny"),
    ],
)
def test_unfriendly_numbers_are_refused_with_the_reason(numbers: dict[str, str], fault: str) -> None:
    (exercise,) = made(Plan())
    template = Template(exercise.problem)
    assert fault_of(template, template.values(exercise.problem)) is None
    assert fault_of(template, template.values(changed(exercise.problem, **numbers))) == fault


def test_leaky_units_leak() -> None:
    slopes = [
        value
        for exercise in made(Plan(activations=("leaky_relu", "linear")), count=4)
        for value in values_of(exercise.problem)["slope"].values()
    ]
    assert {0.01, 1.0} <= set(slopes)


def test_a_slip_that_has_no_value_hides_nothing() -> None:
    """Another v̂ in the root may be a negative number, of which there is none."""
    for rule in ("sgd", "adam"):
        (exercise,) = made(Plan((2, 2, 2), ("tanh", "softmax"), update=rule))
        assert exercise.digits == 4
        assert exercise.tries < 20


def test_a_layer_that_is_dead_is_refused() -> None:
    (exercise,) = made(Plan(activations=("relu", "linear")))
    template = Template(exercise.problem)
    dead = changed(exercise.problem, w_1="0", w_2="0", w_3="0", w_4="0", b_1="-1", b_2="-2")
    assert fault_of(template, template.values(dead)) == "activation hidden: all 0"


def test_a_slip_that_numbers_hide_by_chance_is_found() -> None:
    (exercise,) = made(Plan())
    template = Template(exercise.problem)
    same = changed(exercise.problem, w_5="-0.6")  # w_6
    assert detectable_slips(template, exercise.problem, 4).coincidence is None
    assert detectable_slips(template, same, 4).coincidence == "wrong_index is hidden at w_6⁺"


def test_as_many_inputs_as_there_may_be_can_be_had() -> None:
    assert [exercise.digits for exercise in made(Plan((9, 1)), count=3)] == [4, 4, 4]


def test_no_weight_is_one_which_may_be_left_out() -> None:
    for exercise in made(Plan((3, 4, 3), ("sigmoid", "linear"), bias="none", samples=2)):
        values = {number.value for number in exercise.problem.parameters.values()}
        assert len(values) == 24
        assert values.isdisjoint((0, 1))
        assert max(values) > 1


def test_no_hidden_gradient_by_an_input_is_taken_for_that_of_a_weight() -> None:
    template = Template(made(Plan((9, 1)))[0].problem)
    others = {
        used.id for _, rewritings in template.rewritten for made in rewritings for used in made.uses.values()
    }
    assert "dE/dw_2" in others
    assert not {id for id in others if id.startswith("dE/di_")}


def test_a_slip_that_equations_hide_is_said_and_not_refused() -> None:
    (exercise,) = made(Plan(activations=("linear",)))
    assert [node.key.id for node in exercise.slips.hidden_at["missing_slope"]] == [
        "delta_o",
        "delta_1",
        "delta_2",
    ]
    assert "missing_slope" not in exercise.slips.shown_at
    assert "log_base" in exercise.slips.impossible


def test_numbers_that_differ_round_to_different_ones() -> None:
    random = Random(3)
    for _ in range(2000):
        one = random.uniform(-1, 1) * 10 ** random.randint(-4, 2)
        other = one * (1 + random.uniform(-2, 2) * 10.0 ** -random.randint(2, 6))
        for digits in (3, 4, 5, 6):
            if differ(one, other, digits):
                assert rounded(one, digits) != rounded(other, digits)


@pytest.mark.parametrize(
    "plan",
    [Plan(), Plan((2, 3, 2), ("tanh", "softmax")), Plan((3, 2, 1), ("relu",)), Plan(update="adam")],
    ids=options_of,
)
def test_no_verdict_depends_on_the_last_bits_of_a_value(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = [config_of(exercise) for exercise in made(plan, count=4)]
    computed, random = Values.computed, Random(1)

    def rough(self: Values, key: Key) -> float:
        return computed(self, key) * (1 + 1e-14 * (random.random() - 0.5))

    monkeypatch.setattr(Values, "computed", rough)
    assert [config_of(exercise) for exercise in made(plan, count=4)] == exact


def test_numbers_that_cannot_be_found_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exercise_module, "TRIES", 100)
    with pytest.raises(BacktraceError) as refusal:
        made(Plan((1, 1, 1, 1, 1, 1)))
    assert refusal.value.message == (
        "no numbers found for exercise 1 (1-1-1-1-1-1, sigmoid) in 100 tries; in 86 of them a gradient "
        "is tiny; expected another topology, other activations, fewer samples or more digits"
    )


def test_numbers_that_hide_slips_are_reported_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exercise_module, "HIDING_DRAWS", 20)
    with pytest.raises(BacktraceError) as refusal:
        made(Plan((2, 3, 2), samples=2, batch="mean", digits=3))
    assert refusal.value.message == (
        "no numbers found for exercise 1 (2-3-2, sigmoid) in 44 tries; in 20 of them a slip gives the right "
        "number; expected another topology, other activations, fewer samples or more digits"
    )


# The command


def test_a_config_is_printed_that_other_commands_read() -> None:
    config = run("exercise", "--seed", "7")
    assert (config.code, config.err) == (0, "")
    assert config.out.startswith(
        "# backtrace exercise --topology 2-2-1 --activation sigmoid --cost half_squared_error --seed 7\n"
        "# Answers to 4 significant digits tell these slips from what is right:\n"
        "#   missing_slope, ascent, missing_rate, sign, slope_of_net, missing_term, missing_activation,\n"
        "#   updated_too_early, bias_not_trained, factor, missing_factor, wrong_index, "
        "wrong_target (as 1 - t:\n"
        "#   there is no other), other_slope\n"
        "# These cannot be made here:\n"
        "#   bias_trained, softmax_without_exp, log_base, wrong_sample\n"
        'title: "Exercise 1: 2-2-1, sigmoid"\n'
        "inputs: [i_1, i_2]\n"
    )
    trace = run("trace", "-", "-f", "csv", stdin=config.out)
    assert trace.code == 0
    assert "0.634135" in trace.out


def test_without_a_seed_one_is_drawn_and_shown() -> None:
    first, second = run("exercise").out, run("exercise").out
    assert first != second
    typed = first.partition("\n")[0].removeprefix("# backtrace ")
    assert run(*typed.split()).out == first


def test_nothing_that_is_made_of_a_config_tells_its_seed(tmp_path: Path) -> None:
    file = tmp_path / "exercise.yaml"
    file.write_text(run("exercise", "--seed", "7").out, encoding="utf-8")
    assert "--seed 7" in file.read_text(encoding="utf-8")
    for form in ("yaml", "csv", "markdown", "latex", "gift", "moodle"):
        sheet = run("sheet", str(file), "-f", form)
        assert sheet.code == 0
        assert "seed" not in sheet.out


def test_the_command_in_a_later_exercise_makes_it_again(tmp_path: Path) -> None:
    chosen = """exercise --topology 2-2 --activation tanh --bias shared --samples 2 --delta descent
        --learning-rate 0.25 --update momentum --notation I-O --digits 5 --seed 3 --count 2"""
    arguments = chosen.split()
    assert run(*arguments, "-f", "yaml", "-o", str(tmp_path / "one")).code == 0
    first = (tmp_path / "one" / "exercise-2.yaml").read_text(encoding="utf-8").partition("\n")[0]
    typed, number = first.removeprefix("# backtrace ").split(", number ")
    again = run(*typed.split(), "--count", number, "-f", "yaml", "-o", str(tmp_path / "two"))
    assert again.code == 0
    for name in ("exercise-1.yaml", "exercise-2.yaml"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize(("form", "ending"), [("markdown", "md"), ("latex", "tex"), ("html", "html")])
def test_a_folder_gets_config_problem_and_solution(form: str, ending: str, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    done = run("exercise", "--seed", "7", "--count", "2", "-f", form, "-o", str(folder))
    assert done == (0, "", "")
    names = [f"exercise-{k}{rest}" for k in (1, 2) for rest in (f"-solution.{ending}", f".{ending}", ".yaml")]
    assert sorted(file.name for file in folder.iterdir()) == sorted(names)
    problem = (folder / f"exercise-1.{ending}").read_text(encoding="utf-8")
    solution = (folder / f"exercise-1-solution.{ending}").read_text(encoding="utf-8")
    assert "Calculate with all digits; give answers to 4 significant ones." in problem
    assert "backtrace exercise" not in problem  # whoever knows the seed has the solution
    assert "0.6341" in solution
    assert "0.6341" not in problem
    assert run("exercise", "--seed", "7", "-f", form).out == problem
    if form == "html":
        for page in (problem, solution):
            ElementTree.fromstring(page.partition("\n")[2])
        assert problem.count('<td role="cell"></td>') == solution.count('<th role="rowheader"')


def test_a_problem_to_print_has_a_picture_of_what_is_given() -> None:
    asked = ("exercise", "--seed", "7", "--samples", "2", "--batch", "sum")
    config = run(*asked).out
    page = ElementTree.fromstring(run(*asked, "-f", "html").out.partition("\n")[2])
    [said] = ["".join(text.itertext()) for text in page.iter("{http://www.w3.org/2000/svg}desc")]
    assert "hidden: sigmoid: h_1, a_1, δ_1, h_2, a_2, δ_2. " in said
    done = re.findall(r"(\w+) = (-?\d+(?:\.\d+)?)", said)
    assert {"i_1", "t_o", "w_1", "b_1"} <= {name for name, _ in done}
    given = set(re.findall(r"-?\d+(?:\.\d+)?", config))
    assert {number for _, number in done} <= given


def test_a_long_formula_of_the_cost_can_be_moved_on_a_phone() -> None:
    page = run("exercise", "--cost", "binary_cross_entropy", "--seed", "7", "-f", "html").out
    [said] = re.findall(r"<p>For unit 1.*</p>", page)
    [wide] = re.findall(r'<span class="wide" [^>]*tabindex="0"><math aria-label="([^"]*)">', said)
    assert html.unescape(wide) == "E = -(t_o·ln(a_o) + (1 - t_o)·ln(1 - a_o))"


@pytest.mark.parametrize(
    "options",
    [
        "--topology 2-2-1",
        "--topology 2-3-2 --cost cross_entropy --notation net-out",
        "--topology 3-2-1 --activation relu,sigmoid --bias none --delta descent",
        "--topology 2-2-1 --activation tanh --samples 2",
        "--topology 2-2-1 --activation step",
        "--topology 2-2-1 --update adam",
    ],
)
def test_a_problem_filled_in_rightly_has_full_marks(options: str, tmp_path: Path) -> None:
    folder = str(tmp_path)
    assert run("exercise", *options.split(), "--seed", "4", "-o", folder).code == 0
    config, sheet = f"{folder}/exercise-1.yaml", tmp_path / "exercise-1.md"
    text = (tmp_path / "exercise-1-solution.md").read_text(encoding="utf-8")
    answers = iter([row.rsplit("|", 2)[1] for row in text.splitlines() if row.startswith("| `")])
    blank = re.compile(r"^(\| `[^|]*` \|)  \|$", re.MULTILINE)
    filled = blank.sub(lambda row: f"{row[1]}{next(answers)}|", sheet.read_text(encoding="utf-8"))
    assert next(answers, None) is None
    sheet.write_text(filled, encoding="utf-8")
    checked = run("check", config, str(sheet), "-f", "json")
    summary = yaml.safe_load(checked.out)["summary"]
    assert checked.code == 0
    assert summary["marks"] == summary["out_of"] == summary["answers"]
    assert summary["unknown"] == summary["wrong"] == summary["slip"] == 0
    assert summary["answers"] > 5


def test_step_is_the_forward_pass_alone() -> None:
    config = run("exercise", "--activation", "step", "--seed", "7").out
    read = yaml.safe_load(config)
    assert not {"targets", "cost", "update"} & set(read)
    assert list(read["samples"][0]) == ["inputs"]
    page = run("exercise", "--activation", "step", "--seed", "7", "-f", "markdown").out
    assert "network 2-2-1 · step  \n" in page
    assert run("trace", "-", stdin=config).code == 0


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_every_activation_has_exercises_and_a_blank(activation: str) -> None:
    name = "sigmoid,softmax" if activation == "softmax" else activation
    chosen = ("--topology", "2-2-2", "--activation", name, "--seed", "7")
    for config in (run("exercise", *chosen), run("exercise", *chosen, "--blank")):
        assert (config.code, config.err) == (0, "")
        assert run("trace", "-", "-f", "json", stdin=config.out).code == 0


@pytest.mark.parametrize("cost", sorted(COSTS))
@pytest.mark.parametrize("bias", ["per-unit", "shared", "none"])
def test_every_cost_and_bias_has_exercises(cost: str, bias: str) -> None:
    (exercise,) = made(Plan((2, 2, 2), cost=cost, bias=bias))  # type: ignore[arg-type]
    check_numbers(exercise)
    check_detectable_slips(exercise)


@pytest.mark.parametrize("rule", sorted(UPDATE_RULES))
def test_every_update_rule_has_exercises(rule: str) -> None:
    (exercise,) = made(Plan((2, 1, 1), update=rule))
    check_detectable_slips(exercise)


@pytest.mark.parametrize("notation", sorted(NOTATIONS))
def test_every_notation_has_exercises(notation: str) -> None:
    config = run("exercise", "--notation", notation, "--seed", "7").out
    assert yaml.safe_load(config).get("notation", "h-a") == notation


def test_a_blank_says_what_to_put(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    assert run("exercise", "--blank", "--topology", "1-1", "-o", str(file)) == (0, "", "")
    assert file.read_text(encoding="utf-8") == BLANK
    assert load(file).parameters == {"w_1": Number(0.0, "0.0"), "b_1": Number(0.0, "0.0")}


BLANK = """\
# A network to fill in: put your numbers in place of 0.0, then: backtrace trace FILE

# The title above every table.
title: 1-1, sigmoid

# The inputs; you may choose other names, here and below.
inputs: [i_1]

# The target of each output.
targets: [t_o]

# Layer by layer: of the weights, a row for each unit with an entry for each source. Activations:
# sigmoid, tanh, linear, relu, leaky_relu, elu, softplus, square, sin, step, gelu, softmax
layers:
  - name: output
    units: [o]
    activation: sigmoid
    weights: [[w_1]]
    biases: 0.0

# How far the outputs are from the targets. Costs:
# half_squared_error, squared_error, mean_squared_error, performance, binary_cross_entropy,
# cross_entropy
cost: half_squared_error

# The starting value of every weight and bias that is named above.
parameters:
  w_1: 0.0

# How they change; without this line there is no update. Rules:
# sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw
update: {rule: sgd, learning_rate: 0.5}

# The inputs and targets; a line for each sample.
samples:
  - {inputs: [0.0], targets: [0.0]}
"""


# What is refused


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--topology 9999999-1",
         "'--topology': '9999999-1'; expected the number of inputs, then of each layer's units, as 2-2-1"),
        ("--topology 0-2-1", "0 inputs; expected 1 to 9, for work by hand"),
        ("--topology 2-10-1", "10 units in layer 1; expected 1 to 9, for work by hand"),
        ("--topology 2",
         "'--topology': '2'; expected the number of inputs, then of each layer's units, as 2-2-1"),
        ("--topology 2--1",
         "'--topology': '2--1'; expected the number of inputs, then of each layer's units, as 2-2-1"),
        ("--topology \x1b[31m",
         "'--topology': '\\x1b[31m'; expected the number of inputs, then of each layer's units, as 2-2-1"),
        ("--topology 1-1-1-1-1-1-1",
         "a topology of 7 numbers; expected the number of inputs, then the units of each of 1 to 5 "
         "layers, as 2-2-1"),
        ("--topology 9-9-1", "9-9-1 has 100 weights and biases; expected at most 48, for work by hand"),
        ("--activation sigmoidd", "'--activation': 'sigmoidd' is no activation; did you mean sigmoid?"),
        ("--activation __import__", "'--activation': '__import__' is no activation; expected sigmoid, tanh, "
         "linear, relu, leaky_relu, elu, softplus, square, sin, step, gelu or softmax"),
        ("--activation relu,relu,relu",
         "3 activations for 2 layers; expected one for all, or one for each, as sigmoid,sigmoid"),
        ("--activation softmax",
         "softmax in a hidden layer; expected it in the last layer only, as sigmoid,softmax"),
        ("--activation sigmoid,softmax", "softmax of one unit is always 1; expected two or more outputs"),
        ("--cost half_squared", "'--cost': 'half_squared' is no cost; did you mean half_squared_error?"),
        ("--cost cross_entropy --activation sigmoid",
         "cross_entropy with sigmoid outputs; expected softmax in the last layer, or binary_cross_entropy"),
        ("--cost binary_cross_entropy --activation tanh",
         "binary_cross_entropy with tanh outputs; expected sigmoid in the last layer"),
        ("--cost performance --activation step",
         "performance with step, which has no useful derivative: such an exercise is the forward "
         "pass alone; expected no cost"),
        ("--update sdg", "'--update': 'sdg' is no update rule; did you mean sgd?"),
        ("--notation x", "'--notation': 'x' is no notation; expected h-a, net-out, in-out, z-a or I-O"),
        ("--learning-rate nan", "'--learning-rate': nan is no finite number"),
        ("-f latex -o problem.tex",
         "-o 'problem.tex': expected a folder, for config, problem and solution; without -o one of them "
         "is printed"),
        ("--blank -f latex", "--blank is a config; leave -f latex out"),
        ("--blank --count 2", "--blank is one config; leave --count 2 out"),
    ],
)  # fmt: skip
def test_a_wrong_wish_is_refused_in_one_line(arguments: str, message: str) -> None:
    assert run("exercise", *arguments.split()).usage_error == message


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--learning-rate", "0"), ("--learning-rate", "1e9"), ("--samples", "9"), ("--digits", "7"),
        ("--seed", "-1"), ("--count", "1000000000"), ("--format", "pdf"),
    ],
)  # fmt: skip
def test_a_value_out_of_range_is_refused_with_the_option(option: str, value: str) -> None:
    assert f"'{option}'" in run("exercise", option, value).usage_error


def test_nothing_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "exercise-2-solution.md").write_text("mine", encoding="utf-8")
    done = run("exercise", "--seed", "7", "--count", "2", "-o", str(tmp_path))
    path = tmp_path / "exercise-2-solution.md"
    assert done == (1, "", f"'{path}' is there already; expected a folder without it\n")
    assert [file.name for file in tmp_path.iterdir()] == ["exercise-2-solution.md"]
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["", "\0", "a/b/c", "file"])
def test_a_folder_that_cannot_be_written_is_reported(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    done = run("exercise", "--seed", "7", "-o", f"{tmp_path}/{name}" if name else "")
    assert (done.code, done.out) == (1, "")
    assert len(done.err.splitlines()) == 1
    assert done.err.startswith("cannot write into '")
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("fails", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("existing", [True, False])
@pytest.mark.parametrize("turn", [1, 2, 3])
def test_files_are_written_all_or_none(
    fails: BaseException, existing: bool, turn: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "new"
    if existing:
        folder.mkdir()
        (folder / "mine").write_text("mine", encoding="utf-8")
    rename, calls = os.rename, []

    def failing(source: str, target: str) -> None:
        calls.append(target)
        if len(calls) == turn:
            raise fails
        rename(source, target)

    monkeypatch.setattr(os, "rename", failing)
    expected = KeyboardInterrupt if isinstance(fails, KeyboardInterrupt) else BacktraceError
    with pytest.raises(expected):
        write_files(str(folder), [(name, name) for name in ("a", "b", "c")])
    assert len(calls) == turn
    assert [file.name for file in tmp_path.rglob("*")] == (["new", "mine"] if existing else [])


def test_exercises_that_fail_on_the_way_leave_no_files(tmp_path: Path) -> None:
    def files() -> Iterator[tuple[str, str]]:
        yield "a", "a"
        raise BacktraceError("no numbers found")

    with pytest.raises(BacktraceError, match="no numbers found"):
        write_files(str(tmp_path / "new"), files())
    assert list(tmp_path.iterdir()) == []


def test_several_problems_go_into_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("exercise", "--seed", "7", "--count", "2") == (0, "", "")
    assert sorted(os.listdir()) == [
        f"exercise-{number}{ending}" for number in (1, 2) for ending in ("-solution.md", ".md", ".yaml")
    ]
