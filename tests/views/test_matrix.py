"""The matrix form of layers: how it is drawn, and that the numbers in it are a product and its result."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from rich.console import Console

import backtrace
from backtrace.errors import BacktraceError
from backtrace.evaluation.choice import arithmetic_of
from backtrace.evaluation.steps import Part, Request
from backtrace.problem.problem import Network, Problem, parameters_of
from backtrace.tracing.grouping import by_layer
from backtrace.tracing.selection import visible
from backtrace.tracing.trace import compute
from backtrace.typesetting.numerals import Numerals
from backtrace.typesetting.plain import PLAIN
from backtrace.views.page.context import ViewContext
from backtrace.views.page.records import Look
from backtrace.views.trace import matrix_brackets as brackets
from backtrace.views.trace.matrix import LayerMatrices
from backtrace.views.trace.matrix_equation import Matrix, MatrixEquation, Side
from backtrace.views.trace.text import draw
from tests.runner import run

Array = NDArray[np.float64]

TYPESET = Look()


def problem_of(text: str) -> Problem:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.yaml"
        path.write_text(dedent(text), encoding="utf-8")
        return backtrace.load(path)


def parts_of(problem: Problem, sample: int | None = None) -> Iterator[Part]:
    return visible(compute(problem, Request(sample=sample, arithmetic=arithmetic_of(problem, None))))


def equations_of(
    problem: Problem, look: Look = TYPESET, sample: int | None = None
) -> dict[tuple[str, str], list[MatrixEquation]]:
    """The matrix equations by phase and layer."""
    matrices = LayerMatrices(problem, look)
    found: dict[tuple[str, str], list[MatrixEquation]] = {}
    for part in parts_of(problem, sample):
        for rows in by_layer(part):
            for equation in matrices.after(part, rows):
                found.setdefault((part.phase, str(rows[0].layer)), []).append(equation)
    return found


def drawing(
    problem: Problem | str, phase: str, layer: str, look: Look = TYPESET, width: int = 80, sample: int = 1
) -> str:
    """What stands after the tables of a layer and phase."""
    if isinstance(problem, str):
        problem = problem_of(problem)
    equations = equations_of(problem, look, sample)[phase, layer]
    return "\n".join(brackets.lines(equations, look.style, width, width))


def expected(figure: str) -> str:
    return dedent(figure).strip("\n")


SKIP = """
    title: a layer that feeds two
    inputs: [x_1, x_2]
    targets: [t]
    layers:
      - {name: hidden, units: [h], activation: tanh, weights: [[v_1, v_2]], biases: [c]}
      - {name: deep, units: [p, q], activation: relu, weights: [[u_1], [null]], biases: [d, null]}
      - {name: output, units: [o], from: [deep, inputs, hidden], weights: [[s_1, s_2, r_1, r_2, w]]}
    parameters: {v_1: 0.5, v_2: -0.25, c: 0.1, u_1: 0.75, d: 0.1,
                 s_1: 0.2, s_2: 0.4, r_1: -0.3, r_2: 0.6, w: 0.9}
    samples: [{inputs: [1, 2], targets: [0]}]
"""

DESCENT = """
    title: deltas that point downhill, thresholds
    inputs: [x_1, x_2]
    targets: [t]
    delta: descent
    layers:
      - {name: hidden, units: [1, 2], activation: sigmoid, weights: [[w_1, w_2], [w_3, w_4]],
         biases: [θ_1, θ_2], bias_input: -1}
      - {name: output, units: [o], weights: [[w_5, w_6]]}
    parameters: {w_1: 0.1, w_2: 0.2, w_3: 0.3, w_4: 0.4, θ_1: 0.5, θ_2: 0.6, w_5: 2, w_6: -1}
    samples: [{inputs: [1, 2], targets: [1]}]
"""

SOFTMAX = """
    title: softmax
    inputs: [x_1, x_2]
    targets: [t_1, t_2]
    cost: COST
    delta: DELTA
    layers:
      - {name: output, units: [1, 2], activation: softmax, weights: [[w_1, w_2], [w_3, w_4]]}
    parameters: {w_1: 0.15, w_2: 0.25, w_3: -0.3, w_4: 0.4}
    samples: [{inputs: [1, 2], targets: [0, 1]}, {inputs: [1, 2], targets: [0.5, 1]}]
