"""Stories of a room as data: a snapshot, events, and what is true after them.

The same files drive the browser's `web/js/classroom/state.js`. After a change of the events:
`python -m tests.server.classroom.scenarios` writes them anew.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from server.classroom.room import Room
from server.classroom.room_events import Event
from server.classroom.state import Agenda, RoomState
from tests.server.classroom.opening import fresh_state

FOLDER = Path(__file__).parent.parent.parent / "fixtures" / "room"


class Story:
    """A room whose clock is moved by hand."""

    def __init__(self, state: RoomState) -> None:
        self.now = state.at
        self.before = state
        self.room = Room(state, lambda: self.now)
        self.events: list[Event] = []

    def after(self, seconds: float, act: Callable[[Room], list[Event]]) -> "Story":
        self.now += round(seconds * 1000)
        self.events += act(self.room)
        return self

    def data(self) -> dict[str, Any]:
        plain = msgspec.to_builtins
        return {
            "snapshot": plain(self.before),
            "events": plain(self.events),
            "state": plain(self.room.state),
            "elapsed": {
                str(at): self.room.state.elapsed_at(at) for at in (self.now, self.now + 5000)
            },
        }


def begun(state: RoomState | None = None) -> Story:
    story = Story(state or fresh_state())
    story.after(1, Room.arrive)
    story.after(1, lambda room: room.change_tracks(("audio", "camera")))
    return story.after(3, Room.start)


def a_whole_lesson() -> Story:
    story = begun()
    story.after(10, lambda room: room.turn_to(2))
    story.after(50, lambda room: room.enter_segment(1))
    story.after(5, Room.pause)
    story.after(60, lambda room: room.turn_to(3))
    story.after(1, Room.resume)
    story.after(30, lambda room: room.enter_segment(2))
    return story.after(20, Room.end)


def sound_is_lost() -> Story:
    story = begun()
    lost_at = story.now + 20_000
    story.after(22, lambda room: room.change_tracks((), "lost", lost_at))
    story.after(8, lambda room: room.change_tracks(("audio",)))
    return story.after(5, lambda room: room.turn_to(2))


def lost_while_paused() -> Story:
    story = begun().after(4, Room.pause).after(2, lambda room: room.change_tracks((), "lost"))
    return story.after(1, Room.resume).after(3, lambda room: room.change_tracks(("audio",)))


def the_disk_is_full() -> Story:
    story = begun().after(12, Room.fail).after(9, lambda room: room.turn_to(3))
    story.after(40, Room.mend).after(6, Room.pause).after(1, Room.fail)
    return story.after(20, Room.mend).after(1, Room.resume).after(2, Room.fail)


def nobody_comes_back() -> Story:
    story = begun().after(9, lambda room: room.change_tracks(("camera",), "lost"))
    return story.after(5, Room.leave).after(900, lambda room: room.end("nobody_came"))


def many_words() -> Story:
    story = begun()
    for number in range(25):
        at = story.now + 500
        story.after(1, lambda room, at=at, n=number: room.hear(at, at + 400, f"第{n}句"))
    return story


def before_it_begins() -> Story:
    story = Story(fresh_state(Agenda()))
    story.after(0, Room.arrive)
    story.after(1, lambda room: room.report_microphone(auto_gain=False, label="话筒"))
    return story.after(1, lambda room: room.change_tracks((), "lost"))


def from_a_later_snapshot() -> Story:
    return Story(sound_is_lost().room.state).after(7, Room.pause).after(2, Room.resume)


SCENARIOS = (
    a_whole_lesson,
    sound_is_lost,
    lost_while_paused,
    the_disk_is_full,
    nobody_comes_back,
    many_words,
    before_it_begins,
    from_a_later_snapshot,
)


def text_of(scenario: Callable[[], Story]) -> str:
    return json.dumps(scenario().data(), ensure_ascii=False, indent=1) + "\n"


def file_of(scenario: Callable[[], Story]) -> Path:
    return FOLDER / f"{scenario.__name__}.json"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for scenario in SCENARIOS:
        file_of(scenario).write_text(text_of(scenario), "utf-8")
