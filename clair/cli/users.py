"""`flask users`: accounts."""

import sys

import click
from sqlalchemy import select

from clair import accounts
from clair.access import SYSTEM
from clair.cli import Commands, as_json_option, print_rows
from clair.errors import NotFound
from clair.extensions import db
from clair.models import User

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
