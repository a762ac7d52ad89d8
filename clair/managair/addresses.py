"""Says what became of e-mail addresses: each user has one here."""

from clair.managair.collected import EMAIL_ADDRESS, USER
from clair.managair.dump import Record
from clair.managair.summary import Outcome
from clair.managair.writer import Writer
from clair.models import User


def settle(writer: Writer) -> None:
    """Count addresses as what their users are, and name those that are not kept."""
    for address in writer.collected.records[EMAIL_ADDRESS].values():
        reason = settle_one(writer, address)
        if reason is not None:
            writer.summary.skip(address.model, reason, str(address.fields.get("email")))


def settle_one(writer: Writer, address: Record) -> str | None:
    """Count an address, or say why it is not kept."""
    user = writer.collected.find(USER, address.fields.get("user"))
    row = user and writer.rows[USER].get(user.key)
    if user is None or row is None:
        return "its user is not kept"
    if address is not writer.collected.addresses[user.key][0]:
        return "a user has one address here, and that is the primary one"
    is_new = (User, row.id) in writer.created
    writer.summary.count(address.model, Outcome.CREATED if is_new else Outcome.UNCHANGED)
    return None
