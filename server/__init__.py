"""Knows people and rooms: everything between the browser and the packets."""
