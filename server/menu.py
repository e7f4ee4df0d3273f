"""What stands in the head of every page, and for whom."""

from server.hours import pages as hours_pages
from server.http.navigation import Item, Navigation
from server.publishing import access as publishing_access
from server.rubrics import pages as rubrics_pages

NAVIGATION = Navigation(
    Item("/timetable", "nav.timetable"),
    Item("/search", "nav.search"),
    Item("/record", "nav.record", ("trainee", "teacher")),
    Item("/plans", "nav.plans", ("teacher", "assistant", "expert")),
    Item("/takes", "nav.takes"),
    Item("/catalogue", "nav.catalogue", ("trainee", "teacher", "assistant", "learning_admin")),
    Item("/reviews", "nav.reviews", publishing_access.DESK_ROLES),
    Item(
        "/attendance",
        "nav.attendance",
        ("class_adviser", "learning_admin", "teacher", "assistant", "supervisor"),
    ),
    Item("/hours", "nav.hours", hours_pages.READERS),
    Item("/courses", "nav.courses", ("teacher", "assistant", "learning_admin")),
    Item("/cohorts", "nav.cohorts", ("class_adviser", "learning_admin")),
    Item("/rubrics", "nav.rubrics", rubrics_pages.EDITORS),
    Item("/questions", "nav.questions", ("trainee", "teacher", "assistant", "class_adviser")),
    Item("/people", "nav.people", ("learning_admin", "system_admin", "security_admin")),
    Item("/credentials", "nav.credentials", ("learning_admin",)),
    Item("/retention", "nav.retention", ("learning_admin", "system_admin")),
)
