"""What was measured, for people: on standard output and as a page."""

import os
import platform
import subprocess

from managers import Sentinel

HEADINGS = ("", "median ms", "min", "max", "× empty program", "rounds")
# What, how many processes are there, the command, milliseconds.
TARGETS = (("`list` of 100", 100, "list", 8), ("`run`, 10 there", 10, "run one more", 10), ("`list` of 1,000", 1000, "list", 60))


class Report:
    def __init__(self, root, quick):
        self.root = root
        self.quick = quick
        self.scenes = []
        self.notes = []
        self.memories = []
        self.faults = {}
        self.ours = {}

    def note(self, text):
        self.notes.append(text)

    def scene(self, title, count, series):
        for what, one in series.items():
            self.ours[count, what] = one
        self.scenes.append((title, count, series))

    def memory(self, count, floor, commands):
        for what, kilobytes in {"an empty .NET native program": floor, **commands}.items():
            self.memories.append((count, what.replace("_json", " --json"), kilobytes / 1024, kilobytes / floor))

    def print(self):
        print("\n".join(self._lines()))

    def write(self, path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        command = "bench/main-job" + (" --quick" if self.quick else "")
        page = [
            "# The main job, measured",
            "",
            f"Made by `{command}`; `bench/README.md` says what the rows mean. Look at the ratios: the times are those of one"
            " machine.",
            "",
            "```",
            *self._lines(),
            "```",
            "",
        ]
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(page))

    def _lines(self):
        for name, value in self._facts():
            yield f"{name + ':':<12} {value}"
        for note in self.notes:
            yield note
        for title, count, series in self.scenes:
            yield ""
            yield title
            yield from table([HEADINGS, *(self._row(what, one) for what, one in series.items())])
        if self.memories:
            yield ""
            yield "Peak memory (largest resident set) of a command"
            yield from table([
                ("", "processes", "MiB", "× empty program"),
                *((what, str(count), f"{mebibytes:.1f}", f"{ratio:.2f}") for count, what, mebibytes, ratio in self.memories)])
        if self.faults:
            yield ""
            yield "What a command costs before it does anything: page faults"
            yield from table([("", "page faults"), *((what, str(faults)) for what, faults in self.faults.items())])
        yield ""
        yield "Targets"
        yield from table([("", "target", "median", "met"), *self._targets()])

    @staticmethod
    def _row(what, one):
        return (
            what,
            f"{one.median:.2f}",
            f"{min(one.times):.2f}",
            f"{max(one.times):.2f}",
            f"{one.to_floor:.2f}",
            str(len(one.times)),
        )

    def _targets(self):
        for what, count, command, target in TARGETS:
            if one := self.ours.get((count, command)):
                yield (what, f"< {target} ms", f"{one.median:.2f} ms", "yes" if one.median < target else "no")

    def _facts(self):
        yield "processor", f"{cpu_model()}, {os.cpu_count()} cores"
        yield "kernel", f"Linux {platform.release()}"
        yield ".NET SDK", output(["dotnet", "--version"], self.root)
        yield "sentinel", Sentinel.version()


def table(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        # Words to the left, numbers to the right.
        yield "  " + "  ".join(
            cell.rjust(width) if is_number(rows, i) else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths))).rstrip()


def is_number(rows, column):
    return all(row[column] == "" or row[column][0].isdigit() for row in rows[1:]) and rows[0][column] != ""


def cpu_model():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith(("model name", "Model")):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def output(argv, folder):
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False).stdout.strip()
