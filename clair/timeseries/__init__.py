"""SQL over samples: thinned for charts, complete for programs, counted for lists.

Every reader says which node and which time; who may see them is asked before, by `access`.
"""

from clair.timeseries.charts import QUANTITIES, recent, table, thinned
from clair.timeseries.rooms import room_samples
from clair.timeseries.samples import (
    PAGE,
    Bucket,
    Columns,
    Statistics,
    buckets,
    pages,
    samples,
)
from clair.timeseries.summaries import (
    Measurement,
    Span,
    Summary,
    first_s,
    last_contacts,
    narrow,
    summarize,
)

__all__ = [
    "PAGE",
    "QUANTITIES",
    "Bucket",
    "Columns",
    "Measurement",
    "Span",
    "Statistics",
    "Summary",
    "buckets",
    "first_s",
    "last_contacts",
    "narrow",
    "pages",
    "recent",
    "room_samples",
    "samples",
    "summarize",
    "table",
    "thinned",
]
