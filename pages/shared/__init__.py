"""What every page uses: the view a link describes, cached data, charts, maps and words."""
