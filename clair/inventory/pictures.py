"""Pixels of a photograph: decoded with suspicion, turned upright, and written anew."""

from io import BytesIO

from flask_babel import gettext as _
from PIL import Image, ImageOps

from clair.errors import Invalid

MAX_PIXELS = 50_000_000
LONGEST_SIDE_PX = 2000
BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)


def rewrite(file_bytes: bytes, formats: tuple[str, ...]) -> tuple[bytes, str]:
    """Encode nothing of an image but its pixels, upright and no larger than needed, and name its format.

    What else is in the file goes: where the photograph was taken, and pages or programs that hide
    behind the end of the image.
    """
    image, kind = read(file_bytes, formats)
    buffer = BytesIO()
    image.save(buffer, kind, quality=85)
    return buffer.getvalue(), kind


def read(file_bytes: bytes, formats: tuple[str, ...]) -> tuple[Image.Image, str]:
    """Decode an image, and say in which format it came."""
    try:
        with Image.open(BytesIO(file_bytes), formats=formats) as image:
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


def too_large() -> Invalid:
    """Say how large an image may be."""
    return Invalid("image", _("must not have more than 50 million pixels"), "invalid")
