"""One process writes its log as fast as it can, straight to a file or under a supervisor."""

import glob
import os
import re
import shutil
import time

import processes
from building import WRITER
from managers import Pm2, S6, SentinelDaemon, Supervisord

LINE = 100
# At this size a log is rotated, and all backups are kept: what is not there at the end was lost.
ROTATED_AT = 10_000_000
BACKUPS = 1000
NUMBER = re.compile(rb"^(\d{12}) x{86}$", re.MULTILINE)


class Straight:
    """A file and nobody else: no supervisor can be faster."""

    name = "straight to a file"

    def __init__(self, field, folder):
        self.field, self.folder = field, folder
        os.makedirs(folder)

    def begin(self, writer):
        out = os.open(os.path.join(self.folder, "out"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.field.spawn(writer, out)
        os.close(out)

    def logs(self):
        return [os.path.join(self.folder, "out")]

    def close(self):
        pass


class Ours(SentinelDaemon):
    def __init__(self, field, folder):
        super().__init__(field, folder)
        self.milliseconds([self.binary, "daemon", "start"])

    def begin(self, writer):
        self.milliseconds([
            self.binary, "run", "--name", "w", "--log-max-size", f"{ROTATED_AT}", "--log-backups", f"{BACKUPS}", "--", *writer])

    def logs(self):
        # The newest number is the oldest backup.
        return newest_last(self.log)

    @property
    def log(self):
        return os.path.join(self.environment["SENTINEL_HOME"], "logs", "w.stdout.log")

    def is_rotating(self):
        """Whether a backup is being made, or is due: it is there as a draft first, and what it holds is in the log until it is whole."""
        if os.path.exists(self.log + ".new"):
            return True
        with open(self.log, "rb") as file:
            end = file.seek(0, os.SEEK_END)
            try:
                return end - os.lseek(file.fileno(), 0, os.SEEK_DATA) > ROTATED_AT
            except OSError:
                # Nothing is left in it.
                return False


class ItsSupervisord(Supervisord):
    def begin(self, writer):
        config = os.path.join(self.folder, "supervisord.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"""
[supervisord]
logfile={self.folder}/log
pidfile={self.folder}/pid
childlogdir={self.folder}
[program:w]
command={' '.join(writer)}
startsecs=0
stdout_logfile={self.folder}/w.out
stdout_logfile_maxbytes={ROTATED_AT}
stdout_logfile_backups={BACKUPS}
""")
        self.field.spawn([self.path("supervisord"), "-n", "-c", config])

    def logs(self):
        return newest_last(os.path.join(self.folder, "w.out"))


class S6Log(S6):
    programs = ("s6-log",)

    def begin(self, writer):
        reading, writing = os.pipe()
        os.makedirs(os.path.join(self.folder, "logs"))
        actions = [(os.POSIX_SPAWN_DUP2, reading, 0)]
        argv = [self.path("s6-log"), f"n{BACKUPS}", f"s{ROTATED_AT}", os.path.join(self.folder, "logs")]
        os.posix_spawn(argv[0], argv, self.field.environment, file_actions=actions)
        self.field.spawn(writer, writing)
        os.close(reading)
        os.close(writing)

    def logs(self):
        folder = os.path.join(self.folder, "logs")
        return [*sorted(glob.glob(os.path.join(folder, "@*"))), os.path.join(folder, "current")]

    def close(self):
        pass


class ItsPm2(Pm2):
    about = "no rotation: that is a module of its own"

    def begin(self, writer):
        self.milliseconds([
            self.path("pm2"), "start", writer[0], "--name", "w", "--interpreter", "none", "-o", os.path.join(self.folder, "w.out"), "--",
            *writer[1:]])

    def logs(self):
        return [os.path.join(self.folder, "w.out")]


def newest_last(log):
    backups = sorted(glob.glob(log + ".[0-9]*"), key=lambda path: -int(path.rsplit(".", 1)[1]))
    return [*backups, log]


WRITERS = (Straight, Ours, ItsSupervisord, ItsPm2, S6Log)


class Written:
    """What writing so many lines took, and what became of them."""

    def __init__(self, field, kind, folder, lines):
        self.lines = lines
        manager = kind(field, folder)
        result = os.path.join(folder, "result")
        # What those before have left to be written to the disk is nobody's burden.
        os.sync()
        try:
            before = used(field) if kind is Ours else 0
            manager.begin([WRITER, str(lines), result])
            field.wait_until(lambda: os.path.exists(result) and os.path.getsize(result) > 0, "all is written", 300)
            # The last of it may still be on its way.
            settle(manager)
            self.cpu_seconds = (used(field) - before) / 1e9
            with open(result, encoding="utf-8") as file:
                self.seconds = int(file.read()) / 1e9
            self.lost, self.twice, self.disorder = self.missing(manager.logs())
        finally:
            manager.close()
            field.end_all()
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def megabytes(self):
        return self.lines * LINE / 1e6

    def missing(self, logs):
        """How many lines are not there, are there twice, or are cut or out of order."""
        seen = bytearray(self.lines)
        twice = disorder = 0
        last = -1
        rest = b""
        for log in logs:
            with open(log, "rb") as file:
                # A hole at the front is what was moved: it is passed over as whoever reads the log does.
                try:
                    file.seek(os.lseek(file.fileno(), 0, os.SEEK_DATA))
                except OSError:
                    continue
                content = rest + file.read()
            end = content.rfind(b"\n") + 1
            rest = content[end:]
            for found in NUMBER.finditer(content, 0, end):
                number = int(found[1])
                twice += seen[number]
                disorder += number < last
                seen[number], last = 1, number
        return seen.count(0), twice, disorder


def settle(manager):
    size = -1
    while size != (size := sum(os.path.getsize(log) for log in manager.logs() if os.path.exists(log))) or (
            isinstance(manager, Ours) and manager.is_rotating()):
        time.sleep(0.5)


def used(field):
    """Nanoseconds of CPU of all that is not the writer."""
    return sum(processes.cpu(pid) for pid in field.marked() if processes.comm(pid) != "writer")
