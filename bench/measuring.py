"""Runs commands as processes of their own, takes their time, and leaves none behind."""

import ctypes
import os
import signal
import statistics
import subprocess
import time
import uuid

import processes

PR_SET_CHILD_SUBREAPER = 36


class CommandFailed(Exception):
    pass


class Field:
    """A private folder and environment. Whatever is started in it carries a mark, by which it is found and ended."""

    def __init__(self, folder):
        self.folder = folder
        self.mark = f"SENTINEL_BENCH={uuid.uuid4().hex}"
        name, value = self.mark.split("=")
        # Small and always the same: it is stored with each process, and searched for cookies.
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "LANG": "C.UTF-8",
            name: value,
        }

    def spawn(self, argv, stdout=None, environment=None, folder=None):
        """Starts a command; what it says goes nowhere, or to the descriptor `stdout`."""
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)
            if stdout is None
            else (os.POSIX_SPAWN_DUP2, stdout, 1),
            (os.POSIX_SPAWN_OPEN, 2, f"{self.folder}/errors", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
        ]
        return os.posix_spawn(argv[0], argv, {**self.environment, **(environment or {})}, file_actions=actions)

    def milliseconds(self, argv, environment=None, read=False, fine=(0,)):
        """
        From its start until it has ended, with an exit code that is fine. With `read`, what it prints goes through a
        pipe and is read.
        """
        ours = theirs = None
        if read:
            ours, theirs = os.pipe()
        begun = time.perf_counter()
        pid = self.spawn(argv, theirs, environment)
        if read:
            os.close(theirs)
            while os.read(ours, 1 << 16):
                pass
            os.close(ours)
        _, status = os.waitpid(pid, 0)
        took = (time.perf_counter() - begun) * 1000
        if os.waitstatus_to_exitcode(status) not in fine:
            raise CommandFailed(f"{' '.join(argv[:6])} ended with {os.waitstatus_to_exitcode(status)}; {self._last_error()}")
        return took

    def output(self, argv, environment=None, seconds=60):
        return subprocess.run(
            argv, env={**self.environment, **(environment or {})}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False, timeout=seconds).stdout

    def peak_kilobytes(self, argv, environment=None):
        """Its largest resident memory."""
        # What a process took over from the one that it was forked from counts as its own, so it must not be forked from
        # us: a shell starts it and leaves, and we are the next of kin.
        libc = ctypes.CDLL(None)
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        try:
            shell = self.spawn(["/bin/sh", "-c", '"$@" & exit 0', "sh", *argv], environment=environment)
            os.waitpid(shell, 0)
            _, status, usage = os.wait4(-1, 0)
            if status != 0:
                raise CommandFailed(f"{' '.join(argv[:6])} ended with {os.waitstatus_to_exitcode(status)}")
            return usage.ru_maxrss
        finally:
            libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)

    def page_faults(self, argv, environment=None):
        """How often it touched a page of memory that had to be mapped or made first: nearly the same from run to run."""
        _, status, usage = os.wait4(self.spawn(argv, environment=environment), 0)
        if status != 0:
            raise CommandFailed(f"{' '.join(argv[:6])} ended with {os.waitstatus_to_exitcode(status)}; {self._last_error()}")
        return usage.ru_minflt

    def wait_until(self, holds, what, seconds=60):
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                raise CommandFailed(f"waited {seconds} s in vain until {what}; {self._last_error()}")
            time.sleep(0.05)

    def end_all(self):
        """Ends every process with our mark, one by one, until there is none."""
        deadline = time.monotonic() + 30
        while (pids := self.marked()) and time.monotonic() < deadline:
            for pid in pids:
                self._kill(pid)
            self._reap()
            time.sleep(0.02)
        self._reap()
        return len(pids)

    def _kill(self, pid):
        try:
            handle = os.pidfd_open(pid)
        except OSError:
            return
        try:
            # Looked at again while it is held: a pid may have changed hands.
            if self._is_marked(pid):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
        except ProcessLookupError:
            pass
        finally:
            os.close(handle)

    def marked(self):
        return [int(name) for name in os.listdir("/proc") if name.isdigit() and self._is_marked(int(name))]

    def sleeping(self):
        """Those that are supervised, and live."""
        return {pid for pid in self.marked() if processes.comm(pid) == "sleep" and processes.is_alive(pid)}

    def _is_marked(self, pid):
        try:
            with open(f"/proc/{pid}/environ", "rb") as environment:
                return self.mark.encode() in environment.read().split(b"\0")
        except OSError:
            return False

    @staticmethod
    def _reap():
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass

    def _last_error(self):
        try:
            with open(f"{self.folder}/errors", encoding="utf-8", errors="replace") as errors:
                return "its last words: " + " / ".join(errors.read().strip().splitlines()[-3:])
        except OSError:
            return "it said nothing"


def rounds(count, seconds, least=3):
    """`count` times, or as often as it can be done in `seconds`, but `least` times at least."""
    end = time.monotonic() + seconds
    for i in range(count):
        if i >= least and time.monotonic() > end:
            return
        yield i


class Series:
    """The times of one command, each with the time of the floor in the same round."""

    def __init__(self):
        self.times = []
        self.floors = []

    def add(self, milliseconds, floor):
        self.times.append(milliseconds)
        self.floors.append(floor)

    @property
    def median(self):
        return statistics.median(self.times)

    @property
    def to_floor(self):
        return statistics.median(t / f for t, f in zip(self.times, self.floors))

    def paired(self, other):
        """How many times as long as the other it takes, round by round."""
        return statistics.median(mine / theirs for mine, theirs in zip(self.times, other.times))
