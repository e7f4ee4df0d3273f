"""Every address of hours."""

from starlette.routing import BaseRoute

from server.hours import board_pages, coverage_pages, rules_pages
from server.hours.access import READERS

__all__ = ["READERS", "routes"]

routes: list[BaseRoute] = [*rules_pages.routes, *coverage_pages.routes, *board_pages.routes]
