"""The application for gunicorn and `flask`."""

from clair.app import create_app

app = create_app()
