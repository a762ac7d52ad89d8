"""The picture of an installation: how it comes, what is refused, and who sees it."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from clair.extensions import db
from clair.models import User

from blueprints.api.speaking import Program, document, problems
from blueprints.api.town import Town
from conftest import Browser

ProgramOf = Callable[..., Program]
INVALID = [("400", "/data/attributes/image", "invalid")]
URL = re.compile(r"http://localhost(/media/[0-9a-f-]{36}\.(jpg|png|webp))")


@pytest.fixture
def media(app: Flask) -> Path:
    """The folder of the pictures."""
    return Path(app.config["CLAIR_DATA"]) / "media"


@pytest.fixture
def call(town: Town, program_of: ProgramOf) -> Program:
    """Let Alice speak."""
    return program_of(town.alice)


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    """Paint a small picture."""
    buffer = BytesIO()
    Image.new("RGB", size, "peru").save(buffer, kind, **options)
    return buffer.getvalue()


def upload(call: Program, row_id: int, content: bytes, name: str = "Theke.PNG") -> TestResponse:
    """Send a picture as a form does."""
    file = FileStorage(BytesIO(content), name, "image")
    boundary, body = encode_multipart({"image": file})
    media_type = f"multipart/form-data; boundary={boundary}"
    path = f"installations/{row_id}/image/"
    return call("PUT", path, data=body, content_type=media_type)


def path_of(answer: TestResponse) -> str:
    """Take the path of the picture from an answer."""
    assert answer.status_code == 200, answer.json
    found = URL.fullmatch(answer.json["data"]["attributes"]["image"])
    assert found
    return found[1]


def test_picture_is_kept_and_named_everywhere_alike(
    town: Town, call: Program, client_of: Callable[[User | None], Browser]
) -> None:
    row_id = town.installation.id
    answer = upload(call, row_id, picture("JPEG"))
    url = answer.json["data"]["attributes"]["image"]
    assert answer.json["data"] == {
        "type": "Installation",
        "id": str(row_id),
        "attributes": {"image": url},
        "links": {"self": f"http://localhost/api/v1/installations/{row_id}/"},
    }
    changed = call("PATCH", f"installations/{row_id}/", document("Installation", row_id))
    shown = call("GET", f"installations/{row_id}/")
    listed = call("GET", f"rooms/{town.room.id}/installations/").json["data"][0]
    for resource in (changed.json["data"], shown.json["data"], listed):
        assert resource["attributes"]["image"] == url
    page = client_of(town.alice).get(path_of(answer), buffered=True)
    assert (page.status_code, page.mimetype) == (200, "image/jpeg")
    with Image.open(BytesIO(page.data)) as image:
        assert image.size == (40, 30)


@pytest.mark.parametrize(
    ("kind", "ending"), [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp"), ("MPO", "jpg")]
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_name_ends_with_what_the_picture_is(
    town: Town, call: Program, kind: str, ending: str
) -> None:
    path = path_of(upload(call, town.installation.id, picture(kind), "evil.svg"))
    assert path.endswith(f".{ending}")


def test_replaced_picture_goes(town: Town, call: Program, media: Path) -> None:
    row_id = town.installation.id
    first = media / Path(path_of(upload(call, row_id, picture()))).name
    assert first.exists()
    second = media / Path(path_of(upload(call, row_id, picture("WEBP")))).name
    assert second.exists()
    assert not first.exists()


def damaged() -> dict[str, bytes]:
    """Collect what is no picture, or no longer."""
    return {
        "empty": b"",
        "text": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "cut short": picture("PNG")[:60],
        "gif": picture("GIF"),
        "bmp": picture("BMP"),
        "pdf": picture("PDF"),
        "tiff": picture("TIFF"),
        "random": bytes(range(256)) * 20,
    }


def test_what_is_no_picture_is_refused(town: Town, call: Program, media: Path) -> None:
    before = set(media.glob("*"))
    for name, content in damaged().items():
        answer = upload(call, town.installation.id, content, f"{name}.png")
        assert problems(answer) == INVALID, name
    db.session.rollback()
    assert town.installation.image is None
    assert set(media.glob("*")) == before


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_too_many_pixels_are_refused(town: Town, call: Program) -> None:
    content = picture("PNG", (8000, 7000), compress_level=1)
    assert problems(upload(call, town.installation.id, content)) == INVALID


def test_too_many_bytes_are_refused(town: Town, call: Program) -> None:
    padded = picture() + bytes(10_000_000)
    assert problems(upload(call, town.installation.id, padded)) == INVALID
    answer = upload(call, town.installation.id, bytes(12 * 1024 * 1024))
    assert problems(answer) == [("413", "/data", "too_large")]


def test_form_must_have_the_field(town: Town, call: Program) -> None:
    path = f"installations/{town.installation.id}/image/"
    for data in ({"picture": (BytesIO(picture()), "a.png")}, {"image": "a.png"}, {"x": "y"}):
        answer = call("PUT", path, data=data, content_type="multipart/form-data")
        assert problems(answer) == [("400", "/data/attributes/image", "required")], data


def test_only_forms_bring_pictures(town: Town, call: Program) -> None:
    path, row_id = f"installations/{town.installation.id}/image/", town.installation.id
    unsupported = [("415", "/data", "unsupported_media_type")]
    body = document("Installation", row_id, image="a.png")
    assert problems(call("PUT", path, body)) == unsupported
    for media_type in ("image/png", "application/x-www-form-urlencoded", "text/plain"):
        answer = call("PUT", path, data=picture(), content_type=media_type)
        assert problems(answer) == unsupported, media_type
    broken = call(
        "PUT", path, data=b"--x\r\nrubbish", content_type="multipart/form-data; boundary=x"
    )
    assert broken.status_code == 400
    broken = call("PUT", path, data=b"rubbish", content_type="multipart/form-data")
    assert broken.status_code == 400


def test_only_owners_change_pictures(town: Town, program_of: ProgramOf) -> None:
    forbidden, hidden = [("403", "/data", "permission_denied")], [("404", None, "not_found")]
    nobody = [("401", "/data", "not_authenticated")]
    for who, row_id, expected in (
        (town.bob, town.installation.id, forbidden),
        (town.charlie, town.shown.id, forbidden),
        (town.charlie, town.installation.id, hidden),
        (None, town.shown.id, nobody),
        (town.alice, 999_999, hidden),
    ):
        assert problems(upload(program_of(who), row_id, picture())) == expected
    db.session.rollback()
    assert (town.installation.image, town.shown.image) == (None, None)


def test_picture_is_shown_to_those_who_may_see_the_installation(
    town: Town, call: Program, client_of: Callable[[User | None], Browser]
) -> None:
    private = path_of(upload(call, town.installation.id, picture()))
    public = path_of(upload(call, town.shown.id, picture()))
    for who, status in ((town.alice, 200), (town.bob, 200), (town.charlie, 404), (None, 404)):
        assert client_of(who).get(private, buffered=True).status_code == status
        assert client_of(who).get(public, buffered=True).status_code == 200
    for path in ("/media/", "/media/../clair.sqlite", "/media/clair.sqlite", "/media/x%00.png"):
        assert client_of(town.alice).get(path, buffered=True).status_code == 404, path


def test_picture_cannot_be_written_as_an_attribute(town: Town, call: Program) -> None:
    row_id = town.installation.id
    url = path_of(upload(call, row_id, picture()))
    changed = document("Installation", row_id, image=None, description="neu")
    data = call("PATCH", f"installations/{row_id}/", changed).json["data"]
    assert data["attributes"]["image"].endswith(url)
    assert call("GET", f"installations/{row_id}/image/").status_code == 405
