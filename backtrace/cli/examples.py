"""`backtrace examples`: what is bundled, one line each, and a copy of one."""

from __future__ import annotations

import click

from backtrace.cli.options import file_option


@click.command("examples")
@click.argument("name", required=False)
@file_option
def command(name: str | None, output: str | None) -> None:
    """List the bundled configs, or print the one called NAME.

    A copy to change: backtrace examples or-gate -o my.yaml, then backtrace trace my.yaml.
    """
    from backtrace.cli.output import write_config, writing_to
    from backtrace.config.load import example_names, example_text

    names = example_names()
    text = None if name is None else example_text(name)
    with writing_to(output) as out:
        if text is not None:
            write_config(text, out)
            return
        width = max(map(len, names))
        for example in names:
            out.write(f"{example:<{width}}  {_first_line(example_text(example))}\n")


def _first_line(text: str) -> str:
    """The sentence that opens an example."""
    return text.partition("\n")[0].removeprefix("# ")
