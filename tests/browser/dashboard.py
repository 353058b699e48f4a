"""The dashboard as a person sees it in a browser."""

import re
from typing import Self

from playwright.sync_api import Locator, Page, expect

IDLE = "document.querySelector('[data-testid=stApp]')?.getAttribute('data-test-script-state') === 'notRunning'"
PATIENCE = 30_000  # ms; a busy machine is no failure
# Nothing has come, gone or changed its words for a quarter of a second.
STILL = """() => new Promise(still => {
    let wait = setTimeout(still, 250);
    const again = () => { clearTimeout(wait); wait = setTimeout(still, 250); };
    new MutationObserver(again).observe(document.body, {subtree: true, childList: true, characterData: true});
})"""
DRAWN = """[...document.querySelectorAll('[data-testid=stPlotlyChart]')]
    .every(chart => chart.querySelector('.js-plotly-plot .main-svg'))"""


class Dashboard:
    """One visitor's tab."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address

    def go(self, link: str) -> Self:
        """Follow a link of the dashboard."""
        self.page.goto(self.address + link if link.startswith("/") else link)
        return self.settled()

    def settled(self) -> Self:
        """Wait until the page has run and drawn everything; no fault may show."""
        expect(self.page.locator("h1")).to_have_count(1, timeout=PATIENCE)
        # A control's change reaches the server a moment after the click, and what it sends back arrives piece by piece.
        self.page.evaluate(STILL)
        self.page.wait_for_function(IDLE)
        self.page.evaluate(STILL)
        self.page.wait_for_function(DRAWN)
        expect(self.page.locator("[data-stale=true]")).to_have_count(0)
        expect(self.page.locator("[data-testid=stException]")).to_have_count(0)
        return self

    def open_page(self, name: str) -> Self:
        """Choose a page in the navigation."""
        before = self.title
        self.page.get_by_test_id("stTopNavLink").get_by_text(name, exact=True).click()
        expect(self.page.locator("h1")).not_to_have_text(before)
        return self.settled()

    def choose(self, label: str, option: str) -> Self:
        """Choose in a box that searches as one types."""
        box = self.page.get_by_role("combobox", name=label, exact=True)
        box.fill(option)
        self.page.get_by_role("option").first.click()
        return self.settled()

    def change_view(self, **choices: str) -> Self:
        """Choose in the view bar; ``School_year="2020–21"`` is the box called School year."""
        self.page.get_by_text("Change view", exact=True).click()
        # The list of a box closes while what holds the box still opens.
        expect(self.page.get_by_role("combobox", name="State", exact=True)).to_be_visible()
        self.page.wait_for_timeout(600)
        for label, option in choices.items():
            self.choose(label.replace("_", " "), option)
        return self.settled()

    def pick(self, key: str, option: str) -> Self:
        """Pick one of a row of buttons or a radio."""
        self.keyed(key).get_by_role("radio", name=option).click()
        return self.settled()

    def keyed(self, key: str) -> Locator:
        """The control or chart with a key."""
        return self.page.locator(f".st-key-{key}")

    @property
    def link(self) -> str:
        """The link that shows this view, without the address."""
        return self.page.url.removeprefix(self.address)

    @property
    def title(self) -> str:
        """The page's heading."""
        return self.page.locator("h1").inner_text()

    @property
    def view(self) -> str:
        """The line that says what is looked at."""
        return self.page.get_by_test_id("stMarkdown").first.inner_text()

    @property
    def text(self) -> str:
        """Everything there is to read."""
        return self.page.get_by_test_id("stMain").inner_text()

    @property
    def cards(self) -> list[str]:
        """The values on the index cards of a plan, which wait for its simulation."""
        values = self.page.get_by_test_id("stMetricValue")
        expect(values.first).to_be_visible(timeout=PATIENCE)
        return values.all_inner_texts()

    def row(self, name: str) -> list[str]:
        """A row of the page's plain tables by its first cell."""
        row = self.page.get_by_test_id("stTable").locator("tr").filter(has=self.page.get_by_text(name, exact=True))
        return [cell.strip() for cell in row.first.locator("td").all_inner_texts()]

    def trace(self, key: str, name: str) -> dict[str, list]:
        """What a chart's named trace draws: its x, y and customdata."""
        return (
            self.keyed(key)
            .locator(".js-plotly-plot")
            .evaluate(
                """(chart, name) => {
                const trace = chart._fullData.find(each => each.name === name);
                return {x: [...trace.x], y: [...trace.y], customdata: [...(trace.customdata ?? [])]};
            }""",
                name,
            )
        )

    def pale_in_charts(self) -> list[str]:
        """Words of charts, which axe-core does not see, that stand out from the page by less than WCAG's 4.5 to 1."""
        return self.page.evaluate(
            """() => {
            const light = colour => {
                const part = colour.match(/[\\d.]+/g).slice(0, 3).map(each => each / 255)
                    .map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
                return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
            };
            const page = light(getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor);
            const words = '.xtick, .ytick, .xtitle, .ytitle, .cbaxis, .cbtitle, .legendtext, '
                + '.annotation-text, .textpoint';
            return [...document.querySelectorAll('.js-plotly-plot text')].filter(each => each.closest(words))
                .filter(each => {
                    const [dark, bright] = [page, light(getComputedStyle(each).fill)].sort((a, b) => a - b);
                    return (bright + 0.05) / (dark + 0.05) < 4.5;
                }).map(each => each.textContent);
            }"""
        )

    def shown(self) -> tuple[str, str, list[str], list[str]]:
        """What two visitors compare to see whether they look at the same thing."""
        return self.title, self.view, self.cards, re.findall(r"\d[\d.,]*%?", self.text)
