"""What the tests of pages share: reading a page as a person does."""

import html
import re
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse


@pytest.fixture
def read() -> Callable[[TestResponse], str]:
    """Read a page as a person does: the words without the markup."""

    def words(response: TestResponse) -> str:
        body = re.sub(r"(?s)<(template|script|head)\b.*?</\1>", " ", response.text)
        return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())

    return words
