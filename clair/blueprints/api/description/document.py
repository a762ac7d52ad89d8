"""Puts the description together: every address of the application below /api/v1/, and every schema."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from flask import Flask
from werkzeug.routing import Rule

from clair.blueprints.api.description.answers import SHARED, describe_failures
from clair.blueprints.api.description.objects import UUID, describe_all
from clair.blueprints.api.description.operations import describe_general
from clair.blueprints.api.description.parameters import NUMBER, PAGING
from clair.blueprints.api.description.special import SCHEMAS, SPECIAL, TAGS
from clair.blueprints.api.description.texts import INTRODUCTION, KINDS
from clair.blueprints.api.description.values import Schema
from clair.blueprints.api.relations import Resource
from clair.blueprints.api.resources import BY_TYPE, RESOURCES

PREFIX = "/api/v1/"
VARIABLE = re.compile(r"<(?:[^:<>]+:)?(\w+)>")
AUTOMATIC = {"HEAD", "OPTIONS"}
BY_UUID = ("nodes", "fidelity", "node-timeseries")
VARIABLES: Mapping[str, Schema] = {
    "month": {"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[0-2])$"},
}
"""What stands in an address besides ids."""


def build(app: Flask) -> Schema:
    """Describe the JSON:API of an application."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Clair",
            "version": "1",
            "description": INTRODUCTION,
            "license": {"name": "BSD-3-Clause", "identifier": "BSD-3-Clause"},
        },
        "tags": describe_tags(),
        "paths": describe_paths(app),
        "components": {
            "schemas": describe_all(RESOURCES) | dict(SHARED) | dict(SCHEMAS),
            "parameters": dict(PAGING),
            "responses": describe_failures(),
            "securitySchemes": describe_credentials(str(app.config["SESSION_COOKIE_NAME"])),
        },
    }


def describe_tags() -> list[Schema]:
    """Describe the chapters: one for each kind of resource, and the others."""
    kinds = [
        {"name": KINDS[type_], "description": resource.schema.__doc__}
        for type_, resource in BY_TYPE.items()
    ]
    others = [{"name": name, "description": text} for name, text in TAGS.items()]
    return sorted(kinds, key=lambda tag: str(tag["name"])) + others


def describe_credentials(session_cookie: str) -> dict[str, Schema]:
    """Describe what tells who asks."""
    return {
        "token": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token <key>`, with a key that a log-in gave.",
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": session_cookie,
            "description": "The session of a browser.",
        },
        "csrf": {
            "type": "apiKey",
            "in": "header",
            "name": "X-CSRFToken",
            "description": "The value of the cookie `csrftoken`: it comes with every session.",
        },
    }


def describe_paths(app: Flask) -> dict[str, Schema]:
    """Describe every address with every method; two rules may share an address."""
    paths: dict[str, Schema] = {}
    for rule in rules(app):
        methods = sorted((rule.methods or set()) - AUTOMATIC)
        item = paths.setdefault(path_of(rule), {})
        view = app.view_functions[rule.endpoint]
        for method in methods:
            item[method.lower()] = describe_rule(rule, method, view, is_only=len(methods) == 1)
    return paths


def rules(app: Flask) -> Iterator[Rule]:
    """List the rules of the JSON:API."""
    return (rule for rule in app.url_map.iter_rules() if rule.rule.startswith(PREFIX))


def path_of(rule: Rule) -> str:
    """Write the address of a rule as OpenAPI does; a key is an id to those outside."""
    return VARIABLE.sub(lambda found: f"{{{name_of(found[1])}}}", rule.rule)


def name_of(variable: str) -> str:
    """Name a variable of an address for those outside."""
    return "id" if variable == "key" else variable


def describe_rule(rule: Rule, method: str, view: Callable[..., object], *, is_only: bool) -> Schema:
    """Describe what a method does at the address of a rule."""
    endpoint = rule.endpoint.partition(".")[2]
    name = endpoint if is_only else f"{endpoint}_{method.lower()}"
    if isinstance(view, partial):
        resource: Resource = view.args[0]
        tag, operation = KINDS[resource.type], describe_general(view.func, method, *view.args)
    else:
        tag, operation = SPECIAL[name]
    words = re.findall(r"\w+", path_of(rule).removeprefix(PREFIX))
    return operation.described(tag, "_".join([method.lower(), *words]), path_parameters(rule))


def path_parameters(rule: Rule) -> list[Schema]:
    """Describe the variables of an address."""
    kind = rule.rule.removeprefix(PREFIX).partition("/")[0]
    return [
        {
            "name": name_of(variable),
            "in": "path",
            "required": True,
            "schema": VARIABLES.get(variable) or (UUID if kind in BY_UUID else NUMBER),
        }
        for variable in VARIABLE.findall(rule.rule)
    ]
