"""Counts that are hidden: hiding small ones, and between which values every index lies when some are."""
