"""What schools, districts, states and plans are called stands on every page as it is: no picture, link or formula."""

import json
import re
from dataclasses import replace

import pytest
import streamlit as st

from analysis.policy.presets import scenario_from_preset
from data import store
from pages.shared.packed import packed, said
from pages.words.escaped import in_chart, in_markdown

HOSTILE = "![p](http://x.example/x.png) [c](http://e.example) $y$ *i* `k` :red[r] <b>ZZ</b> &amp;"
# What begins something in Markdown where no backslash stands before it.
BEGUN = re.compile(r"(?<!\\)(\[p|\[c|\$y|\*i|`k|:red|<b>ZZ)")
PAGES = ("overview", "districts", "district", "borders", "trends", "policy", "statewide", "quality", "sources")


@pytest.fixture
def hostile(monkeypatch, home):  # noqa: ARG001 what a person has stored must not show
    """Franklin, with every name, and its source, of a stranger's choice."""
    read, known = store.schools, store.datasets

    def schools(*of, **more):
        table = read(*of, **more)
        return table.assign(**{name: table[name] + " " + HOSTILE for name in ("school", "district")})

    def datasets():
        return [replace(each, label=f"{each.label} {HOSTILE}", source=HOSTILE, notes=(HOSTILE,)) for each in known()]

    monkeypatch.setattr(store, "schools", schools)
    monkeypatch.setattr(store, "datasets", datasets)
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def markdown(app):
    """Every text of a page that is Markdown to the browser."""
    for each in walk(app.main):
        proto = getattr(each, "proto", None)
        yield from (getattr(proto, field, "") for field in ("body", "label", "help"))
        if getattr(each, "type", "") in ("table", "arrow_table"):
            yield from (str(text) for text in (*each.value.index, *each.value.columns, *each.value.to_numpy().ravel()))


def walk(block):
    for child in getattr(block, "children", {}).values():
        yield child
        yield from walk(child)


def charts(app):
    return [each.proto.spec for each in walk(app.main) if getattr(each, "type", "") == "plotly_chart"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("hostile")
def test_names_of_the_data_stand_as_they_are(opened, page):
    app = opened(page, picked="", year="2023–24")
    told = [str(text) for text in markdown(app)]
    assert any("x.example" in text for text in told)
    assert not [text for text in told if BEGUN.search(text)]
    assert not [spec for spec in charts(app) if "<b>ZZ" in json.dumps(json.loads(spec), ensure_ascii=False)]


def test_a_plan_of_a_link_loads_nothing(opened):
    franklin = store.find("franklin")
    table, year = store.schools(franklin), max(franklin.years)
    table = table[table["year"] == year]
    leaid = table["leaid"].value_counts().index[0]
    plan = scenario_from_preset(table, "dallas", dataset="franklin", district=leaid, year=year)
    plan = replace(plan, name=HOSTILE)
    app = opened("policy", plans=packed([said(plan)]), new_school=HOSTILE, district=f"{HOSTILE} (0)")
    told = [str(text) for text in markdown(app)]
    assert any("Remove" in text and "x.example" in text for text in told)
    assert not [text for text in told if BEGUN.search(text)]
    assert not [spec for spec in charts(app) if "<b>ZZ" in spec]


def test_the_rules_of_a_link_load_nothing(opened):
    app = opened("statewide", rules=packed({"version": 1, "name": HOSTILE}), all_name=HOSTILE, year=HOSTILE)
    told = [str(text) for text in markdown(app)]
    assert any("x.example" in text for text in told)
    assert not [text for text in told if BEGUN.search(text)]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("![p](x) [c](y)", r"!\[p\](x) \[c\](y)"),
        ("$5 to $6", r"\$5 to \$6"),
        ("*Oak* _Elm_ ~Ash~ `Fir` <b> &amp; a|b", r"\*Oak\* \_Elm\_ \~Ash\~ \`Fir\` \<b\> \&amp; a\|b"),
        (":red[r] :material/home: Oak: an elm", r"\:red\[r\] \:material/home: Oak: an elm"),
        ("\\*", r"\\\*"),
        ("# 1 School", r"\# 1 School"),
        ("1. Oak", r"1\. Oak"),
        ("- Oak", r"\- Oak"),
        ("+0.5 – P.S. 1", "+0.5 – P.S. 1"),
        ("Oak\n\n# Elm", "Oak # Elm"),
    ],
)
def test_markdown_is_escaped_where_it_begins_something(text, written):
    assert in_markdown(text) == written


def test_a_chart_gets_entities():
    assert in_chart("<b>A & B</b>") == "&lt;b&gt;A &amp; B&lt;/b&gt;"
