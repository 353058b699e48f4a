"""Controls of the statewide page: they make a policy and start its run; what they say stands in the link."""

import json
from functools import partial
from typing import Any

import streamlit as st

from analysis.errors import InputError
from analysis.policy.presets import PRESETS
from analysis.policy.scenario import TURNOUT, Scenario
from analysis.policy.scenario import from_json as scenario_from_json
from analysis.statewide.rule import CHOICES, EVERY, MOST_SCHOOLS, OF_TEMPLATE, SEATS, Policy, from_json, template_of
from data.batches.statewide import Plan, completed, crew_for, missing, name_of, run_of
from pages.shared import links
from pages.shared.packed import MOST_LETTERS, packed, said, unpacked
from pages.words.escaped import in_markdown

# What a link says of the run to show: its name, so that a link shows what was seen and another choice waits.
RUN = "run"
# The rules of a scenario, in the link.
RULES = "rules"
CHOICE_LABELS = {
    "central": "most central",
    "highest-ed": "highest ED share",
    "lowest-ed": "lowest ED share",
    "largest": "largest",
    "optimum": "could do most",
}
AS_RULES, OTHER = "as the rules say", "another share"
_PRESETS = [name for name in PRESETS if name != "do-nothing"]
# The keys of the controls, by which it is told what a link asks in vain.
_KEYS = (
    *("all_least", "all_part", "all_choose"),
    *("all_lotteries", "all_outside", "all_turnout", "all_willing", "all_seats_in"),
)
_FILE, _FAULT, _TEMPLATE = "all_file", "all_fault", "all_template"


def asked_policy(level: str) -> Policy:
    """The policy that the controls describe."""
    columns = st.columns([1, 1, 2])
    with columns[0]:
        least = _number(f"1 · Districts with at least so many {level} schools", "all_least", 2, MOST_SCHOOLS, 4)
    with columns[1]:
        share = _number("2 · Part of them that host, %", "all_part", 0.1, 100.0, 10.0, 5.0, format="%g")
    with columns[2]:
        choose = links.choice(
            st.segmented_control,
            "3 · Which of them?",
            "all_choose",
            CHOICE_LABELS,
            default="central",
            required=True,
            wrap=True,
            help="; ".join(f"{CHOICE_LABELS[name]}: {meaning}" for name, meaning in CHOICES.items()) + ".",
        )
    told = st.container()
    with st.expander("More settings", icon=":material/settings:"):
        more = _more_settings()
    with told:
        links.tell_settings(*_KEYS)
        if _unreadable_rules():
            st.warning(
                "The rules in the link cannot be read, so those of a preset are shown; ask for the link anew, or for "
                "the policy as a file.",
                icon=":material/link_off:",
            )
    return Policy(level=level, least_schools=int(least), hosts_share=round(share / 100, 6), choose=choose, **more)


def _number(label: str, key: str, *limits: float | None, **more: Any) -> Any:
    return links.number(
        key,
        label,
        lambda: st.number_input(label, *limits, key=key, bind="query-params", **more),
        more.get("placeholder", "nothing"),
    )


def _more_settings() -> dict[str, object]:
    """The policy's fields that few change, out of the way."""
    template = _template()
    preset = Policy.preset
    first, second, third, fourth = st.columns(4)
    with first:
        if template is None:
            labels = {name: PRESETS[name].label for name in _PRESETS}
            index = _PRESETS.index(Policy.preset)
            preset = links.choice(st.selectbox, "Lotteries", "all_lotteries", labels, index=index)
        else:
            st.markdown(f"Lotteries by the rules of **{in_markdown(template.name or 'a scenario')}**")
            st.button("Use a preset instead", icon=":material/undo:", key="all_preset", on_click=_set_template)
    with second:
        label = "Seats offered outside first, %"
        outside = _number(label, "all_outside", 0.0, 100.0, None, 5.0, format="%g", placeholder=AS_RULES)
    with third:
        willing = _who_comes()
    with fourth:
        labels = {each: each for each in SEATS}
        seats = links.choice(st.segmented_control, "Seats in", "all_seats_in", labels, default=EVERY, required=True)
    name = st.text_input("Name of the policy", key="all_name", max_chars=60, bind="query-params").strip()
    shares = {"outside": None if outside is None else outside / 100, "willing": willing}
    return {"preset": preset, "template": template, "seats": seats, "name": name} | shares


def _who_comes() -> float | None:
    """The share of students who would take a seat; None for what the rules say."""
    labels = {each: each for each in (AS_RULES, *TURNOUT, OTHER)}
    turnout = links.choice(st.selectbox, "Who comes?", "all_turnout", labels, index=0, help=_turnout_words())
    if turnout == OTHER:
        share = _number("Of each school's students, %", "all_willing", 0.0, 100.0, 20.0, 5.0, format="%g")
        return round(share / 100, 6)
    return TURNOUT.get(turnout)


