"""Pictures and SGD steps a second of the training lab, in JupyterLab and Chromium.

    .venv/bin/python benchmarks/training_lab.py

The server has the configuration of `make lab`. The page plays the first setting:
networks 64-100-100-100-10, batches of 60, float32. A step is one of both networks. Run
it while the machine is idle: the load before each run stands beside its numbers.
"""

import argparse
import os
import re
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tools"))
from lab_in_browser import open_and_run, start_browser, start_lab, wait_for  # noqa: E402

CELL = "from bn_helpers.explorers import comparison\n\ncomparison.training_lab()"
COUNT = """seconds => new Promise(done => {
    const area = document.querySelector(".jp-RenderedImage").closest(".jp-OutputArea");
    const source = () => area.querySelector(".jp-RenderedImage img")?.getAttribute("src");
    const start = performance.now();
    let last = source(), pictures = 0, waiting = false;
    const look = () => {  // once in a frame in which something has changed
        const now = source();
        waiting = false;
        if (now && now !== last) { pictures++; last = now; }
    };
    const observer = new MutationObserver(() => {
        if (!waiting) { waiting = true; requestAnimationFrame(look); }
    });
    observer.observe(area, {childList: true, subtree: true, attributeFilter: ["src"]});
    setTimeout(() => {
        observer.disconnect();
        done([pictures, (performance.now() - start) / 1000]);
    }, seconds * 1000);
})"""
HEAD = """\
| run | load before | pictures/s | steps/s of the pair | pictures after Pause |
|---|---|---|---|---|"""


def write_notebook(folder):
    """A folder with what `make lab` needs, and a notebook with the training lab."""
    for part in ("jupyter", "bn_helpers", "data", "notebooks"):
        shutil.copytree(ROOT / part, folder / part)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [nbformat.v4.new_code_cell(CELL)]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, folder / "notebooks/training_lab.ipynb")


def step_of(page):
    """The step that the sentence tells; 0 before the first."""
    told = re.match(r"Step (\d+)", page.locator("p.bn-live").last.inner_text())
    return int(told[1]) if told else 0


def measure(browser, lab, seconds):
    """(pictures/s, steps/s, pictures after Pause) of one page."""
    page = open_and_run(browser, lab, "training_lab.ipynb")
    play, pause = (
        page.get_by_role("button", name=f"{what}: training") for what in ("Play", "Pause")
    )
    play.wait_for(timeout=90_000)
    page.wait_for_timeout(2000)
    play.click()
    wait_for(lambda: step_of(page) > 50, "the first steps")  # warm
    before = step_of(page)
    pictures, passed = page.evaluate(COUNT, seconds)
    steps = step_of(page) - before
    pause.click()
    late, _ = page.evaluate(COUNT, 1)
    page.context.close()
    return pictures / passed, steps / passed, late


def rows(runs=5, seconds=4):
    """The table of `runs` runs, each on a page of its own, and their medians."""
    lines, seen = [HEAD], []
    with tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True) as folder:
        folder = Path(folder)
        write_notebook(folder)
        config, data = "--config=jupyter/jupyter_lab_config.py", str(folder / "predictions")
        with start_lab(folder, config, BN_LAB_DATA=data) as lab, start_browser() as browser:
            for run in range(1, runs + 1):
                load = os.getloadavg()[0]
                seen.append((load, *measure(browser, lab, seconds)))
                lines.append(row(run, *seen[-1]))
    medians = [statistics.median(column) for column in zip(*seen)]
    return "\n".join([*lines, row("median", *medians)])


def row(name, load, pictures, steps, late):
    return f"| {name} | {load:.1f} | {pictures:.1f} | {steps:.0f} | {late:.0f} |"


def main():
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4, help="measured in each run")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores\n\n{rows(options.runs, options.seconds)}")


if __name__ == "__main__":
    main()
