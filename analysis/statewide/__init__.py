"""One 50/50 policy for every district of a state: who takes part, their lotteries, and all of it together."""
