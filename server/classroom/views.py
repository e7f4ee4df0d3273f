"""What of a room a person may see: of the snapshot here, of events in `Event.seen_by`.

For everybody who is let in, the view of the snapshot and the views of the events after it give the
view of the state (`apply(view(snapshot), view(events)) == view(state)`).
"""

from msgspec.structs import replace

from server.classroom.acts.polling import may_name
from server.classroom.event import is_hidden
from server.classroom.state import RoomState
from server.classroom.things import Attendee, Poll


def view(state: RoomState, viewer: Attendee) -> RoomState:
    """The state as `viewer` may see it."""
    if viewer.lobby:
        return _from_the_lobby(state, viewer)
    people = {id: a for id, a in state.people.items() if not is_hidden(viewer, a)}
    chat = tuple(
        line for line in state.chat if not line.to or viewer.sees_all or line.person == viewer.id
    )
    questions = tuple(
        replace(q, voters=tuple(v for v in q.voters if v == viewer.id)) for q in state.questions
    )
    polls = tuple(_poll(poll, viewer) for poll in state.polls)
    return replace(state, people=people, chat=chat, questions=questions, polls=polls)


def _poll(poll: Poll, viewer: Attendee) -> Poll:
    if not may_name(viewer, poll):
        own = {id: answer for id, answer in poll.answers.items() if id == viewer.id}
        poll = replace(poll, answers=own)
    if poll.shown or viewer.sees_all:
        return poll
    return replace(poll, counts=(0,) * len(poll.options), values=(), correct=())


def _from_the_lobby(state: RoomState, viewer: Attendee) -> RoomState:
    """Title and phase; nothing of what goes on inside."""
    outside = RoomState(
        state.room_id, state.kind, state.title, state.owner, state.owner_name, state.language,
        replace(state.agenda, slides="", questions=(), glossary=(), segments=()),
    )  # fmt: skip
    return replace(
        outside, phase=state.phase, people={viewer.id: viewer}, seq=state.seq, at=state.at
    )
