"""How many sit in a branch 到场人数: counted by its keeper, or seen by a camera with its error. It
is a number beside the roster and never says who."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.attendance.evidence import Evidence, add
from server.attendance.fact import Fact

MOST = 2000  # people in one classroom


@dataclass(frozen=True, slots=True)
class HeadCount:
    """`count` people, give or take `error`; `way` is "keeper" or "camera"."""

    count: int
    error: int
    way: str
    at: datetime
    by: str | None


async def latest_counts(session: AsyncSession, lesson_id: str) -> dict[str, HeadCount]:
    """The last count of each branch, by its id."""
    rows = await session.scalars(
        select(Evidence)
        .where(Evidence.lesson_id == lesson_id, Evidence.kind == "headcount")
        .order_by(Evidence.at, Evidence.id)
    )
    return {
        str(row.branch_id): HeadCount(
            count=int(row.body["count"]),
            error=int(row.body.get("error", 0)),
            way=str(row.body.get("way", "keeper")),
            at=row.at,
            by=row.by,
        )
        for row in rows.all()
    }


async def keep_count(
    session: AsyncSession, lesson_id: str, branch_id: str, count: HeadCount, mark: str
) -> bool:
    """Keep what was counted. `mark` is that of the form: the same one sent again counts once."""
    fact = Fact(
        "headcount",
        f"headcount:{branch_id}:{mark}",
        count.at,
        branch_id=branch_id,
        source="branch",
        by=count.by,
        body={"count": count.count, "error": count.error, "way": count.way},
    )
    return await add(session, lesson_id, fact) > 0
