"""The pages, the states they are tried on, and the sentence each begins with."""

from data import store

PAGES = ("overview", "districts", "district", "policy", "borders", "trends", "sources", "quality", "methods")
ABOUT_A_VIEW = PAGES[:6]
CALIFORNIA = store.find("california-2000").label


def sentence(app):
    """The page's answer: the first paragraph after the view's own line and below the title."""
    return app.markdown[1].value
