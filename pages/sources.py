"""The data there is, where it comes from, and how to add your own."""

import tempfile
from pathlib import Path

import pandas as pd
import streamlit as st

from analysis.errors import InputError
from data import store
from data.dictionary import template
from data.load import load
from data.schema import school_year
from data.store import Manifest


def show_dataset(manifest: Manifest) -> None:
    """One dataset: what is in it, what was left out, and from which files."""
    years = [school_year(year) for year in manifest.years]
    span = years[0] if len(years) == 1 else f"{years[0]} to {years[-1]}"
    with st.expander(f"**{manifest.label}** · {span} · {manifest.schools:,} schools", expanded=manifest.fictional):
        st.markdown(f"{manifest.source} {manifest.rights}")
        st.markdown(
            f"{manifest.districts:,} districts, {manifest.students:,} students in the last year, "
            f"{'with' if manifest.districts_file else 'without'} district boundaries. Name for the command line: "
            f"`{manifest.name}`. Data version `{manifest.input_hash[:12]}`."
        )
        for exclusion in manifest.exclusions:
            st.markdown(f"- Left out: {exclusion.schools:,} schools, {exclusion.reason}.")
        for note in manifest.notes:
            st.markdown(f"- {note}")
        if manifest.files:
            files = pd.DataFrame(manifest.files)
            st.table(files.set_index(files.columns[0]))


def show_upload() -> None:
    """Add a dataset from files in any mix."""
    files = st.file_uploader(
        "Files",
        accept_multiple_files=True,
        help="School tables, lunch counts, directories, coordinates and district boundaries, in any mix, zipped or not",
    )
    columns = st.columns(3)
    name = columns[0].text_input("Name (optional)", help="Lowercase letters, digits and hyphens.")
    state = columns[1].text_input("State to keep (for national files)", max_chars=2, placeholder="TX")
    year = columns[2].number_input(
        "Fall of the school year (for files that do not say)", min_value=1980, max_value=2100, value=None, step=1
    )
    if st.button("Read and store", type="primary", disabled=not files):
        with tempfile.TemporaryDirectory() as folder, st.status("Reading", expanded=True) as status:
            paths = []
            for file in files:
                # Only the last part of the name: an upload cannot choose a folder.
                path = Path(folder) / Path(file.name).name
                path.write_bytes(file.getbuffer())
                paths.append(path)
            try:
                manifest = load(paths, name=name or None, state=state or None, year=year, progress=status.write)
            except InputError as error:
                status.update(label="Nothing was stored", state="error")
                st.error(str(error), icon=":material/error:")
                return
            status.update(label=f"Stored {manifest.label}", state="complete")
        st.success(f"{manifest.label} is ready: choose it under Change view.", icon=":material/check_circle:")
        show_dataset(manifest)


st.title("What is the data, and how do I add mine?")
st.subheader("Add a state")
st.markdown(
    "Evenground knows files by their content, whatever they are called: NCES Common Core of Data school files "
    "(membership 052, lunch 033, directory 029), EDGE school points, TIGER, EDGE or cartographic district boundaries, "
    "Texas TAPR, and its own template. Nothing is stored unless everything is read."
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
