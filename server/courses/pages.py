"""Every address of plans, slides, courses and cohorts."""

from starlette.routing import BaseRoute

from server.courses import (
    cohort_pages,
    course_pages,
    plan_pages,
    slide_pages,
    version_pages,
    yaml_pages,
)

routes: list[BaseRoute] = [
    *yaml_pages.routes,  # /plans/import and /plans/{id}.yaml, before /plans/{id}
    *plan_pages.routes,
    *version_pages.routes,
    *slide_pages.routes,
    *course_pages.routes,
    *cohort_pages.routes,
]
