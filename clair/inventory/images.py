"""The photograph of an installation: only what decodes as an image is kept, written anew."""

import os
from io import BytesIO
from pathlib import Path
from threading import BoundedSemaphore
from uuid import uuid4

from flask_babel import gettext as _
from PIL import Image, ImageOps
from sqlalchemy import select

from clair import access
from clair.access import Actor
from clair.errors import Invalid
from clair.extensions import db
from clair.models import Installation

ENDINGS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
MAX_BYTES = 10_000_000
MAX_PIXELS = 50_000_000
LONGEST_SIDE_PX = 2000
UNUSED_AFTER_S = 3600
DECODING = BoundedSemaphore(1)
"""One image takes half a gigabyte while it lasts."""
BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)


def set_image(
    actor: Actor, installation: Installation, file_bytes: bytes, folder: Path
) -> str | None:
    """Give an installation an image, and name the file that it replaces.

    That file is removed with `remove_image` after the commit: before, a rollback would need it.
    """
    access.require_owner(actor, installation)
    if len(file_bytes) > MAX_BYTES:
        raise Invalid("image", _("must not have more than 10 MB"), "invalid")
    with DECODING:
        content, ending = rewrite(file_bytes)
    replaced, installation.image = installation.image, f"{uuid4()}.{ending}"
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


def rewrite(file_bytes: bytes) -> tuple[bytes, str]:
    """Encode nothing of an image but its pixels, upright and no larger than needed.

    What else is in the file goes: where the photograph was taken, and pages or programs that hide
    behind the end of the image.
    """
    image, kind = read(file_bytes)
    buffer = BytesIO()
    image.save(buffer, kind, quality=85)
    return buffer.getvalue(), ENDINGS[kind]


def read(file_bytes: bytes) -> tuple[Image.Image, str]:
    """Decode an image, and say in which format it came."""
    try:
        with Image.open(BytesIO(file_bytes), formats=tuple(ENDINGS)) as image:
            # Telephones write several images into one JPEG; the first one is meant.
            return decode(image), "JPEG" if image.format == "MPO" else str(image.format)
    except BOMBS as error:
        raise too_large() from error
    except Invalid:
        raise
    # In a damaged file, the readers stumble in ways that nobody has listed.
    except Exception as error:
        raise Invalid("image", _("must be a JPEG, PNG or WebP image"), "invalid") from error


def decode(image: Image.Image) -> Image.Image:
    """Make the pixels of an image that is not too large, upright, and bare of all else."""
    if image.width * image.height > MAX_PIXELS:
        raise too_large()
    mode = "RGBA" if image.has_transparency_data else "RGB"
    bare = image if image.mode == mode else image.convert(mode)
    bare.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX))
    upright = ImageOps.exif_transpose(bare)
    upright.info.clear()
    return upright


def write(folder: Path, name: str, content: bytes) -> None:
    """Write a file that is on the disk before the database knows of it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def too_large() -> Invalid:
    """Say how large an image may be."""
    return Invalid("image", _("must not have more than 50 million pixels"), "invalid")
