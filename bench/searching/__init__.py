"""Generated lessons that are searched."""
