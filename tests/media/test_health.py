"""When pictures go, and when they come back."""

from media.health import Health


class Line:
    """A viewer that reports once a second."""

    def __init__(self, health: Health) -> None:
        self.health = health
        self.now = 0.0

    def goes_on(self, seconds: int, lost: float, packets: int = 100) -> bool:
        for _ in range(seconds):
            self.now += 1
            self.health.reported(lost * packets, packets, self.now)
            self.health.tick(self.now)
        return self.health.video


def test_a_little_loss_is_lived_with() -> None:
    assert Line(Health()).goes_on(60, 0.05)


def test_one_bad_second_is_forgiven_and_three_are_not() -> None:
    line = Line(Health())
    assert line.goes_on(5, 0.0)
    assert line.goes_on(1, 0.2)
    assert line.goes_on(5, 0.0)
    assert not line.goes_on(3, 0.2)


def test_pictures_come_back_after_ten_good_seconds() -> None:
    line = Line(Health())
    line.goes_on(3, 0.3)
    assert not line.goes_on(9, 0.0)
    assert line.goes_on(2, 0.0)


def test_each_relapse_doubles_the_wait_and_a_good_minute_forgives() -> None:
    line = Line(Health())
    waits = []
    for _ in range(4):
        assert not line.goes_on(4, 0.3)
        began = line.now
        while not line.goes_on(1, 0.0):
            pass
        waits.append(line.now - began)
    assert waits == [10, 20, 40, 80]
    line.goes_on(61, 0.0)
    assert not line.goes_on(4, 0.3)
    assert not line.goes_on(9, 0.0)
    assert line.goes_on(2, 0.0)


def test_without_any_report_pictures_are_tried_again() -> None:
    line = Line(Health())
    line.goes_on(3, 0.3)
    for _ in range(12):
        line.now += 1
        line.health.tick(line.now)
    assert line.health.video


def test_a_few_packets_say_nothing() -> None:
    assert Line(Health()).goes_on(9, 1.0, packets=1)
    assert not Line(Health()).goes_on(60, 1.0, packets=1)


def test_an_estimate_far_below_what_is_sent_must_last() -> None:
    health = Health()
    for second in range(5):
        health.estimated(100_000, 1_200_000, second)
    health.estimated(900_000, 1_200_000, 5)
    assert health.video
    for second in range(6, 12):
        health.estimated(100_000, 1_200_000, second)
    assert not health.video
