# SPDX-License-Identifier: Apache-2.0
"""Numbers and tables as text."""


def seconds(value):
    """A time with three digits and its unit."""
    for factor, unit in ((1, "s"), (1e3, "ms"), (1e6, "us")):
        if value * factor >= 1 or unit == "us":
            return f"{digits(value * factor)} {unit}"


def rounded(value):
    """JSON values with six significant digits, which is more than any of them deserves."""
    if isinstance(value, dict):
        return {key: rounded(v) for key, v in value.items()}
    if isinstance(value, list):
        return [rounded(v) for v in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def digits(value):
    """Three significant digits without an exponent."""
    if value >= 99.95:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 9.995 else f"{value:.2f}"


def percent(share):
    return f"{100 * share:.0f} %"


def ratio(summary):
    """The median ratio and its quartiles."""
    return f"{digits(summary['median'])} ({digits(summary['q1'])} to {digits(summary['q3'])})"


def against(value, bar):
    """A bar and whether a value reaches it."""
    return "" if bar is None else f"{bar:g} {'reached' if value >= bar else '**missed**'}"


def at_most(value, bar):
    """A bar from above and whether a value keeps below it."""
    return f"at most {bar:g} {'reached' if value <= bar else '**missed**'}"


def table(head, rows):
    """A Markdown table; the columns of numbers are those whose head begins with a space."""
    lines = ["| " + " | ".join(cell.strip() for cell in head) + " |"]
    lines.append("|" + "|".join("---:" if cell.startswith(" ") else "---" for cell in head) + "|")
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def line(key, result):
    """One measurement in one line, for who waits."""
    parts = [f"{key:24}"]
    if "ratio" in result:
        parts.append(
            f"ours {seconds(result['ours']['median'])}, peer {seconds(result['peer']['median'])}, "
            f"ratio {ratio(result['ratio'])} {against(result['ratio']['median'], result['bar'])}"
        )
    if "atMost" in result:
        parts.append(at_most(result["ratio"]["median"], result["atMost"]))
    if "share" in result:
        gauge = result["gauge"]["median"] / 1e9
        parts.append(
            f"{digits(result['rate']['median'] / 1e9)} G/s, "
            f"{percent(result['share']['median'])} of {gauge:.0f}"
        )
    if "agreement" in result:
        agreement = result["agreement"]
        parts.append("agrees" if agreement["holds"] else f"DIFFERS: {agreement}")
    if result.get("repeated"):
        parts.append(f"{result['repeated']} pairs repeated")
    if "others" in result:
        parts.append(f"others {percent(result['others'])}, host {percent(result['stolen'])}")
    if "points" in result:
        loses = [str(p["value"]) for p in result["points"] if p["loses"]]
        parts.append(
            " ".join(f"{p['value']}:{p['rate'] / 1e9:.0f}" for p in result["points"])
            + (f" GFLOP/s, loses at {', '.join(loses)}" if loses else " GFLOP/s")
        )
    if "variants" in result:
        parts += [f"{v['name']} {seconds(v['seconds']['median'])}" for v in result["variants"]]
    if "growth" in result:
        parts.append(
            f"{seconds(result['seconds'])}, Keras {seconds(result['peerSeconds'])}, "
            f"late / early {result['growth']:.3f}"
        )
    if "rows" in result:
        parts += [f"{r['perStep']:.2f} allocations a step" for r in result["rows"]]
    return "; ".join(parts)
