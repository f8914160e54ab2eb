"""What holds for all tests, and what tests of several files share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import backtrace
from backtrace.problem.problem import Problem
from tests.browser import CHROMIUM, DRIVER, MISSING, Browser, browser
from tests.runner import forget_tables

# Every command and format, every message about a config and the published figures: what a dependency's other
# version could change. Tests that draw examples, open a browser or type at a terminal are not among them.
QUICK = set(
    "test_cli test_check_cli test_config test_config_errors test_samples_file test_schema test_published "
    "test_published_checks test_formats test_library test_readme test_one_row test_one_view_row "
    "test_updates test_selection test_documents test_source".split()
)

# How long an example takes says more about the machine than about the code.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Tables that can be changed: what was made from them is forgotten before and after."""
    forget_tables()
    yield monkeypatch
    monkeypatch.undo()
    forget_tables()


@pytest.fixture
def of(tmp_path: Path) -> Callable[[str], Problem]:
    """The problem that a config text gives."""

    def load(text: str) -> Problem:
        file = tmp_path / "net.yaml"
        file.write_text(text, encoding="utf-8")
        return backtrace.load(file)

    return load


@pytest.fixture(scope="session")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The browser's one window, opened when the first test asks for it."""
    if not CHROMIUM or not DRIVER:
        pytest.skip(MISSING)
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        test = getattr(item, "obj", None)
        is_slow = getattr(test, "is_hypothesis_test", False) or "window" in getattr(item, "fixturenames", ())
        if item.path.stem in QUICK and not is_slow:
            item.add_marker("quick")
