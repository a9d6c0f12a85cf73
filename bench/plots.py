"""Plots as SVG, the same bytes for the same points."""

import math
import re
from typing import Any

import pygal
from pygal.style import Style

from bench.findings import Plot

# Each is told from the others by lightness too, on white in either scheme of a browser.
COLOURS = ("#1f5fa8", "#c2410c", "#15803d", "#7e22ce", "#a16207", "#0e7490", "#be123c")
FONT = "system-ui, sans-serif"
STYLE = Style(
    background="#ffffff",
    plot_background="#ffffff",
    colors=COLOURS,
    guide_stroke_color="#d4d4d4",
    major_guide_stroke_color="#d4d4d4",
    font_family=FONT,
    label_font_size=14,
    major_label_font_size=14,
    legend_font_size=14,
    title_font_size=18,
)
_SCRIPT = re.compile(rb"<script.*?</script>", re.S)  # for who moves over it
LOOK: dict[str, Any] = {
    "js": [],  # it would be another site's
    "no_prefix": True,  # or a name made by chance would be in it
    "pretty_print": False,
    "width": 800,
    "height": 440,
    "legend_at_bottom": True,
    "truncate_legend": -1,
    "dots_size": 4,
    "stroke_style": {"width": 2},
    "include_x_axis": True,  # a line that is level looks so only above nought
}


def drawn(plot: Plot) -> bytes:
    place = math.log10 if plot.is_logarithmic else float
    chart = pygal.XY(style=STYLE, title=plot.title, x_title=plot.x, y_title=plot.y, **LOOK)
    xs = sorted({x for points in plot.lines.values() for x, _ in points})
    chart.x_labels = [{"label": f"{x:,g}", "value": place(x)} for x in xs]
    for name, points in plot.lines.items():
        chart.add(name, [(place(x), y) for x, y in points])
    return _SCRIPT.sub(b"", chart.render())
