"""Passwords: hashes of ours and of the predecessor, and which new ones are good enough."""

import base64
import hashlib
from time import perf_counter

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from clair.errors import Invalid, Problems
from clair.passwords import broken_rules, check_password, is_outdated, is_password

ADMIN = "pbkdf2_sha256$216000$mYzrVXAoSvy9$bKIk5us46JWunifjotmunlWLAieUXY3Lt4e7V67fy4E="
"""The password "admin", as the demo of the predecessor has it."""
SHORT, SIMILAR, COMMON, NUMERIC, LONG = (
    f"password_{rule}"
    for rule in ("too_short", "too_similar", "too_common", "entirely_numeric", "too_long")
)
ALICE = ("alice_w", "alice.wonder@example.org", "Alice", "Wunderlich")


def django_hash(password: str, iterations: int = 1000, salt: str = "salt") -> str:
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), iterations)
    return f"pbkdf2_sha256${iterations}${salt}${base64.b64encode(digest).decode()}"


def codes(password: str, about: tuple[str, ...] = ALICE) -> list[str]:
    return [code for code, _ in broken_rules(password, about)]


# --- hashes


def test_password_of_the_predecessor_is_recognized() -> None:
    assert is_password(ADMIN, "admin")
    assert not is_password(ADMIN, "Admin")
    assert not is_password(ADMIN, "")
    assert is_outdated(ADMIN)


def test_own_hash_is_recognized_and_a_weak_one_outdated() -> None:
    strong, weak = PasswordHasher(), PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    assert is_password(strong.hash("Käse"), "Käse")
    assert not is_password(strong.hash("Käse"), "Kase")
    assert not is_outdated(strong.hash("Käse"))
    assert is_outdated(weak.hash("Käse"))


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "!",
        "!Lu9kKzFWlbn4",
        "admin",
        "pbkdf2_sha256",
        "pbkdf2_sha256$$$",
        "pbkdf2_sha256$0$salt$AAAA",
        "pbkdf2_sha256$-1$salt$AAAA",
        "pbkdf2_sha256$many$salt$AAAA",
        "pbkdf2_sha256$²$salt$AAAA",
        "pbkdf2_sha256$1000$salt$",
        "pbkdf2_sha256$1000$salt$A",
        "pbkdf2_sha256$1000$salt$AAAA",
        "pbkdf2_sha256$1000$$AAAA",
        "pbkdf2_sha1$1000$salt$AAAA",
        django_hash("admin").replace("pbkdf2_sha256", "md5"),
        django_hash("admin") + "$more",
        django_hash("admin") + "\n",
        "$argon2id$v=19$m=8,t=1,p=1$",
        "\0",
        "ß" * 255,
    ],
)
def test_password_of_a_broken_hash_is_wrong(stored: str) -> None:
    assert not is_password(stored, "admin")


def test_hash_that_would_take_minutes_is_broken() -> None:
    began_s = perf_counter()
    assert not is_password("pbkdf2_sha256$9999999$salt$AAAA", "admin")
    assert perf_counter() - began_s < 0.5


@pytest.mark.parametrize("password", ["", "\0", "\ud800", "ä" * 5000])
def test_odd_password_is_wrong(password: str) -> None:
    assert not is_password(django_hash("admin"), password)
    assert not is_password(PasswordHasher().hash("admin"), password)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=40))
def test_every_password_of_the_predecessor_gets_in(password: str) -> None:
    assert is_password(django_hash(password, 1), password)
    assert not is_password(django_hash(password, 1), password + "x")


@given(st.text(max_size=60), st.text(max_size=20))
def test_no_hash_whatever_is_a_fault(stored: str, password: str) -> None:
    assert not is_password(f"pbkdf2_sha256${stored}", password)
    assert not is_password(stored, password)


# --- new passwords


@pytest.mark.parametrize(
    ("password", "broken"),
    [
        ("correct horse battery", []),
        ("Käsekuchen!", []),
        ("sev7n!?", [SHORT]),
        ("", [SHORT]),
        ("eight8!?", []),
        ("x!" * 64, []),
        ("x!" * 64 + "x", [LONG]),
        ("password1", [COMMON]),
        ("PASSWORD1", [COMMON]),
        ("7421093658", [NUMERIC]),
        ("٧٤٢١٠٩٣٦٥٨", [NUMERIC]),
        ("12345678", [COMMON, NUMERIC]),
        ("1234567", [SHORT, COMMON, NUMERIC]),
        ("alice_w1", [SIMILAR]),
        ("ALICE_W!", [SIMILAR]),
        ("wunderlich", [SIMILAR]),
        ("Wunderlich99", [SIMILAR]),
        ("alice.wonder@example", [SIMILAR]),
        ("alice", [SHORT, SIMILAR]),
        ("alice has a long password", []),
    ],
)
def test_new_password_is_told_every_rule_that_it_breaks(password: str, broken: list[str]) -> None:
    assert codes(password) == broken


def test_password_is_compared_with_names_that_there_are() -> None:
    assert codes("wunderlich", ("bob", "bob@example.org", "", "")) == []


def test_one_broken_rule_is_raised_alone_and_several_together() -> None:
    with pytest.raises(Invalid) as one:
        check_password("sev7n!?", ALICE, "new_password2")
    assert (one.value.field, one.value.code) == ("new_password2", SHORT)
    with pytest.raises(Problems) as several:
        check_password("1234567", ALICE)
    assert [each.code for each in several.value.problems] == [SHORT, COMMON, NUMERIC]
    assert str(several.value).startswith("password: must have at least 8 characters; password: ")


def test_long_password_is_compared_quickly() -> None:
    began_s = perf_counter()
    broken = codes("a" * 1_000_000, ("a" * 150, "a" * 254, "a" * 150, "a" * 150))
    assert LONG in broken
    assert perf_counter() - began_s < 0.5
