"""Find Chromium or Chrome. As a script: say how to get one if there is none."""

import os
import shutil
import sys
from pathlib import Path

NAMES = "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge"
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
HOW = """The browser tests need Chromium or Chrome, and none was found.
  Debian, Ubuntu:  sudo apt install chromium
  macOS:           brew install --cask chromium    (or install Google Chrome)
  anywhere:        .venv/bin/playwright install chromium
  elsewhere:       CHROMIUM=/path/to/it make test
Or leave the browser out: make test-fast"""


def find_chromium():
    """The path of Chromium or Chrome, or None.

    Looks at $CHROMIUM, the PATH, the usual places and Playwright's own browser.
    """
    if chosen := os.environ.get("CHROMIUM"):
        return shutil.which(os.path.expanduser(chosen))
    found = [*filter(None, map(shutil.which, NAMES)), *filter(os.path.exists, PLACES)]
    return found[0] if found else _playwrights_own()


def _playwrights_own():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


if __name__ == "__main__":
    sys.exit(None if find_chromium() else HOW)
