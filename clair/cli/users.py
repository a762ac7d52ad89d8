"""`flask users`: accounts, and the tokens of their programs."""

import sys
import time

import click
from sqlalchemy import select

from clair import accounts, tokens
from clair.access import SYSTEM
from clair.cli import ID, Commands, as_json_option, print_rows
from clair.errors import NotFound
from clair.extensions import db
from clair.models import Scope, User

DAY_S = 86_400
users = Commands("users", help="Create and change accounts.")
from_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input."
)


def read_password(password_stdin: bool) -> str:
    """Take the password from standard input, or ask for it twice."""
    if password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


def find(name: str) -> User:
    """Find a user by name or e-mail address."""
    user = accounts.find_user(name)
    if user is None:
        raise NotFound(f"There is no user {name}; see `flask users list`.")
    return user


@users.command()
@click.argument("name")
@click.argument("email")
@click.option("--admin", is_flag=True, help="Make the user an administrator.")
@from_stdin
def create(name: str, email: str, admin: bool, password_stdin: bool) -> None:
    """Create an account.

    Example: echo secret-password | flask users create alice alice@example.org --password-stdin
    """
    password = read_password(password_stdin)
    user = accounts.create_user(SYSTEM, name, email, password, is_admin=admin)
    db.session.commit()
    click.echo(user.id)


@users.command("list")
@as_json_option
def list_users(as_json: bool) -> None:
    """List all accounts.

    Example: flask users list --json
    """
    found = db.session.scalars(select(User).order_by(User.username))
    rows = [
        {
            "id": user.id,
            "name": user.username,
            "email": user.email,
            "role": "administrator" if user.is_admin else "user",
            "state": "active" if user.is_active else "disabled",
        }
        for user in found
    ]
    print_rows(rows, as_json=as_json)


@users.command()
@click.argument("name")
@from_stdin
def set_password(name: str, password_stdin: bool) -> None:
    """Give a user a new password.

    Example: echo new-password | flask users set-password alice --password-stdin
    """
    user = find(name)
    accounts.set_password(SYSTEM, user, read_password(password_stdin))
    db.session.commit()


@users.command()
@click.argument("name")
def disable(name: str) -> None:
    """Keep a user from logging in.

    Example: flask users disable alice
    """
    accounts.disable_user(SYSTEM, find(name))
    db.session.commit()


@users.group("tokens", cls=Commands)
def tokens_group() -> None:
    """Let programs log in without a password."""


@tokens_group.command()
@click.argument("user")
@click.option("--name", required=True, help="What the token is for.")
@click.option(
    "--scope", type=click.Choice([str(each) for each in Scope]), default="write", show_default=True
)
@click.option("--days", type=click.IntRange(1, 36_500), help="Let it expire after some days.")
def add(user: str, name: str, scope: str, days: int | None) -> None:
    """Issue a token for a user and print its key, once.

    Example: flask users tokens add alice --name "nightly export" --scope read --days 365
    """
    now_s = int(time.time())
    expires_s = None if days is None else now_s + days * DAY_S
    _, key = tokens.issue_token(SYSTEM, find(user), name, Scope(scope), expires_s, now_s)
    db.session.commit()
    click.echo(key)


@tokens_group.command("list")
@click.argument("user")
@as_json_option
def list_tokens(user: str, as_json: bool) -> None:
    """List the tokens of a user that have not expired.

    Example: flask users tokens list alice --json
    """
    rows = [
        {
            "id": each.id,
            "name": each.name,
            "scope": each.scope,
            "created_s": each.created_s,
            "expires_s": each.expires_s,
        }
        for each in tokens.list_tokens(SYSTEM, find(user), int(time.time()))
    ]
    print_rows(rows, as_json=as_json)


@tokens_group.command()
@click.argument("number", type=ID, metavar="ID")
def revoke(number: int) -> None:
    """Revoke a token by its id.

    Example: flask users tokens revoke 7
    """
    tokens.revoke_token(SYSTEM, tokens.find_token(SYSTEM, number))
    db.session.commit()
