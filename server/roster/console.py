"""`jiangtai import-roster`: a file handed over to whoever works on the data folder, and its answer.

Whoever types the command reads the file, with their own rights; the order names only the copy that
lies in the data folder, so that no order can have the server read anything else.
"""

import io
import json
import os
import shutil
import sys
import uuid
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.access import EVERYDAY
from server.accounts.person import Person, RoleGrant
from server.errors import Conflict, NotFound
from server.http.context import House
from server.http.spreadsheet import write_csv
from server.i18n import Translator
from server.roster.change import Change
from server.roster.comparing import Keeper
from server.roster.reading import LARGEST_FILE, read_roster
from server.roster.running import CONSOLE, Run, look, write
from server.settings import Settings

MOST_TOLD = 1000  # problems in an answer
COUNTED = ("new", "changed", "same", "wrong")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for of the file. `rest`: what to do with rows that look like somebody else."""

    dry_run: bool = False
    absent: bool = False
    rest: str = "skip"
    links: bool = False


def hand_over(data: Path, file: Path) -> str:
    """Lay a copy of the file (of a folder: its CSV files, zipped) into the data folder; its name.

    Raises OSError, and ValueError where it is too large.
    """
    if not data.is_dir():
        raise OSError(f"there is no data folder {data}. Name one with --data.")
    content = _zipped(file) if file.is_dir() else file
    size = len(content) if isinstance(content, bytes) else content.stat().st_size
    if size > LARGEST_FILE:
        raise ValueError(f"{file} is larger than {LARGEST_FILE >> 20} MB.")
    name = uuid.uuid4().hex
    folder = data / "intake"
    folder.mkdir(exist_ok=True)
    handle = os.open(folder / f"{CONSOLE}{name}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        if isinstance(content, bytes):
            out.write(content)
        else:
            with content.open("rb") as read:
                shutil.copyfileobj(read, out)
        owner = data.stat()
        if os.geteuid() == 0:
            os.fchown(out.fileno(), owner.st_uid, owner.st_gid)
            os.chown(folder, owner.st_uid, owner.st_gid)
    return name


def tell(done: dict[str, Any], words: Translator, settings: Settings, given: dict[str, Any]) -> int:
    """Print what came of it, errors by row on stderr; keep the links where `given` says.

    Returns 1 where rows were wrong, else 0.
    """
    links = done.pop("links")
    for told in done["problems"]:
        told["error"] = words.t(told["error"], **told.pop("params"))
    done["notes"] = [words.t(key, **params) for key, params in done["notes"]]
    if given["links"]:
        table = [[*who, f"{settings.address}{path}"] for *who, path in links]
        handle = os.open(given["links"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(write_csv([["name", "login", "unit", "link"], *table]))
    if given["json"]:
        print(json.dumps(done, ensure_ascii=False))  # noqa: T201
    else:
        _tell_people(done, words)
    for told in done["problems"]:
        row = words.t("intake.row", number=told["row"])
        said = f"{row} {told['name']} {told['login']}: {told['error']}"
        print(said, file=sys.stderr)  # noqa: T201
    return 1 if done["counts"]["wrong"] else 0


def _tell_people(done: dict[str, Any], words: Translator) -> None:
    lines = [words.t("intake.counts", **{k: done["counts"][k] for k in COUNTED}), *done["notes"]]
    for kind in ("alike", "leaves", "absent"):
        if n := done["counts"][kind]:
            lines.append(f"{words.t(f'intake.kind.{kind}')}: {n}")
    if done["groups"]:
        lines.append(f"{words.t('intake.group.made')}: {', '.join(done['groups'][:20])}")
    what = "intake.console.looked" if done["dry_run"] else "intake.console.written"
    lines.append(words.t(what, n=done["written"]))
    if done["problems_left_out"]:
        lines.append(words.t("intake.more", n=done["problems_left_out"]))
    print("\n".join(lines))  # noqa: T201


async def import_roster(house: House, name: str, wanted: Wanted) -> dict[str, Any]:
    """Take in what was handed over under this name. Raises Problem."""
    path = house.folder.sub("intake") / f"{CONSOLE}{name}"
    try:
        content = path.read_bytes()[: LARGEST_FILE + 1]
    except FileNotFoundError:
        raise NotFound("error.intake.gone") from None
    path.unlink()
    roster = await read_roster(content)
    async with house.database.session() as session:
        giver = await _giver(session)
    keeper = Keeper(giver.id, EVERYDAY, cohorts=True)
    found = await look(house, keeper, roster, rest=wanted.rest)
    run = Run()
    if not wanted.dry_run:
        await write(house, keeper, giver, roster, found, run, wanted.absent)
    wrong = [change for change in found.changes if change.kind in ("wrong", "alike")]
    return {
        "file": {
            "kind": roster.contents.kind,
            "source": roster.contents.source,
            "version": roster.contents.version,
            "rows": len(roster.rows),
        },
        "dry_run": wanted.dry_run,
        "counts": found.counts(),
        "groups": [group.name for group in found.groups if group.kind != "unit"][:MOST_TOLD],
        "notes": [list(note) for note in roster.contents.notes],
        "written": run.done,
        "problems": [_told(change) for change in wrong[:MOST_TOLD]],
        "problems_left_out": max(0, len(wrong) - MOST_TOLD),
        "links": [list(link) for link in run.links] if wanted.links else [],
    }


def _told(change: Change) -> dict[str, Any]:
    row = change.row
    if change.problem:
        key, params = change.problem
    elif change.alike:
        key, params = "intake.alike", {"who": change.alike_name}
    else:
        key, params = "intake.alike_above", {"number": change.alike_name}
    who = {"row": row.number, "name": row.name, "login": row.login}
    return {**who, "kind": change.kind, "error": key, "params": params}


async def _giver(session: AsyncSession) -> Person:
    """In whose name it is done: who has kept the accounts for longest."""
    for role in ("learning_admin", "security_admin", "system_admin"):
        found = await session.scalar(
            select(Person)
            .join(RoleGrant, RoleGrant.person_id == Person.id)
            .where(RoleGrant.role == role, Person.deactivated_at.is_(None))
            .order_by(Person.created_at, Person.id)
            .limit(1)
        )
        if found:
            return found
    raise Conflict("error.control.no_keeper")


def _zipped(folder: Path) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.glob("*.csv"))[:100]:
            if file.stat().st_size > 4 * LARGEST_FILE:
                raise ValueError(f"{file} is too large.")
            archive.write(file, file.name)
    return out.getvalue()
