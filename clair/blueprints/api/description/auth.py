"""What can be done below auth/: log-in and log-out, the own account, its tokens, new passwords."""

from collections.abc import Mapping

from clair.blueprints.api import account_schemas as schemas
from clair.blueprints.api.description.answers import body, document
from clair.blueprints.api.description.objects import (
    describe_attributes,
    describe_draft,
    id_of,
    kind,
    many,
    record,
)
from clair.blueprints.api.description.operations import (
    READER,
    WRITER,
    WRITING,
    Operation,
)
from clair.blueprints.api.description.texts import explanation
from clair.blueprints.api.description.values import Schema, ref
from clair.blueprints.api.schemas import Resource

ACCOUNT = "Own account"
TAGS: Mapping[str, str] = {
    ACCOUNT: "Log-in and log-out, the own names, tokens for programs, new passwords.",
}
SAID = {"200": document(ref("Detail"), "It is done; `detail` says so to people.")}
NO_ACCOUNT = (400, 401, 403, 406, 409, 413, 415, 429)


def request_of(schema: type[Resource], *needed: str, is_whole: bool = True) -> Schema:
    """Describe a request with the attributes of an account document."""
    return record({"data": describe_draft(schema, list(needed), is_whole=is_whole)})


def shown(schema: type[Resource]) -> Schema:
    """Describe a resource object that has no links."""
    type_ = schema.type_
    properties = {"type": kind(type_), "id": id_of(type_)}
    return record(properties | {"attributes": describe_attributes(schema)})


KEY: Schema = {"type": "string"} | explanation("LoginView", "key")
SCHEMAS: Mapping[str, Schema] = {
    "Login": request_of(schemas.LoginView),
    "Key": record(
        {
            "data": record(
                {
                    "type": kind("LoginView"),
                    "id": KEY,
                    "attributes": record({"key": KEY}),
                }
            )
        }
    ),
    "Account": shown(schemas.Account),
    "ChangedAccount": request_of(schemas.Account, "id", is_whole=False),
    "ReplacedAccount": request_of(schemas.Account, "id"),
    "PasswordChange": request_of(schemas.PasswordChangeView),
    "PasswordReset": request_of(schemas.PasswordResetView),
    "PasswordResetConfirm": request_of(schemas.PasswordResetConfirmView),
    "Token": shown(schemas.Token),
    "NewToken": request_of(schemas.Token),
}


def ask(summary: str, schema: str, success: Mapping[str, Schema] = SAID) -> Operation:
    """Describe what anybody may do who has no account, or has lost the way to it."""
    return Operation(
        summary=summary,
        success=success,
        statuses=NO_ACCOUNT,
        security=[{}, *WRITER],
        request=body(ref(schema)),
    )


def answer_with(schema: Schema, description: str) -> Schema:
    """Describe an answer with an account document."""
    return document(record({"data": schema}), description)


def change_account(summary: str, schema: str) -> Operation:
    """Describe a change of the own account."""
    return Operation(
        summary=summary,
        success={"200": answer_with(ref("Account"), "The account as it is now.")},
        statuses=set(WRITING) - {404},
        security=WRITER,
        request=body(ref(schema)),
    )


LOG_OUT = Operation(
    summary="Log out",
    description="Ends the session and the token that came with the request.",
    success=SAID,
    statuses=(401, 403, 406),
    security=[{}, *WRITER],
)
SHOW_ACCOUNT = Operation(
    summary="Show the own account",
    success={"200": answer_with(ref("Account"), "The account.")},
    statuses=(401, 406),
    security=READER,
)
CHANGE_PASSWORD = Operation(
    summary="Change the own password",
    description="All tokens end, and all sessions but this one.",
    success=SAID,
    statuses=NO_ACCOUNT,
    security=WRITER,
    request=body(ref("PasswordChange")),
)
LIST_TOKENS = Operation(
    summary="List the own tokens",
    success={"200": answer_with(many(ref("Token")), "The tokens, without their keys.")},
    statuses=(401, 406),
    security=READER,
)
LOCATION: Schema = {"description": "Its address.", "schema": {"type": "string", "format": "uri"}}
ISSUE_TOKEN = Operation(
    summary="Issue a token",
    success={
        "201": answer_with(ref("Token"), "The token, this once with its key.")
        | {"headers": {"Location": LOCATION}}
    },
    statuses=set(WRITING) - {404},
    security=WRITER,
    request=body(ref("NewToken")),
)
SHOW_TOKEN = Operation(
    summary="Show one of the own tokens",
    success={"200": answer_with(ref("Token"), "The token, without its key.")},
    statuses=(401, 404, 406),
    security=READER,
)
REVOKE_TOKEN = Operation(
    summary="Revoke one of the own tokens",
    success={"204": {"description": "It opens nothing any more."}},
    statuses=(401, 403, 404, 406),
    security=WRITER,
)

OPERATIONS: Mapping[str, Operation] = {
    "auth_log_in": ask(
        "Log in", "Login", {"200": document(ref("Key"), "The key, and a session in cookies.")}
    ),
    "auth_log_out": LOG_OUT,
    "auth_show_account": SHOW_ACCOUNT,
    "auth_change_account_patch": change_account("Change the own names", "ChangedAccount"),
    "auth_change_account_put": change_account("Replace the own names", "ReplacedAccount"),
    "auth_change_password": CHANGE_PASSWORD,
    "auth_ask_for_reset": ask("Ask for a mail with a link for a new password", "PasswordReset"),
    "auth_reset_password": ask("Set a new password with that link", "PasswordResetConfirm"),
    "auth_list_tokens": LIST_TOKENS,
    "auth_issue_token": ISSUE_TOKEN,
    "auth_show_token": SHOW_TOKEN,
    "auth_revoke_token": REVOKE_TOKEN,
}
"""By endpoint, with the method where they differ."""
