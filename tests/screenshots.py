"""Pictures of what people see, to be looked at: python -m tests.screenshots FOLDER

The trace in a terminal, pages wide and narrow, light and dark, and the pictures of networks, each as PNG.
"""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html import escape
from pathlib import Path

from rich.console import Console
from rich.text import Text

from tests.browser import browser

TERMINAL = 80  # columns
PHONE, DESKTOP = 360, 1280
MOST = 2400  # pixels of height
CONFIGS = ("or-gate", "two-two-two", "recurrent", "3-4-4-2", "784-100-10")
_SIZED = """
title: {title}
seed: 1
inputs: [{inputs}]
targets: [{targets}]
layers:
{layers}
update: {{rule: sgd, learning_rate: 0.5}}
samples: [{{inputs: [{sample}], targets: [{wanted}]}}]
"""
_RANDOM = "{random: uniform, low: -1, high: 1}"


def sized(*sizes: int) -> str:
    """A config of random weights, by the sizes of its layers."""
    layers = [
        f"  - {{name: layer {k}, units: {size}, activation: sigmoid, weights: {_RANDOM}, biases: {_RANDOM}}}"
        for k, size in enumerate(sizes[1:], 1)
    ]
    return _SIZED.format(
        title="-".join(map(str, sizes)),
        inputs=", ".join(f"x_{k + 1}" for k in range(sizes[0])),
        targets=", ".join(f"t_{k + 1}" for k in range(sizes[-1])),
        layers="\n".join(layers),
        sample=", ".join(str(k % 4 / 4) for k in range(sizes[0])),
        wanted=", ".join(str(k % 2) for k in range(sizes[-1])),
    )


def output(*arguments: str) -> str:
    """The file that a command writes."""
    command = [sys.executable, "-m", "backtrace", *arguments]
    return subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout


def terminal(*arguments: str) -> str:
    """A picture of what a command prints in a terminal."""
    ours, its = pty.openpty()
    command = [sys.executable, "-m", "backtrace", *arguments]
    size = {"COLUMNS": str(TERMINAL), "TERM": "xterm-256color"}
    with subprocess.Popen(command, stdout=its, env={**os.environ, **size}):
        os.close(its)
        printed = b"".join(iter(lambda: _read(ours), b"")).decode().replace("\r\n", "\n")
    console = Console(record=True, width=TERMINAL, file=io.StringIO(), force_terminal=True)
    console.print(Text(f"$ backtrace {' '.join(arguments)}", style="bold"))
    console.print(Text.from_ansi(printed))
    return console.export_svg(title="backtrace")


def _read(terminal: int) -> bytes:
    """The bytes that can be read; none once the other end is closed."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def pages(folder: Path) -> Iterator[tuple[str, str]]:
    """The name and the text of every page that is looked at."""
    for name in CONFIGS:
        config = name
        if name[0].isdecimal():
            config = str(folder / f"{name}.yaml")
            Path(config).write_text(sized(*map(int, name.split("-"))), encoding="utf-8")
        yield f"page-{name}", output("trace", config, "-f", "html")
        yield f"picture-{name}", output("draw", config, "-f", "svg")
    yield "page-adam", output("trace", "adam", "-f", "html")
    yield "page-explain", output("explain", "two-two-two", "dE/dw1", "-f", "html")
    yield "terminal-trace", terminal("trace", "or-gate", "--only", "forward")


def main(folder: Path) -> None:
    """Write every picture into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made, browser(Path(made) / "profile") as window:
        for name, text in pages(Path(made)):
            is_page = text.startswith("<!DOCTYPE html>")
            file = Path(made) / f"{name}.html"
            if not is_page:  # a picture by itself, as it stands in somebody's document
                text = f'<!DOCTYPE html><title>{escape(name)}</title><body style="margin: 0">{text}'
            file.write_text(text, encoding="utf-8")
            for width in (PHONE, DESKTOP) if is_page else (DESKTOP,):
                for shade in ("light", "dark"):
                    window.set(width, dark=shade == "dark")
                    window.open(file)
                    shown = folder / f"{name}-{width}-{shade}.png"
                    shown.write_bytes(window.picture(width, MOST))
                    print(shown)  # noqa: T201  # it is a script


if __name__ == "__main__":
    main(Path(sys.argv[1]))
