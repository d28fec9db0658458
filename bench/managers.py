"""Sentinel and its peers, each as the commands that do the same job. All run one program, with a log file for its output."""

import json
import os
import shutil
import subprocess

SLEEP = shutil.which("sleep") or "/bin/sleep"
FOREVER = "100000"
ONE = "one"
FIRST = "n0"


def names(count):
    return [f"n{i}" for i in range(count)]


class Manager:
    """Of the commands, those that are None have no equivalent."""

    name = ""
    programs = ()
    environment = {}
    # Exit codes that say that all is well.
    fine = (0,)

    def __init__(self, field, folder, command=(SLEEP, FOREVER)):
        self.field = field
        self.folder = folder
        self.command = list(command)
        os.makedirs(folder)

    @classmethod
    def missing(cls):
        absent = [program for program in cls.programs if not cls.path(program)]
        return f"{', '.join(absent)} not found" if absent else None

    @staticmethod
    def path(program):
        return shutil.which(program)

    def milliseconds(self, argv, read=False):
        return self.field.milliseconds(argv, self.environment, read, self.fine)

    def output(self, argv):
        done = subprocess.run(
            argv, env={**self.field.environment, **self.environment}, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, check=False, timeout=60)
        return done.stdout

    def prepare(self, count):
        """Has so many processes running, and the one called ONE ready to be started."""
        raise NotImplementedError

    def status_of(self, process):
        return [*self.status, process]

    def forget_one(self):
        """After the one was stopped: makes it startable again."""

    def close(self):
        """Ends what it runs and itself, as far as it can; the rest is for Field.end_all."""


class Sentinel(Manager):
    name = "sentinel"
    binary = ""

    # Of run.
    options = ()

    def __init__(self, field, folder, command=(SLEEP, FOREVER)):
        super().__init__(field, folder, command)
        self.environment = {"SENTINEL_HOME": os.path.join(folder, "home")}
        self.start = [self.binary, "run", *self.options, "--name", ONE, "--", *self.command]
        self.status = [self.binary, "status"]
        self.list = [self.binary, "list"]
        self.list_json = [self.binary, "list", "--json"]
        self.stop = [self.binary, "stop", ONE]
        self.stop_all = [self.binary, "stopall"]
        self.start_all = [self.binary, "startall"]

    @classmethod
    def version(cls):
        return subprocess.run([cls.binary, "--version"], capture_output=True, text=True, check=True).stdout.strip()

    def prepare(self, count):
        """Returns how many milliseconds it took, one command for each process, some at a time."""
        if count == 0:
            return 0
        # A file, because so many words do not fit on a command line for certain.
        listed = os.path.join(self.folder, "names")
        with open(listed, "w", encoding="utf-8") as file:
            file.write("\n".join(names(count)))
        jobs = str(2 * (os.cpu_count() or 1))
        took = self.milliseconds(
            [shutil.which("xargs"), "-a", listed, "-P", jobs, "-I{}", self.binary, "run", *self.options, "--name", "{}", "--",
             *self.command])
        processes = json.loads(self.output(self.list_json))["processes"]
        running = sum(process["state"] == "running" for process in processes)
        if running != count:
            raise RuntimeError(f"{running} of {count} processes run")
        return took

    def forget_one(self):
        self.milliseconds([self.binary, "delete", ONE])

    def close(self):
        self.output([self.binary, "stopall", "--force"])


class SentinelDaemon(Sentinel):
    options = ("--restart",)

    def prepare(self, count):
        self.milliseconds([self.binary, "daemon", "start"])
        return super().prepare(count)

    def daemon(self):
        return json.loads(self.output([self.binary, "daemon", "status", "--json"]))["pid"]

    def close(self):
        self.output([self.binary, "daemon", "stop", "--with-processes"])


class Supervisord(Manager):
    name = "supervisord"
    # 3: not all of them run.
    fine = (0, 3)
    programs = ("supervisord", "supervisorctl")
    about = "programs in the configuration file, startsecs=0 (or `start` would wait a second), over a unix socket"

    @classmethod
    def version(cls):
        return subprocess.run([cls.path("supervisord"), "--version"], capture_output=True, text=True, check=True).stdout.strip()

    def prepare(self, count):
        config = os.path.join(self.folder, "supervisord.conf")
        programs = [(ONE, "false"), *((name, "true") for name in names(count))]
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"""
[unix_http_server]
file={self.folder}/socket
[supervisord]
logfile={self.folder}/log
pidfile={self.folder}/pid
childlogdir={self.folder}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://{self.folder}/socket
""")
            for name, autostart in programs:
                file.write(f"""
[program:{name}]
command={' '.join(self.command)}
autostart={autostart}
startsecs=0
stdout_logfile={self.folder}/{name}.out
stderr_logfile={self.folder}/{name}.err
""")
        control = [self.path("supervisorctl"), "-c", config]
        self.start = [*control, "start", ONE]
        self.status = [*control, "status"]
        self.list = [*control, "status"]
        self.stop = [*control, "stop", ONE]
        self.stop_all = [*control, "stop", "all"]
        self.start_all = [*control, "start", "all"]
        self.field.spawn([self.path("supervisord"), "-n", "-c", config])
        self.field.wait_until(lambda: self.output(self.list).count("RUNNING") == count, "supervisord runs them all")


