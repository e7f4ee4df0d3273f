"""The same site on PostgreSQL: migrations, sign-in, pages."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import SiteMaker

pytestmark = pytest.mark.long


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("PostgreSQL is not installed: scripts/needs.sh postgresql")
    return found[-1].parent


@pytest.fixture
def postgresql() -> Iterator[str]:
    """A cluster of its own, reached by a Unix socket only; gives SQLAlchemy's address."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="jiangtai-pg-"))
    options: dict[str, object] = {"check": True, "capture_output": True, "cwd": folder}
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        options |= {"user": owner.pw_uid, "group": owner.pw_gid}
    data = str(folder / "data")
    subprocess.run([programs / "initdb", "-D", data, "-A", "trust", "-U", "jiangtai"], **options)
    control = [programs / "pg_ctl", "-D", data, "-w", "-l", str(folder / "log")]
    subprocess.run([*control, "-o", f"-k {folder} -c listen_addresses=''", "start"], **options)
    yield f"postgresql+asyncpg://jiangtai@/postgres?host={folder}"
    subprocess.run([*control, "-m", "immediate", "stop"], **options)
    shutil.rmtree(folder)


async def test_lin_signs_in_and_plans_on_postgresql(make_site: SiteMaker, postgresql: str) -> None:
    site = await make_site(database_url=postgresql)
    lin = await site.sign_in("lin")
    assert (await lin.get("/")).status_code == 200
    assert (await lin.get("/plans")).status_code == 200
    assert (await lin.get("/takes")).status_code == 200
