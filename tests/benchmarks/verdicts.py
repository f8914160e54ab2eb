"""Compare the verdicts and values of two checkouts: the same documents and configs, read by both.

    python -m tests.benchmarks.verdicts OLD NEW [CONFIG=FILE ...] [FOLDER ...]

Each checkout runs its own `.venv/bin/python`. The inputs are those of the tree that this script is in: the
published examples, the sheets in docs/, a sheet with planted slips for every config, `check --published`, and
trace, gradcheck and train of every config. `CONFIG=FILE` adds a document with its config; `FOLDER` adds every
file in it, checked against its `config.yaml`. Ids, verdicts, slips, marks and numbers are compared;
the wording of sentences is not.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[2]
WORDING = {"explanation", "sentence"}
CLOSE = 1e-12  # relative: sums may differ in their order
MOST_LETTERS = 300  # of one difference
MOST_LINES = 20  # differences printed of one run
FAULTS = (lambda x: -x, lambda x: 2 * x, lambda x: x / 10, lambda x: x + 0.37)
BUNDLED = ("or-gate", "two-two-two")  # the examples that have published figures

Run = tuple[str, ...]  # the arguments of the command


class Answer(NamedTuple):
    """An exit code, and the JSON printed (None where there is none)."""

    code: int
    data: Any


def answer_runs() -> None:
    """Read the arguments of one run a line, print exit code and output: the side inside a checkout."""
    from click.testing import CliRunner

    from backtrace.cli import cli

    for line in sys.stdin:
        result = CliRunner().invoke(cli, json.loads(line))
        sys.stdout.write(f"{json.dumps([result.exit_code, result.stdout])}\n")


def answers(checkout: Path, runs: Sequence[Run]) -> dict[Run, Answer]:
    """The answers of one checkout to all the runs, in one process."""
    command = [str(checkout / ".venv/bin/python"), str(Path(__file__).resolve()), "--answer"]
    lines = "".join(f"{json.dumps(run)}\n" for run in runs)
    done = subprocess.run(command, cwd=checkout, input=lines, stdout=subprocess.PIPE, text=True, check=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {
        run: Answer(
            code, json.loads(text) if code in (0, 3) else None
        )  # a refusal ends in the middle of the JSON
        for run, (code, text) in zip(runs, found, strict=True)
    }


def configs() -> list[Path]:
    """Every config of the tree."""
    folders = ("configs", "docs/guide", "tests/published/*", "tests/published_documents/*")
    return [
        path
        for folder in folders
        for path in sorted(ROOT.glob(f"{folder}/*.yaml"))
        if path.name not in ("figures.yaml", "matrices.yaml")
    ]


def documents(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Each published document and each sheet of the docs, with its config; tables are written as sheets."""
    for path in sorted(ROOT.glob("tests/published_documents/*/figures.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        config = path.parent / content.get("config", "config.yaml")
        name = folder / path.parent.name
        if "document" in content:
            yield config, write(name.with_suffix(".md"), [row["text"] for row in content["document"]])
        else:
            rows = [(row["step"], row["sample"], row["id"], row["stated"]) for row in content["answers"]]
            yield config, write_answers(name.with_suffix(".json"), rows)
    for path in sorted(ROOT.glob("tests/published/*/figures.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            table = list(csv.DictReader(file))
        rows = [
            (int(row["step"]), int(row["sample"] or 0) or None, row["id"], row["published"]) for row in table
        ]
        yield path.with_name("config.yaml"), write_answers(folder / f"{path.parent.name}.json", rows)
    homework = ROOT / "docs/guide/homework.yaml"
    for path in (homework.with_name("sheet.md"), *sorted(ROOT.glob("docs/class/*"))):
        yield homework, path


def planted(config: Path, records: Sequence[dict[str, Any]], folder: Path) -> Iterator[tuple[Path, Path]]:
    """Two sheets of a config from its traced values: each seventh is wrong, each time in another way."""
    for decimals in (3, 5):
        rows = []
        for index, record in enumerate(records):
            value = record["value"]
            if value is None or not math.isfinite(value):
                continue
            if index % 7 == decimals:
                value = FAULTS[index // 7 % len(FAULTS)](value)
            rows.append((record["step"], record["sample"], record["id"], f"{value:.{decimals}f}"))
        name = "-".join(config.with_suffix("").relative_to(ROOT).parts)
        yield config, write_answers(folder / f"{name}-{decimals}.json", rows)


def write(path: Path, lines: Sequence[str]) -> Path:
    """Write a text."""
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def write_answers(path: Path, rows: Sequence[tuple[int, int | None, str, object]]) -> Path:
    """Write answers, (step, sample, id, number), as a JSON sheet."""
    parts = [
        {"step": step, "sample": sample, "answers": {id: stated for _, _, id, stated in some}}
        for (step, sample), some in groupby(rows, key=lambda row: row[:2])
    ]
    return write(path, ["[" + ",\n".join(map(json.dumps, parts)) + "]"])


def given(argument: str) -> Iterator[tuple[Path | str, Path]]:
    """The documents of an argument, each with its config (a path, or the name of a bundled example)."""
    config, equals, file = argument.partition("=")
    if equals:
        yield (Path(config).resolve() if Path(config).exists() else config), Path(file).resolve()
    else:
        folder = Path(argument).resolve()
        yield from (
            (folder / "config.yaml", path) for path in sorted(folder.iterdir()) if path.name != "config.yaml"
        )


def differences(old: Any, new: Any, place: str = "") -> Iterator[str]:
    """Where two documents differ, wording left out: `place: old → new`."""
    if isinstance(old, dict) and isinstance(new, dict):
        label = f"{place}({old['id']})" if "id" in old else place
        for key in sorted((old.keys() | new.keys()) - WORDING):
            yield from differences(old.get(key, "absent"), new.get(key, "absent"), f"{label}.{key}")
    elif isinstance(old, list) and isinstance(new, list):
        if len(old) != len(new):
            yield f"{place}: {len(old)} entries → {len(new)} entries"
        for index, pair in enumerate(zip(old, new, strict=False)):
            yield from differences(*pair, f"{place}[{index}]")
    elif isinstance(old, float) and isinstance(new, float):
        if not (old == new or math.isclose(old, new, rel_tol=CLOSE) or (math.isnan(old) and math.isnan(new))):
            yield f"{place}: {old!r} → {new!r}"
    elif old != new:
        yield f"{place}: {old!r} → {new!r}"


def entries(data: Any) -> int:
    """How many statements, rows or steps a JSON document has."""
    if not isinstance(data, dict):
        return len(data) if isinstance(data, list) else 0
    return sum(len(value) for value in data.values() if isinstance(value, list))


def compare(old: Path, new: Path, more: Sequence[str]) -> int:
    """Print each difference and a count per command; the number of differences."""
    counts: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = [
            (command, str(config), "-f", "json", *options)
            for config in configs()
            for command, options in (("trace", ()), ("gradcheck", ()), ("train", ("--steps", "20")))
        ]
        first += [("check", config, "--published", "-f", "json") for config in BUNDLED]
        before, after = answers(old, first), answers(new, first)
        pairs: list[tuple[Path | str, Path]] = [
            *documents(folder),
            *(pair for text in more for pair in given(text)),
        ]
        for config in configs():
            traced = before["trace", str(config), "-f", "json"].data
            if traced:
                pairs += planted(config, traced["records"], folder)
        second = [("check", str(config), str(path), "-f", "json") for config, path in pairs]
        before |= answers(old, second)
        after |= answers(new, second)
        for run, answer in before.items():
            found = list(differences(answer._asdict(), after[run]._asdict()))
            for line in found[:MOST_LINES]:
                sys.stdout.write(f"{' '.join(run)}: {line[:MOST_LETTERS]}\n")
            if len(found) > MOST_LINES:
                sys.stdout.write(f"{' '.join(run)}: and {len(found) - MOST_LINES} more\n")
            counts[run[0], "runs"] += 1
            counts[run[0], "failed"] += answer.data is None
            counts[run[0], "statements" if run[0] == "check" else "rows"] += entries(answer.data)
            counts[run[0], "differences"] += len(found)
    for command in dict.fromkeys(command for command, _ in counts):
        parts = [f"{number} {what}" for (of, what), number in counts.items() if of == command]
        sys.stdout.write(f"{command}: {', '.join(parts)}\n")
    return sum(number for (_, what), number in counts.items() if what == "differences")


def main() -> None:
    """Compare two checkouts; exit code 1 where they differ."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("more", nargs="*", metavar="CONFIG=FILE|FOLDER")
    arguments = parser.parse_args()
    sys.exit(compare(arguments.old.resolve(), arguments.new.resolve(), arguments.more) > 0)


if __name__ == "__main__":
    answer_runs() if sys.argv[1:] == ["--answer"] else main()
