"""A program on a terminal that is read all the time, and answers as xterm does."""

import fcntl
import os
import re
import signal
import struct
import termios
import threading
import time

from measuring import CommandFailed

ROWS, COLUMNS = 40, 120
UP, DOWN = b"A", b"B"
# How long a slow program may take for its first row, or to answer a key, in seconds.
PATIENCE = 120

# What changes only how text looks is nothing between two letters; all else that is not text stands for a move.
LOOKS = re.compile(rb"\x1b\[[0-9;:]*m|\x1b\([0-9A-B]|[\x0e\x0f]")
MOVES = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]")
# A program may ask, and waits for an answer: what the terminal is (DA1), how it is (DSR), where the cursor is (CPR).
ANSWERS = {b"\x1b[c": b"\x1b[?62;22c", b"\x1b[5n": b"\x1b[0n", b"\x1b[6n": b"\x1b[1;1R"}
# As long as any sequence or name is that may come in two parts.
OVERLAP = 400


class Terminal:
    """Starts a program on a terminal of its own."""

    def __init__(self, field, argv, environment=None):
        self.master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("4H", ROWS, COLUMNS, 0, 0))
        path = os.ttyname(slave)
        self.bytes = 0
        self._heard = threading.Condition()
        # When each came, and what it was.
        self._chunks = []
        self._has_application_keys = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.begun = time.perf_counter()
        # The leader of a session that opens a terminal has it.
        self.pid = os.posix_spawn(
            argv[0], argv, {**field.environment, "TERM": "xterm-256color", **(environment or {})},
            file_actions=[(os.POSIX_SPAWN_OPEN, 0, path, os.O_RDWR, 0), (os.POSIX_SPAWN_DUP2, 0, 1), (os.POSIX_SPAWN_DUP2, 0, 2)],
            setsid=True)
        os.close(slave)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self._signal(number):
                break
        self._reader.join(5)
        os.close(self.master)

    def first(self, pattern):
        """Milliseconds from the start until the pattern is on the screen."""
        pattern, tail, seen = re.compile(pattern), b"", 0
        while True:
            at, chunk = self._chunk(seen, f"something comes that looks like {pattern.pattern.decode()}")
            if pattern.search(MOVES.sub(b" ", LOOKS.sub(b"", tail + chunk))):
                return (at - self.begun) * 1000
            if at - self.begun > PATIENCE:
                raise CommandFailed(f"waited {PATIENCE} s in vain for {pattern.pattern.decode()}")
            tail, seen = (tail + chunk)[-OVERLAP:], seen + 1

    def press(self, arrow):
        os.write(self.master, (b"\x1bO" if self._has_application_keys else b"\x1b[") + arrow)

    def answer(self, arrow):
        """Milliseconds from a key press until anything comes."""
        seen, begun = len(self._chunks), time.perf_counter()
        self.press(arrow)
        return (self._chunk(seen, "a key is answered")[0] - begun) * 1000

    def wait_for_quiet(self, seconds, at_most):
        """Waits until nothing has come for so long."""
        end = time.perf_counter() + at_most
        while (now := time.perf_counter()) < end and self._chunks and now - self._chunks[-1][0] < seconds:
            time.sleep(0.005)

    def _chunk(self, number, what):
        with self._heard:
            if not self._heard.wait_for(lambda: len(self._chunks) > number, PATIENCE):
                raise CommandFailed(f"waited {PATIENCE} s in vain until {what}")
            return self._chunks[number]

    def _read(self):
        tail = b""
        while True:
            try:
                chunk = os.read(self.master, 1 << 16)
            except OSError:
                # All that had the terminal have ended.
                return
            with self._heard:
                self._chunks.append((time.perf_counter(), chunk))
                self.bytes += len(chunk)
                self._heard.notify_all()
            both = tail + chunk
            for asked, answer in ANSWERS.items():
                for _ in range(both.count(asked) - tail.count(asked)):
                    os.write(self.master, answer)
            for mode, is_on in ((b"\x1b[?1h", True), (b"\x1b[?1l", False)):
                if mode in both:
                    self._has_application_keys = is_on
            tail = both[-8:]

    def _signal(self, number):
        """True: it has ended."""
        end = time.monotonic() + 5
        try:
            os.kill(self.pid, number)
            while time.monotonic() < end:
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    return True
                time.sleep(0.005)
        except (ProcessLookupError, ChildProcessError):
            return True
        return False
