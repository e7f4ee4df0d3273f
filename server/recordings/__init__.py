"""Recordings: what was kept of a room or a file, and who may play it."""
