#!/usr/bin/env python3
"""Draws the dashboard from what a real Prometheus answered its queries: `cargo test --test monitoring` keeps the answers.

    dev/dashboard/draw.py [FILE]     writes target/monitoring/dashboard.svg, or FILE

It shows which numbers each panel gets, laid out as in Grafana; it is not Grafana. Only the standard library is used.
"""

import html
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CELL, ROW, PAD = 50, 30, 6
COLOURS = ["#73bf69", "#f2cc0c", "#5794f2", "#ff9830", "#f2495c", "#b877d9", "#8ab8ff", "#96d98d"]


def shown(value, unit):
    number = float(value)
    if unit == "percentunit":
        return f"{number * 100:.1f} %"
    if unit == "s":
        return f"{number:.2f} s" if number < 60 else f"{number / 60:.0f} min"
    return f"{number:.0f}" if number == int(number) else f"{number:.2f}"


def name_of(series, legend):
    name = legend or ", ".join(series["metric"].values())
    for label, value in series["metric"].items():
        name = name.replace("{{" + label + "}}", value)
    return name


def text(x, y, words, size=12, colour="#ccccdc", anchor="start"):
    return f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" fill="{colour}" text-anchor="{anchor}">{html.escape(words)}</text>'


def stat(panel, answers, x, y, width, height, unit):
    says = []
    for answer in answers:
        for series in answer["now"]:
            if panel["options"].get("textMode") == "name":
                says.append(name_of(series, answer["legend"]))
            else:
                says.append(shown(series["value"][1], unit))
    return [text(x + width / 2, y + height / 2 + 18, ", ".join(says) or "no data", 30, "#73bf69", "middle")]


def lines(answers, x, y, width, height, unit):
    out, all_series = [], [(s, a["legend"]) for a in answers for s in a["minute"]]
    points = [(t, float(v)) for s, _ in all_series for t, v in s["values"] if v not in ("NaN", "+Inf")]
    if not points:
        return [text(x + width / 2, y + height / 2, "no data", 14, "#8e8e99", "middle")]
    first, last = min(t for t, _ in points), max(t for t, _ in points)
    top = max(v for _, v in points) or 1
    left, low, span, tall = x + 46, y + height - 26, width - 58, height - 62
    out.append(text(left - 4, low - tall + 4, shown(top, unit), 10, "#8e8e99", "end"))
    out.append(text(left - 4, low, "0", 10, "#8e8e99", "end"))
    at = left
    for number, (series, legend) in enumerate(all_series):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(
            f"{left + span * (t - first) / max(last - first, 1):.1f},{low - tall * float(v) / top:.1f}"
            for t, v in series["values"]
            if v not in ("NaN", "+Inf")
        )
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        name = name_of(series, legend)
        out.append(text(at, y + height - 8, name, 10, colour))
        at += 7 * len(name) + 12
    return out


def bars(answers, x, y, width, unit):
    out, series = [], [(name_of(s, a["legend"]), s["value"][1]) for a in answers for s in a["now"]]
    most = max([float(v) for _, v in series] or [1])
    for number, (name, value) in enumerate(series):
        top = y + 34 + number * 26
        out.append(text(x + 10, top + 13, name))
        length = (width - 260) * float(value) / most
        out.append(f'<rect x="{x + 150}" y="{top}" width="{length:.0f}" height="18" fill="#ff9830"/>')
        out.append(text(x + 158 + length, top + 13, shown(value, unit)))
    return out


def table(answers, x, y, width, height):
    out, rows = [], [s["metric"] for a in answers for s in a["now"]]
    columns = ["namespace", "name", "domain", "status", "reason"]
    step = (width - 20) / len(columns)
    for place, column in enumerate(columns):
        out.append(text(x + 10 + place * step, y + 40, column, 12, "#8ab8ff"))
    fits = int((height - 66) / 18)
    for number, row in enumerate(rows[:fits]):
        for place, column in enumerate(columns):
            out.append(text(x + 10 + place * step, y + 60 + number * 18, row.get(column, "")))
    if len(rows) > fits:
        out.append(text(x + width - 10, y + 20, f"{len(rows)} rows", 11, "#8e8e99", "end"))
    return out


def main():
    dashboard = json.loads((ROOT / "charts/zegel/files/dashboard.json").read_text())
    answers = json.loads((ROOT / "target/monitoring/dashboard-answers.json").read_text())
    out, bottom = [], 0
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        x, y, width, height = place["x"] * CELL, place["y"] * ROW, place["w"] * CELL, place["h"] * ROW
        bottom = max(bottom, y + height)
        if panel["type"] == "row":
            out.append(text(x + 4, y + 21, panel["title"], 15, "#ffffff"))
            continue
        out.append(
            f'<rect x="{x + PAD / 2}" y="{y + PAD / 2}" width="{width - PAD}" height="{height - PAD}" rx="3" fill="#181b1f" stroke="#2c3235"/>'
        )
        out.append(text(x + 10, y + 21, panel["title"], 12, "#ffffff"))
        unit = panel["fieldConfig"]["defaults"].get("unit")
        found = answers.get(panel["title"], [])
        if panel["type"] == "stat":
            out += stat(panel, found, x, y, width, height, unit)
        elif panel["type"] == "timeseries":
            out += lines(found, x, y, width, height, unit)
        elif panel["type"] == "bargauge":
            out += bars(found, x, y, width, unit)
        else:
            out += table(found, x, y, width, height)
    size = f'width="{24 * CELL}" height="{bottom}" viewBox="0 0 {24 * CELL} {bottom}"'
    picture = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif"><rect width="100%" height="100%" fill="#111217"/>'
    target = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "target/monitoring/dashboard.svg"
    target.write_text(picture + "".join(out) + "</svg>\n")
    print(target)


main()
