"""A timeline in the seconds of an edition: what was cut out is gone, what stood then stays."""

from media.edits import EditMap
from media.layout import Manifest, Span
from server.classroom.acts import recording, showing, talking
from server.lessons.edited import of_edition
from tests.server.classroom.scenarios import a_class
from tests.server.lessons.test_timeline import ink, told


def test_what_was_cut_out_is_gone_and_what_stood_stays() -> None:
    story = a_class()  # second 0
    story.by("lin", recording.TurnTo(page=2), 5).by("an", talking.Say(text="先说"), 5)
    story.by("an", talking.Say(text="剪掉的"), 5).by("lin", recording.TurnTo(page=3), 1)
    story.by("lin", ink("gone", page=3), 1).by("lin", showing.Undo(page=3), 1)
    story.by("lin", ink("stays", page=3), 1).by("an", talking.Say(text="后说"), 11)
    manifest = Manifest(0.0, 0.0, True, 990, [Span(1, 0, 0, 990)])
    found = of_edition(told(story), EditMap([(12.0, 22.0)], 1000), manifest)
    assert [(turn.at, turn.page) for turn in found.slides] == [(0, 1), (5, 2), (12, 3)]
    assert [(line.at, line.text) for line in found.chat] == [(10, "先说"), (20, "后说")]
    assert [(s.id, s.at, s.until) for s in found.strokes] == [("stays", 12, None)]
    assert (found.duration, [p.duration for p in found.spans]) == (990, [990])
