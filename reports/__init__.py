"""Results on paper: the same figures as the pages show, as files that need nothing else."""
