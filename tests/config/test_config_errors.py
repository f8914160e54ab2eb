"""Broken configs and the one line that is said about each: the place, what was found, what was expected."""

# ruff: noqa: E501 -- a message is shown as it is, on one line

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

import backtrace
from backtrace.config.load import load
from backtrace.config.nodes import decode
from backtrace.config.reader import read_problem
from backtrace.errors import BacktraceError
from backtrace.limits import FILE_BYTES

NETWORK = """\
title: OR gate
inputs: [i_1, i_2]
targets: [y]
layers:
  - name: hidden
    units: [1, 2]
    activation: sigmoid
    weights: [[w_1, w_3],
              [w_2, w_4]]
    biases: [b_1, b_2]
  - name: output
    units: [o]
    activation: sigmoid
    weights: [[w_5, w_6]]
    biases: b_3
parameters: {w_1: 0.1, w_2: 0.2, w_3: 0.3, w_4: 0.4, b_1: 0.5, b_2: 0.5, w_5: 0.01, w_6: 0.02, b_3: 0.03}
cost: half_squared_error
update: {rule: sgd, learning_rate: 0.5}
samples:
  - {inputs: [1, 0], targets: [1]}
"""
CIRCUIT = """\
equations:
  q: x + y
  f: q*z
objective_symbol: f
parameters: {x: -2, y: 5, z: -4}
"""


def network(old: str, new: str) -> str:
    assert NETWORK.count(old) == 1, old
    return NETWORK.replace(old, new)


def circuit(old: str, new: str) -> str:
    assert CIRCUIT.count(old) == 1, old
    return CIRCUIT.replace(old, new)


