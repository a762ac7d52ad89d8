"""The photograph of an installation: only what decodes as an image is kept, written anew."""

import os
from pathlib import Path
from threading import BoundedSemaphore
from uuid import uuid4

from flask_babel import gettext as _
from sqlalchemy import select

from clair import access
from clair.access import Actor
from clair.errors import Invalid
from clair.extensions import db
from clair.models import Installation

ENDINGS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
"""By format, as the library names it."""
MAX_BYTES = 10_000_000
UNUSED_AFTER_S = 3600
DECODING = BoundedSemaphore(1)
"""One image takes half a gigabyte while it lasts."""


def set_image(
    actor: Actor, installation: Installation, file_bytes: bytes, folder: Path
) -> str | None:
    """Give an installation an image, and name the file that it replaces.

    That file is removed with `remove_image` after the commit: before, a rollback would need it.
    """
    access.require_owner(actor, installation)
    if len(file_bytes) > MAX_BYTES:
        raise Invalid("image", _("must not have more than 10 MB"), "invalid")
    # Takes memory, which processes spare that never have a picture.
    from clair.inventory.pictures import rewrite

    with DECODING:
        content, kind = rewrite(file_bytes, tuple(ENDINGS))
    replaced, installation.image = installation.image, f"{uuid4()}.{ENDINGS[kind]}"
    write(folder, installation.image, content)
    db.session.flush()
    return replaced


def remove_image(folder: Path, name: str | None) -> None:
    """Remove the file of an image that nothing names any more."""
    if name is not None:
        (folder / Path(name).name).unlink(missing_ok=True)


def remove_unused_images(actor: Actor, folder: Path, now_s: int) -> int:
    """Remove the files that no installation names, and say how many: of deleted installations."""
    access.require_system(actor)
    named = set(db.session.scalars(select(Installation.image)))
    # A file is there a moment before the row that names it is committed.
    unused = [
        path
        for ending in ENDINGS.values()
        for path in folder.glob(f"*.{ending}")
        if path.name not in named and path.stat().st_mtime < now_s - UNUSED_AFTER_S
    ]
    for path in unused:
        path.unlink(missing_ok=True)
    return len(unused)


def write(folder: Path, name: str, content: bytes) -> None:
    """Write a file that is on the disk before the database knows of it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
