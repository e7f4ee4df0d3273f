"""The room by itself: what it does, what it refuses, and that events tell the whole story."""

from functools import partial

import msgspec
import pytest

from server.classroom.acts import attending, polling, recording, showing, staging, talking
from server.classroom.event import Unseen, apply
from server.classroom.room_events import event_of
from server.classroom.things import SEATS
from server.classroom.views import view
from server.errors import Conflict, Forbidden, Invalid, TooMany
from tests.server.classroom.opening import AGENDA, fresh_state
from tests.server.classroom.scenarios import SCENARIOS, Story, a_class, begun, files


def test_a_room_wakes_waits_lives_and_ends() -> None:
    story = Story(fresh_state())
    assert story.room.state.phase == "scheduled"
    assert story.arrives().room.state.phase == "waiting"
    story.sends("audio")
    assert [a.id for a in story.room.state.stage] == ["lin"]
    assert story.by("lin", recording.Start()).room.state.phase == "live"
    ended = story.by("lin", recording.End()).room.state
    assert (ended.phase, ended.recording, ended.ended_at) == ("ended", "idle", 4000)


def test_the_clock_counts_only_what_is_recorded() -> None:
    story = begun().by("lin", recording.Pause(), 10).by("lin", recording.Resume(), 60)
    story.sends(after=5, reason="lost", heard_until=story.now + 3000)
    assert story.room.state.elapsed == 13_000
    assert story.room.state.running_since is None
    story.sends("audio", after=30)
    assert story.room.state.elapsed_at(story.now + 1000) == 14_000


def test_anybodys_sound_is_sound() -> None:
    story = a_class().by("lin", staging.Invite(person="an")).by("an", staging.Accept())
    story.sends("audio", who="an").sends(who="lin", reason="lost")
    assert story.room.state.media == "connected"
    assert story.sends(who="an").room.state.media == "lost"


def test_a_full_disk_stops_the_clock_until_it_takes_more() -> None:
    story = begun().after(10, recording.fail)
    assert (story.room.state.recording, story.room.state.elapsed) == ("failed", 10_000)
    assert recording.fail(story.room) == []
    assert recording.Resume().obey(story.room, "lin") == []
    with pytest.raises(Conflict, match="disk"):
        recording.Pause().obey(story.room, "lin")
    story.after(50, recording.mend)
    assert story.room.state.recording == "recording"
    assert story.room.state.elapsed_at(story.now + 1000) == 11_000


def test_a_disk_that_fills_in_a_pause_does_not_end_the_pause() -> None:
    story = begun().by("lin", recording.Pause(), 10)
    assert recording.fail(story.room) == recording.mend(story.room) == []
    assert story.room.state.recording == "paused"


def test_a_segment_begins_with_what_was_on_air_before_it() -> None:
    story = begun().by("lin", recording.Pause(), 10).by("lin", recording.Resume(), 60)
    story.by("lin", recording.EnterSegment(segment=1), 5)
    assert story.room.state.segment_from == 15_000


def test_asking_twice_happens_once() -> None:
    story = begun()
    before = len(story.events)
    story.arrives(after=0)
    for command in (recording.Start(), recording.Resume(), recording.TurnTo(page=1)):
        story.by("lin", command, 0)
    assert len(story.events) == before


def test_nothing_starts_without_sound() -> None:
    story = Story(fresh_state()).arrives()
    with pytest.raises(Conflict, match="no_sound"):
        story.by("lin", recording.Start())
    story.sends("camera")
    with pytest.raises(Conflict, match="no_sound"):
        story.by("lin", recording.Start())


def test_pages_and_segments_that_are_not_there_are_refused() -> None:
    story = begun()
    for page in (0, AGENDA.pages + 1):
        with pytest.raises(Invalid, match="no_such_page"):
            story.by("lin", recording.TurnTo(page=page))
    with pytest.raises(Invalid, match="no_such_segment"):
        story.by("lin", recording.EnterSegment(segment=len(AGENDA.segments)))


def test_after_the_end_nothing_happens() -> None:
    story = begun().by("lin", recording.End())
    for command in (recording.Start(), recording.Pause(), recording.TurnTo(page=2)):
        with pytest.raises(Conflict, match="over"):
            command.obey(story.room, "lin")
    before = len(story.events)
    story.arrives().leaves().sends().by("lin", recording.End())
    story.after(1, partial(recording.hear, start=0, end=1, text="晚了"))
    assert len(story.events) == before


