"""Parts from several files and years become one table: ids translated, rows given an identity that lasts."""
