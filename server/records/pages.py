"""Every address of learning records."""

from server.records import record_pages, statement_pages

routes = [*statement_pages.routes, *record_pages.routes]
