"""Rosters in from other systems, and the timetable out as a calendar."""
