"""Every address of the timetable."""

from starlette.routing import BaseRoute

from server.lessons import (
    enter_pages,
    lesson_pages,
    media,
    preparing_pages,
    recording_pages,
    timetable_pages,
)

routes: list[BaseRoute] = [
    *timetable_pages.routes,
    *lesson_pages.routes,
    *enter_pages.routes,
    *recording_pages.routes,
    *media.routes,
    *preparing_pages.routes,
]
