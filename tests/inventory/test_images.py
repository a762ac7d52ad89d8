"""Photographs: what decodes is kept, written anew; all else is refused."""

import os
import struct
import zlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from clair import inventory
from clair.access import NOBODY, SYSTEM, Actor
from clair.errors import ClairError, Forbidden, Invalid, NotFound, Unauthorized
from clair.extensions import db
from clair.inventory import images, pictures

from conftest import World

FORMATS = [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp")]
ORIENTATION, GPS = 0x0112, 0x8825
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def picture(kind: str, size: tuple[int, int] = (60, 40), mode: str = "RGB", **how: object) -> bytes:
    """Draw a picture whose left half is black, and whose right half is white."""
    image = Image.new(mode, size, "white")
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2 - 1, size[1]), fill="black")
    buffer = BytesIO()
    image.save(buffer, kind, **how)
    return buffer.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def bomb(width: int, height: int) -> bytes:
    """Say that a PNG of some bytes is as large as a field."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    content = chunk(b"IDAT", zlib.compress(bytes(10_000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + content + chunk(b"IEND", b"")


def webp_bomb() -> bytes:
    """Say that a WebP of some bytes is 16383 pixels wide and high."""
    side = struct.pack("<I", 16383)[:3]
    extended = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + side * 2
    return b"RIFF" + struct.pack("<I", 4 + len(extended)) + b"WEBP" + extended


def with_exif(kind: str, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif.get_ifd(GPS)[1] = "N"
    exif[0x010E] = "Wohnung von Alice"
    return picture(kind, exif=exif)


@pytest.fixture
def media(tmp_path: Path) -> Path:
    return tmp_path / "media"


def put(world: World, media: Path, content: bytes) -> Image.Image:
    """Set the image as its owner, and open what is kept."""
    inventory.set_image(Actor(world.alice.id), world.installation, content, media)
    kept = Image.open(media / (world.installation.image or ""))
    kept.load()
    return kept


@pytest.mark.parametrize(("kind", "ending"), FORMATS)
def test_image_is_kept_under_a_name_that_nobody_guesses(
    world: World, media: Path, kind: str, ending: str
) -> None:
    kept = put(world, media, picture(kind))
    assert (kept.format, kept.size) == (kind, (60, 40))
    name = world.installation.image or ""
    assert [path.name for path in media.iterdir()] == [name]
    assert name.endswith(f".{ending}")
    assert len(name) == 36 + 1 + len(ending)
    first = name
    put(world, media, picture(kind))
    assert world.installation.image != first


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(("orientation", "size"), [(1, (60, 40)), (3, (60, 40)), (6, (40, 60))])
def test_image_is_upright_and_says_nothing_of_where_it_was_taken(
    world: World, media: Path, kind: str, orientation: int, size: tuple[int, int]
) -> None:
    kept = put(world, media, with_exif(kind, orientation))
    assert kept.size == size
    assert not kept.getexif()
    assert b"Alice" not in (media / str(world.installation.image)).read_bytes()
    dark = {1: (5, 20), 3: (55, 20), 6: (20, 5)}[orientation]
    assert max(kept.convert("RGB").getpixel(dark)) < 50


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_comments_and_profiles_go(world: World, media: Path, kind: str) -> None:
    how = {"comment": b"Wohnung"} if kind == "JPEG" else {}
    put(world, media, picture(kind, icc_profile=b"Profil von Alice" * 20, **how))
    content = (media / str(world.installation.image)).read_bytes()
    assert b"Wohnung" not in content
    assert b"Alice" not in content


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_page_that_hides_behind_an_image_goes(world: World, media: Path, kind: str) -> None:
    page = b"<html><script>alert(1)</script></html>"
    put(world, media, picture(kind) + page)
    content = (media / str(world.installation.image)).read_bytes()
    assert b"script" not in content


@pytest.mark.parametrize(("kind", "ending"), FORMATS)
@pytest.mark.parametrize(
    ("size", "kept_size"), [((2600, 1300), (2000, 1000)), ((100, 2500), (80, 2000))]
)
def test_image_is_not_larger_than_a_page_needs(
    world: World,
    media: Path,
    kind: str,
    ending: str,
    size: tuple[int, int],
    kept_size: tuple[int, int],
) -> None:
    assert put(world, media, picture(kind, size)).size == kept_size


@pytest.mark.parametrize(
    ("kind", "mode", "kept_mode"),
    [
        ("JPEG", "CMYK", "RGB"),
        ("JPEG", "L", "RGB"),
        ("PNG", "P", "RGBA"),
        ("PNG", "LA", "RGBA"),
        ("PNG", "RGBA", "RGBA"),
        ("PNG", "1", "RGB"),
        ("WEBP", "RGBA", "RGBA"),
    ],
)
def test_colours_of_all_kinds_are_read(
    world: World, media: Path, kind: str, mode: str, kept_mode: str
) -> None:
    image = Image.new("RGBA", (30, 30), (200, 10, 10, 128)).convert(mode)
    buffer = BytesIO()
    image.save(buffer, kind)
    assert put(world, media, buffer.getvalue()).mode == kept_mode


def test_first_of_several_images_is_kept(world: World, media: Path) -> None:
    buffer = BytesIO()
    others = [Image.new("RGB", (60, 40), "red")]
    first = Image.new("RGB", (60, 40), "blue")
    first.save(buffer, "MPO", save_all=True, append_images=others)
    kept = put(world, media, buffer.getvalue())
    assert kept.format == "JPEG"
    assert kept.getpixel((5, 5))[2] > 200
    assert len(buffer.getvalue()) > (media / str(world.installation.image)).stat().st_size


REFUSED = {
    "nothing": b"",
    "text": b"Ein Foto.",
    "svg": SVG,
    "gif": picture("GIF"),
    "bmp": picture("BMP"),
    "tiff": picture("TIFF"),
    "pdf": picture("PDF"),
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "page with a head of an image": b"\xff\xd8\xff<script>alert(1)</script>",
    "half a JPEG": picture("JPEG", (300, 300))[:900],
    "half a PNG": picture("PNG", (300, 300))[:150],
    "half a WebP": picture("WEBP", (300, 300))[:60],
    "zip with a head": b"PK\x03\x04" + picture("PNG"),
    "more than 10 MB": picture("PNG") + bytes(10_000_000),
    "bomb": bomb(30_000, 30_000),
    "bomb that Pillow warns of": bomb(10_000, 10_000),
    "bomb that Pillow lets pass": bomb(10_000, 5_001),
    "WebP bomb": webp_bomb(),
}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_proper_image_is_refused(world: World, media: Path, case: str) -> None:
    with pytest.raises(Invalid) as error:
        put(world, media, REFUSED[case])
    assert (error.value.field, error.value.code) == ("image", "invalid")
    assert world.installation.image is None
    assert not media.exists()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.filterwarnings("ignore::UserWarning")
@given(
    kind=st.sampled_from(["JPEG", "PNG", "WEBP"]),
    where=st.integers(0, 2000),
    what=st.binary(min_size=1, max_size=8),
)
def test_damaged_image_is_read_or_refused(kind: str, where: int, what: bytes) -> None:
    good = with_exif(kind, 6)
    where %= len(good)
    damaged = good[:where] + what + good[where + len(what) :]
    with suppress(Invalid):
        content, _ = pictures.rewrite(damaged, tuple(images.ENDINGS))
        assert Image.open(BytesIO(content)).format == kind


@pytest.mark.parametrize(
    ("name", "error"), [("bob", Forbidden), ("charlie", NotFound), ("reader", Forbidden)]
)
def test_others_set_no_image(
    world: World,
    media: Path,
    name: str,
    error: type[ClairError],
    request: pytest.FixtureRequest,
) -> None:
    actor = request.getfixturevalue(name)
    for who, wanted in ((actor, error), (NOBODY, Unauthorized)):
        with pytest.raises(wanted):
            inventory.set_image(who, world.installation, picture("PNG"), media)
    assert not media.exists()


def test_replaced_file_is_named_and_goes_after_the_commit(
    world: World, media: Path, alice: Actor
) -> None:
    assert inventory.set_image(alice, world.installation, picture("PNG"), media) is None
    first = world.installation.image
    assert inventory.set_image(alice, world.installation, picture("JPEG"), media) == first
    db.session.commit()
    inventory.remove_image(media, first)
    inventory.remove_image(media, first)
    inventory.remove_image(media, None)
    assert [path.name for path in media.iterdir()] == [world.installation.image]


def test_name_of_a_file_leads_nowhere_else(tmp_path: Path, media: Path) -> None:
    media.mkdir()
    (tmp_path / "secret").touch()
    inventory.remove_image(media, "../secret")
    assert (tmp_path / "secret").exists()


def test_files_of_deleted_installations_are_collected(
    world: World, media: Path, alice: Actor
) -> None:
    put(world, media, picture("PNG"))
    put(world, media, picture("PNG"))
    db.session.commit()
    kept = world.installation.image
    now_s = int(os.stat(media / str(kept)).st_mtime)
    (media / "notes.txt").touch()
    assert inventory.remove_unused_images(SYSTEM, media, now_s + 60) == 0, "may be of this minute"
    assert inventory.remove_unused_images(SYSTEM, media, now_s + 7200) == 1
    assert sorted(path.name for path in media.iterdir()) == sorted([str(kept), "notes.txt"])
    inventory.delete_organization(alice, world.cafe)
    assert inventory.remove_unused_images(SYSTEM, media, now_s + 7200) == 1
    with pytest.raises(Forbidden):
        inventory.remove_unused_images(alice, media, now_s)


def test_folder_that_is_not_there_has_no_files(app: object, media: Path) -> None:
    assert inventory.remove_unused_images(SYSTEM, media, 0) == 0
