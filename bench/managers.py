"""Sentinel and its peers, each as the commands that do the same job. All run one program, with a log file for its output."""

import json
import os
import re
import shutil
import subprocess

import processes

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
    # How the names of its own processes begin.
    daemons = ()

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
        return self.field.output(argv, self.environment)

    def prepare(self, count, stopped=(ONE,)):
        """Has so many processes running, and those called `stopped` ready to be started."""
        raise NotImplementedError

    def start_of(self, process):
        return [*self.start, process]

    def stop_of(self, process):
        return [*self.stop, process]

    def status_of(self, process):
        return [*self.status, process]

    def running(self):
        """How many run, as it says itself."""
        raise NotImplementedError

    def supervisors(self):
        """The pids of the processes that supervise."""
        return [pid for pid in self.field.marked() if processes.comm(pid).startswith(self.daemons)]

    def save(self):
        """Does what its manual asks for so that it comes back as it was."""

    def revive(self):
        """Starts the supervisor again after its death."""
        raise NotImplementedError

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
        self.status = [self.binary, "status"]
        self.list = [self.binary, "list"]
        self.list_json = [self.binary, "list", "--json"]
        self.stop = [self.binary, "stop"]
        self.stop_all = [self.binary, "stopall"]
        self.start_all = [self.binary, "startall"]

    def start_of(self, process):
        return [self.binary, "run", *self.options, "--name", process, "--", *self.command]

    @classmethod
    def version(cls):
        return subprocess.run([cls.binary, "--version"], capture_output=True, text=True, check=True).stdout.strip()

    def prepare(self, count, stopped=(ONE,)):
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
        if (running := self.running()) != count:
            raise RuntimeError(f"{running} of {count} processes run")
        return took

    def running(self):
        return sum(process["state"] == "running" for process in json.loads(self.output(self.list_json))["processes"])

    def forget_one(self):
        self.milliseconds([self.binary, "delete", ONE])

    def close(self):
        self.output([self.binary, "stopall", "--force"])


class SentinelDaemon(Sentinel):
    about = "`--restart`, with its daemon"
    options = ("--restart",)

    def prepare(self, count, stopped=(ONE,)):
        self.revive()
        return super().prepare(count)

    def supervisors(self):
        return [self.daemon()]

    def revive(self):
        self.milliseconds([self.binary, "daemon", "start"])

    def daemon(self):
        return json.loads(self.output([self.binary, "daemon", "status", "--json"]))["pid"]

    def close(self):
        self.output([self.binary, "daemon", "stop", "--with-processes"])


class Supervisord(Manager):
    name = "supervisord"
    # 3: not all of them run.
    fine = (0, 3)
    programs = ("supervisord", "supervisorctl")
    daemons = ("supervisord",)
    about = "programs in the configuration file, startsecs=0 (or `start` would wait a second), over a unix socket"

    @classmethod
    def version(cls):
        return subprocess.run([cls.path("supervisord"), "--version"], capture_output=True, text=True, check=True).stdout.strip()

    def prepare(self, count, stopped=(ONE,)):
        config = os.path.join(self.folder, "supervisord.conf")
        programs = [*((name, "false") for name in stopped), *((name, "true") for name in names(count))]
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
        self.start = [*control, "start"]
        self.status = [*control, "status"]
        self.list = [*control, "status"]
        self.stop = [*control, "stop"]
        self.stop_all = [*control, "stop", "all"]
        self.start_all = [*control, "start", "all"]
        self.supervisor = [self.path("supervisord"), "-n", "-c", config]
        self.revive()
        # It answers before it has started all.
        self.field.wait_until(
            lambda: len(self.output(self.list).splitlines()) == len(programs) and self.running() == count, "supervisord runs them all")

    def running(self):
        return self.output(self.list).count("RUNNING")

    def revive(self):
        self.field.spawn(self.supervisor)


class Pm2(Manager):
    name = "pm2"
    programs = ("node", "pm2")
    daemons = ("PM2", "pm2")
    about = "fork mode, no interpreter"

    def __init__(self, field, folder, command=(SLEEP, FOREVER)):
        super().__init__(field, folder, command)
        self.environment = {"PM2_HOME": os.path.join(folder, "home"), "PM2_DISABLE_VERSION_CHECK": "true"}
        pm2 = self.path("pm2")
        self.status = [pm2, "describe"]
        self.list = [pm2, "list"]
        self.stop = [pm2, "stop"]
        self.stop_all = [pm2, "stop", "all"]
        self.start_all = [pm2, "start", "all"]

    @classmethod
    def version(cls):
        package = os.path.join(os.path.dirname(os.path.realpath(cls.path("pm2"))), "..", "package.json")
        with open(package, encoding="utf-8") as file:
            return json.load(file)["version"]

    def start_of(self, process):
        return [
            self.path("pm2"), "start", self.command[0], "--name", process, "--interpreter", "none",
            *(["--", *self.command[1:]] if self.command[1:] else [])]

    def prepare(self, count, stopped=(ONE,)):
        ecosystem = os.path.join(self.folder, "processes.json")
        apps = [{"name": name, "script": self.command[0], "args": self.command[1:], "interpreter": "none"} for name in names(count)]
        with open(ecosystem, "w", encoding="utf-8") as file:
            json.dump({"apps": apps}, file)
        if count > 0:
            self.milliseconds([self.path("pm2"), "start", ecosystem])
        else:
            self.milliseconds([self.path("pm2"), "ping"])

    def running(self):
        return sum(app["pm2_env"]["status"] == "online" for app in json.loads(
            re.search(r"^\[.*", self.output([self.path("pm2"), "jlist"]), re.MULTILINE | re.DOTALL)[0]))

    def save(self):
        self.milliseconds([self.path("pm2"), "save"])

    def revive(self):
        self.milliseconds([self.path("pm2"), "resurrect"])

    def forget_one(self):
        self.milliseconds([self.path("pm2"), "delete", ONE])

    def close(self):
        self.output([self.path("pm2"), "kill"])


