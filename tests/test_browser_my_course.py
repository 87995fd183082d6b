"""my_course/ as a student has it: opened by `make lab`, saved, updated."""

import re
import shutil
import subprocess

import pytest
from lab_in_browser import KERNEL, bring, command, saved_notebook, start_lab, wait_for
from lessons import ROOT, stored

from bn_helpers import my_course

pytestmark = pytest.mark.browser
CONFIG = "--config=jupyter/jupyter_lab_config.py"
FIRST = "00_start_here.ipynb"
LAUNCHER = "log.txt\njupyter_*_dir/\nipythondir/\npredictions/\n"  # what a test's server adds
OPEN = "() => window.jupyterapp.shell.currentWidget?.context?.path"


@pytest.fixture
def course(tmp_path):
    """A clone: what JupyterLab and kernels read, committed."""
    for part in ("notebooks", "jupyter", "bn_helpers", "data"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".gitignore", tmp_path)
    git(tmp_path, "init", "-q")
    (tmp_path / ".git/info/exclude").write_text(LAUNCHER, encoding="utf-8")
    commit(tmp_path)
    return tmp_path


def git(folder, *arguments):
    command = ["git", "-C", folder, "-c", "user.name=a", "-c", "user.email=b", *arguments]
    return subprocess.run(
        command, check=True, capture_output=True, text=True, encoding="utf-8"
    ).stdout


def commit(folder):
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "The course")


def start(browser, lab):
    """The page that `make lab` shows."""
    page = browser.new_context(viewport={"width": 1200, "height": 900}).new_page()
    page.goto(f"{lab.address}/?token=t")
    return page


def run_and_save(page, path):
    """Run all cells of the open notebook and save it."""
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    wait_for(lambda: page.evaluate(KERNEL) == "idle", "an idle kernel")
    command(page, "notebook:run-all-cells")

    def saved():
        command(page, "docmanager:save")
        page.wait_for_timeout(500)
        notebook = saved_notebook(path)
        cells = notebook.get("cells", [])
        counts = [cell["execution_count"] for cell in cells if cell["cell_type"] == "code"]
        return cells and "widgets" in notebook["metadata"] and None not in counts

    wait_for(saved, "the notebook to be run and saved")


def test_the_first_lesson_is_the_students_copy_and_git_sees_nothing_of_what_is_saved(
    browser, course
):
    with start_lab(course, CONFIG, BN_LAB_DATA=str(course / "predictions")) as lab:
        page = start(browser, lab)
        mine = course / "my_course" / FIRST
        wait_for(mine.exists, "the copy")
        before = mine.read_bytes()
        run_and_save(page, mine)
        assert page.url.split("?")[0] == f"{lab.address}/lab/tree/my_course/{FIRST}"
        assert mine.read_bytes() != before
        listed = page.locator(".jp-DirListing-itemText").all_inner_texts()
        copied = [*(path.name for path in stored()), my_course.GLOSSARY]
        assert [name.strip() for name in listed] == copied
        bring(page, page.locator(".jp-MarkdownOutput a[href*='01_weight']").first).click()
        wait_for(
            lambda: page.evaluate(OPEN) == "my_course/01_weight_initialization.ipynb",
            "the next lesson",
        )
        page.context.close()
    assert git(course, "status", "--porcelain") == ""


def test_a_lesson_that_is_opened_and_saved_counts_as_unchanged(browser, course):
    with start_lab(course, CONFIG) as lab:
        page = start(browser, lab)
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        wait_for(lambda: page.evaluate(KERNEL) == "idle", "an idle kernel")
        mine = course / "my_course" / FIRST
        before = mine.read_bytes()
        command(page, "docmanager:save")
        wait_for(lambda: mine.read_bytes() != before, "the file to be saved")
        page.context.close()
    assert my_course.same(my_course.WORK, mine, course / "notebooks" / FIRST)


def test_after_an_update_the_page_of_what_is_new_is_seen_first_and_leads_to_both_files(
    browser, course
):
    copy = course / "my_course" / FIRST
    with start_lab(course, CONFIG) as lab:
        page = start(browser, lab)
        run_and_save(page, copy)
        page.context.close()
    work = copy.read_bytes()
    lesson = course / "notebooks" / FIRST
    lesson.write_text(
        re.sub("Start here", "Start", lesson.read_text(encoding="utf-8")), encoding="utf-8"
    )
    commit(course)
    with start_lab(course, CONFIG) as lab:
        page = start(browser, lab)
        shown = page.locator(".jp-MarkdownViewer:visible")
        shown.get_by_text("There is a new version of lesson 00").wait_for(timeout=60_000)
        assert copy.read_bytes() == work
        for name in ("00-new_start_here.ipynb", FIRST):
            shown.get_by_role("link", name=name, exact=True).click()
            wait_for(lambda name=name: page.evaluate(OPEN) == f"my_course/{name}", name)
            page.locator(".lm-TabBar-tabLabel", has_text=my_course.NEWS).click()
        page.context.close()
    assert git(course, "status", "--porcelain") == ""
