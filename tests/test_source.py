"""The tour of docs/source.md: its files and names exist, and its rows work."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib import import_module
from operator import attrgetter
from pathlib import Path

import pytest

from tests.runner import ROOT

PAGE = (ROOT / "docs" / "source.md").read_text(encoding="utf-8")
STOPS = re.findall(r"^### (?:\d+\. )?`([\w/]+)\.py`\n(.*?)(?=^##|\Z)", PAGE, re.DOTALL | re.MULTILINE)
MAIN, *ROWS = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
COMMANDS = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
]


def test_the_tour_has_ten_numbered_stops() -> None:
    assert re.findall(r"^### (\d+)\.", PAGE, re.MULTILINE) == [str(n) for n in range(1, 11)]


@pytest.mark.parametrize(("path", "text"), STOPS, ids=[path for path, _ in STOPS])
def test_every_name_to_look_for_is_in_its_file(path: str, text: str) -> None:
    module = import_module(f"backtrace.{path.replace('/', '.')}")
    source = (ROOT / "backtrace" / f"{path}.py").read_text(encoding="utf-8")
    names = [
        name
        for bullet in re.findall(r"^- ([^:]*):", text, re.MULTILINE)
        for name in re.findall(r"`([\w.]+)`", bullet)
    ]
    assert names
    for name in names:
        assert attrgetter(name)(module) is not None
        last = name.rpartition(".")[2]
        assert re.search(rf"^ *(?:def|class) {last}\b|^{last}\b.* = ", source, re.MULTILINE), (
            f"{name} is imported"
        )


def test_every_row_works_in_the_commands_that_are_shown(tmp_path: Path) -> None:
    (tmp_path / "rows.py").write_text("\n".join([*ROWS, MAIN]), encoding="utf-8")
    outputs = {}
    for command in COMMANDS:
        done = subprocess.run(
            command.replace("python ", f"{sys.executable} ", 1),
            shell=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == (3 if " check " in command else 0), (command, done.stderr)
        outputs[command] = done.stdout
    mine = (tmp_path / "mine.yaml").read_text(encoding="utf-8")
    for name in ("soft", "fourth_power", "averaged"):
        assert name in mine
        assert any(name in text for command, text in outputs.items() if f" {name} --seed" in command)
    assert "used twice" in outputs["python rows.py check or-gate answers.txt"]
    assert "all agree" in outputs["python rows.py gradcheck mine.yaml"]
    assert re.search(r"^Δw_1 = -η·q_w_1⁺ = -?[0-9.e-]+$", outputs[COMMANDS[-1]], re.MULTILINE)
