"""An example of a client, written from PROTOCOL.md alone: it turns the slides at given seconds on
air, thanks everybody who writes, and prints what is said. It imports nothing of the project.

    python example_client.py http://localhost:8000 COOKIE ROOM 30 95 180
"""

import asyncio
import json
import sys
import time

import websockets

VERSION = "jiangtai.room.1"


class Follower:
    """Keeps the course of a room (not its people, talk and board) from a snapshot and events."""

    def __init__(self, state=None):
        self.state = state
        self.offset = 0.0
        self.sound = (
            {id: "audio" in a["tracks"] for id, a in state["people"].items()} if state else {}
        )

    def now(self):
        """The room's clock, ms."""
        return time.monotonic() * 1000 + self.offset

    def on_air_ms(self):
        """Time on air so far."""
        since = self.state["running_since"]
        return self.state["elapsed"] + (self.now() - since if since is not None else 0)

    def apply(self, event):
        """One event, as the tables of PROTOCOL.md say."""
        state, kind, at = self.state, event["type"], event["at"]
        if event["seq"] != state["seq"] + 1:
            raise ConnectionError("something was missed")
        if kind == "arrived" and state["phase"] == "scheduled":
            state["phase"] = "waiting"
        elif kind == "removed":
            self.sound.pop(event["person"], None)
        elif kind == "tracks_changed":
            self.sound[event["person"]] = "audio" in event["tracks"]
            silent = "none" if state["media"] == "none" else "lost"
            state["media"] = "connected" if any(self.sound.values()) else silent
        elif kind == "recording_started":
            state.update(phase="live", recording="recording", started_at=at)
        elif kind in ("recording_paused", "recording_resumed", "recording_failed"):
            state["recording"] = "recording" if kind.endswith("resumed") else kind[10:]
        elif kind == "slide_turned":
            state["page"] = event["page"]
        elif kind == "segment_entered":
            since = state["running_since"]
            run = at - since if since is not None else 0
            state.update(segment=event["segment"], segment_from=state["elapsed"] + run)
        elif kind == "said":
            line = {key: event[key] for key in ("start", "end", "text", "person", "name")}
            state["lines"] = [*state["lines"], line][-20:]
        elif kind == "ended":
            ending = {"ended_at": at, "end_reason": event["reason"]}
            state.update(phase="ended", recording="idle", **ending)
        self._run_clock(event)
        state.update(seq=event["seq"], at=at)

    def _run_clock(self, event):
        state = self.state
        ways = (state["phase"], state["recording"], state["media"])
        on_air = ways == ("live", "recording", "connected")
        if on_air and state["running_since"] is None:
            state["running_since"] = event["at"]
        elif not on_air and state["running_since"] is not None:
            heard = event.get("heard_until")
            until = event["at"] if heard is None else min(event["at"], heard)
            state["elapsed"] += max(0, until - state["running_since"])
            state["running_since"] = None


async def follow(site, cookie, room, seconds):
    """Turn to page 2, 3, … at `seconds` on air; returns the follower when the room has ended."""
    follower, me, pages = Follower(), "", list(enumerate(seconds, 2))
    address = f"{site.replace('http', 'ws', 1)}/rooms/{room}/socket"
    headers = {"Cookie": f"jiangtai_session={cookie}"}
    async with websockets.connect(
        address, subprotocols=[VERSION], additional_headers=headers, proxy=None
    ) as socket:
        while True:
            try:
                message = json.loads(await asyncio.wait_for(socket.recv(), 0.2))
            except TimeoutError:
                message = {"type": "nothing"}
            if "now" in message:
                follower.offset = message["now"] - time.monotonic() * 1000
            if message["type"] == "snapshot":
                me, follower = message["you"], Follower(message["state"])
                follower.offset = message["now"] - time.monotonic() * 1000
            elif message["type"] == "ping":
                await socket.send(json.dumps({"type": "pong"}))
            elif message["type"] == "finished":
                return follower
            elif message["type"] == "problem":
                print(message["sentence"], file=sys.stderr)
            elif "seq" in message:
                follower.apply(message)
                if message["type"] == "said":
                    print(message["name"], message["text"])
                if message["type"] == "wrote" and message["person"] != me:
                    await socket.send(json.dumps({"type": "react", "symbol": "thanks"}))
            if pages and follower.state and follower.on_air_ms() >= pages[0][1] * 1000:
                await socket.send(json.dumps({"type": "turn_to", "page": pages.pop(0)[0]}))


if __name__ == "__main__":
    asyncio.run(follow(*sys.argv[1:4], [float(second) for second in sys.argv[4:]]))