# Unknown keys and words and wrong types: what the JSON Schema refuses too.
BROKEN_STRUCTURE: list[tuple[str, str]] = [
    (network("layers:", "layer:"), "c.yaml:4:1: unknown key 'layer'; did you mean layers?"),
    (network("cost: half", "costs: half"), "c.yaml:17:1: unknown key 'costs'; did you mean cost?"),
    (network("    units: [o]", "    unit: [o]"),
     "c.yaml:12:5: layers[1]: unknown key 'unit'; did you mean units?"),
    (network("    units: [o]", "    size: [o]"),
     "c.yaml:12:5: layers[1]: unknown key 'size'; expected name, units, activation, weights, biases, bias_input or from"),
    (network("cost: half_squared_error", "deltas: {d: h_o}"),
     "c.yaml:17:1: deltas does not go with layers; expected it to be left out"),
    ("title: x\n", "c.yaml:1:1: found neither layers nor equations; expected one of them"),
    ("hidden: [2, 3]\n",
     "c.yaml:1:1: unknown key 'hidden'; expected layers or equations, and what goes with them"),
    ("~: 3\n", "c.yaml:1:1: found nothing; expected a key"),
    (NETWORK + "equations: {f: x}\n", "c.yaml:21:1: found layers and equations; expected one of them"),
    (network("inputs: [i_1, i_2]\n", ""),
     "c.yaml:1:1: inputs missing; a network needs some, as inputs: [i_1, i_2]"),
    (network("    units: [o]\n", ""),
     "c.yaml:11:5: layers[1]: units missing; a layer needs units and weights"),
    (network("    weights: [[w_5, w_6]]\n", ""),
     "c.yaml:11:5: layers[1]: weights missing; a layer needs units and weights"),
    (network("title: OR gate", "title: [OR, gate]"), "c.yaml:1:8: title: found a list of 2; expected a text"),
    (network("title: OR gate", "title: " + "x" * 501),
     "c.yaml:1:8: title: found a text of 501 characters; expected at most 500"),
    (network("inputs: [i_1, i_2]", "inputs: 2"),
     "c.yaml:2:9: inputs: found '2'; expected a list of names (inputs: [x_1, x_2])"),
    (network("inputs: [i_1, i_2]", "inputs: [1, 2]"),
     "c.yaml:2:10: inputs[0]: '1' is no name for an input; expected a letter, then letters, digits or _"),
    (network("inputs: [i_1, i_2]", "inputs: [i_1, null]"),
     "c.yaml:2:15: inputs[1]: found nothing; expected an input's name"),
    (network("inputs: [i_1, i_2]", "inputs: [i_1, " + "i" * 61 + "]"),
     "c.yaml:2:15: inputs[1]: found a name of 61 characters for an input; expected at most 60"),
    (network("inputs: [i_1, i_2]", "inputs: [i_1, 'i\\e[31m2']".replace("'", chr(34))),
     "c.yaml:2:15: inputs[1]: 'i\\x1b[31m2' is no name for an input; expected a letter, then letters, digits or _"),
    (network("layers:", "layers: 3\nfixed:"), "c.yaml:4:9: layers: found '3'; expected a list of layers"),
    ("inputs: [x]\nlayers: []\nsamples: [{inputs: [1]}]\n",
     "c.yaml:2:9: layers: found 0 layers; expected 1 to 100"),
    ("inputs: [x]\nlayers: [hidden]\nsamples: [{inputs: [1]}]\n",
     "c.yaml:2:10: layers[0]: found 'hidden'; expected a layer (a mapping)"),
    (network("name: output", "name: out/put"),
     "c.yaml:11:11: layers[1].name: 'out/put' is no name for a layer; expected a letter or digit, then letters, digits, _, - or spaces"),
    (network("units: [o]", "units: 0"),
     "c.yaml:12:12: layers[1].units: found '0'; expected a list of names, or a whole number from 1 to 20,000"),
    (network("units: [o]", "units: 1000000000"),
     "c.yaml:12:12: layers[1].units: found '1000000000'; expected a list of names, or a whole number from 1 to 20,000"),
    (network("units: [o]", "units: 1.5"),
     "c.yaml:12:12: layers[1].units: found '1.5'; expected a list of names, or a whole number from 1 to 20,000"),
    (network("units: [o]", "units: many"),
     "c.yaml:12:12: layers[1].units: found 'many'; expected a list of names, or a whole number from 1 to 20,000"),
    (network("units: [o]", "units: []"),
     "c.yaml:12:12: layers[1].units: found 0 units; expected 1 to 20,000"),
    (network("units: [o]", "units: {o: 1}"),
     "c.yaml:12:12: layers[1].units: found a mapping; expected a list of unit names, or a count"),
    (network("units: [o]", "units: [o-1]"),
     "c.yaml:12:13: layers[1].units[0]: 'o-1' is no name for a unit; expected letters, digits or _"),
    (network("[[w_5, w_6]]", "[w_5, w_6]"),
     "c.yaml:14:15: layers[1].weights[0]: found 'w_5'; expected a row, a list of 2 (sources 1, 2)"),
    (network("[[w_5, w_6]]", "w_5"),
     "c.yaml:14:14: layers[1].weights: found 'w_5'; expected a matrix (a list of rows), or {random: …} or {file: …}"),
    (network("[[w_5, w_6]]", "[[w_5, [w_6]]]"),
     "c.yaml:14:21: layers[1].weights[0][1]: found a list of 1; expected a parameter's name, a number or null"),
    (network("[[w_5, w_6]]", "[[w_5, 12:30]]"),
     "c.yaml:14:21: layers[1].weights[0][1]: found '12:30'; expected a parameter's name, a number or null"),
    (network("[[w_5, w_6]]", "[[w_5, 0x1F]]"),
     "c.yaml:14:21: layers[1].weights[0][1]: found '0x1F'; expected a parameter's name, a number or null"),
    (network("[[w_5, w_6]]", "{random: gaussian}"),
     "c.yaml:14:23: layers[1].weights.random: found 'gaussian'; expected uniform or normal"),
    (NETWORK.replace("[[w_5, w_6]]", "{random: uniform, std: 1}").replace("cost:", "seed: 1\ncost:"),
     "c.yaml:14:37: layers[1].weights.std: uniform takes no std; expected low and high"),
    (NETWORK.replace("[[w_5, w_6]]", "{random: normal, std: 0}").replace("cost:", "seed: 1\ncost:"),
     "c.yaml:14:36: layers[1].weights.std: found '0'; expected a number above 0"),
    (NETWORK.replace("[[w_5, w_6]]", "{random: normal, std: 1e300}").replace("cost:", "seed: 1\ncost:"),
     "c.yaml:14:36: layers[1].weights.std: found '1e300'; expected a number from -1e+06 to 1e+06"),
    (network("[[w_5, w_6]]", "{randm: normal}"),
     "c.yaml:14:15: layers[1].weights: unknown key 'randm'; did you mean random?"),
    (network("[[w_5, w_6]]", "{low: 1}"),
     "c.yaml:14:14: layers[1].weights: found neither random nor file; expected {random: uniform} or {file: weights.npz}"),
    (network("cost:", "seed: -1\ncost:"),
     "c.yaml:17:7: seed: found '-1'; expected a whole number from 0 to 1,000,000,000,000"),
    (network("[[w_5, w_6]]", "{file: absent.npz, name: W}"),
     "c.yaml:14:33: layers[1].weights: unknown key 'name'; expected file or key"),
    (network("biases: [b_1, b_2]", "biases: [b_1, [b_2]]"),
     "c.yaml:10:19: layers[0].biases[1]: found a list of 1; expected a parameter's name, a number or null"),
    (network("biases: b_3", "biases: ''"),
     "c.yaml:15:13: layers[1].biases: found ''; expected a parameter's name, a number or null"),
    (network("    biases: b_3", "    biases: b_3\n    bias_input: 0"),
     "c.yaml:16:17: layers[1].bias_input: found '0'; expected 1 or -1"),
    (network("cost:", "bias_input: yes\ncost:"), "c.yaml:17:13: bias_input: found 'yes'; expected 1 or -1"),
    (network("    biases: b_3", "    biases: b_3\n    from: hidden"),
     "c.yaml:16:11: layers[1].from: found 'hidden'; expected a list of layer names and 'inputs'"),
    (network("    biases: b_3", "    biases: b_3\n    from: []"),
     "c.yaml:16:11: layers[1].from: found an empty list; expected layer names and 'inputs'"),
    (network("    biases: b_3", "    biases: b_3\n    from: [hidden, hidden]"),
     "c.yaml:16:20: layers[1].from[1]: 'hidden' is a duplicate"),
    (NETWORK.replace("sigmoid", "sigmiod", 1),
     "c.yaml:7:17: layers[0].activation: found 'sigmiod'; expected sigmoid, tanh, linear, relu, leaky_relu, elu, softplus, square, sin, step, gelu or softmax; did you mean sigmoid?"),
    (NETWORK.replace("activation: sigmoid", "activation: {leaky_relu: {slop: 0.1}}", 1),
     "c.yaml:7:31: layers[0].activation.leaky_relu: unknown key 'slop'; did you mean slope?"),
    (NETWORK.replace("activation: sigmoid", "activation: {leaky_relu: {slope: -1}}", 1),
     "c.yaml:7:38: layers[0].activation.leaky_relu.slope: found '-1'; expected a number that is not negative"),
    (NETWORK.replace("activation: sigmoid", "activation: {leaky_relu: 0.1}", 1),
     "c.yaml:7:30: layers[0].activation.leaky_relu: found '0.1'; expected options, as {slope: 0.01}"),
    (NETWORK.replace("activation: sigmoid", "activation: {sigmoid: {slope: 1}}", 1),
     "c.yaml:7:27: layers[0].activation.sigmoid: sigmoid takes no options; expected activation: sigmoid"),
    (NETWORK.replace("activation: sigmoid", "activation: {relu: null, elu: null}", 1),
     "c.yaml:7:17: layers[0].activation: found 2 keys; expected one activation, as {leaky_relu: {slope: 0.01}}"),
    (NETWORK.replace("activation: sigmoid", "activation: [relu]", 1),
     "c.yaml:7:17: layers[0].activation: found a list of 1; expected sigmoid, tanh, linear, relu, leaky_relu, elu, softplus, square, sin, step, gelu or softmax"),
    (network("w_5: 0.01", "w_5: .inf"),
     "c.yaml:16:79: parameters.w_5: found '.inf'; expected a finite number"),
    (network("w_5: 0.01", "w_5: NaN"), "c.yaml:16:79: parameters.w_5: found 'NaN'; expected a finite number"),
    (network("w_5: 0.01", "w_5: '0,01'"),
     "c.yaml:16:79: parameters.w_5: found '0,01'; expected a number; did you mean 0.01?"),
    (network("w_5: 0.01", "w_5: −0.01"),
     "c.yaml:16:79: parameters.w_5: found '−0.01'; expected a number; did you mean -0.01?"),
    (network("w_5: 0.01", "w_5: 0.0l"), "c.yaml:16:79: parameters.w_5: found '0.0l'; expected a number"),
    (network("w_5: 0.01", "w_5: null"), "c.yaml:16:79: parameters.w_5: found nothing; expected a number"),
    (network("w_5: 0.01", "w_5: " + "1" * 101),
     "c.yaml:16:79: parameters.w_5: found '1111111111111111111111111111111111111111…'; expected a number of at most 100 characters"),
    (network("w_5: 0.01", "w-5: 0.01"),
     "c.yaml:16:74: parameters: 'w-5' is no name for a parameter; expected a letter, then letters, digits or _"),
    (network("parameters: {", "parameters: [{").replace("b_3: 0.03}", "b_3: 0.03}]"),
     "c.yaml:16:13: parameters: found a list of 1; expected values by name, as {w_1: 0.1}"),
    (network("cost:", "fixed: b_1\ncost:"),
     "c.yaml:17:8: fixed: found 'b_1'; expected a list of parameter names"),
    (network("half_squared_error", "half_square_error"),
     "c.yaml:17:7: cost: unknown cost 'half_square_error'; did you mean half_squared_error?"),
    (network("half_squared_error", "[y, a_o]"),
     "c.yaml:17:7: cost: found a list of 2; expected a cost's name or a formula"),
    (network("cost:", "objective: max\ncost:"),
     "c.yaml:17:12: objective: found 'max'; expected minimize or maximize"),
    (network("cost:", "delta: up\ncost:"), "c.yaml:17:8: delta: found 'up'; expected gradient or descent"),
    (network("cost:", "batch: all\ncost:"), "c.yaml:17:8: batch: found 'all'; expected online, sum or mean"),
    (network("{rule: sgd, learning_rate: 0.5}", "sgd"),
     "c.yaml:18:9: update: found 'sgd'; expected an update, as {rule: sgd, learning_rate: 0.5}"),
    (network("{rule: sgd, learning_rate: 0.5}", "{rule: SGD, learning_rate: 0.5}"),
     "c.yaml:18:16: update.rule: found 'SGD'; expected sgd, momentum, nesterov, adagrad, rmsprop, adam or adamw; did you mean sgd?"),
    (network("{rule: sgd, learning_rate: 0.5}", "{learning_rate: 0.5}"),
     "c.yaml:18:9: update: rule missing; expected sgd, momentum, nesterov, adagrad, rmsprop, adam or adamw"),
    (network("{rule: sgd, learning_rate: 0.5}", "{rule: sgd}"),
     "c.yaml:18:9: update: learning_rate missing; sgd needs one, as learning_rate: 0.5"),
    (network("{rule: sgd, learning_rate: 0.5}", "{rule: sgd, learning_rate: 0.5, momentum: 0.9}"),
     "c.yaml:18:41: update: unknown key 'momentum'; expected rule or learning_rate"),
    (network("{rule: sgd, learning_rate: 0.5}", "{rule: sgd, learning_rate: -0.5}"),
     "c.yaml:18:36: update.learning_rate: found '-0.5'; expected a number above 0; to climb, say objective: maximize"),
    (network("{rule: sgd, learning_rate: 0.5}", "{rule: adam, learning_rate: 0.5, beta1: 1}"),
     "c.yaml:18:49: update.beta1: found '1'; expected a number from 0 to below 1"),
    (network("{rule: sgd, learning_rate: 0.5}", "{rule: adam, learning_rate: 0.5, epsilon: -1}"),
     "c.yaml:18:51: update.epsilon: found '-1'; expected a number that is not negative"),
    (network("cost:", "notation: h_a\ncost:"),
     "c.yaml:17:11: notation: found 'h_a'; expected h-a, net-out, in-out, z-a or I-O; did you mean h-a?"),
    (network("cost:", "notation: {nett: 'n_{unit}'}\ncost:"),
     "c.yaml:17:12: notation: unknown key 'nett'; did you mean net?"),
    (network("cost:", "notation: {net: n}\ncost:"),
     "c.yaml:17:17: notation.net: found 'n'; expected {unit} in it once, as 'h_{unit}'"),
    (network("cost:", "notation: {net: '[{unit}]'}\ncost:"),
     "c.yaml:17:17: notation.net: found '[{unit}]'; expected a letter, then letters, digits or _"),
    (network("cost:", "hand: 2.5\ncost:"),
     "c.yaml:17:7: hand: found '2.5'; expected a whole number from 0 to 15"),
    (network("cost:", "hand: 16\ncost:"),
     "c.yaml:17:7: hand: found '16'; expected a whole number from 0 to 15"),
    (network("cost:", "hand: {activations: 3}\ncost:"),
     "c.yaml:17:8: hand: unknown key 'activations'; did you mean activation?"),
    (network("samples:\n  - {inputs: [1, 0], targets: [1]}", "samples: []"),
     "c.yaml:19:10: samples: found 0 samples; expected 1 to 100,000"),
    (network("samples:\n  - {inputs: [1, 0], targets: [1]}", "samples: {inputs: [1, 0]}"),
     "c.yaml:19:10: samples: found a mapping; expected a list of samples"),
    (network("{inputs: [1, 0], targets: [1]}", "[1, 0]"),
     "c.yaml:20:5: samples[0]: found a list of 2; expected a sample, as {inputs: [1, 0], targets: [1]}"),
    (network("{inputs: [1, 0], targets: [1]}", "{input: [1, 0], targets: [1]}"),
     "c.yaml:20:6: samples[0]: unknown key 'input'; did you mean inputs?"),
    (network("{inputs: [1, 0], targets: [1]}", "{inputs: [1, yes], targets: [1]}"),
     "c.yaml:20:18: samples[0].inputs[1]: found 'yes'; expected a number"),
    (circuit("objective_symbol: f\n", ""),
     "c.yaml:1:1: objective_symbol missing; expected the name of the equation that is differentiated"),
    (circuit("objective_symbol: f", "objective_symbol: [f]"),
     "c.yaml:4:19: objective_symbol: found a list of 1; expected the name of an equation"),
    ("equations: {}\nobjective_symbol: f\n",
     "c.yaml:1:12: equations: found no equations; expected at least one, as {q: x + y}"),
    ("equations: [x]\nobjective_symbol: f\n",
     "c.yaml:1:12: equations: found a list of 1; expected equations by name, as {q: x + y}"),
    (CIRCUIT + "cost: squared_error\n",
     "c.yaml:6:1: cost does not go with equations; expected it to be left out"),
    (circuit("q: x + y", "q': x + y"),
     "c.yaml:2:3: equations: 'q'' is no name for a quantity; expected a letter, then letters, digits or _"),
    (circuit("q: x + y", "q: [x, y]"), "c.yaml:2:6: equations.q: found a list of 2; expected a formula"),
    (CIRCUIT + "deltas: [q]\n",
     "c.yaml:6:9: deltas: found a list of 1; expected deltas by name, as {δ_o: h_o}"),
]  # fmt: skip

