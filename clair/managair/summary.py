"""What became of each record of an import, and why some are not here as they were there."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import StrEnum

EXAMPLES = 3


class Outcome(StrEnum):
    """What became of a record."""

    CREATED = "created"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"


@dataclass
class Remark:
    """Something worth knowing about some records of a model."""

    count: int = 0
    examples: list[str] = field(default_factory=list)


class Summary:
    """Counts outcomes by model, and remarks with a few examples of each."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[Outcome]] = defaultdict(Counter)
        self.remarks: dict[tuple[str, str], Remark] = defaultdict(Remark)

    def count(self, model: str, outcome: Outcome, number: int = 1) -> None:
        """Count records with an outcome."""
        self.counts[model][outcome] += number

    def skip(self, model: str, reason: str, example: str = "") -> None:
        """Count a record that is not taken over, with the reason."""
        self.counts[model][Outcome.SKIPPED] += 1
        self.remark(model, reason, example)

    def remark(self, model: str, text: str, example: str = "", number: int = 1) -> None:
        """Note something about records, whether they are taken over or not."""
        remark = self.remarks[model, text]
        remark.count += number
        if example and len(remark.examples) < EXAMPLES:
            remark.examples.append(example)
