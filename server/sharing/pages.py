"""Every address of sharing."""

from starlette.routing import BaseRoute

from server.sharing import embed_pages, feed_pages, import_pages, share_pages

routes: list[BaseRoute] = [
    *share_pages.routes,
    *embed_pages.routes,
    *feed_pages.routes,
    *import_pages.routes,
]
