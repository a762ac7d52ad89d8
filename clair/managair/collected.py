"""The inventory of a dump in memory: its records by what they are, and how they refer to others."""

from collections import Counter, defaultdict
from functools import cached_property
from typing import Any

from clair.managair.dump import Record
from clair.managair.summary import Summary

EMAIL_ADDRESS = "account.emailaddress"
INSTALLATION = "core.roomnodeinstallation"
SAMPLE = "core.sample"
STADTPULS = "stadtpuls_integration"
USER = "auth.user"


class Collected:
    """The records of the inventory by what they are, each by its key."""

    def __init__(self, now_s: int) -> None:
        self.now_s = now_s
        self.records: dict[str, dict[Any, Record]] = defaultdict(dict)
        self.samples = 0
        self.others: Counter[str] = Counter()

    def keep(self, record: Record, summary: Summary) -> None:
        """Keep a record of the inventory; one that comes twice is one."""
        name = STADTPULS if record.model.startswith(STADTPULS) else record.model
        if isinstance(record.key, bool) or not isinstance(record.key, int | str):
            reason = "it has no key; make the dump without --natural-primary"
            summary.skip(record.model, reason)
            return
        known = self.records[name].setdefault(record.key, record)
        if known.fields != record.fields:
            reason = "the files hold it twice, differently; the first one counts"
            summary.skip(record.model, reason, str(record.key))

    @cached_property
    def users_by_name(self) -> dict[str, Record]:
        """Users as dumps with natural keys refer to them."""
        return {str(user.fields.get("username")): user for user in self.records[USER].values()}

    @cached_property
    def addresses(self) -> dict[Any, list[Record]]:
        """The e-mail addresses by the key of their user, primary ones first, then verified ones."""
        found: dict[Any, list[Record]] = defaultdict(list)
        for address in self.records[EMAIL_ADDRESS].values():
            if user := self.find(USER, address.fields.get("user")):
                found[user.key].append(address)
        for addresses in found.values():
            addresses.sort(key=lambda each: (not each.fields.get("primary"), not is_verified(each)))
        return found

    def find(self, source: str, reference: object) -> Record | None:
        """Find what a record refers to: by its key, or a user by the list that holds the name."""
        match reference:
            case [str(name)] if source == USER:
                return self.users_by_name.get(name)
            case int() | str():
                return self.records[source].get(reference)
        return None


def is_verified(address: Record) -> bool:
    """Say whether a person has shown that an e-mail address is theirs."""
    return address.fields.get("verified") is True
