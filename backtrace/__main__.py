"""`python -m backtrace`."""

from backtrace.cli import main

if __name__ == "__main__":
    main()