LEADERS_ONLY = (
    recording.Start(),
    recording.Pause(),
    recording.TurnTo(page=2),
    recording.EnterSegment(segment=1),
    recording.End(),
    attending.Admit(person="bo"),
    attending.AdmitAll(),
    attending.Remove(person="bo"),
    attending.Lock(),
    attending.OpenLobby(),
    staging.Invite(person="bo"),
    staging.Dismiss(person="lin"),
    staging.TakeStage(),
    staging.Mute(person="bo"),
    staging.MuteAll(),
    staging.FocusOn(person="lin"),
    staging.LowerHand(person="bo"),
    talking.CloseChat(),
    talking.Pin(message=1),
    polling.OpenPoll(kind="text", question="？"),
    polling.CallRoll(),
    showing.StartCountdown(seconds=10),
    showing.OpenBoard(),
    showing.ClearBoard(page=1),
    showing.Draw(page=1, stroke="x", colour="ink", width=3, points=(1, 2, 3)),
)


@pytest.mark.parametrize("command", LEADERS_ONLY, ids=lambda command: type(command).__name__)
def test_a_trainee_cannot_do_what_a_teacher_does(command) -> None:
    room = a_class().room
    before = room.state
    for who in ("an", "du", "nobody"):
        with pytest.raises(Forbidden):
            command.obey(room, who)
    assert room.state == before


def test_who_supervises_is_silent_and_unseen() -> None:
    story = a_class()
    for command in (staging.RaiseHand(), talking.Say(text="嗯"), talking.Ask(text="？")):
        with pytest.raises(Forbidden):
            command.obey(story.room, "du")
    assert "du" not in view(story.room.state, story.room.state.people["an"]).people
    assert "du" in view(story.room.state, story.room.state.people["mei"]).people
    assert any(
        event.person == "du" for event in story.events if isinstance(event, attending.Arrived)
    )


def test_hands_are_answered_in_order_and_seats_are_few() -> None:
    story = Story(fresh_state(kind="lesson")).arrives()
    names = [f"t{n}" for n in range(8)]
    for name in names:
        story.after(1, partial(attending.arrive, person=name, name=name, role="trainee"))
        story.by(name, staging.RaiseHand())
    assert [hand.person for hand in story.room.state.hands] == names
    for name in names[: SEATS - 1]:
        story.by("lin", staging.Invite(person=name)).by(name, staging.Accept())
    assert [hand.person for hand in story.room.state.hands] == names[SEATS - 1 :]
    with pytest.raises(Conflict, match="stage_full"):
        story.by("lin", staging.Invite(person="t7"))
    story.by("t0", staging.LeaveStage()).by("lin", staging.Invite(person="t7"))
    assert story.by("t7", staging.Accept()).room.state.people["t7"].seat == 2
    with pytest.raises(Conflict, match="not_invited"):
        story.by("t6", staging.Accept())


def test_a_short_absence_keeps_hand_and_a_long_one_does_not() -> None:
    story = a_class().by("an", staging.RaiseHand()).arrives("an", 3)
    assert [hand.person for hand in story.room.state.hands] == ["an"]
    story.leaves("an").arrives("an")
    assert story.room.state.hands == ()
    assert story.room.state.people["an"].present


def test_the_door_can_be_locked_watched_and_shut_in_a_face() -> None:
    story = a_class().by("lin", attending.Lock())
    with pytest.raises(Forbidden, match="locked"):
        attending.arrive(story.room, "zhou", "周学员", "trainee")
    story.leaves("an").arrives("an")
    assert story.room.state.people["an"].present, "who was in may come back"
    story.by("mei", attending.Remove(person="bo"))
    with pytest.raises(Forbidden, match="removed"):
        story.arrives("bo")
    with pytest.raises(Forbidden, match="not_removable"):
        story.by("mei", attending.Remove(person="lin"))
    story.by("lin", attending.Unlock()).by("lin", attending.OpenLobby())
    story.after(1, partial(attending.arrive, person="zhou", name="周学员", role="trainee"))
    with pytest.raises(Forbidden):
        talking.Say(text="让我进来").obey(story.room, "zhou")
    outside = view(story.room.state, story.room.state.people["zhou"])
    assert (list(outside.people), outside.chat, outside.agenda.slides) == (["zhou"], (), "")
    story.by("lin", attending.Admit(person="zhou"))
    talking.Say(text="进来了").obey(story.room, "zhou")


def test_what_is_written_is_cleaned_and_bounded() -> None:
    story = a_class().by("an", talking.Say(text=" \u202e<script>\x00好\u2066 "))
    assert story.room.state.chat[-1].text == "<script>好"
    for text, key in (("\u202e \n", "empty"), ("长" * 10_000, "too_long")):
        with pytest.raises(Invalid, match=key):
            talking.Say(text=text).obey(story.room, "an")
    story.after(1, partial(attending.arrive, person="x", name="坏\u202e\nname" * 50, role="guest"))
    name = story.room.state.people["x"].name
    assert len(name) <= 80
    assert "\u202e" not in name
    assert "\n" not in name


def test_a_flood_of_lines_is_refused() -> None:
    story = a_class()
    for number in range(talking.IN_A_ROW):
        story.by("an", talking.Say(text=str(number)), 0.1)
    with pytest.raises(TooMany):
        story.by("an", talking.Say(text="又一句"), 0.1)
    story.by("an", talking.Say(text="慢慢来"), 10)


