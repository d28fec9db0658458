"""Charts as SVG, readable on a light and on a dark page."""

import math
from html import escape

OTHERS = "#9aa5b1"
LINES = ("#0b7285", "#d9480f", "#5f3dc4", "#2b8a3e", "#a61e4d", "#1864ab", "#e67700", "#495057")
OURS = LINES[0]
STYLE = """<style>
text { font: 13px system-ui, sans-serif; fill: #343a40 }
.title { font-weight: 600 } .note { font-size: 11px; fill: #868e96 } .grid { stroke: #adb5bd; stroke-opacity: .35 }
@media (prefers-color-scheme: dark) { text { fill: #dee2e6 } .note { fill: #adb5bd } }
</style>"""


def document(width, height, parts):
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">', STYLE, *parts, "</svg>", ""])


class Bars:
    """One measure of each, as bars from zero; the first of them is ours."""

    WIDTH = 420
    NAMES = 90
    STEP = 22

    def __init__(self, title, unit, better, values):
        self.title, self.unit, self.better, self.values = title, unit, better, values

    @property
    def height(self):
        return 34 + self.STEP * len(self.values)

    def parts(self, x, y):
        room = self.WIDTH - self.NAMES - 70
        most = max(self.values.values()) or 1
        yield f'<text class="title" x="{x}" y="{y + 14}">{escape(self.title)}</text>'
        yield f'<text class="note" x="{x + self.WIDTH - 10}" y="{y + 14}" text-anchor="end">{escape(self.unit)}, {self.better} is better</text>'
        for i, (name, value) in enumerate(self.values.items()):
            top = y + 24 + i * self.STEP
            yield f'<text x="{x + self.NAMES - 8}" y="{top + 13}" text-anchor="end">{escape(name)}</text>'
            yield (f'<rect x="{x + self.NAMES}" y="{top + 2}" width="{max(1.5, room * value / most):.1f}" height="{self.STEP - 7}" rx="2"'
                   f' fill="{OURS if i == 0 else OTHERS}"/>')
            yield f'<text x="{x + self.NAMES + max(1.5, room * value / most) + 6:.1f}" y="{top + 13}">{plain(value)}</text>'


def panel(bars, columns=2):
    """Several of them beside and below each other."""
    parts, y, height = [], 10, 0
    for i, one in enumerate(bars):
        if i % columns == 0:
            y, height = y + height, 0
        parts += one.parts(15 + (i % columns) * (Bars.WIDTH + 20), y)
        height = max(height, one.height + 14)
    return document(columns * (Bars.WIDTH + 20) + 10, y + height, parts)


def curves(title, x_title, y_title, series, width=860, height=460):
    """Lines through points (x, y), both on logarithmic scales: what is proportional to x rises by one decade in one."""
    left, right, top, bottom = 60, 190, 34, 44
    points = [point for line in series.values() for point in line]
    x_low, x_high = (f(math.log10(x) for x, _ in points) for f in (min, max))
    y_low, y_high = math.floor(min(math.log10(y) for _, y in points)), math.ceil(max(math.log10(y) for _, y in points))

    def place(x, y):
        return (left + (math.log10(x) - x_low) / (x_high - x_low) * (width - left - right),
                height - bottom - (math.log10(y) - y_low) / (y_high - y_low) * (height - top - bottom))

    parts = [f'<text class="title" x="{left}" y="20">{escape(title)}</text>']
    for decade in range(y_low, y_high + 1):
        _, y = place(10 ** x_low, 10 ** decade)
        parts += [f'<line class="grid" x1="{left}" x2="{width - right}" y1="{y:.1f}" y2="{y:.1f}"/>',
                  f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{plain(10.0 ** decade)}</text>']
    for x in sorted({x for x, _ in points}):
        at, _ = place(x, 10 ** y_low)
        parts += [f'<line class="grid" x1="{at:.1f}" x2="{at:.1f}" y1="{top}" y2="{height - bottom}"/>',
                  f'<text x="{at:.1f}" y="{height - bottom + 18}" text-anchor="middle">{x:,}</text>']
    parts += [f'<text class="note" x="{(left + width - right) / 2}" y="{height - 8}" text-anchor="middle">{escape(x_title)}</text>',
              f'<text class="note" x="{left}" y="{top - 2}">{escape(y_title)}</text>']
    labels = []
    for i, (name, line) in enumerate(series.items()):
        placed = [place(x, y) for x, y in line]
        parts.append(f'<polyline fill="none" stroke="{LINES[i % len(LINES)]}" stroke-width="2" points="'
                     + " ".join(f"{x:.1f},{y:.1f}" for x, y in placed) + '"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{LINES[i % len(LINES)]}"/>' for x, y in placed]
        labels.append([placed[-1][1], name, i])
    # A label stands at the end of its line, or below the one above it.
    lowest = 0
    for label in sorted(labels):
        y = lowest = max(label[0] + 4, lowest + 15)
        parts.append(f'<text x="{width - right + 8}" y="{y:.1f}" style="fill:{LINES[label[2] % len(LINES)]}">{escape(label[1])}</text>')
    return document(width, height, parts)


def plain(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
