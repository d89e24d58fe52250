"""The reference page of the command line is the one that the commands' declarations give."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "cli.md"

DOCS = "typer tarazu.cli.application utils docs --name tarazu"


def test_cli_reference__is_current() -> None:
    done = subprocess.run(
        [sys.executable, "-m", *DOCS.split(), "--title", "The command line"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == PAGE.read_text().strip(), "run `make docs`"
