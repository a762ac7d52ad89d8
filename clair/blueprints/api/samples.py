"""Samples and buckets as they go over the wire: in JSON, in CSV, and as a JSON object a line.

A bucket is what was measured in a stretch that begins at `timestamp_s`, a multiple of the wanted
resolution, with the `count` of its samples:

    {"timestamp_s": 1795165200, "count": 12,
     "co2_ppm": {"mean": 738.6, "min": 640, "max": 902},
     "temperature_celsius": {"mean": "21.3", "min": "20.9", "max": "21.8"},
     "rel_humidity_percent": {"mean": 45.2, "min": 44, "max": 47}}

A quantity that nobody measured is null. Faulty samples count for nothing.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

import orjson

from clair.timeseries import Bucket, Columns, Measurement, Statistics

TENTHS = {str(tenths): f"{tenths / 10:.1f}" for tenths in range(-200, 401)} | {"": ""}
QUOTED_TENTHS = {tenths: f'"{text}"' for tenths, text in TENTHS.items()} | {"": "null"}
SAMPLE_HEADER = "timestamp_s,co2_ppm,temperature_celsius,rel_humidity_percent,measurement_status\n"
PART = 500
ENDS = ("mean", "min", "max")
BUCKET_HEADER = "timestamp_s,count,{}\n".format(
    ",".join(
        f"{name}_{end}"
        for name in ("co2_ppm", "temperature_celsius", "rel_humidity_percent")
        for end in ENDS
    )
)
Figures = dict[str, object]


def sample_object(sample: Measurement) -> dict[str, object]:
    """Show a sample; what it is known by is its instant."""
    tenths = sample.temperature_decidegrees
    return {
        "id": sample.timestamp_s,
        "timestamp_s": sample.timestamp_s,
        "co2_ppm": sample.co2_ppm,
        "temperature_celsius": None if tenths is None else f"{tenths / 10:.1f}",
        "rel_humidity_percent": sample.rel_humidity_percent,
        "measurement_status": sample.measurement_status,
    }


def sample_objects(columns: Columns, between: str = ",") -> Iterator[str]:
    """Show samples as JSON objects, some hundreds at a time with commas or line ends between them.

    Written by hand, which takes a third of the time of going over objects; in parts, whose memory
    serves again and again.
    """
    rows = zip(*columns, strict=True)
    while part := [
        f'{{"id":{time_s},"timestamp_s":{time_s},"co2_ppm":{co2},'
        f'"temperature_celsius":{QUOTED_TENTHS[tenths]},'
        f'"rel_humidity_percent":{humidity or "null"},"measurement_status":"{status}"}}'
        for time_s, co2, tenths, humidity, status in islice(rows, PART)
    ]:
        yield between.join(part)


def last_of(columns: Columns) -> Measurement | None:
    """Give the last sample."""
    if not columns.timestamp_s:
        return None
    time_s, co2, tenths, humidity, status = (column[-1] for column in columns)
    return Measurement(
        int(time_s),
        int(co2),
        int(tenths) if tenths else None,
        int(humidity) if humidity else None,
        status,
    )


def bucket_objects(buckets: Iterable[Bucket]) -> list[str]:
    """Show buckets as JSON."""
    return [orjson.dumps(bucket_object(bucket)).decode() for bucket in buckets]


def bucket_object(bucket: Bucket) -> dict[str, object]:
    """Show a bucket."""
    return {"timestamp_s": bucket.timestamp_s, "count": bucket.count, **quantities(bucket)}


def quantities(bucket: Bucket) -> dict[str, Figures | None]:
    """Show what was measured in a bucket."""
    tenths = bucket.temperature_decidegrees
    celsius: Figures | None = None
    if tenths is not None:
        low, high = (f"{each / 10:.1f}" for each in (tenths.low, tenths.high))
        celsius = {"mean": f"{tenths.mean / 10:.1f}", "min": low, "max": high}
    return {
        "co2_ppm": figures(bucket.co2_ppm),
        "temperature_celsius": celsius,
        "rel_humidity_percent": figures(bucket.rel_humidity_percent),
    }


def figures(statistics: Statistics | None) -> Figures | None:
    """Show statistics; a mean of whole numbers has one decimal."""
    if statistics is None:
        return None
    return {"mean": round(statistics.mean, 1), "min": statistics.low, "max": statistics.high}


def sample_lines(columns: Columns) -> str:
    """Write samples as lines of CSV."""
    return "".join(
        f"{time_s},{co2},{TENTHS[tenths]},{humidity},{status}\n"
        for time_s, co2, tenths, humidity, status in zip(*columns, strict=True)
    )


def bucket_lines(buckets: Iterable[Bucket]) -> str:
    """Write buckets as lines of CSV, in the order of their header."""
    return "".join(f"{','.join(map(str, cells(bucket)))}\n" for bucket in buckets)


def cells(bucket: Bucket) -> Iterator[object]:
    """List the values of a bucket; what was not measured is empty."""
    yield from (bucket.timestamp_s, bucket.count)
    for each in quantities(bucket).values():
        yield from (each or dict.fromkeys(ENDS, "")).values()
