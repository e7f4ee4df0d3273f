"""Every address of the learning record store."""

from starlette.routing import Route

from server.lrs.about import show_about
from server.lrs.door import Door, Resource, Way

RESOURCES = {
    "about": Resource({"GET": Way(show_about, None)}),
}

routes = [Route("/xapi/{path:path}", Door(RESOURCES))]
