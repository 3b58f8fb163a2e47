# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts a real Keycloak into the cache: the Quarkus distribution as its Maven artifact, unpacked and built once.

usage: ``python tools/keycloak_dist.py CACHE``.  The version is one that AE5's documentation speaks of (22.0) and that
Java 17 runs.  Maven decides where the artifact comes from.  The last line is the folder.  Ends with 77 and the reason
where there is no Java 17 or no Maven.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "22.0.5"
ARTIFACT = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:tar.gz"
JAVA = 17
UNUSABLE = 77
BUILD = ("--db=dev-mem", "--cache=local", "--http-relative-path=/auth")
"""What Keycloak bakes into itself before it starts: people in memory, nobody beside it, AE5's path."""


class Unusable(Exception):
    """This machine cannot run it; the text says why."""


def check_java() -> None:
    """Raises ``Unusable`` unless there is a Java that is new enough."""
    # Keycloak's own script looks in this order.
    java = shutil.which("java", path=os.path.join(os.environ["JAVA_HOME"], "bin") if os.environ.get("JAVA_HOME") else None)
    if java is None:
        raise Unusable(f"there is no java; Keycloak {VERSION} needs Java {JAVA} or later")
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    if found is None or int(found[1]) < JAVA:
        raise Unusable(f"Keycloak {VERSION} needs Java {JAVA} or later, and java -version says: {said.strip().splitlines()[:1]}")


def run(*command: str, cwd: Path | None = None) -> None:
    """Raises ``Unusable`` with the end of what the command printed."""
    done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        text = done.stdout.decode(errors="replace").strip()
        raise Unusable(f"{Path(command[0]).name} ended with {done.returncode}: {text[-1500:]}")


def make(home: Path) -> None:
    """Downloads, unpacks and builds; ``home`` appears when all of that is done."""
    if shutil.which("mvn") is None:
        raise Unusable(f"there is no mvn (Maven) to get {ARTIFACT} with")
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent) as scratch:
        folder = Path(scratch)
        print(f"getting {ARTIFACT}", flush=True)
        run("mvn", "-B", "-q", "dependency:copy", f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={folder}", cwd=folder)
        archive = next(folder.glob("*.tar.gz"))
        with tarfile.open(archive) as packed:
            packed.extractall(folder / "unpacked", filter="data")
        unpacked = next((folder / "unpacked").iterdir())
        print("building", flush=True)
        run(str(unpacked / "bin" / "kc.sh"), "build", *BUILD)
        unpacked.rename(home)


def main() -> int:
    home = Path(sys.argv[1]).resolve() / "keycloak" / VERSION
    try:
        check_java()
        if not home.is_dir():
            make(home)
    except Unusable as exc:
        print(f"test-keycloak: no real Keycloak here: {exc}")
        return UNUSABLE
    print(home)
    return 0


if __name__ == "__main__":
    sys.exit(main())
