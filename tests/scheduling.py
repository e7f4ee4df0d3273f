"""Which worker runs which file, where tests are run by several."""

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

TELLERS = 2  # stories in Chromium at a time: each is several programs that work in real time
STORIES = "tests/browser/"


class Scheduling(LoadFileScheduling):
    """Files stay whole. Two workers tell the stories, which mostly wait; the others run the rest
    meanwhile, the real-time tests of the media first."""

    def _assign_work_unit(self, node: WorkerController) -> None:
        tells = node in self.nodes[:TELLERS]
        wanted = (file for file in self.workqueue if file.startswith(STORIES) == tells)
        if file := next(wanted, None):
            self.workqueue.move_to_end(file, last=False)
        super()._assign_work_unit(node)
