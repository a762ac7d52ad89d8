"""The application for gunicorn and `flask`."""

import gc

from clair.app import create_app

app = create_app()
# What is there for good need not be searched for rubbish: a fifth of the time of a long list.
gc.collect()
gc.freeze()
