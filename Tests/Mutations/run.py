#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Switches small mistakes on, one by one, and prints which of them the tests miss.

The mistakes are in the lists beside this script, one paragraph each:

    [name] what is wrong
      tests: the test targets that should notice it, the likeliest first
      file: a source, below Sources/
      - text that stands in it exactly once
      + what stands there instead, with MISTAKE where it asks whether this mistake is on
      unseen: why no test can notice it, for a mistake that changes nothing that is promised

All of them go into one copy of the tree, which is built once, in release; the variable
SOFTMAX_MISTAKE of that build alone names the one that is on. Neither the copy nor anything that
reads the variable is a part of another build.

    Tests/Mutations/run.py              all mistakes; writes docs/mutations.md
    Tests/Mutations/run.py --only a,b   some; prints only
    Tests/Mutations/run.py --check      whether every text still stands where the lists say
"""

import argparse
import json
import os
import pathlib
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# The lists of mistakes, and what they are about.
TITLES = {
    "kernels": "the arithmetic in C", "core": "values, text, threads, the machine",
    "models": "networks, training, evaluation", "data": "files, formats, data sets",
    "command": "reports and the command",
}
TARGETS = [
    "CoreTests", "ModelTests", "DataTests", "ReportTests", "SnippetTests", "KernelTests",
    "CommandTests", "AcceptanceTests",
]
# As `make test` runs them a second time, in full sizes.
THOROUGH = ["KernelTests", "AcceptanceTests"]
LEAST_SHARE = 0.95

C_DECLARATION = """
// Whether the mistake of this number is on (Tests/Mutations).
extern int softmax_mistake;
"""
C_SOURCE = """#include "CSoftmaxKernels.h"
#include <stdlib.h>
int softmax_mistake = 0;
__attribute__((constructor)) static void read_mistake(void) {
  const char *text = getenv("SOFTMAX_MISTAKE");
  softmax_mistake = text ? atoi(text) : 0;
}
int softmax_is_mistaken(int number) { return softmax_mistake == number; }
"""
SWIFT_SOURCE = """import CSoftmaxKernels
public func isMistaken(_ number: Int32) -> Bool { softmax_is_mistaken(number) != 0 }
"""


class Mistake:
    def __init__(self, name, what, room):
        self.name, self.what, self.room = name, what, room
        self.number = 0
        self.tests, self.hunks, self.unseen = [], [], None


# MARK: The lists


def read_lists():
    mistakes = []
    for list_name in (room + ".txt" for room in TITLES):
        mistake, file, last = None, None, ""
        for number, line in enumerate((HERE / list_name).read_text().splitlines(), 1):
            place = f"{list_name}:{number}"
            if not line.strip() or line.startswith("#"):
                continue
            head = re.fullmatch(r"\[([a-z0-9-]+)\] (.+)", line)
            if head:
                mistake, file = Mistake(head[1], head[2], list_name[:-4]), None
                mistakes.append(mistake)
                mistake.number = len(mistakes)
            elif mistake is None:
                sys.exit(f"{place}: no mistake has begun")
            elif line.startswith("  tests: "):
                mistake.tests = line[9:].split()
            elif line.startswith("  file: "):
                file = line[8:]
            elif line.startswith("  unseen: "):
                mistake.unseen = line[10:]
            elif line.startswith("  - "):
                if last != "-":
                    mistake.hunks.append([file, [], []])
                mistake.hunks[-1][1].append(line[4:])
            elif line.startswith("  + "):
                mistake.hunks[-1][2].append(line[4:])
            else:
                sys.exit(f"{place}: what is this? {line}")
            last = line[2:3]
    names = [mistake.name for mistake in mistakes]
    for mistake in mistakes:
        if names.count(mistake.name) > 1:
            sys.exit(f"two mistakes are called {mistake.name}")
        if not mistake.hunks or not mistake.tests or not set(mistake.tests) <= set(TARGETS):
            sys.exit(f"{mistake.name} lacks its texts or its tests")
        if not any("MISTAKE" in line for hunk in mistake.hunks for line in hunk[2]):
            sys.exit(f"{mistake.name} never asks whether it is on")
    return mistakes


def mistaken_sources(mistakes):
    """The sources with all mistakes in them, by path; ends where a text does not stand once."""
    edits, faults = {}, []
    for mistake in mistakes:
        for file, old, new in mistake.hunks:
            path = ROOT / "Sources" / file
            text = path.read_text() if path.exists() else ""
            old, new = "\n".join(old), "\n".join(new)
            if text.count(old) != 1:
                faults.append(f"{mistake.name}: {file} has {text.count(old)} times: {old}")
                continue
            call = (f"isMistaken({mistake.number})" if file.endswith(".swift")
                    else f"(softmax_mistake == {mistake.number})")
            begin = text.index(old)
            edits.setdefault(file, []).append(
                (begin, begin + len(old), new.replace("MISTAKE", call), mistake.name))
    sources = {}
    for file, parts in edits.items():
        text, result, end = (ROOT / "Sources" / file).read_text(), "", 0
        for begin, after, new, name in sorted(parts):
            if begin < end:
                faults.append(f"{name}: its text overlaps another's in {file}")
                continue
            result, end = result + text[end:begin] + new, after
        result += text[end:]
        if file.endswith(".swift") and not file.startswith("SoftmaxCore/") and not re.search(
                r"^(\w+ )?import Softmax(Core|Kit)$", result, re.MULTILINE):
            license_line, rest = result.split("\n", 1)
            result = license_line + "\nimport SoftmaxCore\n" + rest
        sources["Sources/" + file] = result
    if faults:
        sys.exit("\n".join(faults))
    return sources


# MARK: The build


def write(path, content):
    """Leaves a file alone that is right already, so that only what changed is built again."""
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def make_tree(tree, mistakes):
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
        check=True, capture_output=True, text=True).stdout
    sources = {path: text.encode() for path, text in mistaken_sources(mistakes).items()}
    header = "Sources/CSoftmaxKernels/include/CSoftmaxKernels.h"
    text = (ROOT / header).read_text()
    end = text.rindex("#endif")
    sources[header] = (text[:end] + C_DECLARATION.lstrip()
                       + "int softmax_is_mistaken(int number);\n\n" + text[end:]).encode()
    sources["Sources/CSoftmaxKernels/mistakes.c"] = C_SOURCE.encode()
    sources["Sources/SoftmaxCore/Mistakes.swift"] = SWIFT_SOURCE.encode()
    paths = [path for path in listed.split("\0") if path and (ROOT / path).is_file()]
    wanted = set(paths) | set(sources)
    for path in wanted:
        file = tree / path
        write(file, sources[path] if path in sources else (ROOT / path).read_bytes())
        if path not in sources:
            shutil.copymode(ROOT / path, file)
    for folder in ["Sources", "Tests"]:
        for file in (tree / folder).rglob("*"):
            if file.is_file() and str(file.relative_to(tree)) not in wanted:
                file.unlink()


def build(tree):
    command = ["swift", "build", "-c", "release", "--build-tests", "-Xswiftc", "-enable-testing"]
    subprocess.run(command, cwd=tree, check=True)
    shown = subprocess.run(
        ["swift", "build", "-c", "release", "--show-bin-path"], cwd=tree, check=True,
        capture_output=True, text=True)
    return pathlib.Path(shown.stdout.strip()) / "swift-softmaxPackageTests.xctest"


# MARK: The runs

COLOR = re.compile(r"\x1b\[[0-9;]*m")
ISSUE = re.compile(r'✘ Test (?:"(.+?)"|(\w+)\(.*?\)) recorded an issue')
STARTED = re.compile(r'◇ Test (?:case passing .* to )?(?:"(.+?)"|(\w+)\(.*?\)) started')


def run_tests(program, number, target, timeout, is_thorough):
    """None where all pass, else what noticed: the first test that fails, a crash or a hang."""
    folder = tempfile.mkdtemp(prefix="softmax-mistake-")
    environment = dict(os.environ, SOFTMAX_MISTAKE=str(number), TMPDIR=folder)
    environment.pop("SOFTMAX_THOROUGH", None)
    if is_thorough:
        environment["SOFTMAX_THOROUGH"] = "1"
    process = subprocess.Popen(
        [str(program), "--testing-library", "swift-testing", "--filter", rf"^{target}\."],
        cwd=program.parent, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True)
    hung = threading.Event()

    def end():
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def expire():
        hung.set()
        end()

    timer = threading.Timer(timeout, expire)
    timer.start()
    noticed, running = None, ""
    try:
        for line in process.stdout:
            line = COLOR.sub("", line)
            issue = ISSUE.search(line)
            if issue:
                noticed = issue[1] or issue[2]
                break
            started = STARTED.search(line)
            running = started[1] or started[2] if started else running
    finally:
        timer.cancel()
        end()
        status = process.wait()
        process.stdout.close()
        shutil.rmtree(folder, ignore_errors=True)
    if noticed is None and hung.is_set():
        return "a test that does not end"
    if noticed is None and status != 0:
        return f"a crash (status {status}; begun last: {running})"
    return noticed


def stages(mistake):
    """The runs of a mistake, until one notices it. The tests of the kernels see nothing but C."""
    is_in_kernels = any(file.startswith("CSoftmaxKernels/") for file, _, _ in mistake.hunks)
    rest = [target for target in TARGETS if target not in mistake.tests]
    for target in mistake.tests + rest:
        if target != "KernelTests" or is_in_kernels:
            yield target, False
    for target in THOROUGH:
        if target != "KernelTests" or is_in_kernels:
            yield target, True


def judge(program, mistake, seconds):
    for target, is_thorough in stages(mistake):
        timeout = 60 + 4 * seconds[(target, is_thorough)]
        noticed = run_tests(program, mistake.number, target, timeout, is_thorough)
        # Tests of another target may have failed because the machine was busy: they are asked twice.
        if noticed is not None and target not in mistake.tests:
            noticed = run_tests(program, mistake.number, target, timeout, is_thorough)
        if noticed is not None:
            return target, noticed
    return None, None


def measure(program, runs):
    """How long each run takes without a mistake; ends where one fails."""
    seconds = {}
    for target, is_thorough in runs:
        began = time.monotonic()
        noticed = run_tests(program, 0, target, 1800, is_thorough)
        if noticed is not None:
            sys.exit(f"without a mistake {target} fails: {noticed}")
        seconds[(target, is_thorough)] = time.monotonic() - began
        print(f"without a mistake {target:16} {time.monotonic() - began:4.0f} s", flush=True)
    return seconds


def judge_all(program, mistakes, seconds, jobs):
    """By name: the target and the test that noticed, or None twice."""
    waiting, results, lock = queue.Queue(), {}, threading.Lock()
    for mistake in mistakes:
        waiting.put(mistake)

    def work():
        while True:
            try:
                mistake = waiting.get_nowait()
            except queue.Empty:
                return
            began = time.monotonic()
            target, noticed = judge(program, mistake, seconds)
            with lock:
                results[mistake.name] = (target, noticed)
                outcome = f"{target}: {noticed}" if noticed else "MISSED"
                print(f"{mistake.name:30} {time.monotonic() - began:4.0f} s  {outcome}", flush=True)

    threads = [threading.Thread(target=work) for _ in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


# MARK: The page


def page(mistakes, results, commit):
    counted = [mistake for mistake in mistakes if mistake.unseen is None]
    missed = [mistake for mistake in counted if not results[mistake.name][1]]
    noticed = len(counted) - len(missed)
    lines = [
        "# Mistakes that the tests notice",
        "",
        "`Tests/Mutations/run.py` builds a copy of the package with small mistakes in it, those of the",
        "lists beside it, switches them on one by one and runs the tests until one fails. It is run by",
        "hand and writes this page.",
        "",
        f"At {commit}: of {len(counted)} mistakes {noticed} are noticed, "
        f"{100 * noticed / len(counted):.1f} %.",
        "",
        "| list | mistakes in | number | noticed |",
        "|---|---|---|---|",
    ]
    for room, title in TITLES.items():
        own = [mistake for mistake in counted if mistake.room == room]
        link = f"[{room}.txt](../Tests/Mutations/{room}.txt)"
        lines.append(
            f"| {link} | {title} | {len(own)} | {sum(m not in missed for m in own)} |")
    if missed:
        lines += ["", "Missed:", ""]
        lines += [f"- `{mistake.name}`: {mistake.what}." for mistake in missed]
    explained = [mistake for mistake in mistakes if mistake.unseen]
    if explained:
        lines += ["", "Not counted, as they change nothing that is promised:", ""]
        lines += [f"- `{m.name}`: {m.what}. {m.unseen}" for m in explained]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="names of mistakes, separated by commas")
    parser.add_argument("--check", action="store_true", help="look whether the texts stand, and end")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / ".build-mutations")
    parser.add_argument("--jobs", type=int, default=2, help="runs at a time")
    options = parser.parse_args()
    mistakes = read_lists()
    if options.check:
        mistaken_sources(mistakes)
        print(f"{len(mistakes)} mistakes, each text stands once")
        return
    chosen = mistakes
    if options.only:
        names = options.only.split(",")
        chosen = [mistake for mistake in mistakes if mistake.name in names]
        if len(chosen) < len(names):
            sys.exit("no such mistake: " + ", ".join(set(names) - {m.name for m in chosen}))
    tree = options.folder / "tree"
    make_tree(tree, mistakes)
    program = build(tree)
    needed = {run for mistake in chosen for run in stages(mistake)}
    seconds = measure(program, sorted(needed))
    results = judge_all(program, chosen, seconds, options.jobs)
    counted = [mistake for mistake in chosen if mistake.unseen is None]
    missed = [mistake for mistake in counted if not results[mistake.name][1]]
    surprises = [m for m in chosen if m.unseen and results[m.name][1]]
    print(f"{len(counted) - len(missed)} of {len(counted)} noticed")
    for mistake in missed:
        print(f"MISSED {mistake.name}: {mistake.what}")
    for mistake in surprises:
        print(f"noticed after all: {mistake.name}, by {results[mistake.name][1]}")
    if not options.only:
        commit = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, check=True, capture_output=True,
            text=True).stdout.strip()
        (ROOT / "docs/mutations.md").write_text(page(mistakes, results, commit))
    if len(missed) > (1 - LEAST_SHARE) * len(counted):
        sys.exit(1)


if __name__ == "__main__":
    main()
