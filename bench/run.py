"""For ``make bench``: the same as ``python -m bench``, from any folder."""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench.report import main  # noqa: E402 - the path comes first

sys.exit(main(sys.argv[1:]))
