"""Every address of study."""

from starlette.routing import BaseRoute

from server.studying import (
    catalogue_pages,
    evaluation_pages,
    offer_pages,
    quiz_pages,
    watchers_pages,
    watching_pages,
)

routes: list[BaseRoute] = [
    *catalogue_pages.routes,
    *offer_pages.routes,
    *quiz_pages.routes,
    *evaluation_pages.routes,
    *watching_pages.routes,
    *watchers_pages.routes,
]
