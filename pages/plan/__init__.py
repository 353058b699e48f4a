"""The builder of a 50/50 plan: its controls, what it does, and what other plans and the best could do."""
