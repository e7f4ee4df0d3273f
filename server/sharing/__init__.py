"""Sharing: a lesson as a package for another school, in another site, in a podcast player."""
