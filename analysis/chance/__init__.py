"""What chance alone does to an index, and how sure that makes it."""
