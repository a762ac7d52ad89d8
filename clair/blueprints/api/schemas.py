"""What each resource says on the wire, in order, and which of it may be written within which limits.

Output is written from the same declarations, but not by marshmallow, which would take too long for
lists: `attributes(schema)` and `links(schema)` list them. What is `dump_only` is never read.
"""

from typing import Any, ClassVar

from marshmallow import EXCLUDE, ValidationError
from marshmallow_jsonapi import Schema
from marshmallow_jsonapi.fields import Relationship

from clair.analytics.fidelity import Fidelity as State
from clair.blueprints.api.fields import (
    CODES,
    INT_LIMITS,
    OPEN_END_S,
    USERNAME,
    Attribute,
    Boolean,
    Choice,
    Decimal,
    Integer,
    OpenEnd,
    Picture,
    Samples,
    Text,
    Uuid,
    detail,
)
from clair.blueprints.api.identifiers import check_size, read_identifier
from clair.errors import Invalid, InvalidLink
from clair.models import Role


class Link(Relationship):  # type: ignore[misc]
    """What a resource refers to; `many` says to how many, `dump_only` that it is changed elsewhere."""

    def __init__(self, type_: str, *, many: bool = False, dump_only: bool = False) -> None:
        super().__init__(
            type_=type_,
            many=many,
            dump_only=dump_only,
            required=not dump_only,
            error_messages=CODES,
        )

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **_options: Any) -> Any:
        """Read the linkage of a relationship object: an id, or a list of them without repetitions."""
        self._validate_missing(value)
        if not isinstance(value, dict) or "data" not in value:
            raise ValidationError("incorrect_type")
        linkage = value["data"]
        self._validate_missing(linkage)
        if not self.many:
            return read_identifier(linkage, self.type_)
        if not isinstance(linkage, list):
            raise ValidationError("incorrect_type")
        check_size(linkage)
        return list(dict.fromkeys(read_identifier(each, self.type_) for each in linkage))


class Resource(Schema):  # type: ignore[misc]
    """What all resources have in common; the name of the class is the type on the wire."""

    type_: ClassVar[str]

    id: Attribute = Text(dump_only=True)

    def __init_subclass__(cls, **options: Any) -> None:
        """Tell marshmallow the type."""
        super().__init_subclass__(**options)
        cls.type_ = cls.__dict__.get("type_", cls.__name__)
        # Whoever sends a resource back as it was read is not to blame for what cannot be written.
        cls.Meta = type("Meta", (Schema.Meta,), {"type_": cls.type_, "unknown": EXCLUDE})

    def format_errors(self, errors: dict[str, list[str]], many: bool) -> dict[str, list[Invalid]]:
        """Turn the codes of broken rules into errors of the domain."""
        return {"errors": [self.problem(name, each) for name in errors for each in errors[name]]}

    def problem(self, name: str, code: str) -> Invalid:
        """Say which rule of an attribute or a relationship is broken."""
        field = self.fields[name]
        kind = InvalidLink if isinstance(field, Link) else Invalid
        return kind(name, detail(code, field), code)


def attributes(schema: type[Resource]) -> dict[str, Attribute]:
    """List the attributes of a resource in their order."""
    declared = schema._declared_fields.items()
    return {name: each for name, each in declared if name != "id" and isinstance(each, Attribute)}


def links(schema: type[Resource]) -> dict[str, Link]:
    """List the relationships of a resource in their order."""
    declared = schema._declared_fields.items()
    return {name: each for name, each in declared if isinstance(each, Link)}


class Organization(Resource):
    """The owner of sites and nodes."""

    name = Text(required=True, max_length=50)
    description = Text(allow_none=True)

    users = Link("User", many=True, dump_only=True)
    memberships = Link("Membership", many=True, dump_only=True)
    sites = Link("Site", many=True, dump_only=True)
    nodes = Link("Node", many=True, dump_only=True)


class Membership(Resource):
    """A user's role in an organization."""

    role = Choice(Role, load_default=Role.INSPECTOR)
    user_name = Text(dump_only=True, attribute="user.username")
    organization_name = Text(dump_only=True, attribute="organization.name")

    organization = Link("Organization")
    user = Link("User")


