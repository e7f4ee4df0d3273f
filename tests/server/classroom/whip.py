"""A room for programs from outside, and what they send."""

from dataclasses import dataclass

import httpx

from server.classroom.rooms import Rooms
from server.classroom.running_room import RunningRoom
from server.classroom.tokens import Action, Tokens
from tests.conftest import Site
from tests.server.classroom.opening import open_room

SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"


@dataclass
class Outsider:
    """A program with a token."""

    site: Site
    room: str
    token: str
    door: str

    @property
    def url(self) -> str:
        return f"{self.site.address}/{self.door}/{self.room}"

    async def running(self) -> RunningRoom:
        return await self.site.house.part(Rooms).running(self.room)

    async def ask(
        self, method: str, url: str = "", content: str | bytes = b"", **headers: str
    ) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named.setdefault("authorization", f"Bearer {self.token}")
        async with httpx.AsyncClient(timeout=60, base_url=self.site.address) as client:
            return await client.request(method, url or self.url, content=content, headers=named)

    async def offer(self, sdp: str | bytes, **headers: str) -> httpx.Response:
        return await self.ask("POST", content=sdp, **{"content_type": SDP, **headers})


async def outsider(site: Site, action: Action = "publish", room: str = "") -> Outsider:
    room = room or await open_room(site, kind="lesson")
    token = await site.house.part(Tokens).give(room, action, "大教室")
    return Outsider(site, room, token, {"publish": "whip", "watch": "whep"}[action])
