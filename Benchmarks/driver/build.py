# SPDX-License-Identifier: Apache-2.0
"""Builds our side, and finds the Python of the peers."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent


def build(package):
    """Builds softmax-bench against a checkout of the library and gives the command's path."""
    package = Path(package).resolve()
    # The examples are built there too, so that the library is compiled once for both.
    scratch = FOLDER.parent / ".build-dependents"
    if package != FOLDER.parent:
        scratch = FOLDER / f".build-{hashlib.sha256(str(package).encode()).hexdigest()[:8]}"
    environment = dict(
        os.environ,
        SOFTMAX_BENCH_LIBRARY=str(package) if package != FOLDER.parent else "..",
    )
    command = [os.environ.get("SWIFT", "swift"), "build", "-c", "release"]
    command += ["--package-path", str(FOLDER), "--scratch-path", str(scratch)]
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode != 0:
        sys.stderr.write(done.stdout[-6000:])
        raise SystemExit("softmax-bench does not build")
    return str(scratch / "release" / "softmax-bench")


def revision(package):
    """The last commit that touched a checkout's sources, with a mark if files differ from it."""

    def git(*arguments):
        command = ["git", "-C", str(package), *arguments]
        done = subprocess.run(command, capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else ""

    changed = git("status", "--porcelain", "--untracked-files=no", "--", "Sources")
    return git("log", "-1", "--format=%h", "--", "Sources") + (" with changes" if changed else "")


def peers_python():
    """The Python that has the peers: BENCH_PYTHON, or a virtual environment that is set up here."""
    given = os.environ.get("BENCH_PYTHON")
    if given:
        return given
    home, wanted = FOLDER / ".venv", FOLDER / "requirements.txt"
    python, mark = home / "bin" / "python", home / "requirements.txt"
    if mark.exists() and mark.read_text() == wanted.read_text():
        return str(python)
    print(f"setting up the peers in {home}: some 2 GB, some minutes", file=sys.stderr, flush=True)
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-r", str(wanted)], check=True)
    mark.write_text(wanted.read_text())
    return str(python)


def versions(python):
    """The versions of the peers' packages, as requirements.txt pins them."""
    command = [python, "-m", "pip", "freeze", "--disable-pip-version-check"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    names = [
        re.match(r"[A-Za-z0-9_.-]+", line)[0].lower().replace("_", "-")
        for line in (FOLDER / "requirements.txt").read_text().splitlines()
        if line and not line.startswith(("#", "-"))
    ]
    found = dict(line.split("==", 1) for line in done.stdout.splitlines() if "==" in line)
    found = {name.lower().replace("_", "-"): version for name, version in found.items()}
    return {"python": sys.version.split()[0]} | {n: found[n] for n in names if n in found}
