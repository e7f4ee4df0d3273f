"""The speech process itself: one engine, one question at a time, over one pipe.

Started by `media.speech_process`; ends by itself when the other end of the pipe is gone.
"""

import argparse
import os
import select
import socket
import sys
import threading
from multiprocessing.connection import Connection

from media.engines import open_engine


def serve(questions: Connection, engine_name: str, model_path: str, cpu_threads: int) -> None:
    """Load the engine, say "ready", then answer (method, *arguments) until the pipe closes."""
    try:
        engine = open_engine(engine_name, model_path, cpu_threads)
    except Exception as error:
        questions.send(("failed", f"{type(error).__name__}: {error}"))
        return
    questions.send(("ready", None))
    while True:
        method, *arguments = questions.recv()
        try:
            answer = ("done", getattr(engine, method)(*arguments))
        except Exception as error:
            answer = ("failed", f"{type(error).__name__}: {error}")
        questions.send(answer)


def end_with_parent(life: socket.socket) -> None:
    """Leave at once when the parent is gone, however it went and whatever is being computed."""

    def watch() -> None:
        select.select([life], [], [])
        os._exit(0)

    threading.Thread(target=watch, name="end with parent", daemon=True).start()


def main() -> None:
    """Read the command line `speech_process` gives; serve until the pipe closes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--questions", type=int, required=True, help="descriptor of the pipe")
    parser.add_argument("--life", type=int, required=True, help="descriptor that closes with us")
    parser.add_argument("--engine", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--nice", type=int, required=True)
    given = parser.parse_args()
    end_with_parent(socket.socket(fileno=given.life))
    os.nice(given.nice)
    try:
        serve(Connection(given.questions), given.engine, given.model, given.threads)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        sys.exit(0)


if __name__ == "__main__":
    main()