"""


def softmax(cost: str = "cross_entropy", delta: str = "gradient") -> Problem:
    return problem_of(SOFTMAX.replace("COST", cost).replace("DELTA", delta))


def large(units: int, inputs: int) -> Problem:
    names = ", ".join(f"x_{k}" for k in range(1, inputs + 1))
    numbers = ", ".join(["0.5"] * inputs)
    rows = ", ".join([f"[{numbers}]"] * units)
    return problem_of(
        f"""
        title: large
        inputs: [{names}]
        targets: [t]
        layers:
          - {{name: hidden, units: {units}, weights: [{rows}], biases: {[0.1] * units}}}
          - {{name: output, units: [o], weights: [[{", ".join(["0.1"] * units)}]]}}
        samples: [{{inputs: [{numbers}], targets: [1]}}]
        """
    )


# Drawings.


def test_forward_is_weights_with_the_biases_times_the_inputs_and_one() -> None:
    assert drawing(backtrace.load("or-gate"), "forward", "hidden") == expected(
        """
        H = W·[i; 1]
        ⎡ h_1 ⎤   ⎡ w_1  w_3  b_2 ⎤   ⎡ i_1 ⎤   ⎡ 0.1  0.3  0.5 ⎤   ⎡ 1 ⎤   ⎡ 0.6 ⎤
        ⎣ h_2 ⎦ = ⎣ w_2  w_4  b_1 ⎦ · ⎢ i_2 ⎥ = ⎣ 0.2  0.4  0.5 ⎦ · ⎢ 0 ⎥ = ⎣ 0.7 ⎦
                                      ⎣  1  ⎦                       ⎣ 1 ⎦

        A = σ(H)
        ⎡ a_1 ⎤ = σ⎛⎡ h_1 ⎤⎞ = σ⎛⎡ 0.6 ⎤⎞ = ⎡ 0.645656 ⎤
        ⎣ a_2 ⎦    ⎝⎣ h_2 ⎦⎠    ⎝⎣ 0.7 ⎦⎠   ⎣ 0.668188 ⎦
        """
    )


def test_backward_is_the_transposed_weights_without_biases_times_the_next_deltas() -> None:
    assert drawing(backtrace.load("or-gate"), "backward", "hidden") == expected(
        """
        δ = (W_outputᵀ·δ_output) ⊙ σ′(H)
        ⎡ δ_1 ⎤ = ⎛⎡ w_5 ⎤ · [ δ_o ]⎞ ⊙ ⎡ ∂a_1/∂h_1 ⎤
        ⎣ δ_2 ⎦   ⎝⎣ w_6 ⎦          ⎠   ⎣ ∂a_2/∂h_2 ⎦

                = ⎛⎡ 0.01 ⎤ · [ -0.121811 ]⎞ ⊙ ⎡ 0.228784 ⎤ = ⎡ -0.000278685 ⎤
                  ⎝⎣ 0.02 ⎦                ⎠   ⎣ 0.221713 ⎦   ⎣ -0.000540143 ⎦

        ∂E/∂W = δ·[i; 1]ᵀ
        ⎡ ∂E/∂w_1  ∂E/∂w_3  ∂E/∂b_2 ⎤ = ⎡ δ_1 ⎤ · [ i_1  i_2  1 ]
        ⎣ ∂E/∂w_2  ∂E/∂w_4  ∂E/∂b_1 ⎦   ⎣ δ_2 ⎦

                                      = ⎡ -0.000278685 ⎤ · [ 1  0  1 ]
                                        ⎣ -0.000540143 ⎦

                                      = ⎡ -0.000278685  0  -0.000278685 ⎤
                                        ⎣ -0.000540143  0  -0.000540143 ⎦
        """
    )


def test_the_output_delta_starts_from_the_cost() -> None:
    assert drawing(backtrace.load("or-gate"), "backward", "output", width=100) == expected(
        """
        δ = ∂E/∂A ⊙ σ′(H)
        [ δ_o ] = [ ∂E/∂a_o ] ⊙ [ ∂a_o/∂h_o ] = [ -0.487547 ] ⊙ [ 0.249845 ] = [ -0.121811 ]

        ∂E/∂W = δ·[A_hidden; 1]ᵀ
        [ ∂E/∂w_5  ∂E/∂w_6  ∂E/∂b_3 ] = [ δ_o ] · [ a_1  a_2  1 ]
                                      = [ -0.121811 ] · [ 0.645656  0.668188  1 ]
                                      = [ -0.0786482  -0.0813928  -0.121811 ]
        """
    )


def test_tied_biases_show_the_same_name_and_no_gradient_that_would_be_wrong() -> None:
    assert drawing(backtrace.load("two-two-two"), "backward", "output") == expected(
        """
        δ = ∂E_total/∂out ⊙ σ′(net)
        ⎡ δ_o1 ⎤ = ⎡ ∂E_total/∂out_o1 ⎤ ⊙ ⎡ ∂out_o1/∂net_o1 ⎤
        ⎣ δ_o2 ⎦   ⎣ ∂E_total/∂out_o2 ⎦   ⎣ ∂out_o2/∂net_o2 ⎦

                 = ⎡  0.741365 ⎤ ⊙ ⎡ 0.186816 ⎤ = ⎡   0.138499 ⎤
                   ⎣ -0.217072 ⎦   ⎣  0.17551 ⎦   ⎣ -0.0380982 ⎦

        ∂E_total/∂W = δ·[out_hidden; 1]ᵀ
        ⎡ ∂E_total/∂w5  ∂E_total/∂w6  Σ ⎤ = ⎡ δ_o1 ⎤ · [ out_h1  out_h2  1 ]
        ⎣ ∂E_total/∂w7  ∂E_total/∂w8  Σ ⎦   ⎣ δ_o2 ⎦

                                          = ⎡   0.138499 ⎤ · [ 0.59327  0.596884  1 ]
                                            ⎣ -0.0380982 ⎦

                                          = ⎡   0.082167   0.0826676  Σ ⎤
                                            ⎣ -0.0226025  -0.0227402  Σ ⎦
        Σ: the gradient of a tied parameter (b2) is the sum over its uses, in the tables
        """
    )


def test_a_side_that_is_too_wide_with_its_result_goes_under_the_first_equals_sign() -> None:
    assert drawing(backtrace.load("two-two-two"), "forward", "hidden") == expected(
        """
        net = W·[i; 1]
        ⎡ net_h1 ⎤   ⎡ w1  w2  b1 ⎤   ⎡ i1 ⎤
        ⎣ net_h2 ⎦ = ⎣ w3  w4  b1 ⎦ · ⎢ i2 ⎥
                                      ⎣ 1  ⎦

                     ⎡ 0.15  0.20  0.35 ⎤   ⎡ 0.05 ⎤   ⎡ 0.3775 ⎤
                   = ⎣ 0.25  0.30  0.35 ⎦ · ⎢ 0.10 ⎥ = ⎣ 0.3925 ⎦
                                            ⎣    1 ⎦

        out = σ(net)
        ⎡ out_h1 ⎤ = σ⎛⎡ net_h1 ⎤⎞ = σ⎛⎡ 0.3775 ⎤⎞ = ⎡  0.59327 ⎤
        ⎣ out_h2 ⎦    ⎝⎣ net_h2 ⎦⎠    ⎝⎣ 0.3925 ⎦⎠   ⎣ 0.596884 ⎦
        """
    )


def test_a_layer_in_which_every_weight_is_tied_has_one_line_for_its_gradients() -> None:
    *_, last = drawing(backtrace.load("convolution"), "backward", "output").splitlines()
    assert last == (
        "∂E/∂W: the gradient of a tied parameter (k_1, k_2, b) is the sum over its uses, in the tables"
    )


def test_many_tied_names_are_counted() -> None:
    names = [f"k_{i}" for i in range(1, 8)]
    problem = problem_of(
        f"""
        inputs: [x_1, x_2, x_3, x_4, x_5, x_6, x_7]
        targets: [t_1, t_2]
        layers: [{{name: output, units: [1, 2], weights: [[{", ".join(names)}], [{", ".join(names)}]]}}]
        parameters: {{{", ".join(f"{name}: 0.5" for name in names)}}}
        samples: [{{inputs: [1, 1, 1, 1, 1, 1, 1], targets: [1, 1]}}]
        """
    )
    *_, last = drawing(problem, "backward", "output").splitlines()
    assert last == (
        "∂E/∂W: the gradient of a tied parameter (k_1, k_2, k_3, k_4, k_5 and 2 more) "
        "is the sum over its uses, in the tables"
    )


def test_a_layer_that_feeds_two_sums_the_blocks_of_both() -> None:
    assert drawing(SKIP, "backward", "hidden") == expected(
        """
        δ = (W_outputᵀ·δ_output + W_deepᵀ·δ_deep) ⊙ tanh′(H)
        [ δ_h ] = ⎛[ w ] · [ δ_o ] + [ u_1  0 ] · ⎡ δ_p ⎤⎞ ⊙ [ ∂a_h/∂h_h ]
                  ⎝                               ⎣ δ_q ⎦⎠

                = ⎛[ 0.9 ] · [ 1.02465 ] + [ 0.75  0 ] · ⎡ 0.20493 ⎤⎞ ⊙ [ 0.990066 ]
                  ⎝                                      ⎣       0 ⎦⎠

                = [ 1.0652 ]

        ∂E/∂W = δ·[x; 1]ᵀ
        [ ∂E/∂v_1  ∂E/∂v_2  ∂E/∂c ] = [ δ_h ] · [ x_1  x_2  1 ]
                                    = [ 1.0652 ] · [ 1  2  1 ]
                                    = [ 1.0652  2.13039  1.0652 ]
        """
    )


def test_a_missing_connection_is_0_in_the_weights_and_a_dot_in_the_gradients() -> None:
    forward, backward = (drawing(SKIP, phase, "deep", width=100) for phase in ("forward", "backward"))
    assert forward.split("\n\n")[0] == expected(
        """
        H = W·[A_hidden; 1]
        ⎡ h_p ⎤ = ⎡ u_1  d ⎤ · ⎡ a_h ⎤ = ⎡ 0.75  0.1 ⎤ · ⎡ 0.099668 ⎤ = ⎡ 0.174751 ⎤
        ⎣ h_q ⎦   ⎣  0   0 ⎦   ⎣  1  ⎦   ⎣    0    0 ⎦   ⎣        1 ⎦   ⎣        0 ⎦
        """
    )
    assert backward.split("\n\n")[1] == expected(
        """
        ∂E/∂W = δ·[A_hidden; 1]ᵀ
        ⎡ ∂E/∂u_1  ∂E/∂d ⎤ = ⎡ δ_p ⎤ · [ a_h  1 ] = ⎡ 0.20493 ⎤ · [ 0.099668  1 ] = ⎡ 0.020425  0.20493 ⎤
        ⎣    ·       ·   ⎦   ⎣ δ_q ⎦                ⎣       0 ⎦                     ⎣        ·        · ⎦
        ·: no connection
        """
    )


def test_without_biases_there_is_no_column_for_them_and_linear_units_repeat_nothing() -> None:
    assert drawing(SKIP, "forward", "output") == expected(
        """
        H = W·[A_deep; x; A_hidden]
                                              ⎡ a_p ⎤
                                              ⎢ a_q ⎥
        [ h_o ] = [ s_1  s_2  r_1  r_2  w ] · ⎢ x_1 ⎥
                                              ⎢ x_2 ⎥
                                              ⎣ a_h ⎦

                                                 ⎡ 0.174751 ⎤
                                                 ⎢        0 ⎥
                = [ 0.2  0.4  -0.3  0.6  0.9 ] · ⎢        1 ⎥ = [ 1.02465 ]
                                                 ⎢        2 ⎥
                                                 ⎣ 0.099668 ⎦

        A = H
        [ a_o ] = [ h_o ] = [ 1.02465 ]
        """
    )


def test_thresholds_are_multiplied_with_minus_one() -> None:
    assert drawing(DESCENT, "forward", "hidden").split("\n\n")[0] == expected(
        """
        H = W·[x; -1]
        ⎡ h_1 ⎤   ⎡ w_1  w_2  θ_1 ⎤   ⎡ x_1 ⎤   ⎡ 0.1  0.2  0.5 ⎤   ⎡  1 ⎤   ⎡   0 ⎤
        ⎣ h_2 ⎦ = ⎣ w_3  w_4  θ_2 ⎦ · ⎢ x_2 ⎥ = ⎣ 0.3  0.4  0.6 ⎦ · ⎢  2 ⎥ = ⎣ 0.5 ⎦
                                      ⎣  -1 ⎦                       ⎣ -1 ⎦
        """
    )


def test_under_descent_delta_comes_from_the_error_and_the_gradient_has_a_minus() -> None:
    assert drawing(DESCENT, "backward", "output") == expected(
        """
        δ = e ⊙ linear′(H)
        [ δ_o ] = [ e_o ] ⊙ [ ∂a_o/∂h_o ] = [ 0.622459 ] ⊙ [ 1 ] = [ 0.622459 ]

        ∂E/∂W = -δ·A_hiddenᵀ
        [ ∂E/∂w_5  ∂E/∂w_6 ] = -[ δ_o ] · [ a_1  a_2 ]
                             = -[ 0.622459 ] · [ 0.5  0.622459 ]
                             = [ -0.31123  -0.387456 ]
        """
    )
    assert drawing(DESCENT, "backward", "hidden", width=100) == expected(
        """
        δ = (W_outputᵀ·δ_output) ⊙ σ′(H)
        ⎡ δ_1 ⎤ = ⎛⎡ w_5 ⎤ · [ δ_o ]⎞ ⊙ ⎡ ∂a_1/∂h_1 ⎤
        ⎣ δ_2 ⎦   ⎝⎣ w_6 ⎦          ⎠   ⎣ ∂a_2/∂h_2 ⎦

                = ⎛⎡  2 ⎤ · [ 0.622459 ]⎞ ⊙ ⎡     0.25 ⎤ = ⎡  0.31123 ⎤
                  ⎝⎣ -1 ⎦               ⎠   ⎣ 0.235004 ⎦   ⎣ -0.14628 ⎦

        ∂E/∂W = -δ·[x; -1]ᵀ
        ⎡ ∂E/∂w_1  ∂E/∂w_2  ∂E/∂θ_1 ⎤ = -⎡ δ_1 ⎤ · [ x_1  x_2  -1 ]
        ⎣ ∂E/∂w_3  ∂E/∂w_4  ∂E/∂θ_2 ⎦    ⎣ δ_2 ⎦

                                      = -⎡  0.31123 ⎤ · [ 1  2  -1 ] = ⎡ -0.31123  -0.622459   0.31123 ⎤
                                         ⎣ -0.14628 ⎦                  ⎣  0.14628   0.292561  -0.14628 ⎦
        """
    )


def test_under_descent_a_cost_without_an_error_row_gives_minus_its_gradient() -> None:
    problem = problem_of(DESCENT.replace("delta: descent", "delta: descent\n    cost: squared_error"))
    assert drawing(problem, "backward", "output").split("\n\n")[0] == expected(
        """
        δ = -∂E/∂A ⊙ linear′(H)
        [ δ_o ] = -[ ∂E/∂a_o ] ⊙ [ ∂a_o/∂h_o ] = -[ -1.24492 ] ⊙ [ 1 ] = [ 1.24492 ]
        """
    )


def test_when_climbing_the_gradient_has_no_minus() -> None:
    problem = problem_of(
        DESCENT.replace("delta: descent", "delta: descent\n    objective: maximize\n    cost: performance")
    )
    assert drawing(problem, "backward", "output").split("\n\n")[1] == expected(
        """
        ∂E/∂W = δ·A_hiddenᵀ
        [ ∂E/∂w_5  ∂E/∂w_6 ] = [ δ_o ] · [ a_1  a_2 ]
                             = [ 0.622459 ] · [ 0.5  0.622459 ] = [ 0.31123  0.387456 ]
        """
    )


def test_a_letter_stands_for_one_quantity() -> None:
    notation = "delta: descent\n    notation: {net: 'p_{unit}', activation: 'z_{unit}', cost: P}"
    problem = problem_of(DESCENT.replace("delta: descent", notation))
    captions = [line for line in drawing(problem, "backward", "output").split("\n") if "[" not in line]
    assert captions == ["δ = e ⊙ linear′(p)", "", "∂P/∂W = -δ·Z_hiddenᵀ"]


def test_softmax_and_cross_entropy_leave_the_activations_less_the_targets() -> None:
    forward, backward = (drawing(softmax(), phase, "output") for phase in ("forward", "backward"))
    assert forward.split("\n\n")[1] == expected(
        """
        A = softmax(H)
        ⎡ a_1 ⎤ = softmax⎛⎡ h_1 ⎤⎞ = softmax⎛⎡ 0.65 ⎤⎞ = ⎡ 0.53743 ⎤
        ⎣ a_2 ⎦          ⎝⎣ h_2 ⎦⎠          ⎝⎣  0.5 ⎦⎠   ⎣ 0.46257 ⎦
        """
    )
    assert backward.split("\n\n")[0] == expected(
        """
        δ = A - T
        ⎡ δ_1 ⎤ = ⎡ a_1 ⎤ - ⎡ t_1 ⎤ = ⎡ 0.53743 ⎤ - ⎡ 0 ⎤ = ⎡  0.53743 ⎤
        ⎣ δ_2 ⎦   ⎣ a_2 ⎦   ⎣ t_2 ⎦   ⎣ 0.46257 ⎦   ⎣ 1 ⎦   ⎣ -0.53743 ⎦
        """
    )


def test_under_descent_softmax_and_cross_entropy_leave_the_targets_less_the_activations() -> None:
    assert drawing(softmax(delta="descent"), "backward", "output").split("\n\n")[0] == expected(
        """
        δ = T - A
        ⎡ δ_1 ⎤ = ⎡ t_1 ⎤ - ⎡ a_1 ⎤ = ⎡ 0 ⎤ - ⎡ 0.53743 ⎤ = ⎡ -0.53743 ⎤
        ⎣ δ_2 ⎦   ⎣ t_2 ⎦   ⎣ a_2 ⎦   ⎣ 1 ⎦   ⎣ 0.46257 ⎦   ⎣  0.53743 ⎦
        """
    )


@pytest.mark.parametrize(("problem", "sample"), [(softmax(), 2), (softmax("half_squared_error"), 1)])
def test_other_softmax_deltas_are_left_to_the_table(problem: Problem, sample: int) -> None:
    first, *_ = drawing(problem, "backward", "output", sample=sample).splitlines()
    assert first == "δ: a softmax unit acts on its whole layer; each δ is in the table"


def test_plain_style_is_typed_on_any_keyboard() -> None:
    look = Look(PLAIN)
    assert drawing(backtrace.load("or-gate"), "forward", "hidden", look) == expected(
        """
        H = W*[i; 1]
        [ h_1 ]   [ w_1  w_3  b_2 ]   [ i_1 ]   [ 0.1  0.3  0.5 ]   [ 1 ]   [ 0.6 ]
        [ h_2 ] = [ w_2  w_4  b_1 ] * [ i_2 ] = [ 0.2  0.4  0.5 ] * [ 0 ] = [ 0.7 ]
                                      [  1  ]                       [ 1 ]

        A = sigmoid(H)
        [ a_1 ] = sigmoid([ h_1 ]) = sigmoid([ 0.6 ]) = [ 0.645656 ]
        [ a_2 ]          ([ h_2 ])          ([ 0.7 ])   [ 0.668188 ]
        """
    )
    assert drawing(SKIP, "backward", "deep", look, width=100) == expected(
        """
        delta = (W_output^T*delta_output) .* relu'(H)
        [ delta_p ] = ([ s_1 ] * [ delta_o ]) .* [ da_p/dh_p ]
        [ delta_q ]   ([ s_2 ]              )    [ da_q/dh_q ]

                    = ([ 0.2 ] * [ 1.02465 ]) .* [ 1 ] = [ 0.20493 ]
                      ([ 0.4 ]              )    [ 0 ]   [       0 ]

        dE/dW = delta*[A_hidden; 1]^T
        [ dE/du_1  dE/dd ] = [ delta_p ] * [ a_h  1 ]
        [    .       .   ]   [ delta_q ]

                           = [ 0.20493 ] * [ 0.099668  1 ] = [ 0.020425  0.20493 ]
                             [       0 ]                     [        .        . ]
        .: no connection
        """
    )


def test_every_plain_drawing_is_ascii() -> None:
    for problem in (
        problem_of(SKIP),
        problem_of(DESCENT),
        softmax(),
        large(9, 9),
        backtrace.load("two-two-two"),
    ):
        look = Look(PLAIN)
        for equations in equations_of(problem, look).values():
            assert "\n".join(brackets.lines(equations, PLAIN)).isascii()


def test_of_a_large_layer_eight_rows_and_columns_are_drawn_and_the_size_told() -> None:
    assert drawing(large(9, 10), "forward", "hidden", width=100) == expected(
        """
        H = W·[x; 1]
        9×1 = 9×11 · 11×1
        ⎡ h_1_1 ⎤   ⎡ w_1_1_1  w_1_1_2  w_1_1_3  w_1_1_4  w_1_1_5  w_1_1_6  …  b_1_1 ⎤   ⎡ x_1 ⎤
        ⎢ h_1_2 ⎥   ⎢ w_1_2_1  w_1_2_2  w_1_2_3  w_1_2_4  w_1_2_5  w_1_2_6  …  b_1_2 ⎥   ⎢ x_2 ⎥
        ⎢ h_1_3 ⎥   ⎢ w_1_3_1  w_1_3_2  w_1_3_3  w_1_3_4  w_1_3_5  w_1_3_6  …  b_1_3 ⎥   ⎢ x_3 ⎥
        ⎢ h_1_4 ⎥ = ⎢ w_1_4_1  w_1_4_2  w_1_4_3  w_1_4_4  w_1_4_5  w_1_4_6  …  b_1_4 ⎥ · ⎢ x_4 ⎥
        ⎢ h_1_5 ⎥   ⎢ w_1_5_1  w_1_5_2  w_1_5_3  w_1_5_4  w_1_5_5  w_1_5_6  …  b_1_5 ⎥   ⎢ x_5 ⎥
        ⎢ h_1_6 ⎥   ⎢ w_1_6_1  w_1_6_2  w_1_6_3  w_1_6_4  w_1_6_5  w_1_6_6  …  b_1_6 ⎥   ⎢ x_6 ⎥
        ⎢   ⋮   ⎥   ⎢    ⋮        ⋮        ⋮        ⋮        ⋮        ⋮     ⋱    ⋮   ⎥   ⎢  ⋮  ⎥
        ⎣ h_1_9 ⎦   ⎣ w_1_9_1  w_1_9_2  w_1_9_3  w_1_9_4  w_1_9_5  w_1_9_6  …  b_1_9 ⎦   ⎣  1  ⎦

                    ⎡ 0.5  0.5  0.5  0.5  0.5  0.5  …  0.1 ⎤   ⎡ 0.5 ⎤   ⎡ 2.6 ⎤
                    ⎢ 0.5  0.5  0.5  0.5  0.5  0.5  …  0.1 ⎥   ⎢ 0.5 ⎥   ⎢ 2.6 ⎥
                    ⎢ 0.5  0.5  0.5  0.5  0.5  0.5  …  0.1 ⎥   ⎢ 0.5 ⎥   ⎢ 2.6 ⎥
                  = ⎢ 0.5  0.5  0.5  0.5  0.5  0.5  …  0.1 ⎥ · ⎢ 0.5 ⎥ = ⎢ 2.6 ⎥
                    ⎢ 0.5  0.5  0.5  0.5  0.5  0.5  …  0.1 ⎥   ⎢ 0.5 ⎥   ⎢ 2.6 ⎥
                    ⎢ 0.5  0.5  0.5  0.5  0.5  0.5  …  0.1 ⎥   ⎢ 0.5 ⎥   ⎢ 2.6 ⎥
                    ⎢   ⋮    ⋮    ⋮    ⋮    ⋮    ⋮  ⋱    ⋮ ⎥   ⎢   ⋮ ⎥   ⎢   ⋮ ⎥
                    ⎣ 0.5  0.5  0.5  0.5  0.5  0.5  …  0.1 ⎦   ⎣   1 ⎦   ⎣ 2.6 ⎦

        A = H
        9×1 = 9×1
        ⎡ a_1_1 ⎤   ⎡ h_1_1 ⎤   ⎡ 2.6 ⎤
        ⎢ a_1_2 ⎥   ⎢ h_1_2 ⎥   ⎢ 2.6 ⎥
        ⎢ a_1_3 ⎥   ⎢ h_1_3 ⎥   ⎢ 2.6 ⎥
        ⎢ a_1_4 ⎥ = ⎢ h_1_4 ⎥ = ⎢ 2.6 ⎥
        ⎢ a_1_5 ⎥   ⎢ h_1_5 ⎥   ⎢ 2.6 ⎥
        ⎢ a_1_6 ⎥   ⎢ h_1_6 ⎥   ⎢ 2.6 ⎥
        ⎢   ⋮   ⎥   ⎢   ⋮   ⎥   ⎢   ⋮ ⎥
        ⎣ a_1_9 ⎦   ⎣ h_1_9 ⎦   ⎣ 2.6 ⎦
        """
    )


def test_a_narrow_terminal_drops_columns_before_it_breaks_a_number() -> None:
    lines = drawing(large(2, 7), "forward", "hidden", width=40).splitlines()
    figure = expected(
        """
        H = W·[x; 1]
        2×1 = 2×8 · 8×1
        ⎡ h_1_1 ⎤
        ⎣ h_1_2 ⎦

                                    ⎡ x_1 ⎤
                                    ⎢ x_2 ⎥
                                    ⎢ x_3 ⎥
          = ⎡ w_1_1_1  …  b_1_1 ⎤ · ⎢ x_4 ⎥
            ⎣ w_1_2_1  …  b_1_2 ⎦   ⎢ x_5 ⎥
                                    ⎢ x_6 ⎥
                                    ⎢ x_7 ⎥
                                    ⎣  1  ⎦
        """
    ).splitlines()
    assert lines[: len(figure)] == figure
    assert max(map(len, lines)) <= 40


@pytest.mark.parametrize(
    "name", ["or-gate", "two-two-two", "xor-skip", "softmax-cross-entropy", "relu", "adam"]
)
def test_small_networks_fit_80_columns(name: str) -> None:
    for equations in equations_of(backtrace.load(name)).values():
        for line in brackets.lines(equations, Look().style, 80):
            assert len(line) <= 80


def test_numbers_are_written_as_the_look_has_them() -> None:
    look = Look(numerals=Numerals(decimals=2))
    assert drawing(backtrace.load("or-gate"), "backward", "output", look).splitlines()[1] == (
        "[ δ_o ] = [ ∂E/∂a_o ] ⊙ [ ∂a_o/∂h_o ] = [ -0.49 ] ⊙ [ 0.25 ] = [ -0.12 ]"
    )


def test_hand_arithmetic_shows_the_decimals_it_kept() -> None:
    problem = backtrace.load("or-gate")._replace(hand={"activation": 3})
    look = Look(numerals=Numerals(kept=frozenset({3})))
    assert drawing(problem, "forward", "output", look) == expected(
        """
        H = W·[A_hidden; 1]
                                      ⎡ a_1 ⎤
        [ h_o ] = [ w_5  w_6  b_3 ] · ⎢ a_2 ⎥
                                      ⎣  1  ⎦

                                         ⎡ 0.646 ⎤
                = [ 0.01  0.02  0.03 ] · ⎢ 0.668 ⎥ = [ 0.04982 ]
                                         ⎣     1 ⎦

        A = σ(H)
        [ a_o ] = σ([ h_o ]) = σ([ 0.04982 ]) = [ 0.512 ]
        """
    )


# Where they are drawn.


def test_matrices_stand_right_after_the_last_table_of_their_layer() -> None:
    out = io.StringIO()
    problem, look = problem_of(TIED_ACROSS), Look()
    console = Console(file=out, width=80)
    options = {"matrix": True}
    draw(ViewContext(problem, parts_of(problem), look, out, lambda: console, options=options))
    lines = [line for line in out.getvalue().splitlines() if line[:1] in ("F", "B", "H", "A", "δ", "∂")]
    assert [line.rstrip() for line in lines] == [
        "Forward, hidden layer", "H = W·[x; 1]", "A = tanh(H)", "Forward, output layer",
        "H = W·[A_hidden; 1]", "A = H", "Forward, cost", "Backward, output layer", "δ = ∂E/∂A ⊙ linear′(H)",
        "∂E/∂W = δ·[A_hidden; 1]ᵀ", "Backward, hidden layer", "δ = (W_outputᵀ·δ_output) ⊙ tanh′(H)",
        "∂E/∂W = δ·[x; 1]ᵀ", "Backward",
    ]  # fmt: skip


TIED_ACROSS = """
    title: a weight tied across layers
    inputs: [x]
    targets: [t]
    layers:
      - {name: hidden, units: [h], activation: tanh, weights: [[v]], biases: [c]}
      - {name: output, units: [o], weights: [[v]], biases: [d]}
    parameters: {v: 0.25, c: 0.5, d: 0.5}
    samples: [{inputs: [1], targets: [0]}]
