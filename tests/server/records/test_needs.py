"""Who needs a word: facts, in the order of what presses, and never because of one single thing."""

from datetime import date, timedelta

from server.records.needs import Known, due_share, missed_in_a_row, weak_topics, who
from server.records.topics import Drawing, Learner
from tests.server.records.test_topics import DAY, taught

LESSONS = [taught(n, f"第{n}课", duration=600.0) for n in range(4)]
NOW = DAY + timedelta(days=10)


def known(person: str, *statuses: str, hours: float = 50.0, away: int = 0) -> Known:
    status = {f"lesson{n}": one for n, one in enumerate(statuses) if one}
    return Known(person, person, Learner(status=status), hours, 50.0, NOW - timedelta(days=away))


def test_two_missed_in_a_row_press_more_than_hours() -> None:
    people = [
        known("jia", "present", "present", "absent", "absent"),
        known("yi", "absent", "present", "present", "late"),
        known("bing", "present", "present", "present", "present", hours=20.0),
        known("ding", "present", "absent", "excused", "absent"),
        known("wu", "present", away=20),
    ]
    words = who(people, LESSONS, NOW, due=0.8)
    assert [word.person_id for word in words] == ["ding", "jia", "wu", "bing"]
    assert [need.about for need in words[0].needs] == ["absent", "unfinished"]
    assert words[0].needs[0].params == {"n": 2, "title": "第3课"}
    assert words[2].needs[0].params == {"n": 20}
    assert words[3].only_hours
    assert words[3].needs[0].params == {"hours": 20.0, "due": 40.0}


def test_who_misses_many_lessons_now_and_then_is_seen_too() -> None:
    lessons = [taught(n, f"第{n}课") for n in range(6)]
    people = [known("jia", "absent", "late", "absent", "present", "absent", "present")]
    (word,) = who(people, lessons, NOW, due=0.8)
    assert [(need.about, need.params) for need in word.needs] == [("often", {"n": 3, "of": 8})]


def test_leave_breaks_no_row_and_makes_none() -> None:
    learner = known("jia", "present", "absent", "excused", "absent").learner
    assert [one.id for one in missed_in_a_row(learner, LESSONS)] == ["lesson1", "lesson3"]
    assert not missed_in_a_row(known("yi", "absent", "absent", "late").learner, LESSONS)


def test_the_pace_is_that_of_the_time_in_which_the_cohort_learns() -> None:
    assert due_share(date(2026, 7, 2), None, None) == 0.5
    assert due_share(date(2026, 11, 1), date(2026, 10, 1), date(2026, 12, 1)) > 0.5
    assert due_share(date(2026, 9, 1), date(2026, 10, 1), date(2026, 12, 1)) == 0.0
    assert due_share(date(2026, 12, 31), date(2027, 1, 1), None) == 0.0


def test_weak_topics_of_a_cohort_say_for_how_many() -> None:
    drawing = Drawing(LESSONS)
    people = {
        "jia": known("jia", "absent", "present").learner,
        "yi": known("yi", "absent", "absent").learner,
    }
    topics = weak_topics({name: drawing.graph(learner) for name, learner in people.items()})
    assert [(one.title, one.counts) for one in topics] == [
        ("第0课", {"missed": 2}),
        ("第1课", {"missed": 1}),
    ]
