"""What runs how often. Each job also runs when the scheduler starts, so that none waits a day."""

from redis import Redis
from rq.cron import CronScheduler

from clair.jobs import QUEUE
from clair.jobs.images import remove_unused_images
from clair.jobs.partitions import make_partitions

DAY_S = 86_400

EVERY_S = [
    (make_partitions, DAY_S),
    (remove_unused_images, DAY_S),
]


def make_scheduler(redis: Redis) -> CronScheduler:
    """Make the scheduler of all jobs in the table."""
    scheduler = CronScheduler(redis)
    for job, interval_s in EVERY_S:
        scheduler.register(job, QUEUE, interval=interval_s)
    return scheduler
