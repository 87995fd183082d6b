"""Files of a class: folders and archives, whatever is in them."""

import zipfile

import pytest

from bn_classroom.collect import MEMBERS, files
from bn_classroom.reading import LARGEST


def test_files_of_a_folder_come_in_order_and_hidden_ones_do_not(tmp_path):
    for name in ("b/x.ipynb", "a.ipynb", ".hidden", ".ipynb_checkpoints/a.ipynb", "__MACOSX/a"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(name.encode())
    assert [(file.name, file.read()) for file in files(tmp_path)] == [
        ("a.ipynb", b"a.ipynb"),
        ("b/x.ipynb", b"b/x.ipynb"),
    ]


def test_a_link_is_a_file_with_nothing_in_it(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "in" / "a.ipynb").symlink_to(tmp_path / "secret")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    assert [file.read() for file in files(tmp_path / "in")] == [b"", b""]


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
    assert len(found) == MEMBERS
    assert len(found[0].read()) == LARGEST + 1


@pytest.mark.parametrize("cut", [30, 60, -10])
def test_a_damaged_archive_is_a_file_like_any_other(tmp_path, cut):
    (tmp_path / "in").mkdir()
    path = archive(tmp_path / "in" / "a.zip", [("a", b"x" * 1000)])
    data = path.read_bytes()
    path.write_bytes(data[:cut] + b"!!!!" + data[cut + 4 :] if cut > 0 else data[:cut])
    for file in files(tmp_path / "in"):
        assert isinstance(file.read(), bytes)


def test_what_is_no_folder_and_no_archive_is_an_error(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text("x")
    with pytest.raises(ValueError, match="expected a folder or a zip archive, got"):
        files(path)
