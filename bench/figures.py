"""What was measured of several, as JSON for programs, a page for people, and charts."""

import json
import os
import platform
import statistics

import charts
from report import cpu_model


class Comparison:
    """Rows of samples, one for each of those that are compared; the first of them is ours."""

    def __init__(self, title, command):
        self.title = title
        self.command = command
        self.facts = {
            "processor": f"{cpu_model()}, {os.cpu_count()} cores",
            "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
            "kernel": f"Linux {platform.release()}",
        }
        self.compared = {}
        self.notes = []
        self.rows = {}

    def compare(self, name, version):
        self.compared[name] = version

    def add(self, section, what, unit, name, value, better="less"):
        """One sample. `better` is what one wishes for: "less" or "more"."""
        row = self.rows.setdefault((section, what), {"unit": unit, "better": better, "samples": {}})
        row["samples"].setdefault(name, []).append(value)

    def json(self):
        return {
            "schema": 1,
            "made_by": self.command,
            "machine": self.facts,
            "versions": self.compared,
            "notes": self.notes,
            "rows": [
                {
                    "section": section, "what": what, "unit": row["unit"], "better": row["better"],
                    "of": {
                        name: {
                            "median": middle(samples), "min": min(samples), "max": max(samples), "samples": len(samples)}
                        for name, samples in row["samples"].items()},
                }
                for (section, what), row in self.rows.items()],
        }

    def markdown(self):
        yield from heading(self.title, self.command)
        yield "In each row the best is **bold**: the median, and where there is more than one sample the least and the most of them."
        yield ""
        yield from facts({**self.facts, **self.compared})
        if self.notes:
            yield ""
        yield from (f"- {note}" for note in self.notes)
        for section in dict.fromkeys(section for section, _ in self.rows):
            yield ""
            yield f"## {section}"
            yield ""
            yield f"| | unit | {' | '.join(self.compared)} |"
            yield "|---|---|" + "---:|" * len(self.compared)
            for (of, what), row in self.rows.items():
                if of == section:
                    yield f"| {what} | {row['unit']} | " + " | ".join(self.cell(row, name) for name in self.compared) + " |"
        yield ""

    @staticmethod
    def cell(row, name):
        samples = row["samples"].get(name)
        if not samples:
            return "–"
        medians = {other: number(middle(of)) for other, of in row["samples"].items()}
        best = (min if row["better"] == "less" else max)(medians.values(), key=lambda text: float(text.replace(",", "")))
        # Where there is nobody else, there is no best.
        text = f"**{medians[name]}**" if medians[name] == best and len(medians) > 1 else medians[name]
        return text if len(samples) == 1 or min(samples) == max(samples) else f"{text} ({number(min(samples))}–{number(max(samples))})"

    def chart(self, section, what, title=None):
        row = self.rows.get((section, what))
        return row and charts.Bars(
            title or what, row["unit"], row["better"], {name: middle(of) for name, of in row["samples"].items()})


def heading(title, command):
    yield f"# {title}"
    yield ""
    yield (f"Made by `{command}`; [how it is measured](../../bench/README.md#how-it-is-measured). Look at the ratios: the times are"
           " those of one machine.")
    yield ""


def facts(known):
    yield "| | |"
    yield "|---|---|"
    for name, value in known.items():
        yield f"| {name} | {value} |"


def middle(samples):
    """The median; of counts it is one of them."""
    return (statistics.median_low if all(isinstance(sample, int) for sample in samples) else statistics.median)(samples)


def number(value):
    """Three digits that count, and no more after the point than that takes."""
    if value == 0 or isinstance(value, int):
        return f"{int(value):,}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3f}"


def write(folder, name, data, lines, chart):
    """The three files of one program's results."""
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, f"{name}.json"), "w", encoding="utf-8") as file:
        json.dump(data, file, indent=1, ensure_ascii=False)
        file.write("\n")
    with open(os.path.join(folder, f"{name}.md"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
    with open(os.path.join(folder, f"{name}.svg"), "w", encoding="utf-8") as file:
        file.write(chart)