"""


def test_a_pass_that_breaks_off_shows_the_layers_before_it() -> None:
    problem = problem_of(
        """
        inputs: [x]
        targets: [t]
        layers:
          - {name: first, units: [1], weights: [[1e200]]}
          - {name: second, units: [2], activation: square, weights: [[1]]}
        samples: [{inputs: [1], targets: [0]}]
        """
    )
    found: list[str] = []
    with pytest.raises(BacktraceError, match=r"^a_2 "):
        collect_captions(problem, found)
    assert found == ["H = W·x", "A = H", "H = W·A_first"]


def collect_captions(problem: Problem, found: list[str]) -> None:
    matrices = LayerMatrices(problem, TYPESET)
    for part in parts_of(problem):
        for rows in by_layer(part):
            found += [equation.caption for equation in matrices.after(part, rows)]


def test_markdown_has_a_fenced_block_after_each_table() -> None:
    code, out, _ = run("trace", "or-gate", "--matrix", "-f", "markdown", "--only", "forward")
    assert code == 0
    assert out.count("```text\n") == 2
    assert "|\n\n```text\nH = W·[A_hidden; 1]\n" in out
    assert out.count("```") == 4


def test_only_backward_draws_only_backward_matrices() -> None:
    _, out, _ = run("trace", "or-gate", "--matrix", "--only", "backward")
    assert "∂E/∂W = δ·[i; 1]ᵀ\n" in out
    assert "H = W" not in out


def test_without_the_option_no_matrix_is_drawn() -> None:
    _, out, _ = run("trace", "or-gate")
    assert "W" not in out


def test_in_a_batch_every_sample_has_its_matrices() -> None:
    _, out, _ = run("trace", "or-gate-batch", "--matrix")
    assert out.count("H = W·[i; 1]\n") == 4
    assert out.count("∂E/∂W = δ·[i; 1]ᵀ\n") == 4


def test_equations_have_no_matrices() -> None:
    assert run("trace", "circuit", "--matrix") == (
        1,
        "",
        "--matrix draws layers, and this config has equations; leave --matrix out\n",
    )


def test_matrix_and_show_exclude_each_other() -> None:
    code, out, err = run("trace", "or-gate", "--matrix", "--show", "E")
    assert (code, out) == (2, "")
    assert err.splitlines()[-1] == (
        "Error: --matrix draws whole layers and --show picks quantities; give one of them"
    )


# The numbers: what is drawn on both sides of the last equals sign is equal.

FUNCTIONS: Mapping[str, Callable[[Array], Array]] = {
    "σ": lambda h: 1 / (1 + np.exp(-h)),
    "tanh": np.tanh,
    "sin": np.sin,
    "relu": lambda h: np.maximum(h, 0),
    "softmax": lambda h: np.exp(h) / np.exp(h).sum(),
}
SIGNS: Mapping[str, Callable[[Array, Array], Array]] = {
    "+": np.add,
    "-": np.subtract,
    "·": np.matmul,
    "⊙": np.multiply,
}
NO_NUMBER = {"Σ", "·"}


def worked_out(side: Side) -> Array:
    """The side of an equation in numbers, by numpy: from left to right, · and ⊙ before + and -."""
    items = list(side)

    def factor() -> Array:
        item = items.pop(0)
        if isinstance(item, Matrix):
            array = np.array(
                [[np.nan if cell in NO_NUMBER else float(cell) for cell in row] for row in item.rows]
            )
            assert array.shape == item.shape
            return array
        if item == "-":
            return -factor()
        function: Callable[[Array], Array] = np.array
        if item != "(":
            function = FUNCTIONS[item]
            assert items.pop(0) == "("
        inside = total()
        assert items.pop(0) == ")"
        return function(inside)

    def product() -> Array:
        result = factor()
        while items and items[0] in ("·", "⊙"):
            result = SIGNS[str(items.pop(0))](result, factor())
        return result

    def total() -> Array:
        result = product()
        while items and items[0] in ("+", "-"):
            result = SIGNS[str(items.pop(0))](result, product())
        return result

    result = total()
    assert not items
    return result


def holds(equation: MatrixEquation) -> bool:
    """Whether right in numbers gives left in numbers, wherever left has a number."""
    _, _, right, left = equation.sides
    found, stated = worked_out(right), worked_out(left)
    assert found.shape == stated.shape
    return bool(np.allclose(found[~np.isnan(stated)], stated[~np.isnan(stated)], rtol=1e-12, atol=1e-14))


COSTS = ["half_squared_error", "squared_error", "performance", "cross_entropy"]
EXACT = Look(numerals=Numerals(digits=17))


@st.composite
def networks(pick: st.DrawFn) -> str:
    """Configs with ties, missing connections, skip connections, thresholds, and every convention for δ."""
    # At most 2 + 2 + 2 or 3 + 3 sources and a bias: matrices that are drawn whole.
    wide = st.lists(st.integers(1, 3), min_size=2, max_size=3)
    deep = st.lists(st.integers(1, 2), min_size=4, max_size=4)
    counts = pick(st.one_of(wide, deep))
    names = ["inputs", *(f"layer{k}" for k in range(1, len(counts)))]
    used: list[str] = []

    def name_of(name: str) -> str:
        if name not in used and name != "null":
            used.append(name)
        return name

    def entry() -> str:
        fresh = f"w_{len(used)}"
        return name_of(pick(st.sampled_from([fresh, fresh, "null", "shared"])))

    layers = []
    for k, count in enumerate(counts[1:], 1):
        skips = [name for name in names[: k - 1] if pick(st.booleans())]
        sources = pick(st.permutations([*skips, names[k - 1]]))
        width = sum(counts[names.index(name)] for name in sources)
        weights = ", ".join(f"[{', '.join(entry() for _ in range(width))}]" for _ in range(count))
        biases = pick(st.sampled_from(["none", "own", "tied"]))
        if biases == "own":
            biases = f"[{', '.join(entry() for _ in range(count))}]"
        elif biases == "tied":
            name_of("tied")
        activation = pick(st.sampled_from(["sigmoid", "tanh", "linear", "sin", "softmax"]))
        layers.append(
            f"  - {{name: {names[k]}, units: {count}, from: [{', '.join(sources)}], "
            f"activation: {activation}, weights: [{weights}]"
            + (f", biases: {biases}" if biases != "none" else "")
            + f", bias_input: {pick(st.sampled_from([1, -1]))}}}"
        )
    value = st.floats(-1, 1).map(lambda number: f"{number:.4f}")
    targets = [pick(st.sampled_from(["0", "1", "0.5"])) for _ in range(counts[-1])]
    return "\n".join(
        [
            f"inputs: [{', '.join(f'i_{k}' for k in range(counts[0]))}]",
            f"targets: [{', '.join(f't_{k}' for k in range(counts[-1]))}]",
            f"delta: {pick(st.sampled_from(['gradient', 'descent']))}",
            f"objective: {pick(st.sampled_from(['minimize', 'maximize']))}",
            f"cost: {pick(st.sampled_from(COSTS))}",
            "layers:",
            *layers,
            f"parameters: {{{', '.join(f'{name}: {pick(value)}' for name in used)}}}",
            f"samples: [{{inputs: [{', '.join(pick(value) for _ in range(counts[0]))}], "
            f"targets: [{', '.join(targets)}]}}]",
        ]
    )


@settings(max_examples=50)
@given(networks())
def test_the_product_of_the_drawn_matrices_is_the_drawn_result(text: str) -> None:
    problem = problem_of(text)
    try:
        found = equations_of(problem, EXACT)
    except BacktraceError:  # the logarithm of a negative activation
        assume(False)
    assert isinstance(problem.model, Network)
    for layer in problem.model.layers:
        assert [equation.caption[0] for equation in found["forward", layer.name]] == ["H", "A"]
        backward = ["δ", "∂"] if any(parameters_of(layer)) else ["δ"]
        assert [equation.caption[0] for equation in found["backward", layer.name]] == backward
    for equations in found.values():
        for equation in equations:
            assert not equation.sides or holds(equation)


@pytest.mark.parametrize(
    "name", ["or-gate", "two-two-two", "xor-skip", "performance-ascent", "three-layers", "relu"]
)
def test_bundled_examples_draw_products_that_hold(name: str) -> None:
    for equations in equations_of(backtrace.load(name), EXACT).values():
        assert all(holds(equation) for equation in equations if equation.sides)


def test_a_wrong_sign_or_a_wrong_number_would_be_noticed() -> None:
    _, gradient = equations_of(problem_of(DESCENT), EXACT)["backward", "hidden"]
    symbols, formula, numbers, result = gradient.sides
    assert holds(gradient)
    assert not holds(gradient._replace(sides=(symbols, formula, numbers[1:], result)))
    assert not holds(gradient._replace(sides=(symbols, formula, numbers, (_negated(result),))))


def _negated(side: Sequence[Matrix | str]) -> Matrix:
    (matrix,) = side
    assert isinstance(matrix, Matrix)
    first = tuple(cell[1:] if cell.startswith("-") else f"-{cell}" for cell in matrix.rows[0])
    return matrix._replace(rows=(first, *matrix.rows[1:]))
