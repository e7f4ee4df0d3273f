"""A person and the roles they hold."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.store.database import Table, new_id, now

ROLES = (
    "teacher",
    "trainee",
    "expert",
    "supervisor",
    "class_adviser",
    "learning_admin",
    "assistant",
    "guest",
    "system_admin",
    "security_admin",
    "audit_admin",
)
THREE_ADMINS = frozenset(
    {"system_admin", "security_admin", "audit_admin"}
)  # 三员: nobody holds two


class Person(Table):
    """Somebody who can sign in."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    unit: Mapped[str] = mapped_column(default="")  # school, department or office
    rank: Mapped[str] = mapped_column(default="", server_default="")  # 职级, as the school words it
    post: Mapped[str] = mapped_column(default="", server_default="")  # 岗位
    email: Mapped[str | None] = mapped_column(default=None)
    password_hash: Mapped[str | None] = mapped_column(default=None)
    language: Mapped[str | None] = mapped_column(default=None)
    created_at: Mapped[datetime] = mapped_column(default=now)
    deactivated_at: Mapped[datetime | None] = mapped_column(default=None)
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(default=None)
    grants: Mapped[list["RoleGrant"]] = relationship(
        lazy="selectin",
        cascade="all, delete-orphan",
        foreign_keys="RoleGrant.person_id",
        order_by="RoleGrant.granted_at",
    )

    @property
    def roles(self) -> frozenset[str]:
        """Names of the roles held."""
        return frozenset(grant.role for grant in self.grants)

    def is_a(self, *roles: str) -> bool:
        """Does the person hold one of these roles?"""
        return not self.roles.isdisjoint(roles)


class RoleGrant(Table):
    """A role somebody was given, when and by whom (None: by the installation itself)."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("person_id", "role"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    role: Mapped[str]
    granted_at: Mapped[datetime] = mapped_column(default=now)
    granted_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
