"""Judges a lesson: words, slides and plan in, measures and findings out. No database, no HTTP."""
