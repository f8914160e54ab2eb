"""Samples from a file: what is read from CSV and `.npz` files, and what is said of one that is broken."""

# ruff: noqa: E501 -- a message is shown as it is, on one line

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backtrace.config import samples
from backtrace.config.load import load
from backtrace.config.reader import read_problem
from backtrace.errors import BacktraceError
from backtrace.limits import FILE_BYTES
from backtrace.problem.problem import Problem, Sample
from backtrace.symbolic.expressions import Number, number
from tests.config.test_schema import is_accepted

NETWORK = """\
inputs: [x_1, x_2]
targets: [y]
layers: [{units: [o], weights: [[1, 2]]}]
samples: %s
"""
EQUATIONS = """\
inputs: [x_1, x_2]
targets: [y]
equations: {E: (y - w*x_1 - x_2)^2}
objective_symbol: E
parameters: {w: 1}
samples: %s
"""
NAMED = "{file: data.csv}"
CHOSEN = "{file: data.csv, inputs: [a, b], targets: [c]}"


def read(folder: Path, table: str | bytes, given: str = NAMED, form: str = NETWORK) -> Problem:
    data = table if isinstance(table, bytes) else table.encode()
    (folder / "data.csv").write_bytes(data)
    return read_problem(form % given, "c.yaml", folder)


def message(folder: Path, table: str | bytes, given: str = NAMED, form: str = NETWORK) -> str:
    with pytest.raises(BacktraceError) as caught:
        read(folder, table, given, form)
    return str(caught.value)


def sample(inputs: str, targets: str | None = None) -> Sample:
    """A sample of numbers that are written like this."""

    def numbers(text: str) -> tuple[Number, ...]:
        return tuple(Number(float(part), part) for part in text.split())

    return Sample(numbers(inputs), None if targets is None else numbers(targets))


TWO = (sample("1 0.50", "1"), sample("-2 1e-3", "0"))


@pytest.mark.parametrize("form", [NETWORK, EQUATIONS])
@pytest.mark.parametrize(
    ("table", "given"),
    [
        ("x_1,x_2,y\n1,0.50,1\n-2,1e-3,0\n", NAMED),
        ("y,name,x_2,x_1\n1,first,0.50,1\n0,,1e-3,-2\n", NAMED),
        ("a,b,c\n1,0.50,1\n-2,1e-3,0\n", CHOSEN),
        ("b,a,c\n0.50,1,1\n1e-3,-2,0\n", CHOSEN),
        ("1,2,3\n1,0.50,1\n-2,1e-3,0\n", "{file: data.csv, inputs: [1, 2], targets: 3}"),
    ],
)
def test_columns_are_found_by_their_names(tmp_path: Path, table: str, given: str, form: str) -> None:
    assert read(tmp_path, table, given, form).samples == TWO


@pytest.mark.parametrize(
    "table",
    [
        "x_1,x_2,y\r\n1,0.50,1\r\n-2,1e-3,0\r\n",
        "x_1,x_2,y\r1,0.50,1\r-2,1e-3,0",
        "\ufeffx_1,x_2,y\n1,0.50,1\n-2,1e-3,0",
        "x_1;x_2;y\n1;0.50;1\n-2;1e-3;0\n",
        "x_1\tx_2\ty\n1\t0.50\t1\n-2\t1e-3\t0\n",
        '"x_1","x_2","y"\n"1","0.50","1"\n"-2","1e-3","0"\n',
        " x_1 , x_2,  y\n 1, +0.50 ,\t1\n-2, 1e-3, 0\n",
        'x_1, "x_2", y\n1, "0.50", 1\n-2, "1e-3", 0\n',
        "\n\nx_1,x_2,y\n\n1,0.50,1\n  \n-2,1e-3,0\n\n\n",
        ",x_1,x_2,y\n0,1,0.50,1\n1,-2,1e-3,0\n",
        'note,x_1,x_2,y\n"two\nlines, and a comma",1,0.50,1\n"say ""x""",-2,1e-3,0\n',
        "x_1,x_2,y,\n1,0.50,1,\n-2,1e-3,0,\n",
    ],
)
def test_the_ways_to_write_a_table(tmp_path: Path, table: str) -> None:
    assert read(tmp_path, table).samples == TWO


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.10", 0.1),
        ("1_000", 1000.0),
        ("010", 10.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("1E5", 1e5),
        ("-0", -0.0),
        ("0.1000000000000000055511151231257827", 0.1),
        ("2.5e-324", 5e-324),
        ("123456789012345678901234", 1.2345678901234568e23),
    ],
)
def test_a_number_keeps_its_text(tmp_path: Path, text: str, value: float) -> None:
    (first,) = read(tmp_path, f"x_1,x_2,y\n{text},0,0\n").samples
    assert first.inputs[0] == Number(value, text.replace("_", ""))


