"""Stands between this process and a server it started, and ends the server when this process is gone.

Run as a script of its own, with the standard library alone. Its standard input is a pipe whose other end the parent
holds: however the parent ends (return, Ctrl-C, kill -9), the kernel closes the pipe, and the guard asks the server to
stop, more sternly each time it does not. Where the kernel can do it (Linux), the server is also told when the guard
itself is killed. The folder's lock is held by guard and server alike, so that the next server in the same folder starts
when the last process of the one before is gone, whatever stale files say.
"""

import argparse
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1


def main() -> int:
    """Runs the command after `--` until it ends, or until the parent is gone; its status is returned."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--lock", type=int, required=True, help="open file whose lock is held while anybody lives")
    parser.add_argument("--signals", required=True, help="to stop with, mildest first: SIGINT,SIGQUIT")
    parser.add_argument("--grace", type=float, default=10, help="seconds between one signal and the next")
    parser.add_argument("--user", type=int)
    parser.add_argument("--group", type=int)
    parser.add_argument("command", nargs="+")
    given = parser.parse_args()

    # Ctrl-C in a terminal is the parent's to answer, in its own order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signals = [signal.Signals[name] for name in given.signals.split(",")]
    server = subprocess.Popen(  # noqa: S603
        given.command,
        stdin=subprocess.DEVNULL,
        pass_fds=[given.lock],
        user=given.user,
        group=given.group,
        extra_groups=None if given.user is None else [],
        preexec_fn=_told_of_death(signals[0]),
    )
    threading.Thread(target=_until_parent_is_gone, args=(server, signals, given.grace), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: server.send_signal(signals[0]))
    return server.wait()


def _told_of_death(with_signal: signal.Signals) -> Callable[[], None]:
    """What the server does before it becomes one: ask the kernel for a signal when the guard dies."""
    prctl = None
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            prctl = ctypes.CDLL(None).prctl

    def ask() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if prctl is not None:
            prctl(_PR_SET_PDEATHSIG, int(with_signal))

    return ask


def _until_parent_is_gone(server: "subprocess.Popen[bytes]", signals: list[signal.Signals], grace: float) -> None:
    while os.read(0, 1024):
        pass
    for each in [*signals, signal.SIGKILL]:
        with contextlib.suppress(ProcessLookupError):
            server.send_signal(each)
        until = time.monotonic() + grace
        while time.monotonic() < until:
            if server.poll() is not None:
                return
            time.sleep(0.02)


if __name__ == "__main__":
    sys.exit(main())
