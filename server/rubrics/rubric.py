"""A rubric 评价量表, its versions, and the sheets people fill in."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, new_id, now


class Rubric(Table):
    """A form of the school. `draft` has the shape of `form.Form` and is worked on; people fill in
    its latest version, as long as it is not retired. `example` names the form it was shipped as."""

    __tablename__ = "rubric"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    title: Mapped[str]
    draft: Mapped[dict[str, Any]]
    draft_revision: Mapped[int] = mapped_column(default=1)
    example: Mapped[str | None] = mapped_column(default=None, unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)
    updated_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    retired_at: Mapped[datetime | None] = mapped_column(default=None)
    retired_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class RubricVersion(Table):
    """The form as it was published once; it never changes, and sheets name it."""

    __tablename__ = "rubric_version"
    __table_args__ = (UniqueConstraint("rubric_id", "number"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    rubric_id: Mapped[str] = mapped_column(ForeignKey("rubric.id", ondelete="CASCADE"))
    number: Mapped[int]  # 1, 2, 3 … within the rubric
    body: Mapped[dict[str, Any]]
    published_at: Mapped[datetime] = mapped_column(default=now)
    published_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class Sheet(Table):
    """One person's filled form about one subject. `answers` is worked on and only theirs;
    `number` of its filings so far, 0: never handed in."""

    __tablename__ = "rubric_sheet"
    __table_args__ = (UniqueConstraint("subject_kind", "subject_id", "rubric_id", "rater_id"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    subject_kind: Mapped[str]  # "lesson"
    subject_id: Mapped[str]
    rubric_id: Mapped[str] = mapped_column(ForeignKey("rubric.id", ondelete="CASCADE"))
    version_id: Mapped[str] = mapped_column(
        ForeignKey("rubric_version.id", ondelete="CASCADE"), index=True
    )
    rater_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    revision: Mapped[int] = mapped_column(default=1)
    number: Mapped[int] = mapped_column(default=0)
    begun_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(default=now)


class Filing(Table):
    """A sheet as it was handed in: the first time, or amended. The last one counts."""

    __tablename__ = "rubric_filing"
    __table_args__ = (UniqueConstraint("sheet_id", "number"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    sheet_id: Mapped[str] = mapped_column(ForeignKey("rubric_sheet.id", ondelete="CASCADE"))
    number: Mapped[int]
    answers: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(default=now)


class RubricReview(Table):
    """How far the filling of forms about one subject is.

    closed_at    nobody fills in or amends any more
    released_at  those whom it is about may read the results; `named`: with the raters' names
    """

    __tablename__ = "rubric_review"

    subject_kind: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[str] = mapped_column(primary_key=True)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    released_at: Mapped[datetime | None] = mapped_column(default=None)
    released_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    named: Mapped[bool] = mapped_column(default=False)