@pytest.mark.parametrize("form", [NETWORK, EQUATIONS])
@pytest.mark.parametrize("given", [NAMED, CHOSEN, "{file: d.npz, inputs: X}", "{file: d.csv, targets: []}"])
def test_the_json_schema_knows_samples_from_a_file(form: str, given: str) -> None:
    assert is_accepted(form % given)


@pytest.mark.parametrize("given", ["{file: [a]}", "{inputs: [a, b]}", "{file: d.csv, input: [a]}"])
def test_the_json_schema_refuses_what_the_reader_refuses(tmp_path: Path, given: str) -> None:
    assert message(tmp_path, "", given).startswith("c.yaml:4:")
    assert not is_accepted(NETWORK % given)


@pytest.mark.parametrize(
    "given", [NAMED, "{file: data.csv, inputs: [x_1, x_2]}", "{file: data.csv, targets: []}"]
)
def test_without_targets_the_samples_are_for_forward_passes(tmp_path: Path, given: str) -> None:
    assert read(tmp_path, "x_1,x_2,name\n1,2,a\n", given).samples == (sample("1 2"),)


def test_no_targets_are_wanted_where_the_config_names_none(tmp_path: Path) -> None:
    table = "x_1,x_2,y\n1,2,3\n"
    assert read(tmp_path, table, form=NETWORK.replace("targets: [y]\n", "")).samples == (sample("1 2"),)
    circuit = EQUATIONS.replace("targets: [y]\n", "").replace("y -", "2 -")
    assert read(tmp_path, table, form=circuit).samples == (sample("1 2", ""),)


def test_inputs_may_be_the_targets_too(tmp_path: Path) -> None:
    given = "{file: data.csv, inputs: [x_1, x_2], targets: [x_2]}"
    assert read(tmp_path, "x_1,x_2\n1,2\n", given).samples == (sample("1 2", "2"),)


def test_the_file_is_looked_for_from_the_configs_folder(tmp_path: Path) -> None:
    folder = tmp_path / "one" / "two"
    folder.mkdir(parents=True)
    (folder / "data.csv").write_text("x_1,x_2,y\n1,2,x\n")
    (tmp_path / "one" / "c.yaml").write_text(NETWORK % "{file: two/data.csv}")
    with pytest.raises(BacktraceError) as caught:
        load(tmp_path / "one" / "c.yaml")
    assert str(caught.value) == f"{folder}/data.csv:2:5: y: found 'x'; expected a number"


