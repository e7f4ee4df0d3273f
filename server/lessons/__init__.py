"""The timetable 课表: lessons, who comes to them, and the door of their rooms."""
