"""A real browser before a real server, both of the tests' own; nothing but the server may be asked for anything."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.dashboard import PATIENCE, Dashboard

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge")
USUAL_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
HOW_TO_GET_ONE = (
    "No browser for the browser tests: install Chromium, Chrome or Edge, such as `apt-get install chromium`."
)
ARGUMENTS = [
    "--no-sandbox",  # the sandbox does not start as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    # A browser's own calls home are not the dashboard's.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOCAL = {"localhost", "127.0.0.1"}
WINDOW = {"width": 1440, "height": 1000}


def found_browser() -> str | None:
    """A browser by name or in a usual place."""
    on_path = (shutil.which(name) for name in NAMES)
    in_place = (place for place in USUAL_PLACES if Path(place).is_file())
    return next(filter(None, on_path), None) or next(in_place, None)


def installed_browser() -> str | None:
    """Debian's Chromium, where it can be installed without asking."""
    if shutil.which("apt-get") is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    for step in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        done = subprocess.run(["apt-get", "-q", *step], check=False, env=quiet)  # noqa: S607 wherever it is
        if done.returncode:
            return None
    return found_browser()


@pytest.fixture(scope="session")
def browser():
    """A browser of this machine; without one the tests skip, but never where CI must run them."""
    path = found_browser() or installed_browser()
    if path is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(HOW_TO_GET_ONE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """The user data folder that the server and the command line share."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def command(home):
    """Run the command line beside the server; what it prints."""

    def command(*arguments):
        environment = {**os.environ, "EVENGROUND_HOME": str(home)}
        job = [sys.executable, "-m", "cli", *map(str, arguments)]
        return subprocess.run(job, cwd=ROOT, env=environment, capture_output=True, check=True).stdout.decode()

    return command


@pytest.fixture(scope="session")
def address(home, tmp_path_factory):
    """Where the dashboard is served; at the end nothing may have gone wrong in the server."""
    log = tmp_path_factory.mktemp("server") / "log.txt"
    job = [sys.executable, "-m", "cli", "serve", "--port", "0"]
    environment = {**os.environ, "EVENGROUND_HOME": str(home)}
    with (
        log.open("w", encoding="utf-8") as errors,
        subprocess.Popen(job, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True) as server,
    ):
        told = server.stdout.readline().split()
        assert told, f"The server did not start: {log.read_text()}"
        yield told[-1]
        server.terminate()
    assert "Traceback" not in log.read_text(), log.read_text()


@pytest.fixture(scope="session")
def visitor(browser):
    """A visitor who has been here before: what does not change need not be sent again."""
    with browser.new_context(reduced_motion="reduce") as context:
        yield context


@pytest.fixture
def visit(browser, visitor, address):
    """Open a link of the dashboard in a tab, as somebody new if need be; every request must stay on this machine."""
    opened, requests = [], []

    def visit(link: str = "/", *, new: bool = False, dark: bool = False) -> Dashboard:
        if new:
            opened.append(browser.new_context(reduced_motion="reduce"))
        page = (opened[-1] if new else visitor).new_page()
        opened.append(page)
        page.set_default_timeout(PATIENCE)
        page.set_viewport_size(WINDOW)
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.on("request", lambda request: requests.append(request.url))
        return Dashboard(page, address).go(link)

    yield visit
    for each in reversed(opened):
        each.close()
    asked = [urlsplit(url) for url in requests]
    assert {url.hostname for url in asked if url.scheme not in ("data", "blob")} <= LOCAL
