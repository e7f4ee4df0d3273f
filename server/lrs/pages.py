"""Every address of the learning record store."""

from starlette.routing import Route

from server.lrs import client_pages
from server.lrs.about import show_about
from server.lrs.document_pages import ACTIVITY_PROFILE, AGENT_PROFILE, STATE
from server.lrs.door import Door, Resource, Way
from server.lrs.statement_pages import STATEMENTS
from server.lrs.subject_pages import ACTIVITIES, AGENTS

RESOURCES = {
    "about": Resource({"GET": Way(show_about, None)}),
    "activities": ACTIVITIES,
    "activities/profile": ACTIVITY_PROFILE,
    "activities/state": STATE,
    "agents": AGENTS,
    "agents/profile": AGENT_PROFILE,
    "statements": STATEMENTS,
}

routes = [Route("/xapi/{path:path}", Door(RESOURCES)), *client_pages.routes]
