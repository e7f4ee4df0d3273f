"""A PostgreSQL of one's own, for tests and benchmarks."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path


def programs() -> Path | None:
    """Where initdb and its like are; None: PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """A new cluster, reached by a Unix socket only, gone at the end; gives SQLAlchemy's address."""
    there = programs()
    assert there is not None, "PostgreSQL is not installed: scripts/needs.sh postgresql"
    folder = Path(tempfile.mkdtemp(prefix="jiangtai-pg-"))
    options: dict[str, object] = {"check": True, "capture_output": True, "cwd": folder}
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        options |= {"user": owner.pw_uid, "group": owner.pw_gid}
    data = str(folder / "data")
    subprocess.run([there / "initdb", "-D", data, "-A", "trust", "-U", "jiangtai"], **options)
    control = [there / "pg_ctl", "-D", data, "-w", "-l", str(folder / "log")]
    subprocess.run([*control, "-o", f"-k {folder} -c listen_addresses=''", "start"], **options)
    try:
        yield f"postgresql+asyncpg://jiangtai@/postgres?host={folder}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **options)
        shutil.rmtree(folder)
