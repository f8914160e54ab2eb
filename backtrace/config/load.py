"""Finding a config: a path, `-` for standard input, or a bundled example's name."""

from __future__ import annotations

import os

from backtrace.config.files import ANYWHERE, Reach, read_file
from backtrace.config.nodes import StrPath, decode
from backtrace.config.reader import read_problem
from backtrace.errors import BacktraceError, nearest, printable, quoted
from backtrace.problem.problem import Problem


def examples_folder() -> str:
    """Where the bundled configs are: inside an installed package, beside it in a checkout."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    inside = os.path.join(package, "configs")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(package), "configs")


def example_names() -> list[str]:
    """The bundled examples, as they are typed."""
    return sorted(file[:-5] for file in os.listdir(examples_folder()) if file.endswith(".yaml"))


def load(config: StrPath, seed: int | None = None, reach: Reach = ANYWHERE) -> Problem:
    """The problem in a config file.

    Args:
        config: a path, the name of a bundled example such as `or-gate`, or `-` for standard input.
        seed: of random weights, in the place of the one in the config.
        reach: the files that may be read.

    Raises:
        BacktraceError: there is no such file, or something is wrong in it.
    """
    name = path = os.fspath(config)
    if name != "-" and not os.path.exists(name) and name in example_names():
        name = f"{name}.yaml"
        path = os.path.join(examples_folder(), name)
    data = read_file(path, lambda: f", and no bundled example{_instead(name)}", name, reach)
    shown = "<stdin>" if name == "-" else printable(name)
    return read_problem(decode(data, shown), shown, os.path.dirname(path), seed, reach)


def example_text(name: str) -> str:
    """A bundled example as it is written.

    Raises:
        BacktraceError: there is none of that name.
    """
    if name not in example_names():
        raise BacktraceError(f"no bundled example {quoted(name)}{_instead(name)}")
    return read_file(os.path.join(examples_folder(), f"{name}.yaml"), str).decode()


def published_sheet(name: str) -> str:
    """The path of the answer sheet with the figures that a bundled example's derivation was published with.

    Raises:
        BacktraceError: there is none.
    """
    folder = os.path.join(examples_folder(), "published")
    names = sorted(file[:-5] for file in os.listdir(folder) if file.endswith(".yaml"))
    if name not in names:
        raise BacktraceError(f"no published figures for {quoted(name)}; there are for {' and '.join(names)}")
    return os.path.join(folder, f"{name}.yaml")


def _instead(name: str) -> str:
    return nearest(name, example_names()) or "; `backtrace examples` lists what is bundled"
