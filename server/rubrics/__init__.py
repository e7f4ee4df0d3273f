"""Rubrics 评价量表: forms a school defines, and people fill in about something."""
