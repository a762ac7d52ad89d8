"""What runs in the background: short functions that may run twice, and the table that repeats them.

`schedule` is the table. `flask cron` puts a job on the queue whenever it is due, and there is one
such process; `flask worker` takes jobs from the queue, and there may be many. The queue is in
Redis: whatever must not be lost waits in a column of the database, and not in a job.
"""

QUEUE = "default"
