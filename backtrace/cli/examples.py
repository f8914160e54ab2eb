"""`backtrace examples`: what is bundled, one line each, and a copy of one."""

from __future__ import annotations

import click

from backtrace.cli.options import output_options


@click.command("examples")
@click.argument("name", required=False)
@output_options
def command(name: str | None, output: str | None, color: str) -> None:
    """List the bundled configs, or print the one called NAME."""
    from backtrace.cli.output import writing_to
    from backtrace.config.load import example_names, example_text

    with writing_to(output) as out:
        if name is not None:
            out.write(example_text(name))
            return
        width = max(map(len, example_names()))
        for example in example_names():
            out.write(f"{example:<{width}}  {_first_line(example_text(example))}\n")


def _first_line(text: str) -> str:
    """The sentence that opens an example."""
    return text.partition("\n")[0].lstrip("# ")
