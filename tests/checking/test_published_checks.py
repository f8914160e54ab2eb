"""Published walkthroughs as sheets: a folder each in `published_documents/`, with what is to be said of them.

`config.yaml` is the network of the source (or `config:` names that of another folder). `figures.yaml` has the
source in a comment and, under `document`, the equations with the digits as they are printed, one a line; or,
under `answers`, ids and numbers by step and sample. "After" a source: its example, whose digits were not held
against the print. `judged` is what a good checker says of the line: the id
that it stands for, the verdict (`rounding|carried`: either is defensible) and, where they matter, `slip=`,
`root=` and `step=`. `fails` tells why it is not said yet.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml

from backtrace.checking.report import VERDICTS
from backtrace.checking.slips.table import SLIPS
from tests.runner import TESTS, run

FOLDER = TESTS / "published_documents"
NAMES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())

Answer = Mapping[str, Any]  # one of the answers in what `-f json` prints


@dataclass(frozen=True)
class Expected:
    """What is to be said of one number: `a_1 slip|wrong slip=missing_slope root=h_1`; a bar is an or."""

    id: str
    verdicts: tuple[str, ...]
    more: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> Expected:
        id, verdicts, *more = text.split()
        return cls(id, tuple(verdicts.split("|")), dict(part.split("=") for part in more))

    def said_in(self, answer: Answer) -> bool:
        said = {**answer, "root": (answer["root"] or {}).get("id")}
        return (
            said["id"] in self.id.split("|")
            and said["verdict"] in self.verdicts
            and all(str(said[key]) in value.split("|") for key, value in self.more.items())
        )


@dataclass(frozen=True)
class Figure:
    """A line of a document, or an answer of a sheet, and what is to be said of the numbers in it."""

    line: int
    text: str
    expected: tuple[Expected, ...]
    fails: str | None


def content(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / name / "figures.yaml").read_text(encoding="utf-8"))
    return loaded


@cache
def figures(name: str) -> tuple[Figure, ...]:
    data = content(name)
    found = []
    for line, row in enumerate(data.get("document") or data["answers"], 1):
        judged = [row["judged"]] if isinstance(row["judged"], str) else row["judged"]
        text = row["text"] if "text" in row else f"{row['id']} = {row['stated']} (step {row['step']})"
        found.append(Figure(line, text, tuple(map(Expected.read, judged)), row.get("fails")))
    return tuple(found)


def sheet(name: str) -> tuple[str, str]:
    """The ending and the text of the file that is checked; a figure stands on the line of its place."""
    data = content(name)
    if "document" in data:
        return ".md", "".join(f"{row['text']}\n" for row in data["document"])
    rows = [
        {"step": row["step"], "sample": row["sample"], "answers": {row["id"]: row["stated"]}}
        for row in data["answers"]
    ]
    return ".json", "[" + ",\n".join(map(json.dumps, rows)) + "]"


@cache
def said(name: str) -> dict[int, list[Answer]]:
    """What the command says of a sheet, by line."""
    config = FOLDER / name / content(name).get("config", "config.yaml")
    ending, text = sheet(name)
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"sheet{ending}"
        file.write_text(text, encoding="utf-8")
        done = run("check", config, file, "-f", "json")
    by_line: dict[int, list[Answer]] = {}
    for answer in done.data["answers"]:
        by_line.setdefault(answer["line"], []).append(answer)
    return by_line


def cases() -> Iterator[Any]:
    for name in NAMES:
        for figure in figures(name):
            marks = [pytest.mark.xfail(strict=True, reason=figure.fails)] if figure.fails else []
            yield pytest.param(name, figure, id=f"{name}-{figure.line}", marks=marks)


def brief(answer: Answer) -> str:
    """What was said, in the form of `judged`."""
    more = {"slip": answer["slip"], "root": (answer["root"] or {}).get("id"), "step": answer["step"]}
    told = [f"{key}={value}" for key, value in more.items() if value]
    return " ".join([answer["id"], answer["verdict"], *told])


@pytest.mark.parametrize(("name", "figure"), list(cases()))
def test_a_published_figure_is_judged_as_a_good_checker_would(name: str, figure: Figure) -> None:
    answers = said(name).get(figure.line, [])
    told = [brief(answer) for answer in answers]
    assert len(answers) == len(figure.expected), told
    for expected, answer in zip(figure.expected, answers, strict=True):
        assert expected.said_in(answer), f"{figure.text}: {told}"


@pytest.mark.parametrize("name", NAMES)
def test_what_is_expected_of_published_figures_is_in_known_words(name: str) -> None:
    for figure in figures(name):
        assert "\n" not in figure.text
        for expected in figure.expected:
            assert set(expected.verdicts) <= set(VERDICTS)
            assert set(expected.more) <= {"slip", "root", "step"}
            assert {*expected.more.get("slip", "None").split("|")} <= {*SLIPS, "None"}
