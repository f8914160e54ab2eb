"""Where a run begins: `python -m backtrace`, and the command `backtrace`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; Ctrl-C is answered quietly already while it is being imported."""
    try:
        from backtrace.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
