"""The data there is, where it comes from, and how to add your own."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from analysis.errors import InputError
from data import aside, store
from data.dictionary import template
from data.fetching import publishers
from data.fetching.fetch import get, planned
from data.fetching.publishers import ROUTES
from data.load import Passable, UnknownLayoutError, load
from data.manifest import Manifest
from data.schema import ED_BASES, school_year
from data.sources.mapping import Mapping
from data.sources.remembered import remember
from data.sources.source import Asked
from data.states import STATES
from pages.sections import mapping_more
from pages.sections.mapping_step import chosen_mapping
from pages.shared import tables
from pages.shared.controls import LOOK_AT, by_label
from pages.words.escaped import in_markdown

# Of what was left out for one reason; Data quality names more.
_NAMED = 3


def show_dataset(manifest: Manifest, *, new: bool = False) -> None:
    """One dataset: what is in it, what was left out, and from which files; open where it is new or fictional."""
    years = [school_year(year) for year in manifest.years]
    span = years[0] if len(years) == 1 else f"{years[0]} to {years[-1]}"
    with st.expander(
        f"**{in_markdown(manifest.label)}** · {span} · {manifest.schools:,} schools", expanded=new or manifest.fictional
    ):
        st.markdown(in_markdown(f"{manifest.source} {manifest.rights}"))
        st.markdown(
            f"{manifest.districts:,} districts, {manifest.students:,} students in the last year, "
            f"{'with' if manifest.districts_file else 'without'} district boundaries. Name for the command line: "
            f"`{manifest.name}`. Data version `{manifest.input_hash[:12]}`."
        )
        if manifest.ed_bases:
            bases = (ED_BASES[basis] for basis in manifest.ed_bases)
            st.markdown(f"Disadvantage is counted by {', or by '.join(bases)}.")
        st.markdown(
            "\n".join(f"- {in_markdown(words)}" for words in (*aside.words(manifest.aside, _NAMED), *manifest.notes))
        )
        if manifest.files:
            files = pd.DataFrame(manifest.files)
            tables.show(files.set_index(files.columns[0]))


def show_fetch() -> None:
    """Get a state's years from the publishers: first what that takes, then the files themselves."""
    columns = st.columns(2)
    state = columns[0].selectbox("State to get", list(STATES), format_func=lambda code: STATES[code].name, index=None)
    route = columns[1].selectbox("From", list(ROUTES), format_func=lambda name: ROUTES[name].label)
    published = publishers.published(route)
    span = st.select_slider(
        "School years", options=published, value=(published[-3], published[-1]), format_func=school_year
    )
    years = [year for year in published if span[0] <= year <= span[1]]
    asked = (state, years, route)
    if st.button("See what it takes", disabled=state is None):
        with st.spinner("Asking the publishers for the files' sizes"):
            try:
                st.session_state["plan"] = (asked, planned(state, years, route=route))
            except InputError as error:
                st.error(in_markdown(str(error)), icon=":material/error:")
                return
    asked_before, plan = st.session_state.get("plan", (None, None))
    if plan is None or asked_before != asked:
        return
    st.markdown(in_markdown(plan.sentence()))
    rows = [(file.remote.about, file.remote.name, file.size_words, "yes" if file.path else "no") for file in plan.files]
    with st.expander("The files"):
        tables.show(pd.DataFrame(rows, columns=["What", "File", "Size", "On disk"]).set_index("What"))
    if plan.gaps:
        st.warning("\n".join(f"- {in_markdown(gap)}" for gap in plan.gaps))
    if st.button("Fetch and store", type="primary"):
        del st.session_state["plan"]
        stored("Fetching", lambda progress: get(plan, progress=progress))


def stored(doing: str, store_it: Callable[[Callable[[str], None]], Manifest]) -> bool:
    """Whether a dataset was stored, telling how it goes; a mistake or a fault of the network is one sentence.

    Raises:
        UnknownLayoutError: a table's layout is not known, for which the person can say it.
    """
    status = st.status(doing, expanded=True)
    try:
        manifest = store_it(lambda said: status.write(in_markdown(said)))
    except InputError as error:
        status.update(label="Nothing was stored", state="error")
        if isinstance(error, UnknownLayoutError):
            raise
        st.error(in_markdown(str(error)), icon=":material/error:")
        return False
    status.update(label=f"Stored {in_markdown(manifest.label)}", state="complete")
    st.success(f"{in_markdown(manifest.label)} is ready: choose it under Change view.", icon=":material/check_circle:")
    (label,) = (label for label, each in by_label(store.datasets()).items() if each.name == manifest.name)
    for page, words, icon in (
        ("overview.py", "Its map and measures", ":material/map:"),
        ("quality.py", "What is in it, and what is wrong with it", ":material/fact_check:"),
    ):
        st.page_link(page, label=words, icon=icon, query_params={LOOK_AT: label})
    show_dataset(manifest, new=True)
    return True


