"""Every address of the timetable."""

from starlette.routing import BaseRoute

from server.lessons import (
    calendar_pages,
    chapter_pages,
    comment_pages,
    custody_pages,
    editing_pages,
    enter_pages,
    lesson_pages,
    media,
    my_comments_pages,
    preparing_pages,
    recorded_pages,
    recording_pages,
    retention_pages,
    rubric_pages,
    search_pages,
    timetable_pages,
)

routes: list[BaseRoute] = [
    *timetable_pages.routes,
    *calendar_pages.routes,
    *lesson_pages.routes,
    *enter_pages.routes,
    *recording_pages.routes,
    *media.routes,
    *custody_pages.routes,
    *retention_pages.routes,
    *preparing_pages.routes,
    *comment_pages.routes,
    *rubric_pages.routes,
    *my_comments_pages.routes,
    *chapter_pages.routes,
    *editing_pages.routes,
    *recorded_pages.routes,
    *search_pages.routes,
]
