"""The overview of an organization: a card for each room that is watched."""

import time

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from clair import access, overview
from clair.analytics.sparkline import sparkline
from clair.auth import public

bp = Blueprint("dashboard", __name__)


@bp.get("/")
@public
def home() -> ResponseReturnValue:
    """Lead visitors on; a public start page will stand here."""
    return redirect(url_for("dashboard.start"))


@bp.get("/dashboard/")
def start() -> ResponseReturnValue:
    """Open the first organization of the user, or say what to do without one."""
    organizations = overview.organizations(g.actor)
    if organizations:
        return redirect(url_for("dashboard.show", organization_id=organizations[0][0]))
    return render_template("dashboard/start.html")


@bp.get("/dashboard/<int:organization_id>/")
def show(organization_id: int) -> ResponseReturnValue:
    """Show how the air is in all rooms of an organization."""
    return render_template("dashboard/show.html", **cards_of(organization_id))


@bp.get("/dashboard/<int:organization_id>/cards/")
def cards(organization_id: int) -> ResponseReturnValue:
    """Show the cards alone, for the page to refresh itself."""
    return render_template("dashboard/_cards.html", **cards_of(organization_id))


def cards_of(organization_id: int) -> dict[str, object]:
    """Fetch what the cards show."""
    now_s = int(time.time())
    organization = access.get_own_organization(organization_id, g.actor)
    found = overview.cards(g.actor, organization.id, now_s)
    return {
        "organization": organization,
        "cards": found,
        "now_s": now_s,
        "sparkline": sparkline,
    }


@bp.app_context_processor
def navigation() -> dict[str, object]:
    """Give every page the organizations to switch between; asked only where it is shown."""
    return {"my_organizations": lambda: overview.organizations(g.actor)}
