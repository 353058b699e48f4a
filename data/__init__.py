"""Getting schools tables and district boundaries in, checking them, and keeping them."""
