"""The dashboard in a real browser: until its address answers, a page shows, a changed control is redrawn."""

import http.client
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import quote

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import inputs
from benchmarks.process import ROOT, environment
from benchmarks.timing import Figure, of

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "microsoft-edge")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
REPEATS = 5
SECONDS_TO_ANSWER = 60
# The page is drawn when nothing in it has changed for so long.
QUIET_MS = 1_000
# What takes longer is broken.
MOST_MS = 120_000
DALLAS = "Dallas ISD (4816230)"

# Seconds from a click or key press to the first change of a chart or figure, and to the last change of anything, when
# the server has nothing more to do.
WATCH = """() => {
  const seen = window.seen = {start: null, first: null, last: null};
  const began = () => Object.assign(seen, {start: performance.now(), first: null, last: null});
  for (const kind of ['mousedown', 'keydown']) document.addEventListener(kind, began, {capture: true});
  new MutationObserver(changes => {
    seen.last = performance.now();
    const answers = '.js-plotly-plot, [data-testid=stMetricValue]';
    const answered = change => (change.target.parentElement || document.body).closest(answers);
    if (seen.start && !seen.first && changes.some(answered)) seen.first = seen.last;
  }).observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
}"""
ANSWERED = "() => seen.first"
SETTLED = f"""() => performance.now() - seen.last > {QUIET_MS}
  && document.querySelector('[data-testid=stApp]').dataset.testScriptState == 'notRunning'"""
SECONDS = "() => [(seen.first - seen.start) / 1000, (seen.last - seen.start) / 1000]"


def figures() -> Iterator[Figure]:
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        print("Skipped: no Chromium, Chrome or Edge on this machine.")
        return
    states = ["Franklin (fictional)", *(["Texas"] if inputs.has_texas() else [])]
    with environment() as env, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        for state in states:
            yield from _first_pages(browser, env, state)
            yield from _redraws(browser, env, state)


def _first_pages(browser: Browser, env: dict[str, str], state: str) -> Iterator[Figure]:
    """A fresh server and an empty browser profile each time; then a second visit with the same profile."""
    starts, cold, mapped, warm = [], [], [], []
    for _ in range(REPEATS):
        began = time.perf_counter()
        with _served(env) as address, browser.new_context() as context:
            answered = time.perf_counter()
            starts.append(answered - began)
            page = context.new_page()
            _open(page, f"{address}/?state={quote(state)}")
            cold.append(time.perf_counter() - answered)
            page.locator(".choroplethlayer path").first.wait_for(state="attached")
            mapped.append(time.perf_counter() - answered)
            page.close()
            began = time.perf_counter()
            _open(context.new_page(), f"{address}/?state={quote(state)}")
            warm.append(time.perf_counter() - began)
    yield Figure("start until the address answers", of(starts))
    yield Figure(f"first page, {state}: from then until its heading shows", of(cold), target=3)
    yield Figure(f"first page, {state}: from then until its map is drawn", of(mapped))
    yield Figure(f"second visit, {state}: until its heading shows", of(warm))


def _redraws(browser: Browser, env: dict[str, str], state: str) -> Iterator[Figure]:
    with _served(env) as address, browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        page = context.new_page()
        _open(page, f"{address}/?state={quote(state)}")
        measures = ["V within the district", "D within the district", "Exposure", "Share of the group"]
        buttons = [page.get_by_role("radio", name=measure, exact=True) for measure in measures]
        yield from _redrawn(page, f"map colour, {state}", lambda turn: buttons[turn % len(buttons)].click())
        # A large district of real data, and the embedded state's first.
        district = DALLAS if state == "Texas" else ""
        _open(page, f"{address}/policy?state={quote(state)}&district={quote(district)}")
        slider = page.locator("input[aria-label='Seats for disadvantaged students']")
        yield from _redrawn(page, f"policy slider, {district or state}", lambda _: slider.press("ArrowLeft"))


def _redrawn(page: Page, what: str, change: Callable[[int], None]) -> Iterator[Figure]:
    """The time to the first and last change of the page, of several changes of a control after a first one."""
    page.locator(".js-plotly-plot").first.wait_for()
    page.evaluate(WATCH)
    page.wait_for_function(SETTLED, timeout=MOST_MS)
    seconds = []
    for turn in range(REPEATS + 1):
        change(turn)
        page.wait_for_function(ANSWERED, timeout=MOST_MS)
        page.wait_for_function(SETTLED, timeout=MOST_MS)
        seconds.append(page.evaluate(SECONDS))
    first, last = zip(*seconds[1:], strict=True)
    yield Figure(f"{what}: until the answer changes", of(first), target=0.5)
    yield Figure(f"{what}: until the whole page is redrawn", of(last))


def _open(page: Page, address: str) -> None:
    page.goto(address, wait_until="commit")
    page.locator("h1").first.wait_for()


@contextmanager
def _served(env: dict[str, str]) -> Iterator[str]:
    """The address of a server of our own, once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "cli", "serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            deadline = time.perf_counter() + SECONDS_TO_ANSWER
            while not _answers(port):
                if server.poll() is not None or time.perf_counter() > deadline:
                    raise RuntimeError("the server did not start")
                time.sleep(0.02)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS_TO_ANSWER)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()