def show_upload() -> None:
    """Add a dataset from files in any mix."""
    files = st.file_uploader(
        "Files",
        accept_multiple_files=True,
        help="School tables, lunch counts, directories, coordinates and district boundaries, in any mix, zipped or not",
    )
    columns = st.columns(3)
    name = columns[0].text_input("Name (optional)", help="Lowercase letters, digits and hyphens.")
    state = columns[1].text_input("State (for files that hold several or do not say)", max_chars=2, placeholder="TX")
    year = columns[2].number_input(
        "Fall of the school year (for files that do not say)", min_value=1980, max_value=2100, value=None, step=1
    )
    asked = Asked(state.strip().upper() or None, year)
    if st.button("Read and store", type="primary", disabled=not files):
        mapping_more.forget()
        st.session_state.pop("unknown", None)
        store_files(files, name, asked)
    unknown = st.session_state.get("unknown")
    if unknown and unknown[0] == [file.file_id for file in files]:
        map_and_store(files, unknown[1], name, asked)


def map_and_store(files: list[UploadedFile], label: str, name: str, asked: Asked) -> None:
    """Ask what the columns of a table hold, and store all files once that is said, or all but this one."""
    (file, *_) = (file for file in files if Path(file.name).name == label.partition(" › ")[0])
    mapping = chosen_mapping(file, label, asked)
    buttons = st.columns([1, 1, 2]) if len(files) > 1 else [st]
    pressed = buttons[0].button("Store with this mapping", type="primary", disabled=mapping is None)
    without = len(files) > 1 and buttons[1].button("Store without this table")
    if pressed and mapping:
        named = mapping if "state" in mapping.fields else replace(mapping, state=asked.state)
        done = store_files(files, name, asked, mapping, remembered=lambda: remember(named))
    else:
        done = without and store_files(files, name, asked, leave_out=("unknown",))
    if done:
        mapping_more.forget()
        st.session_state.pop("unknown")


def store_files(
    files: list[UploadedFile],
    name: str,
    asked: Asked,
    mapping: Mapping | None = None,
    *,
    remembered: Callable[[], object] = lambda: None,
    leave_out: Sequence[Passable] = (),
) -> bool:
    """Whether the files became a dataset; where a table's layout is unknown, it is noted for the mapping step.

    Args:
        files: the uploads.
        name: what to call the dataset, or nothing.
        asked: what the person said beside them.
        mapping: how to read a table of an unknown layout.
        remembered: done with a mapping that has read its table.
        leave_out: as ``data.load.load``.
    """
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for file in files:
            # Only the last part of the name: an upload cannot choose a folder.
            path = Path(folder) / Path(file.name).name
            path.write_bytes(file.getbuffer())
            paths.append(path)
        given = {"name": name or None, "state": asked.state, "year": asked.year, "mapping": mapping}
        try:
            done = stored("Reading", lambda progress: load(paths, **given, progress=progress, leave_out=leave_out))
        except UnknownLayoutError as error:
            if leave_out:
                st.error(in_markdown(str(error)), icon=":material/error:")
                return False
            remembered()
            st.session_state["unknown"] = ([file.file_id for file in files], error.table.label)
            st.rerun()  # asks what the columns hold, with nothing above it that would go and move it
        if done:
            remembered()
        return done


st.title("What is the data, and how do I add mine?")
st.subheader("Get a state")
st.markdown(
    "Schools of the Common Core of Data, with their students, races, lunch and points, and Census district boundaries, "
    "fetched to this machine: from the national files of NCES, or from the Education Data API of the Urban Institute, "
    "which sends one state only and adds modelled poverty (MEPS). What breaks off goes on when you ask again; what you "
    "stop leaves nothing behind."
)
show_fetch()
st.subheader("Add your own files")
st.markdown(
    "Evenground knows files by their content, whatever they are called: NCES Common Core of Data school files "
    "(membership 052, lunch 033, directory 029, teachers 059; before 2014–15 the universe file), EDGE school points, "
    "TIGER, EDGE or cartographic district boundaries, answers of the Education Data API, NCES school search and ELSI "
    "exports, files of Texas, California, Kentucky, Massachusetts, New Jersey, North Carolina, Rhode Island, Virginia "
    "and Wisconsin, and its own template. For any other table it guesses what the columns hold and asks."
)
st.download_button(
    "Template (XLSX)",
    data=template,
    file_name="evenground-template.xlsx",
    on_click="ignore",
    icon=":material/download:",
)
show_upload()
st.subheader("What is here")
for each in store.datasets():
    show_dataset(each)
