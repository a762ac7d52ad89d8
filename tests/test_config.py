"""Settings are read strictly, and a wrong one is named in a sentence that says what it takes."""

import ast
from ipaddress import ip_network
from pathlib import Path

import pytest

from clair import settings as machinery
from clair.config import Config, ForwarderConfig, find_unknown
from clair.settings import ConfigError

SECRET_KEY = "0123456789abcdef"
REQUIRED = {"SECRET_KEY": SECRET_KEY, "DATABASE_URL": "sqlite:////tmp/clair.sqlite"}
COMPOSED = {"SECRET_KEY": SECRET_KEY, "SQL_DATABASE": "clair", "SQL_USER": "clair"}
FORWARDER = {"CLAIR_TTN_APP_ID": "my-sensors", "CLAIR_INGEST_TOKEN": "token"}


def read(**environ: str) -> Config:
    return Config.from_environment(REQUIRED | environ)


def mistakes(cls: type[machinery.Settings], environ: dict[str, str]) -> str:
    with pytest.raises(ConfigError) as error:
        cls.from_environment(environ)
    assert error.value.exit_code == 1
    return error.value.message


def test_two_settings_are_enough() -> None:
    settings = read()
    assert settings.SECRET_KEY == SECRET_KEY
    assert settings.SESSION_COOKIE_SECURE
    assert settings.INGEST_ANONYMOUS_FROM == ()
    assert not settings.INGEST_SIMULATED
    assert settings.CLAIR_DATA.is_absolute()


@pytest.mark.parametrize("word", ["1", "true", "TRUE", "yes", "On", " on "])
def test_words_for_yes(word: str) -> None:
    assert read(INGEST_SIMULATED=word).INGEST_SIMULATED is True


@pytest.mark.parametrize("word", ["0", "false", "FALSE", "no", "Off"])
def test_words_for_no(word: str) -> None:
    assert read(SESSION_COOKIE_SECURE=word).SESSION_COOKIE_SECURE is False


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("SECRET_KEY", "short", "must have at least 16 characters"),
        ("SECRET_KEY", " " * 20, "must not be empty"),
        ("DATABASE_URL", "", "must be a URL that begins with postgresql://"),
        ("DATABASE_URL", "mysql://localhost/clair", "must be a URL that begins with postgresql://"),
        ("DATABASE_URL", "postgresql://localhost:port/clair", "must be a URL"),
        ("REDIS_URL", "localhost:6379", "must be a URL that begins with redis://"),
        ("MQTT_URL", "https://broker", "must be a URL that begins with mqtt:// or mqtts://"),
        ("MQTT_URL", "mqtt://", "must be a URL"),
        ("MQTT_URL", "mqtt://localhost:99999", "must be a URL"),
        ("CLAIR_DATA", "", "must not be empty"),
        ("CLAIR_ROLE", "everything", "must be one of all, web, ingest"),
        ("CLAIR_DOMAIN", "", "must be a host such as clair.example.org"),
        ("CLAIR_DOMAIN", "https://clair.example.org", "must be a host"),
        ("CLAIR_DOMAIN", "clair.example.org/", "must be a host"),
        ("CLAIR_DOMAIN", "clair example.org", "must be a host"),
        ("CLAIR_DOMAIN", "clair.example.org:http", "must be a host"),
        ("EMAIL_HOST", " ", "must not be empty"),
        ("EMAIL_PORT", "smtp", "must be a whole number"),
        ("EMAIL_PORT", "0", "must be a port, 1 to 65535"),
        ("EMAIL_PORT", "65536", "must be a port, 1 to 65535"),
        ("EMAIL_USE_TLS", "maybe", "must be 0/1, true/false, yes/no or on/off"),
        ("DEFAULT_FROM_EMAIL", "Clair", "must be an address such as Clair <clair@example.org>"),
        ("DEFAULT_FROM_EMAIL", "a@example.org\nBcc: b@example.org", "must be an address"),
        ("SESSION_COOKIE_SECURE", "", "must be 0/1, true/false, yes/no or on/off"),
        ("SESSION_COOKIE_SECURE", "maybe", "must be 0/1, true/false, yes/no or on/off"),
        ("INGEST_SIMULATED", "2", "must be 0/1, true/false, yes/no or on/off"),
        ("TRUSTED_PROXIES", "-1", "must be a whole number"),
        ("TRUSTED_PROXIES", "²", "must be a whole number"),
        ("TRUSTED_PROXIES", "1.0", "must be a whole number"),
        ("INGEST_ANONYMOUS_FROM", "everywhere", "must be networks such as 10.0.0.0/8"),
        ("INGEST_ANONYMOUS_FROM", "10.0.0.1/8", "must be networks such as 10.0.0.0/8"),
        ("LOG_LEVEL", "loud", "must be one of DEBUG, INFO, WARNING, ERROR"),
    ],
)
def test_wrong_setting_is_named_with_its_rule(name: str, value: str, rule: str) -> None:
    message = mistakes(Config, REQUIRED | {name: value})
    assert message.startswith(f"{name} {rule}")
    assert message.endswith(".")