def _turnout_words() -> str:
    shares = ", ".join(f"{name} {share:.0%}" for name, share in TURNOUT.items())
    return f"Share of each sending school's students who would take a seat: {shares}. An assumption; try several."


# --- Rules of a scenario


def _template() -> Scenario | None:
    """The scenario's rules that the link or the last file says; None for a preset's."""
    if RULES in st.query_params:
        return _linked()
    kept: Scenario | None = st.session_state.get(_TEMPLATE)
    if kept is not None:
        _set_template(kept)
    return kept


def _linked() -> Scenario | None:
    """The rules that the link says; None where they cannot be read, as of one cut short or made by hand."""
    linked = unpacked(st.query_params[RULES])
    if not isinstance(linked, dict):
        return None
    try:
        return template_of(scenario_from_json(json.dumps({"dataset": "", "district": "", "year": 0} | linked)))
    except InputError:
        return None


def _unreadable_rules() -> bool:
    return RULES in st.query_params and _linked() is None


def _set_template(template: Scenario | None = None) -> None:
    """Show a scenario's rules, in the link too where it can hold them; None for a preset's."""
    st.session_state[_TEMPLATE] = template
    rules = {} if template is None else {name: each for name, each in said(template).items() if name in OF_TEMPLATE}
    letters = packed(rules)
    if template is None or len(letters) > MOST_LETTERS:
        st.query_params.pop(RULES, None)
    else:
        st.query_params[RULES] = letters


# --- Files


def show_files(policy: Policy, file_name: str) -> None:
    """Save the policy, open one, or take a scenario's rules."""
    with st.container(horizontal=True):
        st.download_button(
            "Policy (JSON)",
            data=policy.to_json(),
            file_name=file_name,
            mime="application/json",
            on_click="ignore",
            icon=":material/download:",
        )
        with st.popover("Open a file", icon=":material/folder_open:"):
            st.file_uploader(
                "A policy, or a scenario whose rules all districts get (JSON)",
                type="json",
                key=_FILE,
                on_change=_open,
                max_upload_size=1,
            )
    if fault := st.session_state.get(_FAULT):
        st.warning(in_markdown(fault), icon=":material/edit:")


def _open() -> None:
    """Let the controls show the file just given."""
    file = st.session_state.get(_FILE)
    st.session_state[_FAULT] = ""
    if file is None:
        return
    try:
        text = file.getvalue().decode("utf-8-sig")
        if _is_scenario(text):
            _set_template(template_of(scenario_from_json(text, file.name), file.name))
        else:
            _show(from_json(text, file.name))
    except UnicodeDecodeError:
        st.session_state[_FAULT] = f"{file.name} cannot be read as text; give a file as saved here."
    except InputError as error:
        st.session_state[_FAULT] = str(error)


def _is_scenario(text: str) -> bool:
    """Whether a file is of one district; what is no JSON is told as a policy's fault."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(raw, dict) and "district" in raw


def _show(policy: Policy) -> None:
    """Set every control to a policy's field.

    Raises:
        InputError: the policy changes nothing anywhere.
    """
    if policy.template is None and policy.preset not in _PRESETS:
        raise InputError(f"The policy's preset is {PRESETS[policy.preset].label}; give one that changes something.")
    turnout = next((name for name, share in TURNOUT.items() if share == policy.willing), OTHER)
    st.session_state["level"] = policy.level
    st.session_state["all_least"] = policy.least_schools
    st.session_state["all_part"] = round(100 * policy.hosts_share, 4)
    st.session_state["all_choose"] = policy.choose
    _tell("all_lotteries", policy.preset, PRESETS[policy.preset].label)
    st.session_state["all_outside"] = None if policy.outside is None else 100 * policy.outside
    st.session_state["all_turnout"] = AS_RULES if policy.willing is None else turnout
    if turnout == OTHER and policy.willing is not None:
        _tell("all_willing", 100 * policy.willing, f"{100 * policy.willing:g}")
    st.session_state["all_seats_in"] = policy.seats
    st.session_state["all_name"] = policy.name
    _set_template(policy.template)


def _tell(key: str, value: object, in_link: str) -> None:
    """Set a control that may be about to appear: told so, it does not put its value in the link by itself."""
    if key not in st.session_state:
        st.query_params[key] = in_link
    st.session_state[key] = value


# --- The run


def run_here(plan: Plan) -> None:
    """Simulate what no earlier run has, once the person asks for it, and show how far it is."""
    so_far = run_of(plan)
    lacking = len(missing(plan, so_far))
    if not lacking:
        return
    place = st.empty()  # the bar takes the button's place
    if st.query_params.get(RUN) != name_of(plan):
        place.button(
            f"Simulate {lacking:,} districts",
            icon=":material/play_arrow:",
            on_click=partial(st.query_params.update, {RUN: name_of(plan)}),
        )
        st.stop()

    def show(done: int, of: int) -> None:
        place.progress(done / of, f"{done:,} of {of:,} districts")

    completed(plan, so_far, crew_for(lacking), show)
    place.empty()
