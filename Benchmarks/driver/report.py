# SPDX-License-Identifier: Apache-2.0
"""docs/benchmarks.md: the template with the measured tables put in."""

import re
from pathlib import Path

from . import once, tables, training
from .build import FOLDER
from .machine import DISTURBED
from .measurements import everything
from .statistics import median
from .text import against, at_most, digits, percent, ratio, seconds, table

TEMPLATE = FOLDER / "benchmarks.template.md"
NOTE = (
    "<!-- Written by Benchmarks/run.py from Benchmarks/benchmarks.template.md and "
    "Benchmarks/results.json. -->\n"
)


def write(results, path):
    """Writes the document; a marker {{name}} stands for a table."""
    text = TEMPLATE.read_text()
    filled = re.sub(r"^\{\{([\w-]+)\}\}$", lambda m: TABLES[m[1]](results), text, flags=re.M)
    Path(path).write_text(NOTE + filled)


def measured(results, *groups):
    """(measurement, result or None) of some groups."""
    return [(m, results.get(m.key)) for m in everything() if m.key.split("/")[0] in groups]


def not_measured(measurement, columns):
    return [f"`{measurement.group}:{measurement.name}`"] + ["not measured"] + [""] * (columns - 2)


def disturbance(result):
    """A mark for a measurement that met others on the machine."""
    others = result["others"]
    return f", disturbed: others took {percent(others)}" if others > DISTURBED else ""


# MARK: Beside the peers


def comparison(result):
    """The cells that every comparison has: ours, peer, ratio, bar."""
    return [
        seconds(result["ours"]["median"]),
        seconds(result["peer"]["median"]),
        ratio(result["ratio"]) + disturbance(result),
        against(result["ratio"]["median"], result["bar"]),
    ]


def training_table(results):
    head = ["row", "work", "peer", " threads", " ours", " peer", " ratio", "asked"]
    rows = []
    for measurement, result in measured(results, "train"):
        if result is None:
            rows.append(not_measured(measurement, len(head)))
            continue
        cells = [f"`{measurement.group}:{measurement.name}`", result["title"], result["peerTitle"]]
        rows.append(cells + [str(result["threads"])] + comparison(result))
    return table(head, rows)


def agreement_table(results):
    head = ["work", "peer", " epochs", " test accuracy", " peer's", " training loss", " peer's", ""]
    rows = []
    for _, result in measured(results, "train"):
        found = result and result.get("agreement")
        if not found:
            continue
        own, peer = found["ours"], found["peer"]
        rows.append(
            [result["title"], result["peerTitle"], str(found["epochs"])]
            + [f"{own['accuracy']:.4f}", f"{peer['accuracy']:.4f}"]
            + [f"{own['loss']:.4f}", f"{peer['loss']:.4f}"]
            + ["agrees" if found["holds"] else "**differs**"]
        )
    return table(head, rows)


def share_table(results):
    head = ["work", " products of an epoch", " our median", " our best", " GFLOP/s", " FMA rate beside"]
    head += [" share", "asked"]
    rows = []
    for workload, bar in training.SHARES.items():
        result = results.get(training.key(workload, "jax", 2))
        if result is None:
            continue
        rows.append(
            [
                result["title"],
                f"{result['operations'] / 1e9:.2f} GFLOP",
                seconds(result["ours"]["median"]),
                seconds(result["ours"]["min"]),
                digits(result["rate"]["median"] / 1e9),
                digits(result["gauge"]["median"] / 1e9),
                percent(result["share"]["median"]),
                f"{percent(bar)} {'reached' if result['share']['median'] >= bar else '**missed**'}",
            ]
        )
    return table(head, rows)


def loop_table(results):
    head = ["row", "work", " fit", " own loop", " own loop / fit", "asked", "same weights and biases"]
    rows = []
    for measurement, result in measured(results, "loop"):
        if result is None:
            rows.append(not_measured(measurement, len(head)))
            continue
        found = result.get("agreement")
        equal = "" if not found else "yes" if found["holds"] else "**no**"
        rows.append(
            [
                f"`{measurement.group}:{measurement.name}`",
                result["title"],
                *comparison(result)[:3],
                at_most(result["ratio"]["median"], result["atMost"]),
                f"{equal}, after {found['epochs']} epochs" if found else "",
            ]
        )
    return table(head, rows)


def addition_table(results):
    head = ["row", "(b) with", " (b)", " with it", " with it / (b)", "asked"]
    rows = []
    for measurement, result in measured(results, "layers"):
        if result is None:
            rows.append(not_measured(measurement, len(head)))
            continue
        rows.append(
            [
                f"`{measurement.group}:{measurement.name}`",
                result["title"],
                *comparison(result)[:3],
                at_most(result["ratio"]["median"], result["atMost"]),
            ]
        )
    return table(head, rows)


def operation_table(results, *groups):
    head = ["row", "work", "peer", " threads", " ours", " peer", " ratio", "asked", " rate"]
    head += [" of the machine's", " numbers differ by"]
    rows = []
    for measurement, result in measured(results, *groups):
        if result is None:
            rows.append(not_measured(measurement, len(head)))
            continue
        unit = "GFLOP/s" if "operations" in result else "GB/s"
        cells = [f"`{measurement.group}:{measurement.name}`", result["title"], result["peerTitle"]]
        cells += [str(result["threads"])] + comparison(result)
        cells.append(f"{digits(result['rate']['median'] / 1e9)} {unit}")
        if "share" in result:
            gauge = digits(result["gauge"]["median"] / 1e9)
            cells.append(f"{percent(result['share']['median'])} of {gauge}")
        else:
            cells.append("")
        found = result.get("agreement")
        difference = f"{found['resultDifference']:.1e}" if found else ""
        cells.append(difference if not found or found["holds"] else f"**{difference}**")
        rows.append(cells)
    return table(head, rows)


