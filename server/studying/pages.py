"""Every address of study."""

from starlette.routing import BaseRoute

from server.studying import catalogue_pages, evaluation_pages, offer_pages, quiz_pages

routes: list[BaseRoute] = [
    *catalogue_pages.routes,
    *offer_pages.routes,
    *quiz_pages.routes,
    *evaluation_pages.routes,
]
