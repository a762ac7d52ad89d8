"""Static files stay with browsers, until they change."""

import os
import re
from pathlib import Path

from flask import Flask


def test_static_file_is_kept_for_a_year_under_a_name_that_changes_with_it(app: Flask) -> None:
    client = app.test_client()

    def address() -> str:
        found = re.search(r"/static/tokens\.css\?v=\d+", client.get("/accounts/login/").text)
        assert found
        return found[0]

    before = address()
    answer = client.get(before)
    answer.close()
    assert answer.status_code == 200
    assert answer.cache_control.max_age == 365 * 86_400
    file = Path(app.static_folder or "") / "tokens.css"
    changed_s = file.stat().st_mtime
    os.utime(file, (changed_s + 60, changed_s + 60))
    try:
        assert address() != before
    finally:
        os.utime(file, (changed_s, changed_s))
