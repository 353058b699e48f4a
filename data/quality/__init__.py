"""What is in a dataset, what is missing, and what cannot be right: checks that never change a number."""
