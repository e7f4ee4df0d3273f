"""The command line: `jiangtai serve`, … The only reader of the environment."""

import argparse
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

from server import orders
from server.classroom.tokens import HOURS, Action
from server.control import order
from server.credentials.offline import check_file
from server.i18n import Translator
from server.lrs.client import SCOPES
from server.migration import write_migration
from server.roster.console import hand_over, tell
from server.serve import serve
from server.settings import Settings
from server.takes.from_file import LANGUAGES, Wanted, rehearse


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(prog="jiangtai", description="Jiangtai 讲台, a smart classroom.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    serving = commands.add_parser("serve", help="serve the site")
    serving.add_argument("--host")
    serving.add_argument("--port", type=int)
    serving.add_argument("--data", type=Path, metavar="DIR")
    serving.add_argument("--demo", action="store_true", default=None, help="with a demo school")
    serving.add_argument(
        "--tls-self-signed",
        action="store_true",
        help="https with a certificate made here, so that cameras work from other machines",
    )
    _add_room(commands.add_parser("room", help="open a room, end a room"))
    _add_token(commands.add_parser("token", help="let a program publish into a room or watch it"))
    _add_client(commands.add_parser("lrs-client", help="credentials for the learning records"))
    _add_import(commands.add_parser("import-roster", help="people from a table or OneRoster"))
    _add_rehearse(commands.add_parser("rehearse", help="a recording to transcript and report"))
    checking = commands.add_parser("verify", help="check a certificate's file, offline")
    checking.add_argument("file", type=Path, metavar="FILE", help="a bundle, or a credential")
    checking.add_argument("--key", action="append", default=[], help="of the school, z6Mk…")
    migrating = commands.add_parser("migration", help="for developers: write a migration")
    migrating.add_argument("message", help="what it does, in a few words")
    return top


def _add_room(room: argparse.ArgumentParser) -> None:
    doing = room.add_subparsers(dest="doing", required=True, metavar="open|end")
    opening = doing.add_parser("open", help="open a room and print its id")
    opening.add_argument("--title", required=True)
    opening.add_argument("--language", choices=("zh", "en"), default="zh")
    ending = doing.add_parser("end", help="end a room; its recording is complete then")
    ending.add_argument("room", metavar="ROOM", help="id of the room")
    for parser in (opening, ending):
        parser.add_argument("--data", type=Path, metavar="DIR")


def _add_token(giving: argparse.ArgumentParser) -> None:
    giving.add_argument("room", metavar="ROOM", help="id of the room")
    action = giving.add_mutually_exclusive_group(required=True)
    action.add_argument("--publish", action="store_true", help="by WHIP")
    action.add_argument("--watch", action="store_true", help="by WHEP")
    action.add_argument("--withdraw", action="store_true", help="take back all of the room's")
    giving.add_argument("--name", default="", help="who it is on the stage and in the list")
    giving.add_argument("--hours", type=float, default=HOURS, help="how long it is good")
    giving.add_argument("--data", type=Path, metavar="DIR")


def _add_client(making: argparse.ArgumentParser) -> None:
    making.add_argument("name", metavar="NAME", help="which program they are for")
    making.add_argument(
        "--scope",
        action="append",
        metavar="SCOPE",
        help=f"what it may do, several times if need be: {', '.join(SCOPES)} (without one)",
    )
    making.add_argument("--data", type=Path, metavar="DIR")


def _add_import(importing: argparse.ArgumentParser) -> None:
    importing.add_argument(
        "file", type=Path, metavar="FILE", help=".xlsx, .csv, a OneRoster .zip or its folder"
    )
    importing.add_argument("--dry-run", action="store_true", help="say what would change")
    importing.add_argument("--json", action="store_true", help="the answer as JSON")
    importing.add_argument(
        "--same-names", choices=("skip", "new"), default="skip", help="rows that look like others"
    )
    importing.add_argument(
        "--absent", action="store_true", help="who is not named any more leaves, too"
    )
    importing.add_argument(
        "--links", type=Path, metavar="FILE.csv", help="write sign-in links of new people here"
    )
    importing.add_argument("--data", type=Path, metavar="DIR")


def _add_rehearse(rehearsing: argparse.ArgumentParser) -> None:
    rehearsing.add_argument("file", type=Path, metavar="FILE", help="audio or video")
    rehearsing.add_argument("--plan", type=Path, metavar="PLAN.yaml")
    rehearsing.add_argument("--slides", type=Path, metavar="SLIDES.pdf")
    rehearsing.add_argument("--language", choices=LANGUAGES, default="auto")
    rehearsing.add_argument("--model", metavar="NAME|FOLDER")
    rehearsing.add_argument("--engine", choices=("faster-whisper", "openai-whisper"))
    rehearsing.add_argument("--out", type=Path, metavar="DIR", required=True)


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns the exit status; problems are one sentence on stderr."""
    given = vars(parser().parse_args(arguments))
    command = given.pop("command")
    try:
        return COMMANDS[command](given)
    except KeyboardInterrupt:
        print("jiangtai: stopped.", file=sys.stderr)  # noqa: T201
        return 130
    except (ValueError, OSError) as problem:
        print(f"jiangtai: {problem}", file=sys.stderr)  # noqa: T201
    except Exception as fault:
        told = f"{type(fault).__name__}: {fault}".splitlines()[0]
        print(f"jiangtai: something went wrong that should not ({told}).", file=sys.stderr)  # noqa: T201
    return 1


def _serve(given: dict[str, object]) -> int:
    self_signed = bool(given.pop("tls_self_signed"))
    return serve(Settings.from_environment(os.environ, **given), self_signed=self_signed)


class _OneLine(logging.Formatter):
    """What a part logs while a command runs, without the traceback."""

    def formatException(self, ei: Any) -> str:  # noqa: N802
        """Nothing: the sentence is enough for who typed a command."""
        return ""


def _rehearse(given: dict[str, Any]) -> int:
    lines = logging.StreamHandler()
    lines.setFormatter(_OneLine("jiangtai: %(message)s"))
    logging.basicConfig(handlers=[lines], level=logging.WARNING)
    return rehearse(Wanted(**given), Settings.from_environment(os.environ), _words())


def _words() -> Translator:
    """Sentences in the language of the terminal."""
    locale = next((os.environ[n] for n in ("LC_ALL", "LC_MESSAGES", "LANG") if n in os.environ), "")
    return Translator("zh" if locale.startswith("zh") else "en")


def _room(given: dict[str, Any]) -> int:
    if given["doing"] == "open":
        done = _ordered(given, orders.OpenRoom(given["title"], given["language"]))
        print(done["room"])  # noqa: T201
    else:
        _ordered(given, orders.EndRoom(given["room"]))
    return 0


def _token(given: dict[str, Any]) -> int:
    if given["withdraw"]:
        done = _ordered(given, orders.WithdrawTokens(given["room"]))
    else:
        action: Action = "publish" if given["publish"] else "watch"
        wanted = orders.GiveToken(given["room"], action, given["name"], given["hours"])
        done = _ordered(given, wanted)
    print(json.dumps(done))  # noqa: T201
    return 0


def _lrs_client(given: dict[str, Any]) -> int:
    scopes = tuple(" ".join(given["scope"] or ("all",)).replace(",", " ").split())
    print(json.dumps(_ordered(given, orders.MakeLrsClient(given["name"], scopes))))  # noqa: T201
    return 0


def _import_roster(given: dict[str, Any]) -> int:
    settings = Settings.from_environment(os.environ, data=given["data"])
    wanted = orders.ImportRoster(
        hand_over(settings.data.resolve(), given["file"]),
        given["dry_run"],
        given["absent"],
        given["same_names"],
        given["links"] is not None,
    )
    return tell(order(settings, wanted, _words()), _words(), settings, given)


def _ordered(given: dict[str, Any], wanted: orders.AnyOrder) -> dict[str, Any]:
    settings = Settings.from_environment(os.environ, data=given["data"])
    return order(settings, wanted, _words())


def _verify(given: dict[str, Any]) -> int:
    right, lines = check_file(given["file"], given["key"], _words())
    print("\n".join(lines))  # noqa: T201
    return 0 if right else 1


def _migration(given: dict[str, Any]) -> int:
    write_migration(given["message"])
    return 0


COMMANDS = {
    "serve": _serve,
    "room": _room,
    "token": _token,
    "lrs-client": _lrs_client,
    "import-roster": _import_roster,
    "rehearse": _rehearse,
    "verify": _verify,
    "migration": _migration,
}

if __name__ == "__main__":
    sys.exit(main())
