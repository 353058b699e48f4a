"""Long runs in many pieces: over a crew of workers, kept as they go, and put together."""
