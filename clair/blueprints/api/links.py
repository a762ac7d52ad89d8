"""Addresses of the API: where it begins, and what is asked for now with other parameters."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from flask import request


def root() -> str:
    """Give the address below which all resources are."""
    return f"{server()}/api/v1/"


def here() -> str:
    """Give the address of this request, without its parameters."""
    return f"{server()}{quote(request.path.rstrip('/'))}/"


def server() -> str:
    """Name the scheme and the host as the client knows them."""
    # Not `host_url`, which fails on a host name in Punycode that says nothing.
    return f"{request.scheme}://{request.host}"


def last(name: str) -> str | None:
    """Read a parameter; of a repeated one the last counts."""
    values = request.args.getlist(name)
    return values[-1] if values else None


def url_with(changes: Mapping[str, str]) -> str:
    """Name this address with other parameters, in the order of their names."""
    arguments = {name: last(name) or "" for name in request.args} | dict(changes)
    return f"{here()}?{urlencode(sorted(arguments.items()))}"
