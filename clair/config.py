"""Every setting: its type, unit, default and meaning. A wrong one stops the start with one sentence."""

from collections.abc import Mapping
from dataclasses import Field, dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import quote

from clair.settings import (
    Network,
    Settings,
    boolean,
    database_url,
    find_text,
    folder,
    host_name,
    networks,
    one_of,
    port,
    root_url,
    sender,
    setting,
    text,
    url_of,
    whole_number,
)

DATA = Path("instance").absolute()
SETTLED_ELSEWHERE = ("CLAIR_MODE", "CLAIR_TTN_STACK")
"""Of the predecessor, and harmless: a sensor's family is registered, and one stack is left."""
SQL_PARTS = ("SQL_ENGINE", "SQL_USER", "SQL_PASSWORD", "SQL_HOST", "SQL_PORT", "SQL_DATABASE")


@dataclass(frozen=True, kw_only=True)
class HealthConfig(Settings):
    """The settings of `flask forward health`, which looks at a file alone."""

    CLAIR_DATA: Path = setting(
        "folder of everything that is kept outside the database", folder, default=DATA
    )


@dataclass(frozen=True, kw_only=True)
class Config(HealthConfig):
    """The settings of the application."""

    SECRET_KEY: str = setting("signs sessions and links; at least 16 characters", text, secret=True)
    DATABASE_URL: str = setting(
        "the database: postgresql://… or sqlite:///…; composed of SQL_* when absent", database_url
    )
    REDIS_URL: str = setting(
        "the job queue, and the counts of log-ins that failed",
        url_of("redis", "rediss", "unix"),
        default="redis://localhost:6379/0",
    )
    MQTT_URL: str = setting(
        "the broker that demo simulate publishes to",
        url_of("mqtt", "mqtts"),
        default="mqtt://localhost:1883",
    )
    CLAIR_DOMAIN: str = setting(
        "host in the links of mails, with its port if needed", host_name, default="localhost:8000"
    )
    CLAIR_ROLE: str = setting(
        "which doors this process opens: pages, ingest or both",
        one_of("all", "web", "ingest"),
        default="all",
    )
    SESSION_COOKIE_SECURE: bool = setting(
        "send the session cookie over HTTPS only", boolean, default=True
    )
    TRUSTED_PROXIES: int = setting(
        "how many proxies in front add X-Forwarded headers", whole_number, default=0
    )
    INGEST_ANONYMOUS_FROM: tuple[Network, ...] = setting(
        "networks that may post samples without a token, for old forwarders", networks, default=()
    )
    INGEST_SIMULATED: bool = setting(
        "store uplinks that were injected by hand in the network's console", boolean, default=False
    )
    EMAIL_HOST: str | None = setting(
        "server that sends mails; none are sent without", text, default=None
    )
    EMAIL_PORT: int = setting("its port; 465 is encrypted from the first byte", port, default=587)
    EMAIL_HOST_USER: str | None = setting("user at the server for mails", text, default=None)
    EMAIL_HOST_PASSWORD: str | None = setting(
        "password at the server for mails", text, default=None, secret=True
    )
    EMAIL_USE_TLS: bool = setting("encrypt what is sent to it (STARTTLS)", boolean, default=True)
    DEFAULT_FROM_EMAIL: str | None = setting(
        "sender of mails; clair@ the host of CLAIR_DOMAIN when absent", sender, default=None
    )
    LOG_LEVEL: str = setting(
        "how much is logged", one_of("DEBUG", "INFO", "WARNING", "ERROR"), default="INFO"
    )

    @classmethod
    def find(cls, each: Field[Any], environ: Mapping[str, str]) -> str | None:
        """Compose the database's URL of the predecessor's SQL_* names when it is absent."""
        value = super().find(each, environ)
        if each.name == "SECRET_KEY" and value is not None and len(value) < 16:
            raise ValueError("must have at least 16 characters")
        if each.name == "DATABASE_URL" and value is None and environ.get("SQL_DATABASE"):
            return compose_database_url(environ)
        return value


@dataclass(frozen=True, kw_only=True)
class ForwarderConfig(HealthConfig):
    """The settings of `flask forward`, which needs neither database nor secret key."""

    CLAIR_TTN_APP_ID: str = setting("the application's id in the network", text)
    CLAIR_INGEST_TOKEN: str = setting(
        "the token that `flask ingest source add` printed", text, secret=True
    )
    MQTT_URL: str = setting(
        "the network's broker; may carry user:password@",
        url_of("mqtt", "mqtts"),
        default="mqtts://eu1.cloud.thethings.network:8883",
    )
    MQTT_CA_FILE: str | None = setting("own certificate authority for mqtts", text, default=None)
    CLAIR_TTN_TENANT: str = setting("the tenant of the application", text, default="ttn")
    CLAIR_TTN_ACCESS_KEY: str | None = setting(
        "the key that may read the application's traffic", text, default=None, secret=True
    )
    CLAIR_API_ROOT: str = setting(
        "root of the ingest interface", root_url, default="http://localhost:8000/ingest/v1/"
    )
    LOG_LEVEL: str = setting(
        "how much is logged", one_of("DEBUG", "INFO", "WARNING", "ERROR"), default="INFO"
    )


def compose_database_url(environ: Mapping[str, str]) -> str:
    """Compose a PostgreSQL URL of SQL_USER, SQL_PASSWORD (or its file), SQL_HOST, SQL_PORT, SQL_DATABASE."""
    if "postgres" not in environ.get("SQL_ENGINE", "postgresql"):
        raise ValueError("cannot be composed: SQL_ENGINE must name PostgreSQL")
    try:
        password = quote(find_text("SQL_PASSWORD", environ) or "", safe="")
    except ValueError as error:
        raise ValueError(f"cannot be composed: SQL_PASSWORD {error}") from error
    user = quote(environ.get("SQL_USER", ""), safe="")
    host = f"{environ.get('SQL_HOST', 'localhost')}:{environ.get('SQL_PORT', '5432')}"
    return f"postgresql://{user}:{password}@{host}/{environ['SQL_DATABASE']}"


def find_unknown(environ: Mapping[str, str]) -> list[str]:
    """Find variables that look like settings of Clair but are none, such as misspelt ones."""
    known = {each.name for cls in (Config, ForwarderConfig) for each in fields(cls)}
    known |= {*SQL_PARTS, *SETTLED_ELSEWHERE}
    known |= {f"{name}_FILE" for name in known}
    ours = ("CLAIR_", "EMAIL_", "INGEST_", "SQL_", "MQTT_")
    return sorted(name for name in environ if name.startswith(ours) and name not in known)
