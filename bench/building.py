"""The programs that are measured, and those that help to measure."""

import argparse
import os
import shutil
import signal
import subprocess
import sys

from managers import Sentinel

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
RESULTS = os.path.join(ROOT, "docs", "benchmarks")
ARTIFACTS = os.path.join(ROOT, "artifacts")
BINARY = os.path.join(ARTIFACTS, "sentinel", "sentinel")
FLOOR = os.path.join(ARTIFACTS, "floor", "floor")
STAMP = os.path.join(ARTIFACTS, "stamp")
WRITER = os.path.join(ARTIFACTS, "writer")


def options(about, quick):
    """The options that every program here has; what it needs is built."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--quick", action="store_true", help=quick + ", and no results are written")
    parser.add_argument("--no-build", action="store_true", help="measure what is there instead of building it first")
    parser.add_argument("--pm2", metavar="PATH", help="the program pm2, if it is not in PATH")
    chosen = parser.parse_args()
    if chosen.pm2:
        os.environ["PATH"] = os.path.dirname(os.path.abspath(chosen.pm2)) + ":" + os.environ["PATH"]
    if not chosen.no_build:
        build()
    for program in (BINARY, FLOOR, STAMP, WRITER):
        if not os.path.exists(program):
            sys.exit(f"{os.path.relpath(program)} is not there; leave --no-build out")
    Sentinel.binary = BINARY
    # Whatever ends us, what we started is ended first.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda number, _: sys.exit(128 + number))
    return chosen


def build():
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang") or sys.exit("there is no C compiler")
    for program, project in ((BINARY, "src/Sentinel/Sentinel.csproj"), (FLOOR, "bench/Floor/Floor.csproj")):
        print(f"building {os.path.basename(program)} ...", file=sys.stderr)
        run("dotnet", "publish", os.path.join(ROOT, project), "-c", "Release", "-o", os.path.dirname(program), "--nologo", "-v", "quiet")
    for program, source in ((STAMP, "Stamp/stamp.c"), (WRITER, "Writer/writer.c")):
        run(compiler, "-O2", "-o", program, os.path.join(ROOT, "bench", source))


def run(*argv):
    done = subprocess.run(argv, stdout=sys.stderr, check=False, cwd=ROOT)
    if done.returncode != 0:
        sys.exit(done.returncode)
