#!/usr/bin/env python3
"""Fetches the front-end files of others, by package@version, with their licences.

Run it after changing a version below; what it writes is committed, so that nothing is built and
nothing is loaded from elsewhere: scripts/vendor_static.py
"""

import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "clair/static/vendor"
TESTS = ROOT / "tests/vendor"

FILES = {
    # htmx 2 on purpose: htmx 4 behaves differently
    "htmx.org@2.0.11": (STATIC, ["dist/htmx.min.js", "LICENSE"]),
    "idiomorph@0.8.0": (STATIC, ["dist/idiomorph-ext.min.js", "LICENSE"]),
    "uplot@1.6.32": (STATIC, ["dist/uPlot.iife.min.js", "dist/uPlot.min.css", "LICENSE"]),
    "@picocss/pico@2.1.1": (STATIC, ["css/pico.classless.min.css", "LICENSE.md"]),
    # redoc 3 on no account: twice as heavy, asks servers of its maker for icons, and tells them
    "redoc@2.5.4": (
        STATIC,
        ["bundles/redoc.standalone.js", "bundles/redoc.standalone.js.LICENSE.txt", "LICENSE"],
    ),
    "axe-core@4.14.1": (TESTS, ["axe.min.js", "LICENSE"]),
}


def main() -> None:
    """Fetch all packages; other versions of them go."""
    for folder in (STATIC, TESTS):
        shutil.rmtree(folder, ignore_errors=True)
    for package, (folder, names) in FILES.items():
        fetch(package, folder / package, names)


def fetch(package: str, target: Path, names: list[str]) -> None:
    """Put the named files of a package into a folder, without their folders."""
    target.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(["npm", "pack", package], cwd=scratch, check=True, capture_output=True)
        with tarfile.open(next(Path(scratch).glob("*.tgz"))) as archive:
            archive.extractall(scratch, filter="data")
        for name in names:
            shutil.copyfile(Path(scratch) / "package" / name, target / Path(name).name)


if __name__ == "__main__":
    main()
