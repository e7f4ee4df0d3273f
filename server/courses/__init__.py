"""Cohorts, courses, lesson plans and their slides."""
