# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A headless Chromium that opens a page from the disk: what it makes of the page, what can be done in it, a picture of it."""

from __future__ import annotations

import base64
import json
import os
import shlex
import shutil
import subprocess
import tempfile
import typing as t
from pathlib import Path

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
WHY_NOT = "there is no Chromium on this machine"

OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--no-first-run",
    "--hide-scrollbars",
    # A page that wanted to ask the network could not.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=127.0.0.1:9",
)


def address(page: Path, fragment: str = "") -> str:
    return f"{page.as_uri()}{'#' + fragment if fragment else ''}"


def dumped(page: Path, fragment: str = "") -> str:
    """The page as its script left it, from the command line alone."""
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory() as profile:
        command = [CHROMIUM, *OPTIONS, f"--user-data-dir={profile}", "--dump-dom", "--virtual-time-budget=10000", address(page, fragment)]
        return subprocess.run(command, capture_output=True, timeout=120, check=True).stdout.decode()


class Browser:
    """One browser with one page, driven over a pipe.  Everything that the page said, or asked for, is kept."""

    def __init__(self) -> None:
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        command = shlex.join([str(CHROMIUM), *OPTIONS, f"--user-data-dir={self._profile.name}", "--remote-debugging-pipe", "about:blank"])
        shell = ["bash", "-c", f"exec {command} 3<&{theirs_in} 4>&{theirs_out}"]
        self._process = subprocess.Popen(shell, pass_fds=(theirs_in, theirs_out), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        for given in (theirs_in, theirs_out):
            os.close(given)
        self._to, self._from = os.fdopen(ours_out, "wb", buffering=0), os.fdopen(ours_in, "rb")
        self._number = 0
        self._rest = b""
        self._loaded = False
        self._session: t.Optional[str] = None
        self.said: list[str] = []
        self.asked: list[str] = []
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *exc: object) -> None:
        try:
            self._session = None
            self._call("Browser.close")
            self._process.wait(30)
        finally:
            self._process.kill()
            self._process.wait()
            self._to.close()
            self._from.close()
            self._profile.cleanup()

    def open(self, page: Path, fragment: str = "", size: tuple[int, int] = (1280, 900), dark: bool = False, script: bool = True) -> None:
        """Opens a page anew and waits until it is there."""
        self.said.clear()
        self.asked.clear()
        self._call("Emulation.setDeviceMetricsOverride", width=size[0], height=size[1], deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", features=[scheme])
        self._call("Emulation.setScriptExecutionDisabled", value=not script)
        # Through an empty page: a change of the fragment alone would not open it anew.
        for url in ("about:blank", address(page, fragment)):
            self._navigate(url)

    def js(self, expression: str) -> t.Any:
        """The value of an expression in the page, after what it set going has been drawn."""
        wait = "await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));"
        whole = f"(async () => {{ const found = ({expression}); {wait} return found; }})()"
        result = self._call("Runtime.evaluate", expression=whole, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise AssertionError(json.dumps(result["exceptionDetails"])[:500])
        return result["result"].get("value")

    def picture(self, target: Path) -> Path:
        """A picture of what is seen."""
        target.write_bytes(base64.b64decode(self._call("Page.captureScreenshot", format="png")["data"]))
        return target

    def _navigate(self, url: str) -> None:
        self._loaded = False
        self._call("Page.navigate", url=url)
        while not self._loaded:
            self._take()

    def _call(self, method: str, **parameters: t.Any) -> dict[str, t.Any]:
        self._number += 1
        message: dict[str, t.Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        self._to.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._take()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                return t.cast("dict[str, t.Any]", answer["result"])

    def _take(self) -> dict[str, t.Any]:
        """The next message; what the page says and asks is noted."""
        while b"\0" not in self._rest:
            block = os.read(self._from.fileno(), 1 << 20)
            if not block:
                raise AssertionError("the browser has ended")
            self._rest += block
        line, self._rest = self._rest.split(b"\0", 1)
        message = t.cast("dict[str, t.Any]", json.loads(line))
        method, given = message.get("method", ""), message.get("params", {})
        if method == "Page.loadEventFired":
            self._loaded = True
        elif method == "Log.entryAdded":
            self.said.append(given["entry"]["text"])
        elif method == "Runtime.consoleAPICalled":
            self.said.append(json.dumps(given["args"]))
        elif method == "Runtime.exceptionThrown":
            self.said.append(given["exceptionDetails"].get("exception", {}).get("description", given["exceptionDetails"]["text"]))
        elif method == "Page.javascriptDialogOpening":
            self.said.append(f"dialog: {given['message']}")
            self._number += 1
            close = {"id": self._number, "method": "Page.handleJavaScriptDialog", "params": {"accept": True}, "sessionId": self._session}
            self._to.write(json.dumps(close).encode() + b"\0")
        elif method == "Network.requestWillBeSent" and not given["request"]["url"].startswith(("file:", "about:")):
            self.asked.append(given["request"]["url"])
        return message
