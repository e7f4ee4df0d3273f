"""Rehearsals and takes: what was tried out, how it went, and who may see it."""
