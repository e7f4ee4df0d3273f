"""Problems in the log."""

import pytest

from server.http.problems import loggable


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/feeds/0123.secret/feed.xml", "/feeds/…/feed.xml"),
        ("/embed/0123.secret", "/embed/…"),
        ("/hls/person.expiry.mac/room/index.m3u8", "/hls/…/room/index.m3u8"),
        ("/welcome/secret", "/welcome/…"),
        ("/lessons/0123/recording", "/lessons/0123/recording"),
    ],
)
def test_no_token_gets_into_the_log(path: str, shown: str) -> None:
    assert loggable(path) == shown