BAD_QUOTES = 'not CSV: a quotation mark is not closed, or text follows it; expected "" for one inside a cell'


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("1,2", "3:1: found 2 cells, expected 3 (x_1, x_2, y)"),
        ("1", "3:1: found 1 cell, expected 3 (x_1, x_2, y)"),
        ("1,2,3,4", "3:1: found 4 cells, expected 3 (x_1, x_2, y)"),
        ("1,,3", "3:3: x_2: found an empty cell; expected a number"),
        ("1,2,", "3:5: y: found an empty cell; expected a number"),
        ('1, " ",3', "3:4: x_2: found an empty cell; expected a number"),
        ('1, "2" ,3', f"3:1: {BAD_QUOTES}"),
        ("1,2,three", "3:5: y: found 'three'; expected a number"),
        ('"1", two,3', "3:6: x_2: found 'two'; expected a number"),
        ('"1,5",2,3', "3:1: x_1: found '1,5'; expected a number; did you mean 1.5?"),
        ("NA,2,3", "3:1: x_1: found 'NA'; expected a number"),
        ("1,nan,3", "3:3: x_2: found 'nan'; expected a finite number"),
        ("1,2,-inf", "3:5: y: found '-inf'; expected a finite number"),
        ("1,1e999,3", "3:3: x_2: found '1e999'; expected a number below 1.8e308"),
        ("1,0x10,3", "3:3: x_2: found '0x10'; expected a number"),
        ("1,١,3", "3:3: x_2: found '١'; expected a number"),
        ("1,\0,3", "3:3: not CSV: the character U+0000 may not stand in it"),
        ("1,\x1b[31m,3", "3:3: x_2: found '\\x1b[31m'; expected a number"),
        (f"1,{'9' * 101},3", f"3:3: x_2: found '{'9' * 40}…'; expected a number of at most 100 characters"),
        ('1,"2,3', f"3:1: {BAD_QUOTES}"),
        ('1,"2"2,3', f"3:1: {BAD_QUOTES}"),
        ('"1\n2",2,3', "3:1: x_1: found '1\\n2'; expected a number"),
        (f"{'1' * 200_000},2,3", "3:1: not CSV: a cell of more than 131,072 characters"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_row_is_told_with_its_line(tmp_path: Path, row: str, found: str) -> None:
    assert message(tmp_path, f"x_1,x_2,y\n1,2,3\n{row}\n") == f"data.csv:{found}"


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ("", "1:1: empty; expected a line with the names of the columns, then a line for each sample"),
        ("\n \n", "1:1: empty; expected a line with the names of the columns, then a line for each sample"),
        ("x_1,x_2,y\n", "2:1: no samples below the names of the columns; expected at least one"),
        ("x_1,x_2,x_1,y\n1,2,3,4\n", "1:9: two columns are called 'x_1'; expected a name of its own"),
        ("0,0,1\n1,0,1\n", "1:1: found numbers; expected the names of the columns in the first line"),
        (b"x_1,x_2,y\n1,2,\xff\n", "2:5: byte 0xff is not UTF-8; expected a text file in UTF-8"),
        ("x_1,x_2,y\n1,2,3\n".encode("utf-16"), "1:1: byte 0xff is not UTF-8; expected a text file in UTF-8"),
    ],
)
def test_a_broken_table_is_refused(tmp_path: Path, table: str | bytes, found: str) -> None:
    assert message(tmp_path, table) == f"data.csv:{found}"