class Directories(Manager):
    """Those for which a service is a folder with a program `run` in it."""

    def prepare(self, count, stopped=(ONE,)):
        self.services = os.path.join(self.folder, "services")
        os.makedirs(self.services)
        for name in [*stopped, *names(count)]:
            service = os.path.join(self.services, name)
            os.makedirs(service)
            run = os.path.join(service, "run")
            with open(run, "w", encoding="utf-8") as file:
                file.write(f"#!/bin/sh\nexec {' '.join(self.command)} >>{self.folder}/{name}.log 2>&1\n")
            os.chmod(run, 0o755)
        for name in stopped:
            with open(os.path.join(self.services, name, "down"), "w", encoding="utf-8"):
                pass
        self.stopped = [os.path.join(self.services, name) for name in stopped]
        self.all = [os.path.join(self.services, name) for name in names(count)]

    def start_of(self, process):
        return super().start_of(os.path.join(self.services, process))

    def stop_of(self, process):
        return super().stop_of(os.path.join(self.services, process))

    def status_of(self, process):
        return super().status_of(os.path.join(self.services, process))

    def revive(self):
        self.field.spawn(self.supervisor)


class Runit(Directories):
    name = "runit"
    programs = ("runsvdir", "runsv", "sv")
    daemons = ("runsv",)
    about = "runsvdir; `sv status` of every folder"

    @classmethod
    def version(cls):
        return package_version("runit")

    def prepare(self, count, stopped=(ONE,)):
        super().prepare(count, stopped)
        sv = self.path("sv")
        self.start = [sv, "start"]
        self.status = [sv, "status"]
        self.list = [sv, "status", *(self.all or self.stopped)]
        self.stop = [sv, "stop"]
        self.stop_all = [sv, "stop", *self.all]
        self.start_all = [sv, "start", *self.all]
        self.supervisor = [self.path("runsvdir"), self.services]
        self.revive()
        self.field.wait_until(
            lambda: self.running() == count and all(os.path.exists(os.path.join(folder, "supervise", "ok")) for folder in self.stopped),
            "runit runs them all")

    def running(self):
        return sum(line.startswith("run:") for line in self.output([*self.status, *self.stopped, *self.all]).splitlines())


class S6(Directories):
    name = "s6"
    programs = ("s6-svscan", "s6-supervise", "s6-svc", "s6-svstat", "s6-svwait")
    daemons = ("s6-svscan", "s6-supervise")
    about = "s6-svscan; has no command for several services, so a shell loops over them"

    @classmethod
    def version(cls):
        return package_version("s6")

    def prepare(self, count, stopped=(ONE,)):
        super().prepare(count, stopped)
        svc = self.path("s6-svc")
        self.start = [svc, "-uwu", "-T", "5000"]
        self.status = [self.path("s6-svstat")]
        self.list = self.each('s6-svstat "$d"', "true")
        self.stop = [svc, "-dwd", "-T", "5000"]
        self.stop_all = self.each('s6-svc -d "$d"', 's6-svwait -d "$@"')
        self.start_all = self.each('s6-svc -u "$d"', 's6-svwait -u "$@"')
        # It takes 500 services unless told otherwise.
        self.supervisor = [self.path("s6-svscan"), "-c", "2000", self.services]
        self.revive()
        self.field.wait_until(
            lambda: all(os.path.exists(os.path.join(folder, "supervise", "control")) for folder in [*self.stopped, *self.all])
            and self.running() == count, "s6 runs them all")

    def running(self):
        return sum(line.startswith("up ") for line in self.output(
            ["/bin/sh", "-c", 'for d; do s6-svstat "$d"; done', "sh", *self.stopped, *self.all]).splitlines())

    def each(self, command, then):
        return ["/bin/sh", "-c", f'for d; do {command}; done; {then}', "sh", *self.all]


def package_version(package):
    """As the distribution's package manager says it; the programs themselves do not."""
    if not shutil.which("dpkg-query"):
        return "version unknown"
    return subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=False).stdout or "version unknown"


PEERS = [Supervisord, Pm2, Runit, S6]
