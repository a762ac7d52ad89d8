"""An import can be repeated: nothing changes, and what people changed here stays as they left it."""

from itertools import islice
from pathlib import Path

import pytest
from managair import dumps
from managair.dumps import BEGIN_S, LIBRARY, SENSOR, Take, contents, membership, sample, user
from sqlalchemy import delete, func, select, text, update

from clair.access import SYSTEM
from clair.extensions import db
from clair.managair.collect import collect
from clair.managair.dump import opened
from clair.managair.inventory import import_inventory
from clair.managair.samples import BATCH, import_samples
from clair.managair.summary import Outcome, Summary
from clair.models import (
    ApiToken,
    Base,
    Installation,
    Membership,
    Node,
    Organization,
    Room,
    Sample,
    Site,
    User,
)

from conftest import NOW_S

CREATED, UNCHANGED, SKIPPED = Outcome


def test_second_time_changes_nothing(take: Take) -> None:
    first = take(LIBRARY)
    before = contents()
    second = take(LIBRARY, now_s=NOW_S + 86_400)
    assert contents() == before
    for model, counts in first.counts.items():
        assert second.counts[model] == {UNCHANGED: counts[CREATED]}, model
    assert dict(second.remarks) == {}


def test_same_file_twice_is_once(take: Take) -> None:
    summary = take(LIBRARY, LIBRARY)
    assert summary.counts["core.organization"] == {CREATED: 1}
    assert summary.counts["core.sample"] == {CREATED: 12, UNCHANGED: 12}
    assert dict(summary.remarks) == {}


CHANGES = [
    (User, 3, {"username": "neleneu", "email": "neu@nele.example", "password_hash": "x"}),
    (User, 5, {"is_active": False, "is_admin": True}),
    (Organization, 7, {"name": "Bücherhalle", "description": "am Speicher"}),
    (Membership, 22, {"role": "O"}),
    (Site, 12, {"name": "Stammhaus", "time_zone": "Europe/Vienna"}),
    (Room, 13, {"name": "Großer Saal", "max_occupancy": 9}),
    (Installation, 31, {"to_timestamp_s": BEGIN_S + 86_400, "is_public": False}),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: f"{change[0].__name__} {change[1]}")
def test_what_was_changed_here_stays_changed(
    take: Take, change: tuple[type[Base], int, dict[str, object]]
) -> None:
    take(LIBRARY)
    model, key, values = change
    db.session.execute(update(model).filter_by(id=key).values(values))
    db.session.commit()
    before = contents()
    summary = take(LIBRARY)
    assert contents() == before
    assert sum(counts[CREATED] + counts[SKIPPED] for counts in summary.counts.values()) == 0
    differs = [text for _, text in summary.remarks if text.startswith("differs")]
    assert differs == ["differs from what is here, which stays as it is"]


def test_changed_address_stays_and_keeps_its_site(take: Take) -> None:
    take(LIBRARY)
    db.session.execute(text("UPDATE address SET street1 = 'Am Markt 1'"))
    db.session.commit()
    before = contents()
    summary = take(LIBRARY)
    assert contents() == before
    assert summary.counts["core.address"] == {SKIPPED: 1}
    assert summary.counts["core.site"] == {UNCHANGED: 1}


def test_who_has_left_does_not_come_back(take: Take) -> None:
    take(LIBRARY)
    db.session.execute(delete(Membership).where(Membership.id == 22))
    db.session.commit()
    summary = take([*LIBRARY, user(6, "kim"), membership(23, 7, 6)])
    assert set(db.session.scalars(select(Membership.user_id))) == {3, 6}
    assert summary.counts["core.membership"] == {UNCHANGED: 1, SKIPPED: 1, CREATED: 1}


def test_token_that_was_given_up_does_not_come_back(take: Take) -> None:
    take(LIBRARY)
    db.session.execute(delete(ApiToken))
    db.session.commit()
    summary = take(LIBRARY)
    assert db.session.scalar(select(func.count(ApiToken.id))) == 0
    assert summary.counts["authtoken.token"] == {SKIPPED: 1}
    [remark] = summary.remarks.values()
    assert remark.examples == ["of user 3"]


def test_later_dump_brings_what_is_new(take: Take) -> None:
    take(LIBRARY)
    later = [
        dumps.room(14, "Kinderecke", 12),
        dumps.node("00000000-0000-4000-8000-0000000000aa", "0A0B0C0D0E0F0199", 7),
        dumps.installation(32, dumps.SPARE, 14, BEGIN_S + 600),
        sample(SENSOR, BEGIN_S + 86_400),
    ]
    summary = take([*LIBRARY, *later])
    created = {
        model: counts[CREATED] for model, counts in summary.counts.items() if counts[CREATED]
    }
    assert created == {
        "core.node": 1,
        "core.room": 1,
        "core.roomnodeinstallation": 1,
        "core.sample": 1,
    }


def test_samples_may_come_later_than_their_sensors(take: Take) -> None:
    take([each for each in LIBRARY if each["model"] != "core.sample"])
    assert take(dumps.SAMPLES).counts == {"core.sample": {CREATED: 12}}


def test_interrupted_import_goes_on_where_it_was(take: Take, tmp_path: Path) -> None:
    """What was committed before the interruption is not lost, and not stored twice."""
    samples = [sample(SENSOR, BEGIN_S + n) for n in range(2 * BATCH + 5)]
    path = dumps.write(tmp_path / "whole.json", [*samples, *LIBRARY[: -len(dumps.SAMPLES)]])
    with opened([str(path)]) as files:
        collected = collect(files, NOW_S, Summary(), lambda _: None)
        nodes = import_inventory(SYSTEM, collected, Summary())
        db.session.commit()
        for _ in islice(import_samples(SYSTEM, files, nodes, Summary(), lambda _: None), 1):
            db.session.commit()
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Sample)) == BATCH
    summary = take([*samples, *LIBRARY[: -len(dumps.SAMPLES)]])
    assert summary.counts["core.sample"] == {UNCHANGED: BATCH, CREATED: BATCH + 5}
    assert summary.counts["core.node"] == {UNCHANGED: 2}


def test_interrupted_inventory_leaves_nothing(take: Take, tmp_path: Path) -> None:
    path = dumps.write(tmp_path / "whole.json", LIBRARY)
    with opened([str(path)]) as files:
        collected = collect(files, NOW_S, Summary(), lambda _: None)
        import_inventory(SYSTEM, collected, Summary())
    db.session.rollback()
    assert db.session.scalar(select(func.count(Organization.id))) == 0
    assert take(LIBRARY).counts["core.node"] == {CREATED: 2}
    assert db.session.scalar(select(func.count(Node.id))) == 2
