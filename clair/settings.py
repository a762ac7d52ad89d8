"""How a setting is read: from the text of a variable to a value, or one sentence about its fault."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import IO, Any, Self
from urllib.parse import urlsplit

import click
from flask.cli import NoAppException

Network = IPv4Network | IPv6Network
TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}
HOST = re.compile(r"([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:\d{1,5})?", re.ASCII)


class ConfigError(NoAppException):
    """A setting is missing or wrong; the sentence names it and says what it takes.

    Flask shows this kind of error without a trace, also when it only wants to list its commands.
    """

    exit_code = 1

    def show(self, file: IO[Any] | None = None) -> None:
        """Say the sentence alone, without how the command is used."""
        click.ClickException.show(self, file)


# --- readers: from the text of a variable to a value, or a ValueError that ends its sentence


def text(value: str) -> str:
    """Read a text that must not be empty."""
    if not value.strip():
        raise ValueError("must not be empty")
    return value.strip()


def boolean(value: str) -> bool:
    """Read 0/1, true/false, yes/no or on/off, and refuse all else."""
    if value.strip().lower() in TRUE | FALSE:
        return value.strip().lower() in TRUE
    raise ValueError("must be 0/1, true/false, yes/no or on/off")


def whole_number(value: str) -> int:
    """Read a whole number of zero or more."""
    if value.strip().isascii() and value.strip().isdigit():
        return int(value)
    raise ValueError("must be a whole number")


def one_of(*choices: str) -> Callable[[str], str]:
    """Read one of a few words."""

    def read(value: str) -> str:
        if value.strip() in choices:
            return value.strip()
        raise ValueError(f"must be one of {', '.join(choices)}")

    return read


def url_of(*schemes: str) -> Callable[[str], str]:
    """Read a URL with one of the schemes."""

    def read(value: str) -> str:
        url = value.strip()
        try:
            parts = urlsplit(url)
            usable = parts.scheme in schemes and parts.port != 0 and (parts.netloc or parts.path)
        except ValueError:
            usable = False
        if not usable:
            raise ValueError(f"must be a URL that begins with {':// or '.join(schemes)}://")
        return url

    return read


def database_url(value: str) -> str:
    """Read the database's URL; PostgreSQL is always spoken to through psycopg2."""
    url = url_of("postgresql", "postgres", "postgresql+psycopg2", "sqlite")(value)
    scheme, rest = url.split("://", 1)
    return f"{'sqlite' if scheme.lower() == 'sqlite' else 'postgresql+psycopg2'}://{rest}"


def host_name(value: str) -> str:
    """Read the name of a host, with its port if that is not the usual one."""
    host = value.strip().lower()
    if not HOST.fullmatch(host):
        raise ValueError("must be a host such as clair.example.org or localhost:8000")
    return host


def port(value: str) -> int:
    """Read the number of a port."""
    if not 0 < whole_number(value) < 65_536:
        raise ValueError("must be a port, 1 to 65535")
    return int(value)


def sender(value: str) -> str:
    """Read an address such as `Clair <clair@example.org>`."""
    address = parseaddr(text(value))[1]
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", address) or not value.isprintable():
        raise ValueError("must be an address such as Clair <clair@example.org>")
    return value.strip()


def root_url(value: str) -> str:
    """Read the root of an HTTP interface; it always ends in a slash."""
    return url_of("http", "https")(value).rstrip("/") + "/"


def networks(value: str) -> tuple[Network, ...]:
    """Read networks such as `10.0.0.0/8, ::1`."""
    try:
        return tuple(ip_network(part) for part in value.replace(",", " ").split())
    except ValueError as error:
        raise ValueError("must be networks such as 10.0.0.0/8, separated by commas") from error


def folder(value: str) -> Path:
    """Read a folder; it need not exist yet."""
    return Path(text(value)).absolute()


# --- the machinery


def find_text(name: str, environ: Mapping[str, str]) -> str | None:
    """Find the text of a setting: X, or the content of the file that X_FILE names."""
    file = environ.get(f"{name}_FILE")
    if name in environ and file:
        raise ValueError(f"and {name}_FILE are both set; keep one")
    if not file:
        return environ.get(name)
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot be read from the file {file}") from error


def setting(
    meaning: str, read: Callable[[str], Any], *, default: Any = MISSING, secret: bool = False
) -> Any:
    """Declare a setting: what it means, how its text is read, and its default if it has one."""
    return field(default=default, metadata={"meaning": meaning, "read": read, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """Settings that are read from the environment; any X may also stand in the file X_FILE."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read all settings, or raise a ConfigError that names every one that is wrong."""
        values, problems = cls.read(environ)
        if problems:
            raise ConfigError(" ".join(problems))
        return cls(**values)

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
        """Return the values that could be read, and a sentence for each that could not."""
        values, problems = {}, []
        for each in fields(cls):
            try:
                value = cls.find(each, environ)
                if value is not None:
                    values[each.name] = each.metadata["read"](value)
                elif each.default is MISSING:
                    problems.append(f"{each.name} is missing: {each.metadata['meaning']}.")
            except ValueError as error:
                problems.append(f"{each.name} {error}.")
        return values, problems

    @classmethod
    def find(cls, each: Field[Any], environ: Mapping[str, str]) -> str | None:
        """Find the text of a setting."""
        return find_text(each.name, environ)

    @classmethod
    def listed(cls, environ: Mapping[str, str] = os.environ) -> list[tuple[str, str, str]]:
        """List name, value (secrets masked) and meaning of each setting, also of a missing one."""
        values, _ = cls.read(environ)
        return [
            (
                each.name,
                mask(
                    values.get(each.name, None if each.default is MISSING else each.default), each
                ),
                each.metadata["meaning"],
            )
            for each in fields(cls)
        ]


def mask(value: Any, each: Field[Any]) -> str:
    """Show a value to an operator without showing a secret."""
    if value is None or value == ():
        return ""
    if each.metadata["secret"]:
        return "********"
    shown = " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    if "://" not in shown:
        return shown
    return re.sub(r"(?<=:)[^/@]+(?=@)|(?<=password=)[^&]+", "********", shown)
