"""`make bench`: runs every file of this folder, prints its tables, writes build/bench.json.

A file has `run(material: Path | None) -> dict`: it prints what it finds and returns the same
figures. `python -m bench hearing` runs only that file. Folders hold parts of benchmarks.
"""

import importlib
import json
import os
import pkgutil
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path(__file__).parent
RESULT = FOLDER.parent / "build" / "bench.json"


def main() -> int:
    """Run the benchmarks that the command line names, else all."""
    there = sorted(m.name for m in pkgutil.iter_modules([str(FOLDER)]) if not m.ispkg)
    there.remove("__main__")
    chosen = sys.argv[1:] or there
    if unknown := set(chosen) - set(there):
        print(f"bench: there is no {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    folder = os.environ.get("JIANGTAI_MATERIAL", "")
    material = Path(folder) if folder and Path(folder).is_dir() else None
    figures = {}
    for name in chosen:
        print(f"\n== {name} ==")
        figures[name] = importlib.import_module(f"bench.{name}").run(material)
    RESULT.parent.mkdir(exist_ok=True)
    machine = {"processor": platform.machine(), "cores": os.cpu_count()}
    made = {"made": datetime.now(UTC).isoformat(), "machine": machine, "figures": figures}
    RESULT.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"\nWritten to {RESULT.relative_to(FOLDER.parent)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
