"""Every address of publishing, and what it adds to the page of a recording."""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from server.lessons.around import Action, Addition, Box, Shown
from server.publishing import desk_pages, review_pages, settings_pages, workload_pages
from server.publishing.access import last_review, standing_of

routes: list[BaseRoute] = [
    *review_pages.routes,
    *desk_pages.routes,
    *settings_pages.routes,
    *workload_pages.routes,
]


async def lay_around(shown: Shown) -> Sequence[Addition]:
    """For insiders: where it stands, and the way to its review."""
    if not shown.insider:
        return []
    review = await last_review(shown.session, shown.recording.id)
    at = await standing_of(shown.session, shown.release, review)
    href = f"/lessons/{shown.lesson.id}/recording/review"
    context = {"at": at, "href": href, "review": review}
    return [
        Action(href, "review.title", "stamp", 20),
        Box("publishing/box.html", 20, context),
    ]
