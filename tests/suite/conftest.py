"""The wheels under test: those that this run built."""

import sys
import zipfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from suitekit import ROOT


@pytest.fixture
def wheel_names():
    """The files inside a package's wheel."""

    def names(distribution: str) -> set[str]:
        (wheel,) = (ROOT / "dist").glob(distribution.replace("-", "_") + "-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            return set(archive.namelist())

    return names
