"""Sections of a single page each, too long to stand in the page's own file."""
