"""Other subjects add to the page of a recording, each for who is looking."""

from server.lessons.around import Action, Addition, Around, Box, Shown, Tab
from tests.server.lessons.making import School
from tests.server.lessons.test_recording_pages import held


async def more(shown: Shown) -> list[Addition]:
    """A tab for all, a page for those who lead."""
    found: list[Addition] = [
        Box("lessons/side_chat.html"),
        Tab("notes", "lesson.player.chat", "lessons/side_chat.html", 5),
    ]
    if shown.leads:
        found.append(Action(f"/lessons/{shown.lesson.id}/elsewhere", "lesson.one", "pencil"))
    return found


async def test_everybody_sees_what_is_meant_for_them(school: School) -> None:
    lesson = await held(school)
    school.site.house.part(Around).add(more)
    pages = {}
    for login in ("lin", "an"):
        visitor = await school.site.sign_in(login)
        pages[login] = (await visitor.get(f"/lessons/{lesson.id}/recording")).text
        assert pages[login].index('id="tab-notes"') < pages[login].index('id="tab-transcript"')
        assert 'id="side-notes"' in pages[login]
    assert "/elsewhere" in pages["lin"]
    assert "/elsewhere" not in pages["an"]
