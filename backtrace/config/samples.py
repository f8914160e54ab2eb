"""Samples from a file beside the config: the columns of a CSV file, or the arrays of an `.npz` file."""

from __future__ import annotations

from backtrace.config.arrays import Arrays, open_arrays
from backtrace.config.csv_file import CsvFile
from backtrace.config.cursor import Cursor, counted, listed
from backtrace.config.files import Chosen, Folder
from backtrace.errors import nearest, printable, quoted
from backtrace.limits import SAMPLE_NUMBERS, SAMPLES
from backtrace.problem.problem import Sample
from backtrace.symbolic.expressions import Number

KEYS = ("file", "inputs", "targets")

Source = CsvFile | Arrays


def read_samples_file(
    cursor: Cursor,
    inputs: tuple[str, ...],
    targets: tuple[str, ...],
    unscored: tuple[Number, ...] | None,
    folder: Folder,
) -> tuple[Sample, ...]:
    """The samples in the file that a mapping names, in the order of its rows.

    `unscored` is what they have for targets where the file has none.

    Raises:
        BacktraceError: there is no such file or something is wrong in it, with the file and the row.
    """
    table = cursor.table(KEYS, "samples from a file, as {file: data.csv}")
    if "file" not in table:
        cursor.fail("file is empty; expected a path to a .csv or .npz file")
    if not inputs and not targets:
        cursor.fail("found a file; expected none, the config names no inputs and no targets")
    file = table["file"]

    def samples(source: Source) -> tuple[Sample, ...]:
        known = _choose(source, file, "inputs", table.get("inputs"), inputs)
        wanted = _choose_targets(source, file, table.get("targets"), targets, known)
        rows = source.rows(known + wanted, *_most_samples(known + wanted))
        width = len(inputs)
        return tuple(Sample(row[:width], row[width:] if wanted else unscored) for row in rows)

    if file.text("a path to a .csv or .npz file").lower().endswith(".npz"):
        with open_arrays(file, folder) as arrays:
            return samples(arrays)
    return samples(CsvFile(*folder.text(file, "a .csv file")))


def _usual(source: Source, key: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The parts of the file that are meant where the config names none."""
    return (key,) if source.is_wide and names else names


def _choose(
    source: Source, file: Cursor, key: str, given: Cursor | None, names: tuple[str, ...]
) -> list[Chosen]:
    """The parts of the file that hold the inputs, or the targets: as the config says, else the usual ones."""
    width = len(names) if source.is_wide else 1
    if given is None:
        chosen = [Chosen(name, width, file) for name in _usual(source, key, names)]
    elif given.is_scalar:
        chosen = [Chosen(given.text(f"{source.what}s by name"), width, given)]
    else:
        entries = given.items(f"{source.what}s by name, as [x_1, x_2]")
        chosen = [Chosen(entry.text(f"the name of a {source.what}"), 1, entry) for entry in entries]
    if given is not None and sum(part.width for part in chosen) != len(names):
        wanted = f"{len(names)} ({listed(names)})" if names else f"none, the config names no {key}"
        given.fail(f"found {counted(len(chosen), source.what)}; expected {wanted}")
    taken: set[str] = set()
    for name, _, place in chosen:
        if name not in source.names:
            called = quoted(file.text("a path"))
            place.fail(f"no {source.what} {quoted(name)} in {called}{source.hint(name)}")
        if name in taken:
            place.fail(f"{quoted(name)} is a duplicate")
        taken.add(name)
    return chosen


def _choose_targets(
    source: Source, file: Cursor, given: Cursor | None, names: tuple[str, ...], known: list[Chosen]
) -> list[Chosen]:
    """The parts that hold the targets; a file without any is for forward passes only."""
    if known and given is not None and given.is_list and not given.items("a list"):
        return []
    if known and given is None:
        taken = {part.name for part in known}
        left = [printable(name) for name in source.names if name not in taken]
        usual = _usual(source, "targets", names)
        if not any(name in source.names or nearest(name, left) for name in usual):
            return []
    return _choose(source, file, "targets", given, names)


def _most_samples(chosen: list[Chosen]) -> tuple[int, str]:
    """The largest number of samples that is read, and how a message says it."""
    width = sum(part.width for part in chosen)
    most = min(SAMPLES, SAMPLE_NUMBERS // width)
    if most == SAMPLES:
        return most, f"at most {SAMPLES:,}"
    return most, f"at most {most:,} of {width:,} numbers each ({SAMPLE_NUMBERS:,} in all)"
