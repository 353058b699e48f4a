"""One module a publisher: how to recognise its files by their content, and how to read them."""
