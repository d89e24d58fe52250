"""A long step says how far it is: plain lines in a log, a bar on a terminal, nothing with -q."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import StringIO

import pytest
from rich.console import Console

from tarazu.cli.terminal import output
from tarazu.cli.terminal import progress as module
from tarazu.cli.terminal.progress import _bar, progress


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Time in seconds that the test sets."""
    now = [100.0]
    monkeypatch.setattr(module, "monotonic", lambda: now[0])
    yield now
    output.set_verbosity(0)


def pretend_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    output.set_verbosity(0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")


def test_progress__plain_lines_say_done_rate_and_time_left(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    output.set_verbosity(0)
    with progress("estimating") as advance:
        clock[0] += 60.0  # compiling
        advance(20, 100)
        clock[0] += 1.0
        advance(22, 100)  # too soon after the last line
        clock[0] += 9.0
        advance(40, 100)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        "estimating ...",
        "estimating: 20 of 100",
        "estimating: 40 of 100, 2/s, 30 s left",
        "estimating: done in 70.0 s",
    ]


def test_progress__rate_leaves_out_what_an_earlier_run_did(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    output.set_verbosity(0)
    with progress("running") as advance:
        advance(60, 100, 60)
        clock[0] += 60.0
        advance(70, 100, 60)
        clock[0] += 10.0
        advance(80, 100, 60)
    assert "running: 80 of 100, 1/s, 20 s left" in capsys.readouterr().err


def test_progress__nothing_when_quiet(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    output.set_verbosity(-1)
    with progress("estimating") as advance:
        clock[0] += 10.0
        advance(20, 100)
    assert capsys.readouterr() == ("", "")


def test_progress__a_bar_on_a_terminal_never_reaches_stdout(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pretend_a_terminal(monkeypatch)
    with progress("estimating") as advance:
        advance(20, 100)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "20/100" in captured.err


def test_progress__a_failed_step_is_not_called_done(capsys: pytest.CaptureFixture[str]) -> None:
    output.set_verbosity(0)
    with pytest.raises(KeyboardInterrupt), progress("estimating"):
        raise KeyboardInterrupt
    assert "done" not in capsys.readouterr().err


def test_progress__a_bar_of_unknown_length_states_no_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pretend_a_terminal(monkeypatch)
    with progress("compiling"):
        pass
    shown = capsys.readouterr().err
    assert "compiling" in shown
    assert "compiling ..." not in shown  # a plain line, which states no time left either
    assert "left" not in shown
    assert "/?" not in shown


def test_progress__a_bar_states_the_time_left_once_it_is_known(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pretend_a_terminal(monkeypatch)
    with progress("estimating") as advance:
        advance(10, 100)
        assert "left" not in capsys.readouterr().err  # one report is no rate
        advance(20, 100)
    assert "left" in capsys.readouterr().err


@pytest.mark.parametrize("width", [50, 80, 100])
def test_progress__a_bar_fits_the_terminal_and_cuts_nothing(width: int) -> None:
    console = Console(width=width, file=StringIO(), force_terminal=False)
    step = "running the study 'seventeen' (2 of 5)"
    with _bar(console) as bar:
        task = bar.add_task(step, total=None)
        for done in (100, 1288):
            bar.update(task, completed=done, total=1800)
        console.print(bar.get_renderable())
    shown = console.file.getvalue()
    assert max(map(len, shown.splitlines())) <= width
    assert "\N{HORIZONTAL ELLIPSIS}" not in shown
    assert "1288/1800" in shown
    assert "left" in shown
    assert set(step.split()) <= set(shown.split())