# What only a reader notices: syntax, shapes, and names that do not fit together.
BROKEN_MEANING: list[tuple[str, str]] = [
    ("", "c.yaml:1:1: empty; expected a config (see `backtrace examples`)"),
    ("# nothing but a comment\n", "c.yaml:1:1: empty; expected a config (see `backtrace examples`)"),
    ("---\n", "c.yaml:2:1: found nothing; expected a config (keys with values)"),
    ("just a text\n", "c.yaml:1:1: found 'just a text'; expected a config (keys with values)"),
    ("- 1\n- 2\n", "c.yaml:1:1: found a list of 2; expected a config (keys with values)"),
    (network("inputs: [i_1, i_2]", "inputs: [i_1, i_2"),
     "c.yaml:3:8: not YAML: expected , or ] in the list that begins on line 2"),
    (network("title: OR gate", "title: OR: the gate"),
     "c.yaml:1:10: not YAML: a colon within a text; put the text in quotes"),
    (network("title: OR gate", "title: 'OR gate"),
     "c.yaml:21:1: not YAML: the quoted text that begins on line 1 is not closed"),
    (network("    units: [o]", "\tunits: [o]"),
     "c.yaml:12:1: not YAML: a tab; indent with spaces, which YAML asks for"),
    (network("    units: [o]", "   units: [o]"),
     "c.yaml:12:4: not YAML: expected - here, in line with the list that begins on line 5"),
    (network("cost: half_squared_error", "cost:half_squared_error"),
     "c.yaml:17:1: not YAML: a key without a value; write a key, a colon, a space and the value"),
    (network("cost: half_squared_error", "cost: @half"),
     "c.yaml:17:7: not YAML: a text begins with @; put it in quotes"),
    (network("title: OR gate", "title: OR\x00gate"),
     "c.yaml:1:10: not YAML: the character U+0000 may not stand in it"),
    (network("title: OR gate", "title: δ \x1b[31m"),
     "c.yaml:1:10: not YAML: the character U+001B may not stand in it"),
    (NETWORK + "---\ntitle: another\n",
     "c.yaml:21:1: a second document begins; expected one config in a file"),
    (network("title: OR gate", "title: !!python/object/apply:os.system [ls]"),
     "c.yaml:1:8: tag 'tag:yaml.org,2002:python/object/apply:os…'; expected plain values, configs need no tags"),
    (network("title: OR gate", "title: !secret x"),
     "c.yaml:1:8: tag '!secret'; expected plain values, configs need no tags"),
    (network("title: OR gate", "title: *name"), "c.yaml:1:8: alias '*name' has no anchor '&name' above it"),
    (network("[w_2, w_4]]", "&row [w_2, *row]]"), "c.yaml:9:26: alias '*row' is inside its own anchor"),
    (network("title: OR gate", "? [a, b]\n: 1"), "c.yaml:1:3: a list or mapping is a key; expected a name"),
    (network("title: OR gate", "title: a\ntitle: b"), "c.yaml:2:1: 'title' is a duplicate (first on line 1)"),
    (network("w_2: 0.2, ", "w_2: 0.2, w_2: 0.3, "),
     "c.yaml:16:34: parameters: 'w_2' is a duplicate (first on line 16)"),
    ("title: " + "[" * 40 + "]" * 40, "c.yaml:1:39: lists or mappings nested more than 32 deep"),
    (network("samples:\n  - {inputs: [1, 0], targets: [1]}\n", ""),
     "c.yaml:1:1: samples missing; expected at least one, as samples: [{inputs: [1, 0]}]"),
    (network("inputs: [i_1, i_2]", "inputs: [i_1, i_1]"), "c.yaml:2:15: inputs[1]: 'i_1' is a duplicate"),
    (network("targets: [y]", "targets: [y, z]"),
     "c.yaml:3:10: targets: found 2 targets; expected 1, one for each unit of layer output"),
    (network("targets: [y]\n", "").replace("cost: half_squared_error\n",
     "").replace("{inputs: [1, 0], targets: [1]}", "{inputs: [1, 0]}"),
     "c.yaml:16:9: update: an update follows the gradient, and without targets there is none; expected targets: […]"),
    (network("targets: [y]\n", ""),
     "c.yaml:16:7: cost: half_squared_error compares outputs with targets, and there are no targets; expected targets: […]"),
    (network("name: output", "name: hidden"),
     "c.yaml:11:11: layers[1].name: two layers would be called 'hidden'; expected a name of its own"),
    (network("name: output", "name: inputs"),
     "c.yaml:11:11: layers[1].name: 'inputs' is what from calls the inputs; expected another name for a layer"),
    (network("units: [o]", "units: [1]"),
     "c.yaml:12:13: layers[1].units[0]: two units would be called '1'; expected a name of its own"),
    (network("units: [o]", "units: [α, alpha]"),
     "c.yaml:12:16: layers[1].units[1]: two units would be called 'alpha'; expected a name of its own"),
    (network("[w_2, w_4]]", "[w_2, w_4, w_7]]"),
     "c.yaml:9:15: layers[0].weights: row 2 has 3 entries, expected 2 (sources i_1, i_2)"),
    (network("[w_2, w_4]]", "[w_2]]"),
     "c.yaml:9:15: layers[0].weights: row 2 has 1 entry, expected 2 (sources i_1, i_2)"),
    (network("[[w_5, w_6]]", "[[w_5, w_6], [w_7, w_8]]"),
     "c.yaml:14:14: layers[1].weights: 2 rows, expected 1 (unit o)"),
    (network("[[w_5, w_6]]", "[[w_5, nan]]"),
     "c.yaml:14:21: layers[1].weights[0][1]: found 'nan'; expected a finite number"),
    (network("[[w_5, w_6]]", "[[w_5, w_7]]"),
     "c.yaml:14:21: layers[1].weights[0][1]: parameter 'w_7' has no value; expected one under parameters; did you mean w_6?"),
    (network("b_3: 0.03}", "b_3: 0.03, w_7: 1}"),
     "c.yaml:16:107: parameters: 'w_7' is used by no layer; did you mean w_6?"),
    (network("w_5: 0.01", "W_5: 0.01"),
     "c.yaml:14:16: layers[1].weights[0][0]: parameter 'w_5' has no value; expected one under parameters; did you mean w_6?"),
    (network("[[w_5, w_6]]", "[[w_5, 0.5]]").replace("w_6: 0.02", "w_2_1_2: 1"),
     "c.yaml:16:85: parameters: 'w_2_1_2' is defined twice: here and as a number in the layers"),
    (network("[[w_5, w_6]]", "{random: normal}"),
     "c.yaml:14:14: layers[1].weights: random values need a seed; expected one at the top level, as seed: 1"),
    (NETWORK.replace("[[w_5, w_6]]", "{random: uniform, low: 1, high: 0}").replace("cost:", "seed: 1\ncost:"),
     "c.yaml:14:14: layers[1].weights: found low 1 and high 0; expected low below high"),
    (network("[[w_5, w_6]]", "{file: absent.npz, key: W}"),
     "c.yaml:14:21: layers[1].weights.file: cannot read 'absent.npz': No such file or directory"),
    ("inputs: [x]\nlayers: [{units: 20000, weights: {random: normal}}, {units: 20, weights: {random: normal}}]\nseed: 1\nsamples: [{inputs: [1]}]\n",
     "c.yaml:2:74: layers[1].weights: 20 units with 20,000 sources each make 420,000 weights so far; expected at most 300,000"),
    (network("biases: [b_1, b_2]", "biases: [b_1]"),
     "c.yaml:10:13: layers[0].biases: 1 entry, expected 2 (units 1, 2)"),
    (network("    biases: b_3", "    biases: b_3\n    from: [hiden]"),
     "c.yaml:16:12: layers[1].from[0]: no layer 'hiden' before this one; expected inputs or hidden; did you mean hidden?"),
    ("inputs: [x]\nlayers: [{units: 1001, weights: {random: normal}, activation: softmax}]\nseed: 1\nsamples: [{inputs: [1]}]\n",
     "c.yaml:2:63: layers[0].activation: softmax over 1,001 units; expected at most 1,000"),
    (network("w_5: 0.01", "w_5: 1e999"),
     "c.yaml:16:79: parameters.w_5: found '1e999'; expected a number below 1.8e308"),
    (network("w_5: 0.01", "θ: 1, theta: 2"),
     "c.yaml:16:80: parameters: θ and theta would share the id theta; expected another name"),
    (network("cost:", "fixed: [b_4]\ncost:"), "c.yaml:17:9: fixed[0]: no parameter 'b_4'; did you mean w_4?"),
    (network("half_squared_error", "(y - a_p)^2"),
     "c.yaml:17:12: cost: 'a_p' is no output and no target; did you mean a_o?"),
    (network("half_squared_error", "(y - a_o^2"),
     "c.yaml:17:17: cost: found the end of the formula; expected ')'"),
    (network("cost:", "notation: {net: 'x_{unit}', activation: 'x_{unit}'}\ncost:"),
     "c.yaml:17:41: notation.activation: net and activation would both be written 'x_{unit}'; expected two ways"),
    (network("{inputs: [1, 0], targets: [1]}", "{targets: [1]}"),
     "c.yaml:20:5: samples[0]: inputs missing; expected 2 numbers (i_1, i_2)"),
    (network("{inputs: [1, 0], targets: [1]}", "{inputs: [1, 0, 1], targets: [1]}"),
     "c.yaml:20:14: samples[0].inputs: found 3 numbers, expected 2 numbers (i_1, i_2)"),
    (network("{inputs: [1, 0], targets: [1]}", "{inputs: {i_1: 1}, targets: [1]}"),
     "c.yaml:20:14: samples[0].inputs: i_2 missing; expected 2 numbers (i_1, i_2)"),
    (network("{inputs: [1, 0], targets: [1]}", "{inputs: {i_1: 1, i_3: 0}, targets: [1]}"),
     "c.yaml:20:23: samples[0].inputs: unknown key 'i_3'; did you mean i_2?"),
    (network("{inputs: [1, 0], targets: [1]}", "{inputs: [1, 0], targets: []}"),
     "c.yaml:20:31: samples[0].targets: found 0 numbers, expected 1 number (y)"),
    (network("targets: [y]\n", "").replace("cost: half_squared_error\n", ""),
     "c.yaml:18:31: samples[0].targets: found a list of 1; expected none, the config names no targets"),
    (network("targets: [y]\n", "").replace("cost: half_squared_error\n", "").replace("targets: [1]",
     "targets: {y: 1}"),
     "c.yaml:18:31: samples[0].targets: found a mapping; expected none, the config names no targets"),
    (network("b_3: 0.03}", "b_3: 0.03, h_1: 1}").replace("[[w_5, w_6]]",
     "[[w_5, h_1]]").replace("w_6: 0.02, ", ""),
     "c.yaml:16:96: parameters: the parameter h_1 and the net input of unit 1 would share the id h_1; expected another name"),
    (network("inputs: [i_1, i_2]", "inputs: [y, i_2]"),
     "c.yaml:2:10: inputs[0]: the target y and the input y would share the id y; expected another name"),
    (NETWORK.replace("w_6", "step"),
     "c.yaml:16:85: parameters: the parameter step and the number of the step would share the id step; expected another name"),
    (network("[[w_5, w_6]]", "[[w_5, Delta_w_5]]").replace("w_6:", "Delta_w_5:"),
     "c.yaml:16:74: parameters: the parameter Delta_w_5 and the Delta of w_5 would share the id Delta_w_5; expected another name"),
    (circuit("objective_symbol: f", "objective_symbol: g"),
     "c.yaml:4:19: objective_symbol: no equation defines 'g'; expected q or f"),
    (circuit("q: x + y", "q: x + w"),
     "c.yaml:2:10: equations.q: undefined symbol 'w'; expected an equation, input, target or parameter"),
    (circuit("q: x + y", "q: 'x + w'"),
     "c.yaml:2:11: equations.q: undefined symbol 'w'; expected an equation, input, target or parameter"),
    (circuit("q: x + y", "q: >\n    x +\n    w"),
     "c.yaml:2:6: equations.q: undefined symbol 'w'; expected an equation, input, target or parameter"),
    (circuit("q: x + y", "q: x + f"), "c.yaml:2:6: equations.q: the equations go in a circle: q → f → q"),
    (circuit("q: x + y", "q: q + y"), "c.yaml:2:6: equations.q: the equations go in a circle: q → q"),
    (circuit("z: -4}", "z: -4, q: 1}"),
     "c.yaml:2:3: equations: 'q' is defined twice: by an equation and as an input, target or parameter"),
    (circuit("q: x + y", "θ: x\n  theta: y\n  q: x + y"),
     "c.yaml:3:3: equations: θ and theta would share the id theta; expected another name"),
    (circuit("q: x + y", "exp: x\n  q: x + y"),
     "c.yaml:2:3: equations: exp is a function; expected another name"),
    (circuit("z: -4}", "z: -4, exp: 1}"),
     "c.yaml:5:34: parameters: exp is a function; expected another name"),
    (circuit("q: x + y", "q: x +"),
     "c.yaml:2:9: equations.q: found the end of the formula; expected a number, a name or '('"),
    (circuit("q: x + y", "q: x y"), "c.yaml:2:8: equations.q: found 'y'; expected an operator or the end"),
    (circuit("q: x + y", "q: 2x"), "c.yaml:2:7: equations.q: found 'x'; expected an operator or the end"),
    (circuit("q: x + y", "q: x & y"),
     "c.yaml:2:8: equations.q: found '&'; expected a name, a number or + - * / ^ ( )"),
    (circuit("q: x + y", "q: (x + y"),
     "c.yaml:2:12: equations.q: found the end of the formula; expected ')'"),
    (circuit("q: x + y", "q: x + y)"),
     "c.yaml:2:11: equations.q: found ')'; expected an operator or the end"),
    (circuit("q: x + y", "q: sigmod(x)"),
     "c.yaml:2:6: equations.q: unknown function 'sigmod'; did you mean sigmoid?"),
    (circuit("q: x + y", "q: x(y + 1)"),
     "c.yaml:2:6: equations.q: unknown function 'x'; a product is written x*(…)"),
    (circuit("q: x + y", "q: exp + y"), "c.yaml:2:6: equations.q: exp is a function; expected exp(…)"),
    (circuit("q: x + y", "q: exp(x, y)"), "c.yaml:2:6: equations.q: exp takes 1 argument, found 2"),
    (circuit("q: x + y", "q: max(x)"), "c.yaml:2:6: equations.q: max takes two or more arguments, found 1"),
    (circuit("q: x + y", "q: x^1e999"), "c.yaml:2:8: equations.q: '1e999' is too large for a number"),
    (circuit("q: x + y", "q: __import__('os').system('ls')"),
     "c.yaml:2:6: equations.q: found '_'; expected a name, a number or + - * / ^ ( )"),
    (circuit("q: x + y", "q: " + "(" * 50 + "x" + ")" * 50),
     "c.yaml:2:47: equations.q: formula nested more than 40 deep"),
    (circuit("q: x + y", "q: x" + "/y" * 50), "c.yaml:2:88: equations.q: formula nested more than 40 deep"),
    (circuit("q: x + y", "q: x" + "+y" * 5000),
     "c.yaml:2:6: equations.q: formula of 10,001 characters; at most 10,000 are read"),
    (circuit("q: x + y", "q: x" + "*y" * 2000),
     "c.yaml:2:6: equations.q: the derivatives have more than 500,000 parts here; expected shorter formulas, with parts of them as equations of their own"),
    (CIRCUIT + "deltas: {δ_q: p}\n", "c.yaml:6:15: deltas.δ_q: no equation defines 'p'; expected q or f"),
    (CIRCUIT + "deltas: {x: q}\n", "c.yaml:6:10: deltas: 'x' is already the name of something else"),
    (CIRCUIT + "deltas: {δ_q: q, d: q}\n", "c.yaml:6:21: deltas.d: 'q' has two deltas; expected one"),
    (CIRCUIT + "inputs: [t]\n",
     "c.yaml:1:1: samples missing; expected at least one, as samples: [{inputs: [1, 0]}]"),
    (CIRCUIT + "inputs: [t]\ntargets: [u]\nsamples:\n  - {inputs: [1]}\n",
     "c.yaml:9:5: samples[0]: targets missing; the equations need them (u)"),
    (CIRCUIT + "samples: [{inputs: [1]}]\n",
     "c.yaml:6:20: samples[0].inputs: found a list of 1; expected none, the config names no inputs"),
    (circuit("f: q*z", "f: q*z\n  Delta_z: x") + "update: {rule: sgd, learning_rate: 0.1}\n",
     "c.yaml:6:27: parameters: the quantity Delta_z and the Delta of z would share the id Delta_z; expected another name"),
]  # fmt: skip


