"""Links 共享链接 that show a lesson or a course to who has no account, until they are revoked.

The token of a link is its id and a signature over it (HMAC-SHA256): it can be shown again to who
made it, and nothing in the database opens anything.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from server.errors import Invalid, NotFound
from server.store.database import Table, new_id, now

EMBED, FEED = "embed", "feed"
MOST_SITES = 20

_TOKEN = re.compile(r"([0-9a-f-]{36})\.([A-Za-z0-9_-]{24})")
_SITE = re.compile(
    r"https?://(?:\*\.)?[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?(?:\.[a-z0-9-]{1,63}){0,8}(?::\d{1,5})?"
)


class ShareLink(Table):
    """One link.

    kind       "embed": a lesson in the page of another site; "feed": a course in a podcast player
    person_id  whose feed it is: it has what that person may watch
    sites      where an embedded lesson may stand, as sources of frame-ancestors; none: anywhere
    """

    __tablename__ = "share_link"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    lesson_id: Mapped[str | None] = mapped_column(
        ForeignKey("lesson.id", ondelete="CASCADE"), index=True
    )
    course_id: Mapped[str | None] = mapped_column(
        ForeignKey("course.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[str | None] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    sites: Mapped[list[Any]] = mapped_column(default=list)
    made_at: Mapped[datetime] = mapped_column(default=now)
    made_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)


class LinkTokens:
    """Makes the tokens of links, and finds links by them."""

    def __init__(self, secret: Callable[[], bytes]) -> None:
        self._secret = secret

    def of(self, link: ShareLink) -> str:
        """What stands in addresses."""
        return f"{link.id}.{self._mac(link.kind, link.id)}"

    async def link(self, session: AsyncSession, kind: str, token: str) -> ShareLink:
        """The link of this kind with this token. NotFound where it is none, or was revoked."""
        found = _TOKEN.fullmatch(token)
        if not found or not hmac.compare_digest(found[2], self._mac(kind, found[1])):
            raise NotFound
        link = await session.scalar(
            select(ShareLink).where(
                ShareLink.id == found[1], ShareLink.kind == kind, ShareLink.revoked_at.is_(None)
            )
        )
        if link is None:
            raise NotFound
        return link

    def _mac(self, kind: str, link_id: str) -> str:
        message = f"share\0{kind}\0{link_id}".encode()
        digest = hmac.new(self._secret(), message, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:18]).decode()


def read_sites(text: str) -> list[str]:
    """Sites as people type them, one a line: https://example.org, https://*.example.org.
    Raises Invalid."""
    sites = [line.strip().rstrip("/").lower() for line in text.splitlines() if line.strip()]
    if len(sites) > MOST_SITES or not all(_SITE.fullmatch(site) for site in sites):
        raise Invalid("error.share.sites", field="sites", n=MOST_SITES)
    return sites
