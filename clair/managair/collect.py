"""The first reading: gathers the inventory from all files, and only counts what there is no end of."""

from collections.abc import Callable, Iterable, Iterator

from clair.managair.collected import EMAIL_ADDRESS, SAMPLE, STADTPULS, Collected
from clair.managair.dump import Dump, Record
from clair.managair.kinds import KINDS
from clair.managair.summary import Outcome, Summary

KEPT = {EMAIL_ADDRESS, *(kind.source for kind in KINDS)}
NOT_KEPT = {
    "auth.": "roles in organizations decide here who may do what",
    "contenttypes.": "it describes the tables of Managair itself",
    "sessions.": "people log in anew",
    "admin.": "it is the diary of Managair's back office",
    "account.": "it belongs to a sign-up that is not finished; people ask for a new e-mail",
    "django_": "the jobs of Managair are not those of Clair",
    "sites.": "the address of the server is a setting here",
}
"""Why records of an application are not taken over."""

Progress = Callable[[int], None]
"""Is told by how many bytes the reading went on."""


def collect(dumps: Iterable[Dump], now_s: int, summary: Summary, progress: Progress) -> Collected:
    """Read all files to their ends, so that a broken one is known before anything is written."""
    collected = Collected(now_s)
    for record in follow(dumps, progress):
        if record.model == SAMPLE:
            collected.samples += 1
        elif record.model in KEPT or is_stadtpuls(record):
            collected.keep(record, summary)
        else:
            collected.others[record.model] += 1
    return collected


def is_stadtpuls(record: Record) -> bool:
    """Say whether a record tells which sensor Stadtpuls knows for an installation."""
    return record.model.startswith(f"{STADTPULS}.") and "stadtpuls_sensor_id" in record.fields


def follow(dumps: Iterable[Dump], progress: Progress) -> Iterator[Record]:
    """Yield the records of all files, and report every now and then how far the reading is."""
    for dump in dumps:
        reported = 0
        for number, record in enumerate(dump.records()):
            yield record
            if number % 10_000 == 0:
                position = dump.position
                progress(position - reported)
                reported = position
        progress(dump.size - reported)


def report_others(collected: Collected, summary: Summary) -> None:
    """Count what Clair has no place for, with the reasons."""
    for model, count in collected.others.items():
        summary.count(model, Outcome.SKIPPED, count)
        summary.remark(model, reason_against(model), number=count)


def reason_against(model: str) -> str:
    """Say why records of a model are not taken over."""
    if "fidelity" in model:
        return "it is worked out anew from the samples"
    found = (reason for prefix, reason in NOT_KEPT.items() if model.startswith(prefix))
    return next(found, "Clair has no place for it")
