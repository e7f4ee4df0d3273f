"""Every address of hours."""

from starlette.routing import BaseRoute

from server.hours import board_pages

routes: list[BaseRoute] = [*board_pages.routes]
