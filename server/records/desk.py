"""What learning records lay on the desk: for trainees their hours and one thing to do next, for
advisers who needs a word."""

from starlette.requests import Request

from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.courses.access import cohorts_of
from server.hours.ring import ring
from server.http.context import House, house
from server.http.desk import Card
from server.records.access import cohorts_of_trainee
from server.records.board import board_of
from server.records.hours_pages import this_year
from server.records.mapped import map_of

MOST_WORDS = 3
MOST_COHORTS = 3


async def lay_cards(request: Request) -> list[Card]:
    """Cards of the person who asks."""
    person, the_house = current_person(request), house(request)
    cards = []
    if person.is_a("trainee"):
        cards += await _own(request, the_house, person)
    if person.is_a("class_adviser"):
        cards += await _words(the_house, person)
    return cards


async def _own(request: Request, the_house: House, person: Person) -> list[Card]:
    async with the_house.database.session() as session:
        if not await cohorts_of_trainee(session, person.id):
            return []
        hours = await ring(session, person.id, this_year(request))
    steps = (await map_of(the_house, person)).steps
    return [Card("week", 5, "records/card_own.html", {"hours": hours, "steps": steps[:1]})]


async def _words(the_house: House, person: Person) -> list[Card]:
    """The cohorts that learn now in which somebody needs a word."""
    async with the_house.database.session() as session:
        cohorts = (await cohorts_of(session, person))[:MOST_COHORTS]
    cards = []
    for cohort in cohorts:
        board = await board_of(the_house, cohort)
        pressing = [word for word in board.words if not word.only_hours]
        if pressing:
            context = {"board": board, "words": pressing[:MOST_WORDS], "all": len(pressing)}
            cards.append(Card("today", 20, "records/card_words.html", context))
    return cards
