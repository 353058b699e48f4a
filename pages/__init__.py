"""The web pages: the only Streamlit code."""