def message_of(text: str | bytes, folder: Path = Path("/nowhere")) -> str:
    """What the reader says about a broken config."""
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(BacktraceError) as caught:
        read_problem(decode(data, "c.yaml"), "c.yaml", folder)
    return str(caught.value)


def test_the_configs_that_are_broken_below_are_sound() -> None:
    read_problem(NETWORK, "c.yaml", Path())
    read_problem(CIRCUIT, "c.yaml", Path())


@pytest.mark.parametrize(("text", "message"), BROKEN_STRUCTURE + BROKEN_MEANING)
def test_a_broken_config_is_refused_in_one_line(text: str, message: str) -> None:
    assert message_of(text) == message
    assert message.isprintable()


def test_the_row_of_the_design_is_refused_in_these_words() -> None:
    text = (
        "title: OR gate\ninputs: [i_1, i_2]\ntargets: [y]\nlayers:\n  - name: hidden\n    units: [1, 2]\n"
        "    activation: sigmoid\n    biases: [b_2, b_1]\n\n    # a row for each unit\n"
        "    weights: [[w_1, w_3],\n              [w_2, w_4, w_7]]\n"
    )
    with pytest.raises(BacktraceError) as caught:
        read_problem(text, "or-gate.yaml", Path())
    expected = "or-gate.yaml:12:15: layers[0].weights: row 2 has 3 entries, expected 2 (sources i_1, i_2)"
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"title: caf\xe9\n", "c.yaml:1:11: byte 0xe9 is not UTF-8; expected a text file in UTF-8"),
        (b"a: 1\n\xce\xb4: \xff\n", "c.yaml:2:4: byte 0xff is not UTF-8; expected a text file in UTF-8"),
        ("title: x".encode("utf-16"), "c.yaml:1:1: byte 0xff is not UTF-8; expected a text file in UTF-8"),
        (b"x" * (FILE_BYTES + 1), "c.yaml:1:1: larger than 32 MB, the most that is read"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, message: str) -> None:
    assert message_of(data) == message