@pytest.mark.parametrize(
    ("header", "given", "found"),
    [
        ("x_1,x2,y", NAMED, "4:17: samples.file: no column 'x_2' in 'data.csv'; did you mean x2?"),
        ("a,b,c", NAMED, "4:17: samples.file: no column 'x_1' in 'data.csv'; expected 'a', 'b' or 'c'"),
        ("x_1 x_2 y", NAMED, "4:17: samples.file: no column 'x_1' in 'data.csv'; expected 'x_1 x_2 y'"),
        ("0,5,1", NAMED, "4:17: samples.file: no column 'x_1' in 'data.csv'; expected the names of the columns in its first line, found numbers"),
        ("x_1,x_2,Y_", NAMED, None),
        ("x_1,x_2,yy", NAMED, "4:17: samples.file: no column 'y' in 'data.csv'; did you mean yy?"),
        ("a,c,bb", CHOSEN, "4:39: samples.inputs[1]: no column 'b' in 'data.csv'; did you mean bb?"),
        ("a,b,d", CHOSEN, "4:53: samples.targets[0]: no column 'c' in 'data.csv'; expected 'a', 'b' or 'd'"),
        ("a\x1b,b,c", CHOSEN, "4:36: samples.inputs[0]: no column 'a' in 'data.csv'; expected 'a\\x1b', 'b' or 'c'"),
        ("a,b,c", "{file: data.csv, inputs: [a]}", "4:35: samples.inputs: found 1 column; expected 2 (x_1, x_2)"),
        ("a,b,c", "{file: data.csv, inputs: a}", "4:35: samples.inputs: found 1 column; expected 2 (x_1, x_2)"),
        ("a,b,c", "{file: data.csv, inputs: [a, a]}", "4:39: samples.inputs[1]: 'a' is a duplicate"),
        ("a,b,c", "{file: data.csv, inputs: [a, b], targets: [a, c]}", "4:52: samples.targets: found 2 columns; expected 1 (y)"),
        ("a,b,c", "{file: data.csv, inputs: {a: b}}", "4:35: samples.inputs: found a mapping; expected columns by name, as [x_1, x_2]"),
        ("a,b,c", "{file: data.csv, inputs: [a, [b]]}", "4:39: samples.inputs[1]: found a list of 1; expected the name of a column"),
        ("a,b,c", "{file: data.csv, input: [a, b]}", "4:27: samples: unknown key 'input'; did you mean inputs?"),
        ("a,b,c", "{file: }", "4:10: samples: file is empty; expected a path to a .csv or .npz file"),
        ("a,b,c", "{file: [a]}", "4:17: samples.file: found a list of 1; expected a path to a .csv or .npz file"),
        ("a,b,c", "{file: none.csv}", "4:17: samples.file: cannot read 'none.csv': No such file or directory"),
        ("a,b,c", '{file: "a\\0b"}', "4:17: samples.file: cannot read 'a\\x00b': no name of a file"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_where_the_config_asks_for_it(tmp_path: Path, header: str, given: str, found: str | None) -> None:  # fmt: skip
    if found is None:
        assert read(tmp_path, f"{header}\n1,2,3\n", given).samples == (sample("1 2"),)
    else:
        assert message(tmp_path, f"{header}\n1,2,3\n", given) == f"c.yaml:{found}"


def test_equations_need_their_targets(tmp_path: Path) -> None:
    found = message(tmp_path, "x_1,x_2\n1,2\n", form=EQUATIONS)
    assert found == "c.yaml:6:10: samples: targets missing; the equations need them (y)"
    targets_only = EQUATIONS.replace("inputs: [x_1, x_2]\n", "").replace(" - w*x_1 - x_2", " - w")
    assert read(tmp_path, "y\n3\n", form=targets_only).samples == (sample("", "3"),)
    found = message(tmp_path, "z\n3\n", form=targets_only)
    assert found == "c.yaml:5:17: samples.file: no column 'y' in 'data.csv'; expected 'z'"
    found = message(tmp_path, "y\n3\n", "{file: data.csv, targets: []}", form=targets_only)
    assert found == "c.yaml:5:36: samples.targets: found 0 columns; expected 1 (y)"


def test_columns_for_names_that_the_config_has_not_are_refused(tmp_path: Path) -> None:
    form = NETWORK.replace("targets: [y]\n", "")
    found = message(tmp_path, "a,b,c\n1,2,3\n", CHOSEN, form)
    assert found == "c.yaml:3:52: samples.targets: found 1 column; expected none, the config names no targets"
    none = "equations: {E: w^2}\nobjective_symbol: E\nparameters: {w: 1}\nsamples: %s\n"
    found = message(tmp_path, "a\n1\n", form=none)
    assert (
        found
        == "c.yaml:4:10: samples: found a file; expected none, the config names no inputs and no targets"
    )


@pytest.mark.parametrize("name", ["../data.csv", "/etc/passwd", "a/../../data.csv", ".."])
def test_no_text_outside_the_configs_folder_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "data.csv").write_text("x_1,x_2,y\n1,2,3\n")
    with pytest.raises(BacktraceError) as caught:
        read_problem(NETWORK % f"{{file: {name}}}", "c.yaml", tmp_path / "inside")
    said = f"'{name}' is outside the config's folder; expected a file in it"
    assert str(caught.value) == f"c.yaml:4:17: samples.file: {said}"


def test_arrays_may_be_anywhere(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    np.savez(tmp_path / "w.npz", inputs=[[1.0, 2.0]], targets=[[3.0]])
    for name in ("../w.npz", tmp_path / "w.npz"):
        problem = read_problem(NETWORK % f"{{file: {name}}}", "c.yaml", tmp_path / "inside")
        assert len(problem.samples) == 1


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.npz").mkdir()
    for name, expected in (("pipe.csv", "a .csv file"), ("folder.npz", "an .npz file")):
        found = message(tmp_path, "", f"{{file: {name}}}")
        assert found == f"c.yaml:4:17: samples.file: '{name}' is not a file; expected {expected}"


def test_a_million_rows_are_refused(tmp_path: Path) -> None:
    found = message(tmp_path, "x_1,x_2,y\n" + "1,0,1\n" * 1_000_000)
    assert found == "data.csv:100002:1: more samples than are read; expected at most 100,000"


def test_as_many_rows_as_are_allowed_are_read(tmp_path: Path) -> None:
    assert len(read(tmp_path, "x_1,x_2,y\n" + "1,0,1\n" * 100_000).samples) == 100_000


def test_too_many_numbers_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "SAMPLE_NUMBERS", 7)
    table = "x_1,x_2,y\n1,2,3\n4,5,6\n"
    assert len(read(tmp_path, table).samples) == 2
    found = message(tmp_path, f"{table}7,8,9\n")
    assert (
        found == "data.csv:4:1: more samples than are read; expected at most 2 of 3 numbers each (7 in all)"
    )


def test_a_file_of_many_megabytes_is_refused(tmp_path: Path) -> None:
    with open(tmp_path / "large.csv", "wb") as file:
        file.truncate(FILE_BYTES + 1)
    found = message(tmp_path, "", "{file: large.csv}")
    assert found == "large.csv:1:1: larger than 32 MB, the most that is read"


# ---------------------------------------------------------------------------------------------------------
# .npz


def from_arrays(folder: Path, given: str, form: str = NETWORK, **arrays: Any) -> tuple[Sample, ...]:
    np.savez(folder / "d.npz", **arrays)
    return read_problem(form % given, "c.yaml", folder).samples


X, T = [[1, 0.5], [-2, 1e-3]], [[1], [0]]


@pytest.mark.parametrize("form", [NETWORK, EQUATIONS])
@pytest.mark.parametrize(
    ("given", "arrays"),
    [
        ("{file: d.npz}", {"inputs": X, "targets": T}),
        ("{file: d.npz, inputs: X, targets: T}", {"X": X, "T": T}),
        ("{file: d.npz, inputs: X, targets: T}", {"X": np.asfortranarray(X), "T": [1, 0]}),
        ("{file: d.npz, inputs: X, targets: [T]}", {"X": np.array(X, ">f8"), "T": np.array([1, 0], "int8")}),
        ("{file: d.npz, inputs: [a, b], targets: [c]}", {"a": [1, -2], "b": [[0.5], [1e-3]], "c": [1, 0]}),
    ],
)
def test_arrays_have_a_row_for_each_sample(tmp_path: Path, form: str, given: str, arrays: Any) -> None:
    expected = tuple(
        Sample(tuple(map(number, row)), (number(target),)) for row, (target,) in zip(X, T, strict=True)
    )
    assert from_arrays(tmp_path, given, form, **arrays) == expected


def test_arrays_without_targets_are_for_forward_passes(tmp_path: Path) -> None:
    assert from_arrays(tmp_path, "{file: d.npz}", inputs=[[1, 2]]) == (sample("1 2"),)


@pytest.mark.parametrize(
    ("arrays", "found"),
    [
        ({"T": T}, "4:32: samples.inputs: no array 'X' in 'd.npz'; expected 'T'"),
        ({"X": X}, "4:44: samples.targets: no array 'T' in 'd.npz'; expected 'X'"),
        ({"X": [[1, 2, 3]], "T": [1]}, "4:32: samples.inputs: 'X' has shape 1 × 3; expected a row of 2 for each sample"),
        ({"X": [1, 2], "T": [1]}, "4:32: samples.inputs: 'X' has shape 2; expected a row of 2 for each sample"),
        ({"X": [[[1, 2]]], "T": [1]}, "4:32: samples.inputs: 'X' has shape 1 × 1 × 2; expected a row of 2 for each sample"),
        ({"X": X, "T": 1}, "4:44: samples.targets: 'T' has shape a single number; expected one number for each sample"),
        ({"X": X, "T": [1, 2, 3]}, "4:44: samples.targets: 'T' has 3 rows and 'X' has 2; expected one for each sample"),
        ({"X": np.zeros((0, 2)), "T": []}, "4:32: samples.inputs: 'X' has no rows; expected one for each sample"),
        ({"X": np.zeros((100_001, 2)), "T": np.zeros(100_001)}, "4:32: samples.inputs: 'X' has 100,001 rows; expected at most 100,000"),
        ({"X": [[1, 2], [3, np.nan]], "T": T}, "4:32: samples.inputs: 'X' holds nan in row 2; expected finite numbers"),
        ({"X": X, "T": [-np.inf, 1]}, "4:44: samples.targets: 'T' holds -inf in row 1; expected finite numbers"),
        ({"X": [["1", "2"]], "T": [1]}, "4:17: samples.file: 'X' holds <U1; expected numbers"),
        ({"X": X, "T": [{}, {}]}, "4:17: samples.file: 'T' holds object; expected numbers"),
    ],
)  # fmt: skip
def test_arrays_that_do_not_fit_are_refused(tmp_path: Path, arrays: Any, found: str) -> None:
    with pytest.raises(BacktraceError) as caught:
        from_arrays(tmp_path, "{file: d.npz, inputs: X, targets: T}", **arrays)
    assert str(caught.value) == f"c.yaml:{found}"


def test_what_is_no_npz_is_refused(tmp_path: Path) -> None:
    (tmp_path / "d.npz").write_text("x_1,x_2,y\n1,2,3\n")
    found = message(tmp_path, "", "{file: d.npz}")
    assert found == "c.yaml:4:17: samples.file: cannot read 'd.npz': not an .npz file of plain numbers"


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': (",
        "'''",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1L,)}",
    ],
)
def test_a_broken_array_is_refused(tmp_path: Path, header: str) -> None:
    with zipfile.ZipFile(tmp_path / "d.npz", "w") as archive:
        size = len(header).to_bytes(2, "little")
        archive.writestr("inputs.npy", b"\x93NUMPY\x01\x00" + size + header.encode())
    form = NETWORK.replace("[x_1, x_2]", "[x]").replace("[[1, 2]]", "[[1]]")
    found = message(tmp_path, "", "{file: d.npz}", form)
    assert found == "c.yaml:4:17: samples.file: cannot read 'd.npz': not an .npz file of plain numbers"


def test_an_object_in_an_array_is_never_brought_to_life(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (os.mkdir, (str(tmp_path / "sprung"),))

    trap = np.empty((1, 2), dtype=object)
    trap[:] = Trap()
    with pytest.raises(BacktraceError, match="'inputs' holds object; expected numbers"):
        from_arrays(tmp_path, "{file: d.npz}", inputs=trap)
    assert not (tmp_path / "sprung").exists()


def test_samples_in_the_config_need_neither_csv_nor_zipfile() -> None:
    code = (
        "import sys; from backtrace.config.load import load; load('or-gate');"
        "print({'csv', 'zipfile', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