class User(Resource):
    """A person; the own account alone can be written, and that through `Account`."""

    username = Text(required=True, max_length=150, pattern=USERNAME)
    email = Text(dump_only=True)
    first_name = Text(max_length=150, load_default="")
    last_name = Text(max_length=150, load_default="")

    organizations = Link("Organization", many=True, dump_only=True)
    memberships = Link("Membership", many=True, dump_only=True)


class Address(Resource):
    """A postal address."""

    street1 = Text(required=True, max_length=50)
    street2 = Text(allow_none=True, max_length=50)
    zip = Text(required=True, max_length=5)
    city = Text(required=True, max_length=50)
    latitude = Decimal(max_digits=9, places=6, min_value=-90, max_value=90, allow_none=True)
    longitude = Decimal(max_digits=9, places=6, min_value=-180, max_value=180, allow_none=True)


class Site(Resource):
    """A building or a part of one."""

    name = Text(required=True, max_length=50)
    description = Text(allow_none=True)

    address = Link("Address")
    operator = Link("Organization")
    rooms = Link("Room", many=True, dump_only=True)


class Room(Resource):
    """A room of a site."""

    name = Text(required=True, max_length=50)
    description = Text(allow_none=True)
    size_sqm = Decimal(max_digits=5, places=1, allow_none=True)
    height_m = Decimal(max_digits=3, places=1, allow_none=True)
    max_occupancy = Integer(min_value=INT_LIMITS[0], max_value=INT_LIMITS[1], allow_none=True)

    site = Link("Site")
    installations = Link("Installation", many=True, dump_only=True)


class Installation(Resource):
    """A node in a room for a time."""

    from_timestamp_s = Integer(required=True, min_value=0, max_value=OPEN_END_S)
    to_timestamp_s = OpenEnd(min_value=0, max_value=OPEN_END_S, load_default=None, allow_none=False)
    description = Text(allow_none=True)
    is_public = Boolean(load_default=False)
    image = Picture(dump_only=True, allow_none=True)
    query_timestamp_s = Integer(dump_only=True)
    sample_count = Integer(dump_only=True)
    latest_sample = Samples()
    timeseries = Samples(many=True)

    room = Link("Room")
    node = Link("Node")


class Node(Resource):
    """A device; its id comes from whoever registers it."""

    id = Uuid(required=True)
    eui64 = Text(required=True, max_length=32)
    alias = Text(required=True, max_length=100)
    description = Text(allow_none=True)
    sample_count = Integer(dump_only=True)
    latest_sample = Samples()
    query_timestamp_s = Integer(dump_only=True)
    from_timestamp_s = Integer(dump_only=True)
    to_timestamp_s = Integer(dump_only=True)
    timeseries = Samples(many=True)

    protocol = Link("Protocol")
    model = Link("Model")
    owner = Link("Organization")
    installations = Link("Installation", many=True, dump_only=True)


class Fidelity(Resource):
    """Whether a node still reports; its id is that of the node."""

    fidelity = Choice(State, dump_only=True)
    last_contact_s = Integer(dump_only=True, allow_none=True)
    last_check_s = Integer(dump_only=True)

    node = Link("Node", dump_only=True)


class Protocol(Resource):
    """How a node speaks."""

    identifier = Text(required=True, max_length=30)
    num_uplink_msgs = Integer(min_value=0, max_value=INT_LIMITS[1], load_default=1)
    num_downlink_msgs = Integer(min_value=0, max_value=INT_LIMITS[1], load_default=1)


class Model(Resource):
    """A kind of node as its manufacturer sells it."""

    name = Text(required=True, max_length=30)
    trade_name = Text(required=True, max_length=30)
    manufacturer = Text(required=True, max_length=30)
    sensor_type = Text(required=True, max_length=100)

    quantities = Link("Quantity", many=True)


class Quantity(Resource):
    """What a sensor can measure, with its unit."""

    quantity = Text(required=True, max_length=30)
    base_unit = Text(required=True, max_length=30)
