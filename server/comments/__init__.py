"""Remarks at a second of a recording or take."""