def test_of_very_many_names_only_the_first_are_listed() -> None:
    names = [f"x_{i}" for i in range(784)]
    text = (
        f"inputs: [{', '.join(names)}]\nlayers: [{{units: 1, weights: {{random: normal}}}}]\nseed: 1\n"
        "samples: [{inputs: {pixel: 1}}]\n"
    )
    shown = ", ".join(names[:20])
    assert message_of(text) == f"c.yaml:4:21: samples[0].inputs: unknown key 'pixel'; expected {shown}, …"


def weights_file(folder: Path, **arrays: object) -> str:
    """A config whose last weights come from W.npz, which holds these arrays."""
    np.savez(folder / "W.npz", **{name: np.asarray(array) for name, array in arrays.items()})  # type: ignore[arg-type]
    return network("[[w_5, w_6]]", "{file: W.npz, key: W}")


@pytest.mark.parametrize(
    ("arrays", "found"),
    [
        ({"W": [[1.0, 2.0, 3.0]]}, "14:21: layers[1].weights.file: 'W' has shape 1 × 3, expected 1 × 2"),
        ({"W": 1.0}, "14:21: layers[1].weights.file: 'W' has shape a single number, expected 1 × 2"),
        ({"V": [[1.0, 2.0]]}, "14:33: layers[1].weights.key: no array 'W' in 'W.npz'; expected 'V'"),
        (
            {"W": [[1.0, np.nan]]},
            "14:21: layers[1].weights.file: 'W' holds inf or nan; expected finite numbers",
        ),
        ({"W": [["a", "b"]]}, "14:21: layers[1].weights.file: 'W' holds <U1; expected numbers"),
        ({"W": [[1j, 2j]]}, "14:21: layers[1].weights.file: 'W' holds complex128; expected numbers"),
        ({"W": [[{}, {}]]}, "14:21: layers[1].weights.file: 'W' holds object; expected numbers"),
    ],
)
def test_an_array_that_does_not_fit_is_refused(tmp_path: Path, arrays: dict[str, object], found: str) -> None:
    assert message_of(weights_file(tmp_path, **arrays), tmp_path) == f"c.yaml:{found}"


