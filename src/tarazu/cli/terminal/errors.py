"""Error messages of commands that fail, and their exit codes."""

from __future__ import annotations

import logging
import shlex
import sys
from collections.abc import Iterator, Sequence

import typer

from tarazu.cli.terminal.output import INTERNAL, TRACEBACK, USAGE, for_terminal, shows_tracebacks
from tarazu.core.errors import TarazuError

MAX_LINE = 600  # characters; a cell of a broken file may be megabytes long

_log = logging.getLogger("tarazu.cli")


def print_error(error: BaseException, arguments: Sequence[str]) -> int:
    """Print an error on standard error and return its exit code."""
    if isinstance(error, typer.TyperException):
        lines, code = list(_usage_lines(error)), USAGE
    elif _is_about_input(error):
        lines, code = list(_input_lines(error)), USAGE
    else:
        lines, code = list(_bug_lines(error, arguments)), INTERNAL
    for line in lines:
        sys.stderr.write(_printable(line) + "\n")
    _log.log(TRACEBACK, "traceback (-vv):", exc_info=error)
    return code


def _is_about_input(error: BaseException) -> bool:
    """Whether the user can solve every problem."""
    if isinstance(error, BaseExceptionGroup):
        return all(_is_about_input(inner) for inner in error.exceptions)
    # An OSError names what the operating system could not do (disk full, no permission): not a bug.
    return isinstance(error, TarazuError | OSError | MemoryError)


def _usage_lines(error: typer.TyperException) -> Iterator[str]:
    context = getattr(error, "ctx", None)
    message = error.format_message()
    if not message:  # the help was printed in place of running nothing
        yield "error: a command is missing; expected one of those listed above."
        return
    yield f"error: {message}"
    command = "tarazu" if context is None else context.command_path
    yield f"Try '{command} --help'."


def _input_lines(error: BaseException) -> Iterator[str]:
    if isinstance(error, BaseExceptionGroup):
        yield f"error: {error.message}:"
        yield from (f"  - {_words(problem)}" for problem in _flatten(error))
    else:
        yield f"error: {_words(error)}"


def _flatten(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for inner in group.exceptions:
        if isinstance(inner, BaseExceptionGroup):
            yield from _flatten(inner)
        else:
            yield inner


def _words(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror is not None:
        where = "" if error.filename is None else f"{error.filename}: "
        return f"{where}{error.strerror.lower()}."
    if isinstance(error, MemoryError):
        reason = str(error).rstrip(".") or "the system gave no more"
        return f"out of memory: {reason}. Reduce the input or the study, or free memory."
    return str(error)


def _bug_lines(error: BaseException, arguments: Sequence[str]) -> Iterator[str]:
    from tarazu import __version__

    yield f"internal error: {type(error).__name__}: {error}"
    yield f"This is a bug in Tarazu {__version__}, not in your input."
    yield "Earlier results are as they were."
    if not shows_tracebacks():
        yield "To see the traceback, which a report needs, run the same command with -vv:"
        yield f"    tarazu -vv {shlex.join(arguments)}"


def _printable(line: str) -> str:
    """Return a line without control characters, line breaks included, and not too long."""
    shown = for_terminal(line.replace("\n", "\\n").replace("\t", "\\t"))
    if len(shown) > MAX_LINE:
        return f"{shown[:MAX_LINE]}... ({len(shown):,} characters)"
    return shown
