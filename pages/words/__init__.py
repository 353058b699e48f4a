"""Sentences from numbers: always the groups, the year and the place, never "good" or "bad"."""