def test_one_of_several_arrays_has_to_be_named(tmp_path: Path) -> None:
    text = weights_file(tmp_path, V=[[1, 2]], W=[[1, 2]]).replace(", key: W", "")
    found = "14:21: layers[1].weights.file: 'W.npz' holds 2 arrays; expected key: to name one"
    assert message_of(text, tmp_path) == f"c.yaml:{found}"


def test_a_file_that_is_no_npz_is_refused(tmp_path: Path) -> None:
    text = weights_file(tmp_path, W=[[1.0, 2.0]])
    expected = "c.yaml:14:21: layers[1].weights.file: cannot read 'W.npz': not an .npz file of plain numbers"
    whole = (tmp_path / "W.npz").read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("W.npy", b"\x93NUMPY\x01\x00\x10\x00{'descr': '<f8'}")
    for broken in (b"", b"no zip at all", whole[:-30], whole.replace(b"NUMPY", b"NUMPI"), buffer.getvalue()):
        (tmp_path / "W.npz").write_bytes(broken)
        assert message_of(text, tmp_path) == expected


def test_a_folder_is_no_npz(tmp_path: Path) -> None:
    (tmp_path / "W.npz").mkdir()
    text = network("[[w_5, w_6]]", "{file: W.npz}")
    expected = "c.yaml:14:21: layers[1].weights.file: 'W.npz' is not a file; expected an .npz file"
    assert message_of(text, tmp_path) == expected


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("or-gat", "'or-gat': no such file, and no bundled example; did you mean or-gate?"),
        ("§", "'§': no such file, and no bundled example; `backtrace examples` lists what is bundled"),
        ("/", "'/': cannot be read: Is a directory"),
        ("a\0b", r"'a\x00b': cannot be read: no name of a file"),
        ("x" * 5000, f"'{'x' * 120}…': cannot be read: File name too long"),
    ],
)
def test_a_config_that_is_not_there_is_told(config: str, message: str) -> None:
    with pytest.raises(BacktraceError) as caught:
        load(config)
    assert str(caught.value) == message