# MARK: Ours alone


def hundred_table(results):
    result = results.get("course/hundred")
    if result is None:
        return "Not measured."
    head = ["what", " ours", "beside", "asked"]
    whole = "reached" if result["seconds"] <= result["bar"] else "**missed**"
    steady = "reached" if result["growth"] <= result["growthBar"] else "**missed**"
    keras = f"{result['peerTitle']}: {seconds(result['peerSeconds'])} (100 times its median epoch)"
    rows = [
        [result["title"] + disturbance(result), seconds(result["seconds"]), keras, f"at most {result['bar']:g} s: {whole}"],
        [
            "epochs 96 to 100, median",
            seconds(median(result["late"])),
            f"epochs 2 to 6 of a second run, in turn: {seconds(median(result['early']))}; "
            f"ratio {result['growth']:.3f}",
            f"at most {result['growthBar']:g}: {steady}",
        ],
    ]
    return table(head, rows)


def allocation_table(results):
    result = results.get("course/allocations")
    if result is None:
        return "Not measured."
    head = ["training", " in an epoch of 50 steps", " of 200 steps", " a step", "asked"]
    rows = []
    for row in result["rows"]:
        few, many = (int(a["allocations"]) for a in row["answers"])
        asked = "none: " + ("reached" if row["perStep"] < 0.1 else "**missed**")
        reported = [f"{n}, with {int(a['reports'])} reports" for n, a in zip((few, many), row["answers"])]
        rows.append([row["title"], *reported, f"{row['perStep']:.2f}", asked])
    return table(head, rows)


def parts_table(results):
    head = ["training", "variant", " an epoch", " against as it is", " FMA rate beside"]
    head += [" share of it, if the products alone count"]
    rows = []
    for _, result in measured(results, "parts"):
        for index, variant in enumerate(result["variants"] if result else []):
            epoch = variant["seconds"]["median"]
            rows.append(
                [
                    result["title"] + disturbance(result) if index == 0 else "",
                    variant["name"],
                    seconds(epoch),
                    f"{variant['ratio']:.2f}",
                    f"{variant['gauge'] / 1e9:.0f} GFLOP/s",
                    percent(variant["floor"] / epoch),
                ]
            )
    return table(head, rows)


def sweep_table(results):
    blocks = []
    for measurement, result in measured(results, "sweep"):
        if result is None:
            continue
        rows = [
            [
                f"{point['value']:,}",
                digits(point["rate"] / 1e9),
                percent(point["share"]),
                "**loses more than 15 %**" if point["loses"] else "",
            ]
            for point in result["points"]
        ]
        head = [f" {result['swept']}", " GFLOP/s", " of the FMA rate", ""]
        title = f"{result['title']} (`{measurement.command}`{disturbance(result)})"
        blocks.append(f"{title}\n\n{table(head, rows)}")
    return "\n\n".join(blocks) or "Not measured."


# MARK: Conditions


def conditions(results):
    found = list(results.values())
    if not found:
        return "Not measured."
    lines = []
    for key, title in (("machine", "machine"), ("date", "measured"), ("revision", "our commit")):
        values = sorted({r["run"][key] for r in found})
        lines.append(f"- {title}: {'; '.join(values)}")
    versions = {}
    for r in found:
        versions |= r["run"]["versions"]
    took = sum(r["run"]["took"] for r in found) / 60
    lines.append(f"- measuring took {took:.0f} minutes in all")
    lines.append("- peers: " + ", ".join(f"{n} {v}" for n, v in versions.items()))
    sets = sorted({r["instructionSet"] for r in found if "instructionSet" in r})
    lines.append(f"- our instruction set: {', '.join(sets)}")
    gauges = [r["gauge"] for r in found if isinstance(r.get("gauge"), dict) and r.get("threads") == 2]
    rates = [g for r, g in zip(found, gauges) if "bytes" not in r]
    if rates:
        low, high = min(g["min"] for g in rates), max(g["max"] for g in rates)
        lines.append(f"- FMA rate of two threads: from {low / 1e9:.0f} to {high / 1e9:.0f} GFLOP/s")
    shared = [r["others"] for r in found if "others" in r]
    stolen = [r["stolen"] for r in found if "stolen" in r]
    if shared:
        lines.append(
            f"- processor time that went to other processes: {percent(max(shared))} at most; "
            f"to other guests of the host: {percent(max(stolen))} at most"
        )
    return "\n".join(lines)


def commands(results):
    lines = []
    for measurement in everything():
        for command in (results.get(measurement.key) or {}).get("commands", []):
            if command not in lines:
                lines.append(command)
    return "```\n" + "\n".join(lines) + "\n```"


TABLES = {
    "conditions": conditions,
    "training": training_table,
    "agreement": agreement_table,
    "shares": share_table,
    "loop": loop_table,
    "layers": addition_table,
    "evaluation": lambda r: operation_table(r, "d"),
    "rows": lambda r: operation_table(r, "e"),
    "inference": lambda r: operation_table(r, "f"),
    "loading": lambda r: operation_table(r, "load"),
    "hundred": hundred_table,
    "allocations": allocation_table,
    "parts": parts_table,
    "sweep": sweep_table,
    "solves": lambda _: once.text(),
    "tables": lambda _: tables.text(),
    "table_times": lambda _: tables.times(),
    "own_figures": lambda _: tables.own_text(),
    "texts": lambda _: tables.texts(),
    "commands": commands,
}
