"""How published examples are judged: the share of verdicts and of slips that are as a good checker has them.

    python -m tests.benchmarks.published

The examples are those of `tests/published_documents`, each with what is to be said of its numbers.
"""

from __future__ import annotations

from collections import Counter

from tests.checking.test_published_checks import NAMES, figures, said


def main() -> None:
    """Print a line for each example, and the sums."""
    total: Counter[str] = Counter()
    for name in NAMES:
        count: Counter[str] = Counter()
        for figure in figures(name):
            answers = said(name).get(figure.line, [])
            for i, expected in enumerate(figure.expected):
                answer = answers[i] if i < len(answers) else None
                count["numbers"] += 1
                count["verdicts"] += answer is not None and answer["verdict"] in expected.verdicts
                if "slip" in expected.more:
                    count["slips"] += 1
                    count["named"] += answer is not None and expected.said_in(answer)
        print(f"{name:<24} {_shares(count)}")  # noqa: T201
        total.update(count)
    print(f"{'all':<24} {_shares(total)}")  # noqa: T201


def _shares(count: Counter[str]) -> str:
    return (
        f"{count['verdicts']:>4} of {count['numbers']:>4} verdicts, "
        f"{count['named']:>3} of {count['slips']:>3} slips named"
    )


if __name__ == "__main__":
    main()