class Pm2(Manager):
    name = "pm2"
    programs = ("node", "pm2")
    about = "fork mode, no interpreter"

    def __init__(self, field, folder, command=(SLEEP, FOREVER)):
        super().__init__(field, folder, command)
        self.environment = {"PM2_HOME": os.path.join(folder, "home"), "PM2_DISABLE_VERSION_CHECK": "true"}
        pm2 = self.path("pm2")
        self.start = [pm2, "start", self.command[0], "--name", ONE, "--interpreter", "none", "--", *self.command[1:]]
        self.status = [pm2, "describe"]
        self.list = [pm2, "list"]
        self.stop = [pm2, "stop", ONE]
        self.stop_all = [pm2, "stop", "all"]
        self.start_all = [pm2, "start", "all"]

    @classmethod
    def version(cls):
        package = os.path.join(os.path.dirname(os.path.realpath(cls.path("pm2"))), "..", "package.json")
        with open(package, encoding="utf-8") as file:
            return json.load(file)["version"]

    def prepare(self, count):
        ecosystem = os.path.join(self.folder, "processes.json")
        apps = [{"name": name, "script": self.command[0], "args": self.command[1:], "interpreter": "none"} for name in names(count)]
        with open(ecosystem, "w", encoding="utf-8") as file:
            json.dump({"apps": apps}, file)
        if count > 0:
            self.milliseconds([self.path("pm2"), "start", ecosystem])
        else:
            self.milliseconds([self.path("pm2"), "ping"])

    def forget_one(self):
        self.milliseconds([self.path("pm2"), "delete", ONE])

    def close(self):
        self.output([self.path("pm2"), "kill"])


class Directories(Manager):
    """Those for which a service is a folder with a program `run` in it."""

    def prepare(self, count):
        self.services = os.path.join(self.folder, "services")
        os.makedirs(self.services)
        for name in [ONE, *names(count)]:
            service = os.path.join(self.services, name)
            os.makedirs(service)
            run = os.path.join(service, "run")
            with open(run, "w", encoding="utf-8") as file:
                file.write(f"#!/bin/sh\nexec {' '.join(self.command)} >>{self.folder}/{name}.log 2>&1\n")
            os.chmod(run, 0o755)
        with open(os.path.join(self.services, ONE, "down"), "w", encoding="utf-8"):
            pass
        self.one = os.path.join(self.services, ONE)
        self.all = [os.path.join(self.services, name) for name in names(count)]

    def status_of(self, process):
        return super().status_of(os.path.join(self.services, process))


class Runit(Directories):
    name = "runit"
    programs = ("runsvdir", "runsv", "sv")
    about = "runsvdir; `sv status` of every folder"

    @classmethod
    def version(cls):
        return package_version("runit")

    def prepare(self, count):
        super().prepare(count)
        sv = self.path("sv")
        self.start = [sv, "start", self.one]
        self.status = [sv, "status"]
        self.list = [sv, "status", *self.all]
        self.stop = [sv, "stop", self.one]
        self.stop_all = [sv, "stop", *self.all]
        self.start_all = [sv, "start", *self.all]
        self.field.spawn([self.path("runsvdir"), self.services])
        self.field.wait_until(
            lambda: self.output([sv, "status", self.one, *self.all]).count("run:") == count
            and os.path.exists(os.path.join(self.one, "supervise", "ok")), "runit runs them all")


class S6(Directories):
    name = "s6"
    programs = ("s6-svscan", "s6-supervise", "s6-svc", "s6-svstat", "s6-svwait")
    about = "s6-svscan; has no command for several services, so a shell loops over them"

    @classmethod
    def version(cls):
        return package_version("s6")

    def prepare(self, count):
        super().prepare(count)
        svc = self.path("s6-svc")
        self.start = [svc, "-uwu", "-T", "5000", self.one]
        self.status = [self.path("s6-svstat")]
        self.list = self.each('s6-svstat "$d"', "true")
        self.stop = [svc, "-dwd", "-T", "5000", self.one]
        self.stop_all = self.each('s6-svc -d "$d"', 's6-svwait -d "$@"')
        self.start_all = self.each('s6-svc -u "$d"', 's6-svwait -u "$@"')
        self.field.spawn([self.path("s6-svscan"), self.services])
        self.field.wait_until(
            lambda: all(os.path.exists(os.path.join(folder, "supervise", "control")) for folder in [self.one, *self.all])
            and sum(self.output([self.path("s6-svstat"), folder]).startswith("up") for folder in self.all) == count,
            "s6 runs them all")

    def each(self, command, then):
        return ["/bin/sh", "-c", f'for d; do {command}; done; {then}', "sh", *self.all]


def package_version(package):
    """As the distribution's package manager says it; the programs themselves do not."""
    if not shutil.which("dpkg-query"):
        return "version unknown"
    return subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=False).stdout or "version unknown"


PEERS = [Supervisord, Pm2, Runit, S6]
