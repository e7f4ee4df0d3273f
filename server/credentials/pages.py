"""The addresses of credentials."""

from server.credentials import admin_pages, brought_pages, mine_pages, public_pages

routes = [
    *public_pages.routes,
    *mine_pages.routes,
    *admin_pages.routes,
    *brought_pages.routes,
]
