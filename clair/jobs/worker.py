"""Does the jobs on the queue."""

from types import FrameType

from redis import Redis
from rq import Worker

from clair.jobs import QUEUE


class ToldWorker(Worker):
    """A worker that knows whether it was told to end; RQ's own also ends when Redis goes."""

    is_told_to_end = False

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """End in good order, on a signal."""
        self.is_told_to_end = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]


def work(redis: Redis) -> bool:
    """Do jobs until a signal or a fault ends it; say whether it was a signal."""
    worker = ToldWorker([QUEUE], connection=redis)
    worker.work(logging_level=None)
    return worker.is_told_to_end