def test_a_file_name_cannot_steer_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "a\n\x1b[31m.yaml"
    path.write_text("")
    with pytest.raises(BacktraceError) as caught:
        load(path)
    expected = rf"{tmp_path}/a\n\x1b[31m.yaml:1:1: empty; expected a config (see `backtrace examples`)"
    assert str(caught.value) == expected


STEP_REFUSED = (
    "step has no useful derivative: it is flat everywhere but at its threshold, where it jumps, so there is no "
    "backward pass; a sigmoid is the smooth function in its place"
)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (NETWORK.replace("activation: sigmoid", "activation: step", 1), "c.yaml:7:17: layers[0].activation"),
        (circuit("q: x + y", "q: step(x) + y"), "c.yaml:2:6: equations.q"),
    ],
)
def test_a_step_function_is_refused_in_the_backward_pass_and_found(text: str, place: str) -> None:
    problem = read_problem(text, "c.yaml", Path())
    with pytest.raises(BacktraceError) as caught:
        backtrace.trace(problem)
    assert str(caught.value) == f"{place}: {STEP_REFUSED}"
    assert backtrace.trace(problem, only="forward").records


@pytest.mark.parametrize(
    ("text", "message"), [BROKEN_STRUCTURE[0], BROKEN_MEANING[0], BROKEN_MEANING[5], BROKEN_STRUCTURE[-1]]
)
def test_the_command_line_says_it_on_one_line_and_exits_with_1(
    tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "c.yaml").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "backtrace", "trace", "c.yaml"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    assert (run.returncode, run.stdout, run.stderr) == (1, "", f"{message}\n")


def test_the_command_line_names_standard_input() -> None:
    command = [sys.executable, "-m", "backtrace", "trace", "-"]
    run = subprocess.run(command, input="units: 3\n", capture_output=True, encoding="utf-8", check=False)
    expected = "<stdin>:1:1: unknown key 'units'; expected layers or equations, and what goes with them\n"
    assert (run.returncode, run.stdout, run.stderr) == (1, "", expected)
