"""What the description says in words: of the whole, and of every attribute."""

from collections.abc import Mapping

INTRODUCTION = """\
Clair collects measurements of indoor air, keeps them, and says how good the air is. This interface
speaks [JSON:API 1.0](https://jsonapi.org/format/1.0/).

## Documents
Requests and answers are `application/vnd.api+json`. Ids are texts; numbers are taken, too. Instants
are whole Unix seconds, and 2147483647 stands for "no end". Decimals are texts with a fixed number of
places; numbers are taken, too. Unknown attributes of a request are ignored, and so are those that
nobody writes. All links are absolute.

## URLs
They end with a slash, which may be left out.

## Collections
Without `page[size]` and `page[number]` a collection is one page with all that is there. `sort` names
attributes, with a minus for the descending order. `fields[<type>]` names the attributes and
relationships that are wanted of a type, `include` the related resources that come along. Unknown
filters are ignored; parameters of no known family are an error.

## Who may what
Anybody reads the catalogues (protocols, models, quantities), and what a public installation shows:
itself, its room, site and organization. Members of an organization see all of it, its owners change
it. What is hidden is answered like what is not there: with 404.

Send `Authorization: Token <key>` with a key from `POST /api/v1/auth/login/`, or come with the session
of the web pages; then whatever is no GET needs the header `X-CSRFToken` with the value of the cookie
`csrftoken`.

## Errors
Every error of a document comes as an object of its own with `status`, `code` and `detail`;
`source.pointer` leads to the place in the document, `source.parameter` names the part of the query.
Programs rely on `code`; `detail` is for people, in their language.
"""

KINDS = {
    "Organization": "Organizations",
    "Membership": "Memberships",
    "User": "Users",
    "Address": "Addresses",
    "Site": "Sites",
    "Room": "Rooms",
    "Installation": "Installations",
    "Node": "Nodes",
    "Fidelity": "Fidelity of nodes",
    "Protocol": "Protocols",
    "Model": "Models",
    "Quantity": "Quantities",
}

MEANINGS: Mapping[str, tuple[str, object]] = {
    "name": ("The name.", "Weather station"),
    "description": ("What people should know besides the name.", "The window sticks."),
    "query_timestamp_s": ("When this was asked.", 1790000000),
    "sample_count": ("How many samples there are.", 288),
    "latest_sample": ("The latest sample; absent when there is none.", None),
    "buckets": ("What stands in place of `timeseries` with `filter[resolution]`.", None),
    "timeseries": ("All samples by time, when `include_timeseries` asks for them.", None),
    "username": ("The login name.", "alice"),
    "email": ("The e-mail address.", "alice@example.org"),
    "first_name": ("The first name.", "Alice"),
    "last_name": ("The last name.", "Abendroth"),
    "pk": ("The id as a number.", 3),
    "key": (
        "What a program sends as `Authorization: Token <key>`; it is shown this once.",
        "0123456789abcdef0123456789abcdef01234567",
    ),
    "password": ("The password.", "window in May"),
    "old_password": ("The password until now.", "window in May"),
    "new_password1": ("The new password.", "draught in June"),
    "new_password2": ("The new password again.", "draught in June"),
    "LoginView.username": ("The login name; an e-mail address will do.", "alice"),
    "LoginView.email": ("The e-mail address, when there is no `username`.", "alice@example.org"),
    "PasswordResetConfirmView.uid": ("The first part of the link in the mail.", "3"),
    "PasswordResetConfirmView.token": ("The second part of the link in the mail.", "c9-4f1d"),
    "Token.name": ("What it is for.", "Weekly report"),
    "Token.scope": ("`read` only reads, `write` does all that its owner may.", "read"),
    "Token.created_s": ("When it was issued.", 1790000000),
    "Token.expires_s": ("When it ends by itself; null is never.", 1797776000),
    "Organization.name": ("The name; no two organizations share one.", "Café Morgenrot"),
    "Membership.role": (
        "`O` is an owner, `I` an inspector, who sees all and changes nothing.",
        "I",
    ),
    "Membership.user_name": ("The user's login name.", "alice"),
    "Membership.organization_name": ("The organization's name.", "Café Morgenrot"),
    "Address.street1": ("Street and number.", "Kastanienallee 85"),
    "Address.street2": ("What else the post needs.", "Hinterhaus"),
    "Address.zip": ("The post code.", "10435"),
    "Address.city": ("The town.", "Berlin"),
    "Address.latitude": ("Degrees north of the equator.", "52.539300"),
    "Address.longitude": ("Degrees east of Greenwich.", "13.410200"),
    "Site.name": ("The name; no two sites of an organization share one.", "Kastanienallee"),
    "Room.name": ("The name; no two rooms of a site share one.", "Gastraum"),
    "Room.size_sqm": ("Floor area in square metres.", "33.0"),
    "Room.height_m": ("Height in metres.", "2.5"),
    "Room.max_occupancy": ("How many people may be in it at once.", 17),
    "Installation.from_timestamp_s": ("When the node was installed.", 1780000000),
    "Installation.to_timestamp_s": (
        "When it was taken away; this second does not count any more. A node is in one room at a time.",
        2147483647,
    ),
    "Installation.is_public": ("Whether everybody sees it, with its samples.", True),
    "Installation.image": ("Where its picture is; `PUT …/image/` changes it.", None),
    "Node.eui64": (
        "The address of the device in the radio network, 8 bytes in hex; no two nodes share one.",
        "9876B600001193E0",
    ),
    "Node.alias": ("What people call it.", "Clairchen Rot"),
    "Node.from_timestamp_s": ("When the first of the samples was measured.", 1789900000),
    "Node.to_timestamp_s": ("When the last of the samples was measured.", 1790000000),
    "Fidelity.fidelity": ("`E` is heard of, `M` missing, `D` dead; `U` was never heard of.", "E"),
    "Fidelity.last_contact_s": ("When it was last heard of.", 1789999700),
    "Fidelity.last_check_s": ("When this was found out.", 1790000000),
    "Protocol.identifier": ("The name of the protocol; no two share one.", "CLAIRCHENPROT_V01"),
    "Protocol.num_uplink_msgs": ("How many kinds of messages it has from nodes.", 1),
    "Protocol.num_downlink_msgs": ("How many kinds of messages it has to nodes.", 1),
    "Model.name": ("The name; no two models share one.", "CLAIRCHEN_PROTOTYPE_01"),
    "Model.trade_name": ("Under which name it is sold.", "Clairchen Mark 1"),
    "Model.manufacturer": ("Who makes it.", "Clairchen Enterprises"),
    "Model.sensor_type": ("What measures in it.", "Sensirion SCD30"),
    "Quantity.quantity": ("What is measured; no two quantities share a name.", "CO2"),
    "Quantity.base_unit": ("The unit of its values.", "PPM"),
}
"""What attributes mean, each with an example: by `Type.name`, or by `name` where one will do for all."""

RULES: Mapping[str, dict[str, object]] = {
    "Node.eui64": {"pattern": r"^([0-9A-Fa-f]{2}[\s:-]?){7}[0-9A-Fa-f]{2}$"},
}
"""What no declaration of an attribute says."""


def explanation(type_: str, name: str) -> dict[str, object]:
    """Explain an attribute in the words of OpenAPI."""
    text, example = MEANINGS.get(f"{type_}.{name}") or MEANINGS[name]
    return {"description": text} | ({} if example is None else {"examples": [example]})


def rules(type_: str, name: str) -> dict[str, object]:
    """Explain an attribute that is written, with the rule that only the commands know of it."""
    return RULES.get(f"{type_}.{name}", {}) | explanation(type_, name)
