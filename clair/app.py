"""Makes the application: a table of contents of its parts."""

import logging
import re
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import orjson
from flask import Flask, Request, Response, current_app, g
from flask.json.provider import JSONProvider
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from clair import auth, i18n
from clair.blueprints import accounts, api, dashboard, errors, health, ingest, installations, media
from clair.config import Config
from clair.extensions import IMPATIENT, babel, csrf, db, limiter, migrate

DAY_S = 86_400
YEAR_S = 365 * DAY_S
PAGES = (accounts, api, dashboard, installations, media)
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}


def create_app(config: Config | None = None) -> Flask:
    """Make the application from its settings, by default those of the environment."""
    config = config or Config.from_environment()
    app = Flask(__name__)
    configure(app, config)
    configure_logging(config)
    trust_proxies(app, config)
    db.init_app(app)
    migrate.init_app(app, db, directory=str(i18n.ROOT / "migrations"))
    csrf.init_app(app)
    babel.init_app(app, locale_selector=i18n.select_language)
    i18n.init_app(app)
    auth.init_app(app)
    count_attempts(app)
    open_doors(app, config)
    app.url_defaults(version_static)
    app.after_request(harden)
    return app


def configure(app: Flask, config: Config) -> None:
    """Hand the settings to Flask and its extensions under the names that they know."""
    app.config.from_object(config)
    app.json = OrjsonProvider(app)
    app.session_interface = PageSessions()
    app.config.update(
        SQLALCHEMY_DATABASE_URI=config.DATABASE_URL,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(config.DATABASE_URL),
        BABEL_DEFAULT_LOCALE="de",
        BABEL_TRANSLATION_DIRECTORIES=str(i18n.ROOT / "translations"),
        MAX_CONTENT_LENGTH=1024 * 1024,
        SESSION_COOKIE_NAME="sessionid",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=14 * DAY_S,
        REMEMBER_COOKIE_SECURE=config.SESSION_COOKIE_SECURE,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_STORAGE_URI=re.sub("^unix:", "redis+unix:", config.REDIS_URL),
        RATELIMIT_STORAGE_OPTIONS=IMPATIENT,
        SEND_FILE_MAX_AGE_DEFAULT=YEAR_S,
    )


def engine_options(database_url: str) -> dict[str, Any]:
    """Choose the options of the connection pool."""
    if database_url.startswith("sqlite"):
        return {}
    patience = {"connect_timeout": 5, "keepalives_idle": 10, "tcp_user_timeout": 15_000}
    return {"pool_size": 8, "max_overflow": 4, "pool_timeout": 5, "connect_args": patience}


def configure_logging(config: Config) -> None:
    """Log to stderr with time and level."""
    logging.basicConfig(
        level=config.LOG_LEVEL, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )


def trust_proxies(app: Flask, config: Config) -> None:
    """Believe the X-Forwarded headers of as many proxies as the operator runs in front."""
    if count := config.TRUSTED_PROXIES:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count, x_port=count
        )


def count_attempts(app: Flask) -> None:
    """Let views count what may not be tried too often."""
    limiter.init_app(app)
    # No address is limited as a whole, and to find that out would take longer than routing does.
    app.before_request_funcs[None].remove(limiter._check_request_limit)


def open_doors(app: Flask, config: Config) -> None:
    """Register the blueprints of this process's role."""
    app.url_map.converters["int"] = IdConverter
    app.register_blueprint(errors.bp)
    app.register_blueprint(health.bp)
    if config.CLAIR_ROLE in ("all", "ingest"):
        csrf.exempt(ingest.bp)
        app.register_blueprint(ingest.bp)
    if config.CLAIR_ROLE in ("all", "web"):
        # Who comes with a token needs no other; `auth` asks those who come with a session.
        csrf.exempt(api.bp)
        for page in PAGES:
            app.register_blueprint(page.bp)


def version_static(endpoint: str, values: dict[str, Any]) -> None:
    """Name each static file by its last change, so that browsers may keep it until the next."""
    if endpoint == "static":
        file = Path(current_app.static_folder or "") / values["filename"]
        values["v"] = int(file.stat().st_mtime) if file.exists() else 0


def harden(response: Response) -> Response:
    """Allow pages nothing but their own files, and nobody to frame them."""
    for name, value in SECURITY_HEADERS.items():
        # The page of the API's description has a policy of its own.
        response.headers.setdefault(name, value)
    if response.status_code == HTTPStatus.PERMANENT_REDIRECT:
        # The router's, with the host that the request claims; browsers would remember it.
        target = urlsplit(response.location or "")
        response.location = urlunsplit(("", "", target.path, target.query, ""))
    if "user" in g:
        # Nobody shall read with the back button what was on the screen before a log-out.
        response.headers.setdefault("Cache-Control", "private, no-store")
    return response


class PageSessions(SecureCookieSessionInterface):
    """Sessions for pages alone: opening one costs more than all else that Flask does for ingest."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Open the session of a browser; a forwarder has none."""
        if request.path.startswith("/ingest/"):
            return self.session_class()
        return super().open_session(app, request)


class IdConverter(IntegerConverter):
    """Takes the numbers that rows have; SQLite fails on larger ones, so they lead nowhere."""

    regex = "[0-9]{1,9}"


class OrjsonProvider(JSONProvider):
    """Reads and writes JSON with orjson."""

    def dumps(self, obj: Any, **_options: Any) -> str:
        """Write JSON."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_options: Any) -> Any:
        """Read JSON."""
        return orjson.loads(s)
