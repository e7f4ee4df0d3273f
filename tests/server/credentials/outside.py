"""Asking Digital Bazaar's libraries, in node, without a network."""

import json
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]


def ask(task: str, **given: Any) -> dict[str, Any]:
    """What `digital_bazaar.mjs` answers to a task."""
    script = Path(__file__).with_name("digital_bazaar.mjs").read_text("utf-8")
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script],
        input=json.dumps({"task": task, "documents": {}, **given}),
        cwd=ROOT / "web",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
