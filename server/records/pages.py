"""Every address of learning records."""

from server.records import (
    board_pages,
    contest_pages,
    hours_pages,
    map_pages,
    record_pages,
    statement_pages,
    taking_pages,
)

routes = [
    *statement_pages.routes,
    *map_pages.routes,
    *hours_pages.routes,
    *contest_pages.routes,
    *taking_pages.routes,
    *record_pages.routes,
    *board_pages.routes,
]
