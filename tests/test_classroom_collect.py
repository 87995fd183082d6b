"""Files of a class: folders and archives, whatever is in them."""

import contextlib
import os
import zipfile

import pytest

from bn_classroom.collect import MEMBERS, files
from bn_classroom.reading import LARGEST, Unreadable

pytestmark = pytest.mark.once


def test_files_of_a_folder_come_in_order_and_hidden_ones_do_not(tmp_path):
    for name in ("b/x.ipynb", "a.ipynb", ".hidden", ".ipynb_checkpoints/a.ipynb", "__MACOSX/a"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(name.encode())
    assert [(file.name, file.read()) for file in files(tmp_path)] == [
        ("a.ipynb", b"a.ipynb"),
        ("b/x.ipynb", b"b/x.ipynb"),
    ]


def test_a_link_and_a_pipe_are_files_that_say_so(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    (tmp_path / "in" / "a.ipynb").symlink_to(tmp_path / "secret")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    os.mkfifo(tmp_path / "in" / "pipe")
    for file in files(tmp_path / "in"):
        with pytest.raises(Unreadable, match=r"It is a link|It is not a file"):
            file.read()


def test_a_large_file_is_read_up_to_a_limit(tmp_path):
    with open(tmp_path / "a.ipynb", "wb") as file:
        file.truncate(100_000_000)
    (one,) = files(tmp_path)
    assert len(one.read()) == LARGEST + 1


def archive(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members:
            made.writestr(name, data)
    return path


def test_the_archive_of_a_class_is_read_in_its_place(tmp_path):
    path = archive(tmp_path / "class.zip", [(f"s{i}.ipynb", b"x") for i in range(MEMBERS + 5)])
    found = files(path)
    assert len(found) == MEMBERS + 5
    assert found[0].name == "class.zip/s0.ipynb"
    assert found[0].read() == b"x"


def test_an_archive_leads_out_of_no_folder_and_writes_nothing(tmp_path):
    (tmp_path / "in").mkdir()
    members = [("../../evil.ipynb", b"1"), ("/tmp/evil.ipynb", b"2"), ("a/../../b", b"3")]
    archive(tmp_path / "in" / "a.zip", members)
    before = sorted(tmp_path.rglob("*"))
    assert [file.read() for file in files(tmp_path / "in")] == [b"1", b"2", b"3"]
    assert sorted(tmp_path.rglob("*")) == before


def test_an_archive_that_unpacks_to_much_is_read_up_to_a_limit(tmp_path):
    (tmp_path / "in").mkdir()
    archive(
        tmp_path / "in" / "bomb.zip",
        [("a", bytes(50_000_000))] + [(f"{i}", b"") for i in range(99)],
    )
    found = files(tmp_path / "in")
    assert len(found) == MEMBERS + 1
    assert len(found[0].read()) == LARGEST + 1
    with pytest.raises(Unreadable, match="80 more files of this archive were not read"):
        found[-1].read()


@pytest.mark.parametrize("cut", [30, 60, -10])
def test_a_damaged_archive_is_a_file_like_any_other(tmp_path, cut):
    (tmp_path / "in").mkdir()
    path = archive(tmp_path / "in" / "a.zip", [("a", b"x" * 1000)])
    data = path.read_bytes()
    path.write_bytes(data[:cut] + b"!!!!" + data[cut + 4 :] if cut > 0 else data[:cut])
    for file in files(tmp_path / "in"):
        with contextlib.suppress(Unreadable):
            assert isinstance(file.read(), bytes)


def test_notebooks_come_first_and_what_is_skipped_in_folders_is_skipped_in_archives(tmp_path):
    (tmp_path / "in").mkdir()
    members = [(f".venv/{i}.py", b"") for i in range(30)] + [(f"{i}.txt", b"") for i in range(30)]
    members += [
        ("__MACOSX/._a.ipynb", b""),
        ("a/.ipynb_checkpoints/a.ipynb", b""),
        ("a/a.ipynb", b"x"),
    ]
    archive(tmp_path / "in" / "a.zip", members)
    found = files(tmp_path / "in")
    assert (found[0].name, found[0].read()) == ("a.zip/a/a.ipynb", b"x")
    assert all(name.name.endswith((".txt", "...")) for name in found[1:])


def test_an_archive_in_the_archive_of_a_class_is_opened(tmp_path):
    inner = archive(tmp_path / "s1.zip", [("a.ipynb", b"x")]).read_bytes()
    outer = archive(tmp_path / "class.zip", [("s1/s1.zip", inner), ("s2.zip", b"PK")])
    one, two = files(outer)
    assert (one.name, one.read()) == ("class.zip/s1/s1.zip/a.ipynb", b"x")
    with pytest.raises(Unreadable):
        two.read()


def test_a_name_that_no_encoding_has_can_be_written(tmp_path):
    (tmp_path / os.fsdecode(b"caf\xe9.ipynb")).write_text("x", encoding="utf-8")
    (one,) = files(tmp_path)
    assert one.name == "caf?.ipynb"


def test_one_notebook_is_a_class_of_one(tmp_path):
    (tmp_path / "a.ipynb").write_text("x", encoding="utf-8")
    assert [file.name for file in files(tmp_path / "a.ipynb")] == ["a.ipynb"]


def test_what_is_no_folder_and_no_archive_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="expected a folder, a zip archive or a notebook, got"):
        files(tmp_path / "nothing")