def test_a_closed_chat_still_reaches_the_leaders() -> None:
    story = a_class().by("lin", talking.CloseChat())
    with pytest.raises(Conflict, match="chat_closed"):
        story.by("an", talking.Say(text="大家好"))
    story.by("an", talking.Say(text="老师好", to="leaders")).by("mei", talking.Say(text="通知"))
    seen = {who: view(story.room.state, story.room.state.people[who]).chat for who in ("an", "bo")}
    assert [line.text for line in seen["an"]] == ["老师好", "通知"]
    assert [line.text for line in seen["bo"]] == ["通知"]


def test_answers_are_kept_per_person_and_told_to_who_may_know() -> None:
    story = a_class().by(
        "lin", polling.OpenPoll(kind="multiple", question="？", options=("甲", "乙", "丙"))
    )
    poll = story.events[-1].seq
    story.by("an", polling.AnswerPoll(poll=poll, choices=(0, 2)))
    story.by("bo", polling.AnswerPoll(poll=poll, choices=(2,)))
    people = story.room.state.people
    polls = {who: view(story.room.state, people[who]).polls[0] for who in ("lin", "an", "du")}
    assert story.room.state.polls[0].counts == polls["lin"].counts == (1, 0, 2)
    assert list(polls["lin"].answers) == list(polls["du"].answers) == ["an", "bo"]
    assert (polls["an"].answered, polls["an"].counts) == (2, (0, 0, 0))
    assert list(polls["an"].answers) == ["an"]
    for bad in ((), (3,), (-1,)):
        with pytest.raises(Invalid, match="poll_choice"):
            story.by("an", polling.AnswerPoll(poll=poll, choices=bad))
    story.by("lin", polling.ClosePoll(poll=poll))
    with pytest.raises(Conflict, match="poll_closed"):
        story.by("an", polling.AnswerPoll(poll=poll, choices=(1,)))


def test_an_anonymous_answer_has_no_name_even_for_the_teacher() -> None:
    story = a_class().by("lin", polling.OpenPoll(kind="text", question="意见？", anonymous=True))
    poll = story.events[-1].seq
    story.by("an", polling.AnswerPoll(poll=poll, text="太快了"))
    assert list(story.room.state.polls[0].answers) == ["an"], "kept, so that nobody answers twice"
    seen = view(story.room.state, story.room.state.people["lin"]).polls[0]
    assert (seen.values, seen.answers) == (("太快了",), {})
    told = story.events[-1].seen_by(
        story.room.state.people["lin"], story.room.state, story.room.state
    )
    assert told.person == ""


def test_only_who_was_called_answers_the_call_in_time() -> None:
    story = a_class().by("lin", polling.CallRoll(count=1, seconds=10))
    call = story.events[-1].seq
    assert story.room.state.call.people == ("an",)
    with pytest.raises(Conflict):
        story.by("bo", polling.AnswerCall(call=call))
    with pytest.raises(Conflict):
        story.by("an", polling.AnswerCall(call=call), 20)


def test_time_never_goes_back() -> None:
    story = begun()
    at = story.now
    story.by("lin", recording.TurnTo(page=2), -100)
    assert story.events[-1].at == at


def test_an_event_out_of_order_is_no_event() -> None:
    story = begun()
    with pytest.raises(ValueError, match="does not follow"):
        apply(story.room.state, story.events[0])


def test_the_fixtures_for_the_browser_are_what_the_room_does() -> None:
    wanted = files()
    assert {p: p.read_text("utf-8") for p in next(iter(wanted)).parent.glob("*.json")} == wanted, (
        "run: python -m tests.server.classroom.scenarios"
    )


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_each_viewer_can_follow_each_story(scenario) -> None:
    story = scenario()
    for viewer in story.room.state.people.values():
        if viewer.id in story.before.people and not viewer.lobby:
            (before, after), told = story.seen_by(viewer.id)
            for event in told:
                before = apply(before, event_of(msgspec.json.encode(event)))
            assert before == after, viewer.id


def test_what_one_may_not_see_is_only_a_number() -> None:
    story = a_class().by("an", talking.Say(text="悄悄", to="leaders"))
    bo, state = story.room.state.people["bo"], story.room.state
    assert story.events[-1].seen_by(bo, state, state) == Unseen(seq=state.seq, at=state.at)


def test_a_board_has_room_for_so_much_and_no_more() -> None:
    story, line = a_class(), (1, 2, 3) * (showing.POINTS // 3)
    for number in range(showing.ALL_POINTS // showing.POINTS):
        page = number % AGENDA.pages + 1
        stroke = showing.Draw(page=page, stroke=f"s{number}", colour="ink", width=3, points=line)
        story.by("lin", stroke, 0)
    with pytest.raises(Conflict, match="board_full"):
        story.by("lin", showing.Draw(page=1, stroke="x", colour="ink", width=3, points=(1, 2, 3)))
