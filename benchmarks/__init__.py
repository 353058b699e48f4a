"""How long Evenground takes, beside its peers and the least the work could take. Run ``python -m benchmarks``."""
