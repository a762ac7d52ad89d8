"""Which uplinks of which network we want, and where its broker is."""

import ssl
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import unquote, urlsplit

from clair.config import ForwarderConfig
from clair.settings import ConfigError


@dataclass(frozen=True, slots=True)
class Network:
    """What differs from one LoRaWAN network to the next."""

    name: str  # last part of the endpoint's address, and part of the names of our files
    application: str
    topic: str
    username: str
    password: str | None = field(repr=False)


def the_things_stack(config: ForwarderConfig) -> Network:
    """Describe the uplinks of an application in The Things Stack."""
    account = f"{config.CLAIR_TTN_APP_ID}@{config.CLAIR_TTN_TENANT}"
    return Network(
        name="ttn",
        application=config.CLAIR_TTN_APP_ID,
        topic=f"v3/{account}/devices/+/up",
        username=account,
        password=config.CLAIR_TTN_ACCESS_KEY,
    )


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is, and how we log in."""

    host: str
    port: int
    username: str | None
    password: str | None = field(repr=False)
    tls: ssl.SSLContext | None

    @classmethod
    def of(cls, config: ForwarderConfig, network: Network) -> Self:
        """Read the broker's URL; a user in it goes before the network's own."""
        url = urlsplit(config.MQTT_URL)
        if not url.hostname:
            raise ConfigError("MQTT_URL names no host.")
        username, password = None, None
        if url.username:
            username, password = unquote(url.username), unquote(url.password or "")
        elif network.password:
            username, password = network.username, network.password
        tls = trust(config.MQTT_CA_FILE) if url.scheme == "mqtts" else None
        return cls(url.hostname, url.port or (8883 if tls else 1883), username, password, tls)


def trust(ca_file: str | None) -> ssl.SSLContext:
    """Check certificate and host name, against our own authority if there is one."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise ConfigError(f"MQTT_CA_FILE {ca_file} cannot be used: {error}.") from error