def test_every_mistake_is_named_at_once() -> None:
    message = mistakes(Config, {"LOG_LEVEL": "loud", "CLAIR_ROLE": "none", "DATABASE_URL": "x"})
    for name in ("SECRET_KEY is missing: ", "LOG_LEVEL must", "CLAIR_ROLE must", "DATABASE_URL"):
        assert name in message


def test_mistake_does_not_show_the_value() -> None:
    assert "hunter2" not in mistakes(Config, REQUIRED | {"DATABASE_URL": "mysql://u:hunter2@h/d"})


def test_mails_are_off_and_encrypted_unless_told_otherwise() -> None:
    settings = read()
    assert (settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS) == (None, 587, True)
    assert settings.CLAIR_DOMAIN == "localhost:8000"
    assert read(EMAIL_USE_TLS="False").EMAIL_USE_TLS is False


@pytest.mark.parametrize("host", ["clair.example.org", "localhost:8000", "10.0.0.1", "[::1]:80"])
def test_domain_is_a_host_with_or_without_port(host: str) -> None:
    assert host == read(CLAIR_DOMAIN=f" {host.upper()} ").CLAIR_DOMAIN


@pytest.mark.parametrize("sender", ["clair@example.org", "Clair <clair@example.org>"])
def test_sender_of_mails_may_have_a_name(sender: str) -> None:
    assert sender == read(DEFAULT_FROM_EMAIL=sender).DEFAULT_FROM_EMAIL


def test_networks_are_separated_by_commas_or_blanks() -> None:
    networks = read(INGEST_ANONYMOUS_FROM="10.0.0.0/8, ::1 192.168.1.7").INGEST_ANONYMOUS_FROM
    assert networks == tuple(map(ip_network, ("10.0.0.0/8", "::1/128", "192.168.1.7/32")))


# --- files


def test_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{SECRET_KEY}\n")
    environ = REQUIRED | {"SECRET_KEY_FILE": str(tmp_path / "key")}
    del environ["SECRET_KEY"]
    assert Config.from_environment(environ).SECRET_KEY == SECRET_KEY


def test_setting_and_its_file_together_are_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(SECRET_KEY)
    message = mistakes(Config, REQUIRED | {"SECRET_KEY_FILE": str(tmp_path / "key")})
    assert message == "SECRET_KEY and SECRET_KEY_FILE are both set; keep one."


@pytest.mark.parametrize("content", [None, b"\xff\xfe"], ids=["missing", "no text"])
def test_unreadable_file_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "url"
    if content is not None:
        file.write_bytes(content)
    environ = {"SECRET_KEY": SECRET_KEY, "DATABASE_URL_FILE": str(file)}
    assert mistakes(Config, environ) == f"DATABASE_URL cannot be read from the file {file}."


def test_empty_name_of_a_file_is_no_file() -> None:
    assert read(SECRET_KEY_FILE="").SECRET_KEY == SECRET_KEY


# --- the database's URL


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2", "POSTGRES"])
def test_postgresql_is_always_spoken_to_through_psycopg2(scheme: str) -> None:
    settings = read(DATABASE_URL=f"{scheme}://clair@db/clair")
    assert settings.DATABASE_URL == "postgresql+psycopg2://clair@db/clair"


@pytest.mark.parametrize("scheme", ["sqlite", "SQLite"])
def test_sqlite_stays_sqlite(scheme: str) -> None:
    assert read(DATABASE_URL=f"{scheme}:////var/c.db").DATABASE_URL == "sqlite:////var/c.db"


def test_database_url_is_composed_of_the_names_of_the_predecessor() -> None:
    environ = COMPOSED | {
        "SQL_ENGINE": "django.db.backends.postgresql",
        "SQL_PASSWORD": "p@ss/w:rd%",
        "SQL_HOST": "db",
        "SQL_PORT": "5433",
    }
    url = Config.from_environment(environ).DATABASE_URL
    assert url == "postgresql+psycopg2://clair:p%40ss%2Fw%3Ard%25@db:5433/clair"


def test_composed_url_takes_the_password_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("geheim\n")
    environ = COMPOSED | {"SQL_PASSWORD_FILE": str(tmp_path / "password")}
    url = Config.from_environment(environ).DATABASE_URL
    assert url == "postgresql+psycopg2://clair:geheim@localhost:5432/clair"


