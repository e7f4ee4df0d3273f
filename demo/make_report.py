"""Make demo/lesson_grid_zh.report.json: what the product itself finds in the demo lesson.

python demo/make_report.py MODEL     a name (fetched) or a folder, as for `jiangtai rehearse`
"""

import shutil
import sys
import tempfile
from pathlib import Path

import msgspec

from media.models import find
from rehearsal.plan import plan_from_yaml, plan_to_data
from server.takes.pipeline import Events, Order, run

HERE = Path(__file__).resolve().parent
LESSON = HERE / "lesson_grid_zh"


def main(model: str) -> None:
    """Write the report anew."""
    plan = plan_from_yaml(LESSON.with_suffix(".yaml").read_text("utf-8"))
    events = LESSON.with_suffix(".events.json").read_bytes()
    order = Order(
        media=str(LESSON.with_suffix(".opus")),
        model=find(model, Path("data/models")),
        language="zh",
        plan=plan_to_data(plan),
        slides=str(LESSON.with_suffix(".pdf")),
        events=msgspec.json.decode(events, type=Events),
    )
    with tempfile.TemporaryDirectory() as folder:
        run(order, Path(folder), lambda stage, share: None)
        shutil.copyfile(Path(folder, "report.json"), LESSON.with_suffix(".report.json"))
        shutil.copyfile(Path(folder, "transcript.vtt"), LESSON.with_suffix(".vtt"))


if __name__ == "__main__":
    main(*sys.argv[1:])
