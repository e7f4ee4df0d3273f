"""Every address of learning records."""

from server.records import map_pages, record_pages, statement_pages

routes = [*statement_pages.routes, *map_pages.routes, *record_pages.routes]
