"""Files as their publishers write them become tables of text."""
