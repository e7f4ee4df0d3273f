"""Rooms: where people meet in real time. A rehearsal is a room with one person on stage."""
