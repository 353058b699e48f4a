"""What several pages use: the view a link describes, cached data, charts, maps and the pieces they show alike."""
