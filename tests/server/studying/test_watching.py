"""What was watched: the same from the same reports, and never more than there was time for."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from server.studying import watching
from server.studying.watching import Run, Seen

MINUTE = 60_000


def seen(*runs: tuple[int, int, int, int], sitting: str = "a", recording: str = "r") -> list[Seen]:
    return [Seen(Run(*run), sitting, recording) for run in runs]


def test_no_more_media_than_there_was_time_for() -> None:
    hour = 60 * MINUTE
    assert watching.clamped(Run(0, 10_000, 0, 10_000), 0, 20_000, hour) == (0, 10_000, 0, 10_000)
    assert watching.clamped(Run(0, 10_000, 0, hour), 0, 20_000, hour) == (0, 10_000, 0, 31_250)
    assert watching.clamped(Run(0, 10_000, 5000, 15_000), 0, 20_000, 9000) == (
        0,
        10_000,
        5000,
        9000,
    )
    impossible = [
        Run(0, 30_000, 0, 30_000),  # ends in the future
        Run(-1, 10_000, 0, 10_000),  # began before the page was opened
        Run(5000, 5000, 0, 1),
        Run(0, 10_000, 8000, 7000),
        Run(0, 10_000, -1, 7000),
        Run(0, 10_000, hour, hour + 1),
    ]
    assert {watching.clamped(run, 0, 20_000, hour) for run in impossible} == {None}


def test_two_windows_are_worth_no_more_than_one() -> None:
    both = seen((0, 10_000, 0, 10_000)) + seen((5000, 20_000, 60_000, 75_000), sitting="b")
    assert watching.parts(watching.credited(both)) == ((0, 10_000), (65_000, 75_000))
    hidden = seen((0, 10_000, 0, 10_000)) + seen((2000, 9000, 60_000, 67_000), sitting="b")
    assert watching.parts(watching.credited(hidden)) == ((0, 10_000),)


def test_visits_are_told_apart_and_say_which_parts() -> None:
    day = 24 * 60 * MINUTE
    evening = seen((0, MINUTE, 0, MINUTE), (MINUTE + 5000, 2 * MINUTE, MINUTE, 3 * MINUTE))
    beside = seen((MINUTE, MINUTE + 4000, 9 * MINUTE, 9 * MINUTE + 4000), sitting="b")
    later = seen((day, day + 1000, 500_000, 501_000))  # the same page, the day after
    found = watching.sittings(later + beside + evening)
    assert [(one.began, one.ended) for one in found] == [(0, 2 * MINUTE), (day, day + 1000)]
    assert found[0].parts == ((0, 3 * MINUTE), (9 * MINUTE, 9 * MINUTE + 4000))
    assert found[0].played == 3 * MINUTE + 4000


def test_what_an_edition_left_out_was_not_watched() -> None:
    run = Run(0, 10_000, 0, 20_000)  # twice as fast, over a cut
    assert watching.laid(run, [(5000, 15_000), (60_000, 70_000)]) == [
        Run(0, 5000, 5000, 15_000),
        Run(5000, 10_000, 60_000, 70_000),
    ]
    watched = [(0, 10_000), (20_000, 30_000)]
    assert watching.inside(watched, [(5000, 25_000)]) == 10_000


def test_the_curve_shows_what_several_watched_again() -> None:
    once = [(0, 10_000)]
    middle = [*once, (4000, 6000)]
    found = watching.again([once, middle, middle, [*once, (8000, 10_000)]], 10_000, 5)
    assert found == [0.0, 0.0, 0.5, 0.0, 0.0], "what one person did is not shown"


# Reports of a page that plays and seeks, cut into heartbeats: (number, the run as far as it is).
@st.composite
def heartbeats(draw: st.DrawFn, begins: int = 0) -> list[tuple[int, Run]]:
    now, beats = begins, []
    for number in range(draw(st.integers(1, 5))):
        now += draw(st.integers(0, 5000))
        start, rate = draw(st.integers(0, 100_000)), draw(st.sampled_from((0.5, 1, 3)))
        began, length = now, 0
        for _ in range(draw(st.integers(1, 4))):
            length += draw(st.integers(1, 15_000))
            beats.append((number, Run(began, began + length, start, start + round(length * rate))))
        now += length
    return beats


def kept(beats: list[tuple[int, Run]]) -> watching.Kept:
    known: watching.Kept = {}
    for number, run in beats:
        known = watching.with_runs(known, {number: [run]})
    return known


@settings(deadline=None)
@given(heartbeats(), st.data())
def test_order_doubles_and_delay_change_nothing(
    beats: list[tuple[int, Run]], data: st.DataObject
) -> None:
    more = data.draw(st.lists(st.sampled_from(beats), max_size=10))
    shuffled = data.draw(st.permutations([*beats, *more]))
    assert kept(shuffled) == kept(beats)
    at_once = watching.with_runs({}, {})
    for number, run in shuffled:  # some in one request, some in another
        at_once = watching.with_runs(at_once, {number: [run]})
    assert at_once == kept(beats)


@settings(deadline=None)
@given(st.lists(heartbeats(), min_size=1, max_size=3), st.randoms())
def test_time_is_counted_once(tabs: list[list[tuple[int, Run]]], chance: st.DrawFn) -> None:
    every = [
        Seen(run, str(tab), "r")
        for tab, beats in enumerate(tabs)
        for run in watching.runs_of(kept(beats))
    ]
    counted = watching.credited(every)
    chance.shuffle(every)  # type: ignore[attr-defined]
    assert watching.credited(every) == counted
    assert all(one.run.ended <= other.run.began for one, other in pairwise(counted))
    wall = sum(one.run.ended - one.run.began for one in counted)
    media = sum(one.run.end - one.run.start for one in counted)
    assert media <= wall * watching.FASTEST + watching.LATE * len(counted)
    assert sum(one.played for one in watching.sittings(counted)) == media
