"""What comes from data cannot drive a terminal."""

import json
import logging

import pytest

from tarazu.cli.terminal.output import for_terminal, set_verbosity, show
from tarazu.cli.terminal.progress import progress

HOSTILE = "Kech\x1b[2J\x07\r\x9b31m\u202etxt.exe\ud800"
JOINED = "\u0646\u200c\u062f"  # joiners belong to names in Urdu and Balochi


def test_for_terminal__escapes_what_drives_one() -> None:
    assert for_terminal(HOSTILE) == (r"Kech\u001b[2J\u0007\u000d\u009b31m\u202etxt.exe\ud800")


def test_for_terminal__leaves_text_in_any_script() -> None:
    text = f"Mīrābād\tدشت {JOINED}\n"
    assert for_terminal(text) == text


def test_show__prints_no_control_character(capsys: pytest.CaptureFixture[str]) -> None:
    show(HOSTILE, None, as_json=False)
    assert "\x1b" not in capsys.readouterr().out


def test_show__json_reads_back_as_the_text_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    show("", {"name": "Kech\x9b31m\u202e"}, as_json=True)
    out = capsys.readouterr().out
    assert "\x9b" not in out
    assert json.loads(out) == {"name": "Kech\x9b31m\u202e"}


def test_log__prints_no_control_character(capsys: pytest.CaptureFixture[str]) -> None:
    name = HOSTILE.removesuffix("\ud800")  # half a character cannot leave a process of the tests
    set_verbosity(0)
    with progress(f"reading {name} [/red]"):
        logging.getLogger("tarazu.cli").info("read %s", name)
    assert "\x1b" not in capsys.readouterr().err
