"""Ctrl-C while a thread or the compiler is at work."""

import signal
import subprocess
import sys
import time

import pytest

from tarazu.cli.terminal.interrupts import STOPPED, WAITS
from tarazu.cli.terminal.output import INTERRUPTED

# A worker stands for a block of a study, a lock that is never free for the compiler: no signal
# reaches them, and Python raises KeyboardInterrupt only when they return.
SLOW = """
import ctypes, signal, sys, threading, time
from concurrent.futures import ThreadPoolExecutor
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in background jobs
from tarazu.cli import entry
def worker(seconds):
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(time.sleep, seconds)
        sys.stderr.write("at work\\n")
        sys.stderr.flush()
        job.result()
def compiler(seconds):
    lock = ctypes.create_string_buffer(128)
    ctypes.CDLL(None).pthread_mutex_lock(lock)
    threading.Timer(1.0, print, ["at work"], {"file": sys.stderr, "flush": True}).start()
    ctypes.CDLL(None).pthread_mutex_lock(lock)
def invoke(arguments):
    {"worker": worker, "compiler": compiler}[arguments[0]](float(arguments[1]))
    return 0
entry._invoke = invoke
entry.main()
"""
WITHIN = 20.0  # seconds for what takes one, on a machine that does other work

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs locks and signals of Linux")


def start(kind: str, seconds: float) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, kind, str(seconds)], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "at work\n"
    return process


@pytest.mark.parametrize("kind", ["worker", "compiler"])
def test_interrupt__states_that_it_waits_and_a_second_one_ends_the_process(kind: str) -> None:
    with start(kind, 300) as process:
        assert process.stderr is not None
        sent = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.stderr.readline() == WAITS
        assert time.monotonic() - sent < WITHIN
        process.send_signal(signal.SIGINT)
        assert process.wait(WITHIN) == INTERRUPTED
        if kind == "compiler":  # of the other, Python may end the process first
            assert process.stderr.read() == STOPPED


def test_interrupt__that_is_answered_at_once_says_nothing_of_waiting() -> None:
    with start("worker", 0.1) as process:
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == INTERRUPTED
        assert process.stderr is not None
        assert process.stderr.read() == "interrupted; earlier results are as they were.\n"
