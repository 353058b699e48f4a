"""What a 50/50 assignment policy would do: the scenario, the two lotteries, the outcome."""
