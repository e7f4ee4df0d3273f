"""Attendance 考勤: evidence, and what it amounts to under a policy."""
