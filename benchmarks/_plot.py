"""A line chart as SVG: logarithmic in x, linear from zero or logarithmic in y. No library, no style sheet; black on white."""

import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 560, 340
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 48, 52
COLOURS = ["#0a5fb4", "#c25700", "#3d7a1f", "#7a2f8a"]


def readable(value):
    for limit, sign in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= limit:
            return f"{value / limit:g}{sign}"
    return f"{value:g}"


def ticks_of(low, high, logarithmic):
    """Some round values between the two."""
    if logarithmic:
        return [10.0**e for e in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]
    step = 10.0 ** math.floor(math.log10(high / 2)) if high > 0 else 1
    while high / step > 6:
        step *= 2 if high / step <= 12 else 2.5 if high / step <= 15 else 5
    return [i * step for i in range(math.ceil(high / step) + 1)]


def chart(title, x_label, y_label, lines, logarithmic_y=False):
    """`lines`: name to a list of (x, y), all above zero."""
    xs = [x for points in lines.values() for x, _ in points]
    ys = [y for points in lines.values() for _, y in points]
    y_ticks = ticks_of(min(ys), max(ys), logarithmic_y)
    x_low, x_high = math.log(min(xs)), math.log(max(xs))
    y_scale = math.log if logarithmic_y else float
    y_low, y_high = y_scale(y_ticks[0]), y_scale(y_ticks[-1])

    def at(x, y):
        across = (math.log(x) - x_low) / ((x_high - x_low) or 1)
        up = (y_scale(y) - y_low) / ((y_high - y_low) or 1)
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)

    def text(x, y, what, anchor="middle", size=12, more=""):
        return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"{more}>{escape(what)}</text>'

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        text(WIDTH / 2, 20, title, size=14),
        text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, x_label),
        text(16, (TOP + HEIGHT - BOTTOM) / 2, y_label, more=f' transform="rotate(-90 16 {(TOP + HEIGHT - BOTTOM) / 2})"'),
    ]
    for value in y_ticks:
        _, y = at(min(xs), value)
        out.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#ddd"/>')
        out.append(text(LEFT - 6, y + 4, readable(value), "end", 11))
    for value in sorted(set(xs)):
        x, _ = at(value, y_ticks[0])
        out.append(text(x, HEIGHT - BOTTOM + 16, readable(value), size=11))
    for index, (name, points) in enumerate(lines.items()):
        colour = COLOURS[index % len(COLOURS)]
        places = [at(x, y) for x, y in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        out.append(text(LEFT + 8 + 170 * index, 38, name, "start", 12, f' fill="{colour}"'))
    return "\n".join([*out, "</svg>"]) + "\n"
