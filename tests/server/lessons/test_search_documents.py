"""What of a lesson can be found: what everybody may know, at its second."""

import msgspec

from media.layout import Manifest, Span
from server.classroom.acts import talking
from server.lessons.search_documents import ANYBODY, About, Sources, Text, documents_of
from server.lessons.timeline import Turn, lesson_timeline
from tests.server.lessons.test_timeline import SECRETS, secrets


def test_everything_said_written_shown_and_asked_and_no_secret() -> None:
    manifest = Manifest(0.0, 0.0, True, 600.0, [Span(1, 0, 0, 600.0)])
    story = secrets().by("an", talking.Say(text="我们村也是这样"))
    laid = lesson_timeline(story.events, manifest, ANYBODY)
    laid = msgspec.structs.replace(laid, slides=(Turn(0.0, 1), Turn(30.0, 2), Turn(60.0, 1)))
    found = documents_of(
        Sources(
            About("网格化管理", "基层治理", ("林老师",)), laid, ("第一页的话", "第二页的话"),
            (Text(0.0, "导入"),), (Text(12.0, "画面上的字"),),
        )
    )  # fmt: skip
    texts = " ".join(document.text for document in found)
    assert not [secret for secret in SECRETS if secret in texts]
    told = {(document.part, document.at, document.text) for document in found}
    assert {
        ("title", 0.0, "网格化管理"), ("title", 0.0, "基层治理"), ("title", 0.0, "林老师"),
        ("slide", 0.0, "第一页的话"), ("slide", 30.0, "第二页的话"), ("slide", 60.0, "第一页的话"),
        ("chapter", 0.0, "导入"), ("picture", 12.0, "画面上的字"),
    } <= told  # fmt: skip
    parts = {document.part: document.text for document in found}
    assert parts["chat"] == "我们村也是这样"
    assert parts["question"] == "谁考核？"
    assert "？ · a · b" in texts