def test_database_url_wins_over_its_parts() -> None:
    url = Config.from_environment(COMPOSED | REQUIRED).DATABASE_URL
    assert url.startswith("sqlite:")


@pytest.mark.parametrize(
    ("part", "mistake"),
    [
        ({"SQL_ENGINE": "django.db.backends.mysql"}, "SQL_ENGINE must name PostgreSQL"),
        ({"SQL_PASSWORD_FILE": "/nowhere"}, "SQL_PASSWORD cannot be read from the file /nowhere"),
        (
            {"SQL_PASSWORD": "x", "SQL_PASSWORD_FILE": "/nowhere"},
            "SQL_PASSWORD and SQL_PASSWORD_FILE are both set",
        ),
        ({"SQL_PORT": "default"}, "must be a URL"),
    ],
)
def test_url_that_cannot_be_composed_is_a_mistake(part: dict[str, str], mistake: str) -> None:
    message = mistakes(Config, COMPOSED | part)
    assert message.startswith("DATABASE_URL ")
    assert mistake in message


# --- the forwarder


def test_forwarder_needs_neither_database_nor_secret_key() -> None:
    settings = ForwarderConfig.from_environment(FORWARDER)
    assert settings.MQTT_URL == "mqtts://eu1.cloud.thethings.network:8883"
    assert settings.CLAIR_TTN_TENANT == "ttn"
    assert settings.CLAIR_TTN_ACCESS_KEY is None


def test_root_of_the_interface_ends_in_a_slash() -> None:
    environ = FORWARDER | {"CLAIR_API_ROOT": "https://clair.example.org/ingest/v1"}
    root = ForwarderConfig.from_environment(environ).CLAIR_API_ROOT
    assert root == "https://clair.example.org/ingest/v1/"


def test_forwarder_names_what_it_lacks() -> None:
    message = mistakes(ForwarderConfig, {"CLAIR_API_ROOT": "http://"})
    assert "CLAIR_TTN_APP_ID is missing" in message
    assert "CLAIR_INGEST_TOKEN is missing" in message
    assert "CLAIR_API_ROOT must be a URL" in message


# --- what operators see


def test_unknown_settings_are_found_and_known_ones_are_not() -> None:
    known = ("CLAIR_DATA", "SECRET_KEY_FILE", "CLAIR_TTN_ACCESS_KEY_FILE", "SQL_PASSWORD_FILE")
    known += ("CLAIR_DOMAIN", "EMAIL_HOST_PASSWORD_FILE")
    wrong = ("CLAIR_DOMIAN", "EMAIL_USE_SSL", "INGEST_ANONYMUS_FROM", "SQL_PASSWROD", "MQTT_URI")
    assert find_unknown(dict.fromkeys((*known, *wrong, "PATH"), "")) == sorted(wrong)


def test_secrets_are_masked() -> None:
    environ = {
        "SECRET_KEY": SECRET_KEY,
        "EMAIL_HOST_PASSWORD": "hunter2",
        "DATABASE_URL": "postgresql://clair:hunter2@db/clair",
        "REDIS_URL": "redis://:hunter2@redis:6379/0",
        "MQTT_URL": "mqtt://clair:hunter2@broker",
    }
    other = {"DATABASE_URL": "postgresql://db/clair?user=clair&password=hunter2&sslmode=require"}
    assert "hunter2" not in str(Config.listed(other))
    values = {name: value for name, value, _ in Config.listed(environ)}
    assert values["SECRET_KEY"] == "********"
    assert values["DATABASE_URL"] == "postgresql+psycopg2://clair:********@db/clair"
    assert "hunter2" not in str(values)
    assert SECRET_KEY not in str(values)


def test_secrets_of_the_forwarder_are_masked() -> None:
    environ = FORWARDER | {"CLAIR_INGEST_TOKEN": "hunter2", "CLAIR_TTN_ACCESS_KEY": "hunter3"}
    assert "hunter" not in str(ForwarderConfig.listed(environ))


def test_every_setting_is_listed_with_its_meaning() -> None:
    listed = Config.listed({})
    assert all(meaning for _, _, meaning in listed)
    assert {name for name, _, _ in listed} == set(Config.__dataclass_fields__)


# --- the rule


def test_nothing_else_reads_the_environment() -> None:
    root = Path(machinery.__file__).parent
    allowed = {root / "settings.py"}
    readers = {path for path in root.rglob("*.py") if reads_environment(path)}
    # These hand the whole environment to a reader of `config`.
    handing_on = {root / "cli" / "config.py", root / "cli" / "demo.py"}
    assert readers <= allowed | handing_on


def reads_environment(path: Path) -> bool:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names |= {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "os"
        for alias in node.names
    }
    return bool(names & {"environ", "environb", "getenv", "getenvb"})
