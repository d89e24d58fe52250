"""What a command raises becomes words on standard error and one exit code."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tarazu import __version__
from tarazu.cli import entry
from tarazu.cli.terminal import output
from tarazu.cli.terminal.errors import MAX_LINE, print_error
from tarazu.core.errors import (
    DataError,
    FitError,
    ScenarioError,
    SimulationError,
    raise_problems,
)


@pytest.fixture
def command_that(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException | int], int]:
    """Run a command whose body raises the given exception, or returns the given code."""

    def run(outcome: BaseException | int) -> int:
        def invoke(arguments: list[str]) -> int:
            output.set_verbosity(0)
            if isinstance(outcome, BaseException):
                raise outcome
            return outcome

        monkeypatch.setattr(entry, "_invoke", invoke)
        return entry.run(["record", "describe", "my file.csv"])

    return run


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (0, 0),
        (1, 1),
        (DataError("no date", file="a.csv", line=3), 2),
        (ScenarioError("key is not known", file="a.toml", key="design.draw"), 2),
        (SimulationError("militants is -3"), 2),
        (FitError("one event only"), 2),
        (ExceptionGroup("a.csv", [DataError("one"), DataError("two")]), 2),
        (PermissionError(13, "Permission denied", "out"), 2),
        (OSError(28, "No space left on device"), 2),
        (ZeroDivisionError("division by zero"), 3),
        (ExceptionGroup("a.csv", [DataError("one"), KeyError("two")]), 3),
        (EOFError(), 3),
        (KeyboardInterrupt(), 130),
        (BrokenPipeError(), 141),
        (SystemExit(143), 143),
    ],
)
def test_exit_code__says_what_happened(
    command_that: Callable[[BaseException | int], int],
    monkeypatch: pytest.MonkeyPatch,
    outcome: BaseException | int,
    code: int,
) -> None:
    monkeypatch.setattr(entry, "_silence_stdout", lambda: None)
    assert command_that(outcome) == code


def test_problem_group__every_problem_is_listed_without_traceback(
    command_that: Callable[[BaseException | int], int], capsys: pytest.CaptureFixture[str]
) -> None:
    inner = ExceptionGroup("tiles", [DataError(f"problem {i}") for i in range(40, 80)])
    problems = [DataError(f"problem {i}", line=i) for i in range(40)]
    command_that(ExceptionGroup("events.csv: 80 problems", [*problems, inner]))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    assert captured.err.splitlines()[0] == "error: events.csv: 80 problems:"
    assert all(f"problem {i}." in captured.err for i in range(80))


def test_internal_error__says_it_is_a_bug_and_how_to_see_the_traceback(
    command_that: Callable[[BaseException | int], int], capsys: pytest.CaptureFixture[str]
) -> None:
    command_that(ZeroDivisionError("division by zero"))
    said = capsys.readouterr().err
    assert "ZeroDivisionError: division by zero" in said
    assert "This is a bug" in said
    assert "tarazu -vv record describe 'my file.csv'" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(("verbosity", "shown"), [(-1, False), (0, False), (1, False), (2, True)])
def test_traceback__only_with_two_v(
    capsys: pytest.CaptureFixture[str], verbosity: int, shown: bool
) -> None:
    output.set_verbosity(verbosity)
    with pytest.raises(DataError) as caught:
        raise_problems([DataError("no date")], "events.csv")
    print_error(caught.value, [])
    assert ("Traceback" in capsys.readouterr().err) is shown


def test_complaint__a_hostile_cell_cannot_drive_or_flood_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.set_verbosity(0)
    print_error(DataError("\x1b[2J\x07" + "x" * 10_000_000), [])
    said = capsys.readouterr().err
    assert "\x1b" not in said
    assert "\x07" not in said
    assert len(said) < MAX_LINE + 100


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["versoin"], "Did you mean 'version'?"),
        (["version", "--jsno"], "--json"),
        (
            ["list"],
            "error: No such command 'list'; expected 'tarazu study list' or 'tarazu policy list' "
            "or 'tarazu hypothesis list'.\nTry 'tarazu --help'.",
        ),
        (["new"], "'tarazu hypothesis new'"),
        ([], "a command is missing; expected one of those listed above."),
        (["record"], "a command is missing; expected one of those listed above."),
    ],
)
def test_usage_error__code_2_with_the_nearest_name_on_stderr(
    capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    assert entry.run(arguments) == 2
    assert expected in capsys.readouterr().err


@pytest.mark.parametrize(
    ("verbosity", "expected"), [(-1, []), (0, ["news"]), (1, ["news", "detail"])]
)
def test_log__goes_to_stderr_by_verbosity(
    capsys: pytest.CaptureFixture[str], verbosity: int, expected: list[str]
) -> None:
    output.set_verbosity(verbosity)
    log = logging.getLogger("tarazu.record")
    log.info("news")
    log.debug("detail")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert [line.split(": ")[-1] for line in captured.err.splitlines()] == expected


def _tarazu(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tarazu", *arguments]


def test_broken_pipe__is_silent() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        done = subprocess.run(
            _tarazu("version"), stdout=closed, stderr=subprocess.PIPE, check=False, timeout=60
        )
    assert done.stderr == b""
    assert done.returncode == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_full_disk__is_said_and_is_no_bug() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            _tarazu("version"), stdout=full, stderr=subprocess.PIPE, check=False, timeout=60
        )
    assert done.stderr == b"error: no space left on device.\n"
    assert done.returncode == 2


HEAVY = ("numba", "sympy", "scipy", "pandas", "xarray", "plotly", "jinja2")


@pytest.mark.parametrize("arguments", [["--help"], ["version"]])
def test_help_and_version__import_no_heavy_package(arguments: list[str]) -> None:
    assert _imported_by(arguments) & set(HEAVY) == set()


@pytest.mark.parametrize("study", ["demoo", "surge"])
def test_run__refuses_a_wrong_name_before_it_imports_a_heavy_package(study: str) -> None:
    loaded = _imported_by(["run", study], code=2)
    assert "tarazu.study.setup.shipped" in loaded
    assert loaded & set(HEAVY) == set()


def _imported_by(arguments: list[str], code: int = 0) -> set[str]:
    """Modules present after a command ran to its end in a fresh interpreter."""
    script = (
        "import sys; from tarazu.cli.entry import run; code = run(sys.argv[1:])\n"
        "print(*sys.modules, file=sys.stderr, sep='\\n'); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == code
    return set(done.stderr.splitlines())


def test_version__json_names_what_numbers_depend_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert entry.run(["version", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["tarazu"][0].isdigit()
    assert {"numpy", "scipy", "numba"} <= set(found["packages"])


def test_version__is_an_option_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert entry.run(["--version"]) == 0
    assert capsys.readouterr().out == f"tarazu {__version__}\n"


def test_completion__offers_the_commands() -> None:
    done = subprocess.run(
        _tarazu(),
        env={
            **os.environ,
            "_TARAZU_COMPLETE": "complete_bash",
            "COMP_WORDS": "tarazu rec",
            "COMP_CWORD": "1",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0
    assert done.stdout.split() == ["record"]
    assert done.stderr == ""


@pytest.mark.parametrize(("given", "used"), [(None, "1"), ("2", "2")])
def test_main__linear_algebra_has_one_thread_unless_told(
    given: str | None, used: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in entry.ALGEBRA_THREADS:
        monkeypatch.setenv(name, given or "")  # so that it is put back
        if given is None:
            monkeypatch.delenv(name)
    monkeypatch.setattr(entry.signal, "signal", lambda number, handler: None)
    monkeypatch.setattr(entry, "run", lambda arguments: 0)
    with pytest.raises(SystemExit):
        entry.main()
    assert {os.environ[name] for name in entry.ALGEBRA_THREADS} == {used}
