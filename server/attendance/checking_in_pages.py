"""Checking in, as `build_app` takes it in: its addresses and its parts."""

from starlette.routing import BaseRoute

from server.attendance import (
    branch_pages,
    check_in_pages,
    check_in_rules_pages,
    code_pages,
    face_pages,
)
from server.attendance.check_in_desk import lay_check_in
from server.attendance.device import Devices
from server.attendance.reminding import LessonReminders
from server.attendance.scanning import CheckIn
from server.http.context import House
from server.http.desk import Desk

routes: list[BaseRoute] = [
    *check_in_rules_pages.routes,
    *face_pages.routes,
    *check_in_pages.routes,  # its last one takes whatever follows /check-in/
    *code_pages.routes,
    *branch_pages.routes,
]


def add_parts(house: House) -> LessonReminders:
    """Add them; what is returned is to be started."""
    house.add(CheckIn(lambda: house.folder.secret("check-in")))
    house.part(Desk).add(lay_check_in)
    house.add(Devices(lambda: house.folder.secret("devices")))
    return house.add(LessonReminders(house))
