"""People keep their accounts, and nobody gets the address or the place of somebody else."""

import pytest
from managair import dumps
from managair.dumps import PEOPLE, PLACES, Record, Take, email, membership, organization, user
from sqlalchemy import select

from clair.extensions import db
from clair.managair.summary import Outcome
from clair.models import ApiToken, Membership, User

SKIPPED = Outcome.SKIPPED


def accounts() -> dict[int, tuple[str, bool]]:
    rows = db.session.execute(select(User.id, User.email, User.is_email_verified))
    return {key: (address, is_verified) for key, address, is_verified in rows}


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        ([], ("nele@buecherei.example", False)),
        (
            [email(1, 3, "nele@buecherei.example", verified=False)],
            ("nele@buecherei.example", False),
        ),
        ([email(1, 3, "nele@buecherei.example")], ("nele@buecherei.example", True)),
        ([email(1, 3, "neu@nele.example")], ("neu@nele.example", True)),
        (
            [email(1, 3, "zweite@nele.example", primary=False), email(2, 3, "erste@nele.example")],
            ("erste@nele.example", True),
        ),
        (
            [
                email(1, 3, "alt@nele.example", primary=False),
                email(2, 3, "neu@nele.example", verified=False),
            ],
            ("neu@nele.example", False),
        ),
        (
            [
                email(1, 3, "alt@nele.example", primary=False, verified=False),
                email(2, 3, "neu@nele.example", primary=False),
            ],
            ("neu@nele.example", True),
        ),
    ],
    ids=["none", "unconfirmed", "confirmed", "another", "two", "changed", "none is primary"],
)
def test_primary_address_is_the_one_that_counts(
    take: Take, addresses: list[Record], expected: tuple[str, bool]
) -> None:
    summary = take([user(3, "nele"), *addresses])
    assert accounts() == {3: expected}
    skipped = [remark.count for (model, _), remark in summary.remarks.items()]
    assert sum(skipped) == max(0, len(addresses) - 1)


def test_second_address_is_named(take: Take) -> None:
    summary = take([*PEOPLE, email(9, 3, "nele@privat.example", primary=False)])
    reason = "a user has one address here, and that is the primary one"
    assert summary.remarks["account.emailaddress", reason].examples == ["nele@privat.example"]
    assert summary.counts["account.emailaddress"][SKIPPED] == 1


def test_administrator_needs_no_confirmed_address(take: Take) -> None:
    take([user(8, "chefin", is_superuser=True, email="")])
    take([user(9, "gast", email="")])
    assert accounts() == {
        8: ("user-8@no-address.invalid", True),
        9: ("user-9@no-address.invalid", False),
    }


def test_address_belongs_to_the_one_who_confirmed_it(take: Take) -> None:
    summary = take(
        [
            user(3, "nachahmer", email="OVE@buecherei.example"),
            user(5, "ove"),
            email(2, 5, "ove@buecherei.example"),
        ]
    )
    assert accounts() == {5: ("ove@buecherei.example", True)}
    remark = summary.remarks["auth.user", "its e-mail address is taken here"]
    assert remark.examples == ["3 “nachahmer” – here 5 “ove”"]


def test_account_that_is_switched_off_stays_so(take: Take) -> None:
    take([user(3, "nele", is_active=False, password="!unusable")])
    nele = db.session.get_one(User, 3)
    assert (nele.is_active, nele.password_hash) == (False, "!unusable")


@pytest.mark.parametrize(
    ("role", "kept"), [("O", "O"), ("I", "I"), ("A", "I"), ("X", None), (None, None), (1, None)]
)
def test_role_of_old_becomes_inspector_and_unknown_ones_none(
    take: Take, role: str, kept: str | None
) -> None:
    summary = take([user(3, "nele"), organization(7, "Stadtbücherei"), membership(1, 7, 3, role)])
    assert db.session.scalar(select(Membership.role)) == kept
    remarks = [text for (_, text) in summary.remarks]
    assert bool(remarks) == (role not in ("O", "I"))


def test_users_may_be_named_instead_of_numbered(take: Take) -> None:
    """As `dumpdata --natural-foreign` does."""
    nobody = membership(23, 7, ["niemand"])
    summary = take(
        [
            user(3, "nele"),
            email(1, ["nele"], "nele@buecherei.example"),
            dumps.record("authtoken.token", dumps.TOKEN, user=["nele"], created="2021-02-03"),
            organization(7, "Stadtbücherei"),
            membership(21, 7, ["nele"], "O"),
            nobody,
        ]
    )
    assert db.session.scalars(select(Membership.user_id)).all() == [3]
    assert db.session.scalars(select(ApiToken.user_id)).all() == [3]
    assert accounts()[3][1] is True
    assert summary.counts["core.membership"][SKIPPED] == 1


def test_dump_without_numbers_is_refused_record_by_record(take: Take) -> None:
    """As `dumpdata --natural-primary` makes it."""
    nameless = user(3, "nele")
    del nameless["pk"]
    summary = take([nameless, organization(7, "Stadtbücherei")])
    assert summary.counts["auth.user"][SKIPPED] == 1
    assert (
        "auth.user",
        "it has no key; make the dump without --natural-primary",
    ) in summary.remarks


def test_people_of_another_file_are_missed_and_found_together(take: Take) -> None:
    summary = take(PLACES)
    missing = "its user is not in the files; give all files of a dump at once"
    assert summary.remarks["core.membership", missing].count == 2
    summary = take(PLACES, PEOPLE)
    assert summary.counts["core.membership"] == {Outcome.CREATED: 2}
    assert db.session.scalars(select(Membership.id)).all() == [21, 22]
