"""Finding a config: a path, `-` for standard input, or a bundled example's name."""

from __future__ import annotations

import sys
from pathlib import Path

import backtrace
from backtrace.config.nodes import MAX_BYTES, decode
from backtrace.config.reader import read_problem
from backtrace.errors import BacktraceError, nearest, quoted
from backtrace.problem import Problem


def examples_folder() -> Path:
    """Where the bundled configs are: inside an installed package, beside it in a checkout."""
    package = Path(backtrace.__file__).parent
    inside = package / "configs"
    return inside if inside.is_dir() else package.parent / "configs"


def example_names() -> list[str]:
    """The bundled examples, as they are typed."""
    return sorted(path.stem for path in examples_folder().glob("*.yaml"))


def load(config: str | Path) -> Problem:
    """The problem in a config file.

    Args:
        config: a path, the name of a bundled example such as `or-gate`, or `-` for standard input.

    Raises:
        BacktraceError: there is no such file, or something is wrong in it.

    """
    name = str(config)
    if name == "-":
        return read_problem(decode(sys.stdin.buffer.read(MAX_BYTES + 1), "<stdin>"), "<stdin>", Path())
    path = Path(config)
    if not path.exists() and name in example_names():
        path = examples_folder() / f"{name}.yaml"
        name = path.name
    return read_problem(decode(_read(path, name), name), name, path.parent)


def _read(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        hint = nearest(name, example_names()) or "; `backtrace examples` lists what is bundled"
        raise BacktraceError(f"{quoted(name, 120)}: no such file, and no bundled example{hint}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BacktraceError(f"{quoted(name, 120)}: cannot be read: {reason}") from None


def example_text(name: str) -> str:
    """A bundled example as it is written.

    Raises:
        BacktraceError: there is none of that name.

    """
    if name not in example_names():
        raise BacktraceError(f"no bundled example {quoted(name)}{nearest(name, example_names())}")
    return (examples_folder() / f"{name}.yaml").read_text(encoding="utf-8")
