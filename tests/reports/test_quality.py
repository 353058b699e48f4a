"""The quality report on paper: complete, safe, and needing nothing else."""

import json
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from data import store
from data.quality.report import CHECKS, of_dataset, report
from data.schema import typed
from reports import quality

VOID = {"meta", "link", "br", "img", "hr", "input"}


@pytest.fixture(scope="module")
def franklin():
    return of_dataset(store.find("franklin"))


@pytest.fixture
def hostile():
    """A school and a file whose names are code."""
    row = {"year": 2020, "ncessch": "1", "leaid": "2", "school": "<script>alert(1)</script>", "students": 10, "ed": 10}
    table = typed(pd.DataFrame([row]))
    return report(table, None, label="<b>A & B</b>", source="S", version="abc", notes=["<i>told</i>"])


class Page(HTMLParser):
    """What matters of a page: its elements, links, ids, headings in order, and that every element is closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.links, self.ids, self.headings = [], [], [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self.links += [value for name, value in attributes if name in ("href", "src")]
        self.ids |= {value for name, value in attributes if name == "id"}
        if re.fullmatch(r"h\d", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def of(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def test_the_page_is_whole_and_fetches_nothing(franklin):
    text = quality.as_html(franklin)
    page = Page(text)
    assert page.open == []
    assert page.of("html") == [{"lang": "en"}]
    assert page.links
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert not re.search(r"@import|url\(|<script|https?://", text)


def test_the_page_can_be_read_by_its_headings_and_tables(franklin):
    page = Page(quality.as_html(franklin))
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    assert len(page.of("table")) == len(page.of("caption")) == len(franklin.findings) + len(franklin.years)
    assert {cell.get("scope") for cell in page.of("th")} == {"col", "row"}


def test_the_page_holds_every_finding_and_what_was_done(franklin):
    text = quality.as_html(franklin)
    assert all(finding.sentence in text and finding.done in text for finding in franklin.findings)
    assert franklin.version in text
    assert "Told when the data was read" in text


def test_names_are_text_and_never_code(hostile):
    text = quality.as_html(hostile)
    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<b>A" not in text
    assert "<i>told" not in text


def test_json_holds_all_of_it(franklin):
    record = json.loads(quality.as_json(franklin))
    assert [finding["sentence"] for finding in record["findings"]] == [each.sentence for each in franklin.findings]
    assert sum(record["severities"].values()) == len(franklin.findings)
    assert {*record["nothing_found"], *record["not_checked"], *(f["check"] for f in record["findings"])} == set(CHECKS)
    assert len(record["coverage"]) == len(franklin.coverage)
    hidden = next(finding for finding in record["findings"] if finding["check"] == "ed_hidden")
    assert (hidden["rows"][0]["ed_low"], hidden["rows"][0]["ed_high"]) == (1, 9)


def test_json_keeps_ids_as_text_and_the_unknown_as_null(hostile):
    (row,) = (f["rows"][0] for f in json.loads(quality.as_json(hostile))["findings"] if f["check"] == "all_ed")
    assert (row["ncessch"], row["students"], row["district"]) == ("1", 10, None)


def test_the_sentence_says_when_nobody_is_counted_as_disadvantaged():
    bare = typed(pd.DataFrame([{"year": 2020, "ncessch": "1", "leaid": "2", "students": 10}]))
    said = quality.sentence(report(bare, None, label="Bare"), 2020)
    assert said.startswith("Bare in 2020–21 has 1 school in 1 district with 10 students; none has an ED count.")


def test_every_column_of_a_finding_has_a_label(franklin):
    for finding in franklin.findings:
        assert all(quality.label(name) for name in finding.rows)
    students = pd.array([1234, None], "Int64")
    shown = quality.shown(pd.DataFrame({"students": students, "miles": [2.5, 3.04], "latitude": [31.5, None]}))
    assert shown.to_numpy().tolist() == [["1,234", "2.5", "31.5000"], ["", "3.0", ""]]
