"""A browser without a window, for tests that look at pages and for the script that makes pictures of them."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
MISSING = "no browser (Debian: chromium, chromium-driver): pages are not looked at"
_OPTIONS = """
    --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync --disable-extensions --hide-scrollbars --disable-dev-shm-usage
"""


class Browser:
    """One window, in which pages are opened; what they say and ask for is kept."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def send(self, command: str, **parameters: Any) -> dict[str, Any]:
        """A command of the DevTools protocol and its answer."""
        answer: dict[str, Any] = self.driver.execute_cdp_cmd(command, parameters)
        return answer

    def set(self, width: int = 1280, *, dark: bool = False, media: str = "") -> None:
        """Set the width and the media that pages are shown on."""
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=800,
            deviceScaleFactor=1,
            mobile=width < 500,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", media=media, features=[scheme])

    def open(self, page: Path) -> None:
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        self.driver.get(page.as_uri())

    def run(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def wait_for(self, script: str, *arguments: Any) -> Any:
        """The result of a script, which calls its last argument with it."""
        return self.driver.execute_async_script(script, *arguments)

    def complaints(self) -> list[str]:
        """The messages on the page's console since it was opened."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """The addresses that have been asked for since the page was opened, its own first."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [
            event["params"]["request"]["url"]
            for event in events
            if event["method"] == "Network.requestWillBeSent"
        ]

    def names(self) -> list[tuple[str, str]]:
        """The role of everything that a screen reader is told of, and its name with its description."""
        nodes = self.send("Accessibility.getFullAXTree")["nodes"]
        return [
            (node["role"]["value"], " ".join(filter(None, map(_value(node), ("name", "description")))))
            for node in nodes
            if not node["ignored"]
        ]

    def picture(self, width: int, most: int = 100_000) -> bytes:
        """The page from its top, as a PNG of at most so many pixels of height."""
        height = self.run("return Math.ceil(document.documentElement.getBoundingClientRect().height)")
        clip = {"x": 0, "y": 0, "width": width, "height": max(1, min(height, most)), "scale": 1}
        shot = self.send("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        return base64.b64decode(shot["data"])


def _value(node: dict[str, Any]) -> Callable[[str], str]:
    """A property of a node in the accessibility tree."""
    return lambda what: str(node.get(what, {}).get("value", ""))


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """A browser that keeps what it has to in a folder, for as long as it is needed."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or "chromium"
    for option in (*_OPTIONS.split(), f"--user-data-dir={folder}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER or "chromedriver"))
    try:
        yield Browser(driver)
    finally:
        driver.quit()
