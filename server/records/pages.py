"""Every address of learning records."""

from server.records import record_pages

routes = [*record_pages.routes]
