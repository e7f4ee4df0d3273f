"""What a request carries: the parts of the house, the person, the language."""

from typing import Any, TypeVar

from starlette.requests import HTTPConnection

from server.events import Bus
from server.i18n import Translator
from server.settings import Settings
from server.store.database import Database
from server.store.folder import DataFolder

Part = TypeVar("Part")


class House:
    """The parts every subject may use; `build_app` fills it, `parts` holds the subjects' own."""

    def __init__(self, settings: Settings, folder: DataFolder, database: Database) -> None:
        self.settings = settings
        self.folder = folder
        self.database = database
        self.bus = Bus()
        self._parts: dict[type[Any], Any] = {}

    def add(self, part: Part) -> Part:
        """Make a subject's service known by its type."""
        self._parts[type(part)] = part
        return part

    def part(self, kind: type[Part]) -> Part:
        """The service of that type. KeyError where `build_app` did not add one."""
        found: Part = self._parts[kind]
        return found


def house(connection: HTTPConnection) -> House:
    """The house this request came to."""
    found: House = connection.app.state.house
    return found


def translator(connection: HTTPConnection) -> Translator:
    """Sentences in this person's language."""
    found: Translator = connection.state.translator
    return found
