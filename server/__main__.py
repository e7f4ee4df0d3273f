"""The command line: `jiangtai serve`, … The only reader of the environment."""

import argparse
import os
import sys
from pathlib import Path

from server.serve import serve
from server.settings import Settings


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
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns the exit status; problems are one sentence on stderr."""
    given = vars(parser().parse_args(arguments))
    command = given.pop("command")
    try:
        return COMMANDS[command](given)
    except KeyboardInterrupt:
        return 130
    except (ValueError, OSError) as problem:
        print(f"jiangtai: {problem}", file=sys.stderr)  # noqa: T201
        return 1


def _serve(given: dict[str, object]) -> int:
    self_signed = bool(given.pop("tls_self_signed"))
    return serve(Settings.from_environment(os.environ, **given), self_signed=self_signed)


COMMANDS = {"serve": _serve}

if __name__ == "__main__":
    sys.exit(main())
