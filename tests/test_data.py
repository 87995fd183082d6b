import gzip
import io
import os
import re
import shutil
import socket
import struct
import tracemalloc
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from lessons import in_git

from bn_helpers import data
from bn_helpers.data import (
    endless_minibatches,
    gaussian_cloud,
    load_digits,
    load_mnist,
    load_recorded,
    minibatches,
)

ROOT = Path(__file__).parents[1]

SPLITS = pytest.mark.parametrize("split", ["balanced", "writers"])


def refuses(message, error=ValueError):
    return pytest.raises(error, match=f"^{re.escape(message)}$")


def rng(seed=0):
    return np.random.default_rng(seed)


# --- digits ---------------------------------------------------------------------------


@SPLITS
def test_the_two_parts_are_all_1797_digits_and_share_none(split):
    X_train, y_train, X_test, y_test = load_digits(split=split)
    X, y = np.concatenate([X_train, X_test]), np.concatenate([y_train, y_test])
    assert X.shape == (1797, 64)
    assert len(np.unique(X, axis=0)) == 1797
    assert X.sum() == 561718 / 16
    np.testing.assert_array_equal(
        np.bincount(y), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    )


@SPLITS
def test_pixels_are_float64_sixteenths_from_0_to_1_and_labels_integers(split):
    X_train, y_train, X_test, y_test = load_digits(split=split)
    for X, y in ((X_train, y_train), (X_test, y_test)):
        assert X.dtype == np.float64
        assert y.dtype == np.int64
        np.testing.assert_array_equal(np.unique(X), np.arange(17) / 16)
        np.testing.assert_array_equal(np.unique(y), np.arange(10))
        assert len(X) == len(y)


def test_the_balanced_split_tests_every_fifth_image_of_each_digit():
    _, y_train, _, y_test = load_digits()
    counts = np.bincount(y_train) + np.bincount(y_test)
    np.testing.assert_array_equal(np.bincount(y_test), counts // 5)


def test_the_writers_split_tests_the_last_382_rows_and_cuts_where_a_form_begins():
    with np.load(data._digits_file()) as file:
        images, labels = file["images"], file["labels"]
    X_train, y_train, X_test, y_test = load_digits(split="writers")
    np.testing.assert_array_equal(np.concatenate([X_train, X_test]) * 16, images)
    np.testing.assert_array_equal(np.concatenate([y_train, y_test]), labels)
    assert len(X_test) == 382
    beginning = list(range(10)) * 3  # the first labels of a form
    starts = [i for i in range(len(labels) - 30) if labels[i : i + 30].tolist() == beginning]
    assert len(X_train) in starts
    assert len(starts) == 12


def test_the_balanced_split_is_the_default_and_keeps_labels_with_their_images():
    X_train, y_train, X_test, y_test = load_digits()
    label_of = {
        row.tobytes(): y for X, ys in pairs(load_digits(split="writers")) for row, y in zip(X, ys)
    }
    for X, ys in ((X_train, y_train), (X_test, y_test)):
        assert [label_of[row.tobytes()] for row in X] == ys.tolist()


def pairs(parts):
    return (parts[0], parts[1]), (parts[2], parts[3])


def test_each_call_gives_the_same_split_in_arrays_of_its_own():
    first, second = load_digits(), load_digits()
    for ours, theirs in zip(first, second):
        np.testing.assert_array_equal(ours, theirs)
        ours += 1
    for theirs, third in zip(second, load_digits()):
        np.testing.assert_array_equal(theirs, third)


def test_the_digits_need_no_network(monkeypatch):
    def forbidden(*_, **__):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", forbidden)
    monkeypatch.setattr(socket, "create_connection", forbidden)
    assert len(load_digits()[0]) == 1442


@pytest.mark.parametrize(
    "split", ["random", None, 0, ["balanced"], np.array(["balanced", "writers"])]
)
def test_another_split_is_refused(split):
    with refuses(f'split: expected "balanced" or "writers", got {split!r}'):
        load_digits(split=split)


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Puts a copy of the digits where the package looks, and gives its path."""
    original = data._digits_file()
    monkeypatch.setattr(data, "PLACES", (tmp_path / "bn_helpers_data", tmp_path / "data"))

    def put(place):
        path = tmp_path / place
        path.parent.mkdir(exist_ok=True)
        shutil.copy(original, path)
        return path

    return put


@pytest.mark.parametrize("place", ["bn_helpers_data/digits.npz", "data/digits.npz"])
def test_the_digits_are_found_in_an_installed_package_and_in_a_clone(install, place):
    path = install(place)
    assert data._digits_file() == path
    assert load_digits()[0].shape == (1442, 64)


def test_missing_digits_say_where_they_are_expected(install, tmp_path):
    here, clone = tmp_path / "bn_helpers_data" / "digits.npz", tmp_path / "data" / "digits.npz"
    message = f"digits.npz: expected at {here} or {clone}, found at neither; install again"
    with refuses(message, FileNotFoundError):
        load_digits()


def flipped(content):
    return content[:5000] + bytes([content[5000] ^ 1]) + content[5001:]


@pytest.mark.parametrize("damage", [flipped, lambda content: content[:-1], lambda content: b""])
def test_damaged_digits_are_refused(install, damage):
    path = install("data/digits.npz")
    path.write_bytes(damage(path.read_bytes()))
    message = (
        rf"^{re.escape(str(path))}: expected SHA-256 {data.SHA256[:12]}\.\.\., got "
        rf"[0-9a-f]{{12}}\.\.\.; "
        r"the file is damaged\. Restore it with `git checkout data/digits\.npz`, or install the "
        r"package again$"
    )
    with pytest.raises(ValueError, match=message):
        load_digits()


def test_digits_that_are_no_file_are_refused(install):
    path = install("data/digits.npz")
    path.unlink()
    path.mkdir()
    with pytest.raises(
        ValueError, match=rf"^{re.escape(str(path))}: expected a file that can be read, got: "
    ):
        load_digits()


# --- MNIST ----------------------------------------------------------------------------

IMAGES = {
    "train": rng(1).integers(0, 256, (12, 5, 4), np.uint8),
    "t10k": rng(2).integers(0, 256, (3, 5, 4), np.uint8),
}
LABELS = {
    "train": rng(3).integers(0, 10, 12).astype(np.uint8),
    "t10k": np.array([9, 0, 4], np.uint8),
}
NAMES = [f"{part}-{kind}" for part in IMAGES for kind in ("images-idx3-ubyte", "labels-idx1-ubyte")]
TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS = NAMES


def idx(array, kind=0x08):
    return (
        struct.pack(f">{1 + array.ndim}I", kind * 256 + array.ndim, *array.shape) + array.tobytes()
    )


def idx_files():
    arrays = [(IMAGES if "images" in name else LABELS)[name.split("-")[0]] for name in NAMES]
    return {name: idx(array) for name, array in zip(NAMES, arrays)}


def write(folder, files):
    for name, content in files.items():
        if content is not None:
            (folder / name).write_bytes(content)


def as_they_are(name, content):
    return name, content


def gzipped(name, content):
    return f"{name}.gz", gzip.compress(content)


def unpacked_under_a_gz_name(name, content):
    return f"{name}.gz", content


def gzipped_without_the_ending(name, content):
    return name, gzip.compress(content)


def with_a_dot(name, content):
    return name.replace("-idx", ".idx"), content


def with_a_dot_gzipped(name, content):
    return gzipped(*with_a_dot(name, content))


@pytest.mark.parametrize(
    "variant",
    [
        as_they_are,
        gzipped,
        unpacked_under_a_gz_name,
        gzipped_without_the_ending,
        with_a_dot,
        with_a_dot_gzipped,
    ],
)
@pytest.mark.parametrize("as_text", [False, True])
def test_mnist_is_read_from_a_folder_however_its_files_are_packed(tmp_path, variant, as_text):
    write(tmp_path, dict(variant(*item) for item in idx_files().items()))
    X_train, y_train, X_test, y_test = load_mnist(str(tmp_path) if as_text else tmp_path)
    for part, X, y in (("train", X_train, y_train), ("t10k", X_test, y_test)):
        assert X.dtype == np.float32
        assert y.dtype == np.int64
        np.testing.assert_array_equal(X, IMAGES[part].reshape(-1, 20) / np.float32(255))
        np.testing.assert_array_equal(y, LABELS[part])


def test_mnist_pixels_run_from_0_to_1(tmp_path):
    extremes = np.array([[[0, 255]]], np.uint8)
    files = {
        name: idx(extremes) if "images" in name else idx(np.array([7], np.uint8)) for name in NAMES
    }
    write(tmp_path, files)
    X_train, *_ = load_mnist(tmp_path)
    np.testing.assert_array_equal(X_train, [[0.0, 1.0]])


def test_mnist_arrays_can_be_written(tmp_path):
    write(tmp_path, idx_files())
    for array in load_mnist(tmp_path):
        array += 1


def test_a_missing_mnist_folder_is_named(tmp_path):
    folder = tmp_path / "mnist"
    message = f"{folder}: expected a folder with the four MNIST files, found none"
    with refuses(message, FileNotFoundError):
        load_mnist(folder)
    folder.write_text("a file, not a folder", encoding="utf-8")
    message = message.replace("none", "a file; unpack an archive, and give the folder")
    with refuses(message, FileNotFoundError):
        load_mnist(folder)


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_mnist_file_is_named(tmp_path, name):
    write(tmp_path, idx_files() | {name: None})
    message = f"{tmp_path / name}: expected this file or {name}.gz, found neither; put it there"
    with refuses(message, FileNotFoundError):
        load_mnist(tmp_path)


def not_the_file(name, magic, kind, came):
    wrong = f"expected magic number {magic} (IDX, {kind}), got {came}"
    return f"{wrong}; this is not the file {name}, get it again"


GOOD = idx_files()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            TRAIN_IMAGES,
            idx(IMAGES["train"], 0x0D),
            not_the_file(TRAIN_IMAGES, 2051, "images", "3331 (IDX, images of float32)"),
        ),
        (
            TRAIN_IMAGES,
            GOOD[TRAIN_LABELS],
            not_the_file(TRAIN_IMAGES, 2051, "images", "2049 (IDX, labels)"),
        ),
        (
            TRAIN_LABELS,
            GOOD[TRAIN_IMAGES],
            not_the_file(TRAIN_LABELS, 2049, "labels", "2051 (IDX, images)"),
        ),
        (TEST_IMAGES, b"\0\0\0\1", not_the_file(TEST_IMAGES, 2051, "images", 1)),
        (
            TRAIN_IMAGES,
            GOOD[TRAIN_IMAGES][:-1],
            "expected 256 bytes for an array of shape (12, 5, 4), got 255; the file is cut "
            "short, get it again",
        ),
        (
            TRAIN_LABELS,
            GOOD[TRAIN_LABELS][:8],
            "expected 20 bytes for an array of shape (12,), got 8; the file is cut short, get it "
            "again",
        ),
        (
            TEST_IMAGES,
            GOOD[TEST_IMAGES] + b"\0",
            "expected 76 bytes for an array of shape (3, 5, 4), got more; the file is damaged, "
            "get it again",
        ),
        (
            TEST_LABELS,
            idx(np.array([9, 0], np.uint8)),
            "expected one label for each of the 3 images in t10k-images-idx3-ubyte, got 2; "
            "take both files from the same source",
        ),
        (
            TEST_LABELS,
            idx(np.array([9, 10, 0], np.uint8)),
            "expected labels from 0 to 9, got 10; get the file again",
        ),
    ],
)
@pytest.mark.parametrize("pack", [as_they_are, gzipped])
def test_a_defect_of_an_mnist_file_is_named(tmp_path, name, content, message, pack):
    write(tmp_path, dict(pack(*item) for item in (GOOD | {name: content}).items()))
    path = tmp_path / pack(name, content)[0]
    if pack is gzipped:
        message = message.replace("in t10k-images-idx3-ubyte", "in t10k-images-idx3-ubyte.gz")
    with refuses(f"{path}: {message}"):
        load_mnist(tmp_path)


@pytest.mark.parametrize("keep", range(4, 16, 3))
def test_an_mnist_file_cut_within_its_header_is_refused(tmp_path, keep):
    write(tmp_path, GOOD | {TRAIN_IMAGES: GOOD[TRAIN_IMAGES][:keep]})
    with refuses(
        f"{tmp_path / TRAIN_IMAGES}: expected 16 bytes of header, got {keep}; the file is cut "
        "short, get it again"
    ):
        load_mnist(tmp_path)


@pytest.mark.parametrize("shape", [(0, 5, 4), (12, 0, 4)])
def test_an_mnist_file_without_pixels_is_refused(tmp_path, shape):
    write(tmp_path, GOOD | {TRAIN_IMAGES: idx(np.zeros(shape, np.uint8))})
    with pytest.raises(
        ValueError,
        match=rf"{TRAIN_IMAGES}: expected at least one entry, got shape {re.escape(str(shape))}; "
        r"get",
    ):
        load_mnist(tmp_path)


PACKED = gzip.compress(GOOD[TRAIN_IMAGES])


@pytest.mark.parametrize(
    "content",
    [
        PACKED[:-9],
        PACKED[:30],
        PACKED[:2],
        PACKED[:-6] + b"\0\0\0\0\0\0",
        PACKED[:40] + PACKED[60:],
        PACKED + b"more",
    ],
    ids=["cut", "cut early", "two bytes", "checksum", "hole", "more"],
)
def test_a_broken_gzip_file_is_named(tmp_path, content):
    write(tmp_path, GOOD | {TRAIN_IMAGES: None, f"{TRAIN_IMAGES}.gz": content})
    path = re.escape(str(tmp_path / f"{TRAIN_IMAGES}.gz"))
    with pytest.raises(
        ValueError,
        match=rf"^{path}: expected a whole gzip file, got a damaged one \(.+\); get it again$",
    ):
        load_mnist(tmp_path)


BASE = {TRAIN_IMAGES: "2051 (IDX, images)", TRAIN_LABELS: "2049 (IDX, labels)"}
TAR = b"train-images-idx3-ubyte".ljust(257, b"\0") + b"ustar\x0000".ljust(255, b"\0")
NPY = b"\x93NUMPY\x01\0v\0{'descr': '|u1', 'fortran_order': False, 'shape': (12, 5, 4), }"


@pytest.mark.parametrize("pack", [as_they_are, gzipped])
@pytest.mark.parametrize("name", BASE)
@pytest.mark.parametrize(
    ("content", "came"),
    [
        (b"<html><body>404</body></html>", "a web page; the address led to a page"),
        (b"\n  <!DOCTYPE html>\n<html>", "a web page; the address led to a page"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Error/>", "a web page; the address led to a page"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0",
            "a pointer of Git LFS; run `git lfs pull`",
        ),
        (b"PK\x03\x04" + bytes(40), "a zip file; unpack it"),
        (TAR, "a tar archive; unpack it"),
        (b"BZh91AY&SY" + bytes(9), "a bzip2 file; unpack it"),
        (b"\xfd7zXZ\0\0\x04", "an xz file; unpack it"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z file; unpack it"),
        (b"Rar!\x1a\x07\0", "a rar file; unpack it"),
        (NPY, "an array file of NumPy; get it again"),
        (b"label,1x1,1x2\n5,0,0\n", "text, such as a table (.csv); this is not the file"),
        (b'{"error": "not found"}', "text, such as a table (.csv); this is not the file"),
        (b"", "an empty file; get it again"),
        (b"\0\0\x08", "a file of under 4 bytes; get it again"),
        (bytes(1000), "0; this is not the file"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "4292411360; this is not the file"),
        (b"\0\0\x0e\x04" + bytes(90), "3588 (IDX, 4 axes of float64); this is not the file"),
    ],
)
def test_what_lies_under_the_name_of_an_mnist_file_is_told_by_name(
    tmp_path, name, content, came, pack
):
    write(tmp_path, dict(pack(*item) for item in (GOOD | {name: content}).items()))
    path, kind = tmp_path / pack(name, content)[0], BASE[name].split()[-1].rstrip(")")
    number = BASE[name].split()[0]
    with pytest.raises(
        ValueError,
        match=r""
        rf"^{re.escape(f'{path}: expected magic number {number} (IDX, {kind}), got {came}')}.*$",
    ):
        load_mnist(tmp_path)


@pytest.mark.parametrize("times", [2, 3])
def test_a_file_that_was_packed_twice_is_refused(tmp_path, times):
    content = GOOD[TRAIN_IMAGES]
    for _ in range(times):
        content = gzip.compress(content)
    write(tmp_path, GOOD | {TRAIN_IMAGES: content})
    with pytest.raises(
        ValueError, match=rf"{TRAIN_IMAGES}: .* a gzip file within a gzip file; unpack it$"
    ):
        load_mnist(tmp_path)


@pytest.mark.parametrize("pack", [as_they_are, gzipped])
@pytest.mark.parametrize("shape", [(2**32 - 1,) * 3, (60000, 2**31, 2**31), (2**32 - 1, 5, 4)])
def test_a_rotten_header_asks_for_no_memory(tmp_path, shape, pack):
    content = struct.pack(">4I", 2051, *shape) + bytes(3000)
    write(tmp_path, dict(pack(*item) for item in (GOOD | {TRAIN_IMAGES: content}).items()))
    with pytest.raises(
        ValueError,
        match=rf"{TRAIN_IMAGES}.*: expected \d+ bytes .*, got 3016; the file is cut short",
    ):
        load_mnist(tmp_path)


def test_of_a_gzip_file_that_holds_far_more_only_what_is_wanted_is_read(tmp_path):
    content = gzip.compress(GOOD[TRAIN_IMAGES] + bytes(2**25))
    write(tmp_path, GOOD | {TRAIN_IMAGES: content})
    tracemalloc.start()
    with pytest.raises(
        ValueError, match=rf"{TRAIN_IMAGES}: expected 256 bytes .*, got more; the file is damaged"
    ):
        load_mnist(tmp_path)
    assert tracemalloc.get_traced_memory()[1] < 2**22
    tracemalloc.stop()


def make_folder(path):
    path.mkdir()


def make_broken_link(path):
    path.symlink_to("nowhere")


def make_ring(path):
    path.symlink_to(path.name)


def make_pipe(path):
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "came"),
    [
        (make_folder, "a folder"),
        (make_broken_link, "a broken link"),
        (make_ring, "a broken link"),
        pytest.param(
            make_pipe, "something else", marks=pytest.mark.skipif("not hasattr(os, 'mkfifo')")
        ),
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_file_under_the_name_of_one_is_told(tmp_path, name, make, came):
    write(tmp_path, GOOD | {name: None})
    make(tmp_path / name)
    with refuses(f"{tmp_path / name}: expected a file, got {came}; put the file {name} there"):
        load_mnist(tmp_path)


def test_a_file_that_cannot_be_read_is_told(tmp_path, monkeypatch):
    write(tmp_path, GOOD)

    def forbidden(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", forbidden)
    with refuses(
        f"{tmp_path / TRAIN_IMAGES}: expected a file that can be read, got: Permission denied; "
        "get it again"
    ):
        load_mnist(tmp_path)


def test_a_folder_that_cannot_be_read_is_told(tmp_path, monkeypatch):
    def forbidden(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "listdir", forbidden)
    with refuses(f"{tmp_path}: expected a folder that can be read, got: Permission denied"):
        load_mnist(tmp_path)


# --- where the four files may be


def assert_read(folder):
    X_train, y_train, X_test, y_test = load_mnist(folder)
    np.testing.assert_array_equal(X_train * 255, IMAGES["train"].reshape(12, 20))
    np.testing.assert_array_equal(X_test * 255, IMAGES["t10k"].reshape(3, 20))
    np.testing.assert_array_equal(y_train, LABELS["train"])
    np.testing.assert_array_equal(y_test, LABELS["t10k"])


def put(folder, files=GOOD, variant=as_they_are):
    folder.mkdir(parents=True, exist_ok=True)
    write(folder, dict(variant(*item) for item in files.items()))
    return folder


@pytest.mark.parametrize("variant", [as_they_are, gzipped])
@pytest.mark.parametrize("name", ["MNIST", "FashionMNIST"])
def test_torchvisions_root_and_each_folder_below_it_will_do(tmp_path, name, variant):
    put(tmp_path / name / "raw", variant=variant)
    (tmp_path / "elsewhere").mkdir()
    for folder in (tmp_path, tmp_path / name, tmp_path / name / "raw"):
        assert_read(folder)


def test_of_two_sets_below_one_folder_one_must_be_chosen(tmp_path):
    put(tmp_path / "MNIST" / "raw")
    put(tmp_path / "FashionMNIST" / "raw", GOOD | {TRAIN_LABELS: None})
    fashion, mnist = Path("FashionMNIST", "raw"), Path("MNIST", "raw")
    with refuses(
        f"{tmp_path}: expected MNIST files in one folder below, found some in {fashion} and in "
        f"{mnist}; "
        "give that folder"
    ):
        load_mnist(tmp_path)
    assert_read(tmp_path / "MNIST")


def test_a_set_that_two_links_lead_to_is_one(tmp_path):
    put(tmp_path / "MNIST" / "raw")
    (tmp_path / "again").symlink_to(tmp_path / "MNIST" / "raw")
    assert_read(tmp_path)


def test_files_in_the_folder_itself_are_taken_before_others_below_it(tmp_path):
    put(tmp_path)
    put(tmp_path / "old", GOOD | {TRAIN_LABELS: b""})
    assert_read(tmp_path)


@pytest.mark.parametrize("inner", [as_they_are, with_a_dot, gzipped])
@pytest.mark.parametrize("outer", [as_they_are, with_a_dot, gzipped])
def test_a_folder_for_each_file_will_do(tmp_path, outer, inner):
    for name, content in GOOD.items():
        put(tmp_path / "archive" / outer(name, b"")[0], {name: content}, inner)
    first = tmp_path / "archive" / outer(TRAIN_IMAGES, b"")[0]
    for folder in (tmp_path, tmp_path / "archive", first, first / inner(TRAIN_IMAGES, b"")[0]):
        assert_read(folder)


def test_kaggles_archive_has_each_file_twice(tmp_path):
    put(tmp_path, variant=with_a_dot)
    for name, content in GOOD.items():
        put(tmp_path / name, {name: content})
    assert_read(tmp_path)
    assert_read(tmp_path / TRAIN_IMAGES)


def test_a_folder_that_is_called_like_a_file_may_hold_all_four(tmp_path):
    assert_read(put(tmp_path / TRAIN_IMAGES))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("variant", [as_they_are, gzipped, with_a_dot])
def test_one_of_the_files_stands_for_its_folder(tmp_path, name, variant):
    put(tmp_path, variant=variant)
    assert_read(tmp_path / variant(name, b"")[0])


def test_a_tilde_is_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    put(tmp_path / "mnist")
    assert_read("~/mnist")
    assert_read(Path("~/mnist"))
    assert_read("~")
    assert_read(f"~/mnist/{TRAIN_IMAGES}")


def test_a_tilde_without_a_home_folder_is_refused_by_name(monkeypatch):
    def unknown(self):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", unknown)
    with refuses("folder: expected a path whose ~ is a known folder, got '~/mnist'"):
        load_mnist("~/mnist")


class Bytes:
    def __fspath__(self):
        return b"mnist"


@pytest.mark.parametrize(
    "folder",
    [
        None,
        3,
        3.5,
        True,
        ["mnist"],
        b"mnist",
        "",
        "a\0b",
        np.zeros(2),
        object(),
        Bytes(),
        "~no-such-user/a",
    ],
)
def test_what_is_no_path_is_refused_by_name(folder):
    with pytest.raises(ValueError, match=r"^folder: expected a path.*, got .+$"):
        load_mnist(folder)


@pytest.mark.parametrize(
    ("there", "found"),
    [
        ([], "nothing"),
        (["mnist.npz"], "mnist.npz"),
        (["mnist_test.csv", "mnist_train.csv"], "mnist_test.csv, mnist_train.csv"),
        (["a", "b", "c", "d", "e"], "a, b, c and 2 more"),
    ],
)
def test_a_folder_without_any_of_the_files_says_what_is_there(tmp_path, there, found):
    write(tmp_path, dict.fromkeys(there, b"0"))
    message = (
        f"{tmp_path}: expected {TRAIN_IMAGES} and the other three IDX files there or below, "
        f"found {found}; "
        "put them there, gzipped or not (.npz, .csv and archives are not read)"
    )
    with refuses(message, FileNotFoundError):
        load_mnist(tmp_path)


def test_a_path_that_is_too_long_is_not_found(tmp_path):
    with pytest.raises(
        FileNotFoundError, match="expected a folder with the four MNIST files, found none"
    ):
        load_mnist(tmp_path / ("a" * 300))


# --- parts that do not belong together


def exchanged(first, second):
    swapped = {first: GOOD[second], second: GOOD[first]}
    return GOOD | swapped


def test_training_and_test_exchanged_are_refused(tmp_path):
    put(
        tmp_path,
        exchanged(TRAIN_IMAGES, TEST_IMAGES)
        | {TRAIN_LABELS: GOOD[TEST_LABELS], TEST_LABELS: GOOD[TRAIN_LABELS]},
    )
    with refuses(
        f"{tmp_path / TRAIN_IMAGES}: expected at least as many training as test images, got 3 "
        "and 12; the two "
        "parts are exchanged, name their files the other way round"
    ):
        load_mnist(tmp_path)


@pytest.mark.parametrize("pair", [(TRAIN_IMAGES, TEST_IMAGES), (TRAIN_LABELS, TEST_LABELS)])
def test_labels_of_the_other_part_are_refused(tmp_path, pair):
    put(tmp_path, exchanged(*pair))
    with pytest.raises(
        ValueError, match=rf"{TRAIN_LABELS}: expected one label for each .*; take both files from"
    ):
        load_mnist(tmp_path)


@pytest.mark.parametrize("pair", [(TRAIN_IMAGES, TRAIN_LABELS), (TEST_IMAGES, TEST_LABELS)])
def test_images_and_labels_exchanged_are_refused(tmp_path, pair):
    put(tmp_path, exchanged(*pair))
    with pytest.raises(
        ValueError,
        match=rf"{pair[0]}: expected magic number 2051 .*, got 2049 \(IDX, labels\); this",
    ):
        load_mnist(tmp_path)


def test_parts_of_different_image_sizes_are_refused(tmp_path):
    put(tmp_path, GOOD | {TEST_IMAGES: idx(IMAGES["t10k"].reshape(3, 4, 5))})
    with refuses(
        f"{tmp_path / TEST_IMAGES}: expected images of 5 x 4 pixels, as in {TRAIN_IMAGES}, got 4 "
        "x 5; "
        "take all files from the same source"
    ):
        load_mnist(tmp_path)


@pytest.mark.parametrize("value", [0, 255])
def test_pixels_that_are_all_the_same_are_refused(tmp_path, value):
    put(tmp_path, GOOD | {TRAIN_IMAGES: idx(np.full((12, 5, 4), value, np.uint8))})
    with refuses(
        f"{tmp_path / TRAIN_IMAGES}: expected pixels that differ, got {value} in all of them; "
        "get it again"
    ):
        load_mnist(tmp_path)


@pytest.mark.once
@pytest.mark.parametrize("name", NAMES)
def test_a_bit_that_flips_in_a_gzip_file_changes_nothing_in_silence(tmp_path, name):
    packed = gzip.compress(GOOD[name], mtime=0)
    for i in range(len(packed)):
        for bit in (1, 16):
            put(tmp_path, GOOD | {name: packed[:i] + bytes([packed[i] ^ bit]) + packed[i + 1 :]})
            message = f"{tmp_path / name}: expected "
            # on padding, and on most of the header of gzip, nothing depends
            with suppress(ValueError):
                assert_read(tmp_path)
                message = None
            if message:
                with pytest.raises(ValueError, match=f"^{re.escape(message)}.+, got .+; .+"):
                    load_mnist(tmp_path)


@pytest.mark.once
@pytest.mark.parametrize("name", NAMES)
def test_a_bit_that_flips_in_the_header_of_a_file_is_found(tmp_path, name):
    for i in range(16 if "images" in name else 8):
        for bit in range(8):
            put(
                tmp_path,
                GOOD
                | {name: GOOD[name][:i] + bytes([GOOD[name][i] ^ 1 << bit]) + GOOD[name][i + 1 :]},
            )
            with pytest.raises(ValueError, match=r": expected .+, got .+; .+"):
                load_mnist(tmp_path)


@pytest.mark.skipif(
    "MNIST_FOLDER" not in os.environ, reason="MNIST_FOLDER says where the reader's own MNIST is"
)
def test_the_real_mnist_has_its_known_sizes():
    X_train, y_train, X_test, y_test = load_mnist(os.environ["MNIST_FOLDER"])
    assert (X_train.shape, y_train.shape) == ((60000, 784), (60000,))
    assert (X_test.shape, y_test.shape) == ((10000, 784), (10000,))
    assert (X_train.min(), X_train.max(), y_train.max()) == (0, 1, 9)


# --- clouds and batches ---------------------------------------------------------------


def test_a_cloud_has_the_mean_and_covariance_it_was_asked_for():
    mean, cov, n = (
        np.array([1.0, -2.0, 30.0]),
        np.array([[4.0, 1.0, 0.0], [1.0, 2.0, -0.5], [0.0, -0.5, 1.0]]),
        20_000,
    )
    X = gaussian_cloud(n, mean, cov, rng())
    assert X.shape == (n, 3)
    assert (np.abs(X.mean(axis=0) - mean) < 5 * np.sqrt(np.diag(cov) / n)).all()
    sampling_error = np.sqrt((cov**2 + np.outer(np.diag(cov), np.diag(cov))) / n)
    assert (np.abs(np.cov(X.T) - cov) < 5 * sampling_error).all()


def test_a_cloud_comes_from_its_generator():
    first, second = (gaussian_cloud(5, [0, 0], np.eye(2), rng(1)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e3])
def test_a_flat_cloud_lies_on_its_line(size):
    X = gaussian_cloud(50, [0, 0], size**2 * np.array([[1, 2], [2, 4]]), rng(2))
    np.testing.assert_allclose(X[:, 1], 2 * X[:, 0], rtol=0, atol=1e-6 * size)
    assert X.std() > size / 2


def test_a_large_flat_cloud_is_drawn_without_a_warning():
    for seed in range(20):
        A = 1e5 * rng(seed).standard_normal((3, 2))
        assert gaussian_cloud(5, np.zeros(3), A @ A.T, rng(seed)).shape == (5, 3)


EYE = np.eye(2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0}, "n: expected a whole number of at least 1, got 0"),
        ({"n": 2.5}, "n: expected a whole number of at least 1, got 2.5"),
        ({"mean": 0.0}, "mean: expected shape (D,), got shape ()"),
        ({"mean": EYE}, "mean: expected shape (D,), got shape (2, 2)"),
        (
            {"mean": [0, np.nan]},
            "mean: expected finite numbers, got 1 NaN or infinite, the first at index (1,)",
        ),
        ({"cov": np.eye(3)}, "cov: expected shape (2, 2), got shape (3, 3)"),
        ({"cov": [1, 1]}, "cov: expected shape (2, 2), got shape (2,)"),
        ({"cov": EYE * 1j}, "cov: expected float32 or float64 numbers, got dtype complex128"),
        (
            {"cov": -EYE},
            "cov: expected a symmetric matrix without negative eigenvalues, got the smallest -1",
        ),
        (
            {"cov": [[1, 2], [2, 1]]},
            "cov: expected a symmetric matrix without negative eigenvalues, got the smallest -1",
        ),
        (
            {"cov": [[1e-6, 2e-6], [2e-6, 1e-6]]},
            "cov: expected a symmetric matrix without negative eigenvalues, got the smallest "
            "-1e-06",
        ),
        (
            {"rng": 0},
            "rng: expected a numpy.random.Generator, such as np.random.default_rng(0), got 0",
        ),
    ],
)
def test_gaussian_cloud_refuses_wrong_arguments_by_name(arguments, message):
    with refuses(message):
        gaussian_cloud(**({"n": 3, "mean": [0, 0], "cov": EYE, "rng": rng()} | arguments))


def test_an_asymmetric_covariance_is_refused():
    with pytest.raises(ValueError, match=r"^cov: expected a symmetric matrix, got \[\[1"):
        gaussian_cloud(3, [0, 0], [[1, 0], [0.5, 1]], rng())


def numbered(n):
    """Rows that carry their own number, and labels that repeat it."""
    return np.arange(n)[:, None] * [1, 10], np.arange(n)


@pytest.mark.parametrize(
    ("n", "batch_size", "batches"), [(10, 3, 3), (10, 5, 2), (10, 10, 1), (10, 1, 10), (7, 4, 1)]
)
def test_an_epoch_has_full_batches_and_takes_no_row_twice(n, batch_size, batches):
    X, y = numbered(n)
    epoch = list(minibatches(X, y, batch_size, rng()))
    assert [(Xb.shape, yb.shape) for Xb, yb in epoch] == [
        ((batch_size, 2), (batch_size,))
    ] * batches
    rows = np.concatenate([yb for _, yb in epoch])
    assert len(set(rows.tolist())) == batches * batch_size


def test_images_and_labels_stay_together():
    X, y = numbered(20)
    for Xb, yb in minibatches(X, y, 6, rng()):
        np.testing.assert_array_equal(Xb, yb[:, None] * [1, 10])


def test_each_epoch_has_another_order_and_leaves_out_another_rest():
    X, y = numbered(10)
    generator = rng()
    epochs = [
        np.concatenate([yb for _, yb in minibatches(X, y, 9, generator)]).tolist()
        for _ in range(10)
    ]
    assert len({tuple(epoch) for epoch in epochs}) == 10
    assert len({frozenset(epoch) for epoch in epochs}) > 1


def test_the_batches_come_from_the_generator():
    X, y = numbered(10)
    first, second = ([yb.tolist() for _, yb in minibatches(X, y, 3, rng(1))] for _ in range(2))
    assert first == second


def test_batches_may_be_images_or_lists_and_can_be_changed():
    X, y = np.zeros((4, 3, 2, 2)), [0, 1, 2, 3]
    for Xb, yb in minibatches(X, y, 2, rng()):
        assert Xb.shape == (2, 3, 2, 2)
        Xb += 1
        yb += 1
    assert (X == 0).all()
    assert y == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch_size": 5}, "batch_size: expected at most the 4 rows of X, got 5"),
        ({"batch_size": 0}, "batch_size: expected a whole number of at least 1, got 0"),
        ({"batch_size": 2.0}, "batch_size: expected a whole number of at least 1, got 2.0"),
        ({"y": np.zeros(3)}, "y: expected shape (4,), got shape (3,)"),
        ({"y": np.zeros((4, 1))}, "y: expected shape (4,), got shape (4, 1)"),
        (
            {"rng": 0},
            "rng: expected a numpy.random.Generator, such as np.random.default_rng(0), got 0",
        ),
    ],
)
def test_minibatches_refuse_wrong_arguments_by_name(arguments, message):
    usual = {"X": np.zeros((4, 2)), "y": np.zeros(4), "batch_size": 2, "rng": rng()}
    with refuses(message):
        next(minibatches(**(usual | arguments)))


def test_a_record_is_read_by_name_and_another_name_is_refused():
    record = load_recorded("internal_shift")
    assert record["without, rate 0.1"]["accuracy"].shape == (5, len(record["steps"]))
    with pytest.raises(
        ValueError,
        match=r"name: expected one of \[.*'internal_shift', .*'whitening_cost'\], got 'nothing'",
    ):
        load_recorded("nothing")


@pytest.mark.parametrize(
    "name", [None, ["internal_shift"], 3, Path("internal_shift"), "../recorded/internal_shift"]
)
def test_what_is_no_name_of_a_record_is_refused(name):
    with pytest.raises(
        ValueError,
        match=r"^name: expected one of \[.*'internal_shift', .*'whitening_cost'\], got .+",
    ):
        load_recorded(name)


def packed_arrays(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def packed_text():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", "no array")
    return file.getvalue()


@pytest.mark.parametrize(
    "damage",
    [
        flipped,
        lambda content: content[:-1],
        lambda content: content[: len(content) // 2],
        lambda content: b"",
        lambda content: b"<html>",
        lambda content: b"version https://git-lfs.github.com/spec/v1",
        lambda content: packed_arrays(),
        lambda content: packed_arrays(steps=np.array([None])),
        lambda content: packed_text(),
        lambda content: packed_arrays(steps=np.zeros(3)).replace(
            b"(3,), }", b"(9999999999999,), }"[:7]
        ),
    ],
)
def test_a_damaged_record_is_refused(install, tmp_path, damage):
    path = tmp_path / "data" / "recorded" / "internal_shift.npz"
    path.parent.mkdir(parents=True)
    path.write_bytes(damage((ROOT / "data" / "recorded" / "internal_shift.npz").read_bytes()))
    with pytest.raises(
        ValueError,
        match=rf"^{re.escape(str(path))}: expected the arrays that internal_shift.py recorded, "
        r"got a damaged file "
        r"\(.+\)\. Restore it with `git checkout data/recorded/internal_shift.npz`, or install "
        r"the package again$",
    ):
        load_recorded("internal_shift")


@pytest.mark.once
def test_a_bit_that_flips_in_a_record_changes_nothing_in_silence(install, tmp_path):
    content = (ROOT / "data" / "recorded" / "whitening_cost.npz").read_bytes()
    right, path = load_recorded_bytes(tmp_path, content)
    for i in range(len(content)):
        path.write_bytes(content[:i] + bytes([content[i] ^ 4]) + content[i + 1 :])
        with suppress(ValueError):
            read = load_recorded("whitening_cost")
            assert read.keys() == right.keys()
            for name, array in read.items():
                np.testing.assert_array_equal(array, right[name])


def load_recorded_bytes(folder, content):
    """What a record of that content holds, and where it is."""
    path = folder / "data" / "recorded" / "whitening_cost.npz"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return load_recorded("whitening_cost"), path


def test_every_record_stands_beside_its_script_and_in_the_list():
    folder = ROOT / "data" / "recorded"
    names = re.findall(
        r"^\| `(\w+)` \|", (ROOT / "data" / "README.md").read_text(encoding="utf-8"), flags=re.M
    )
    listed = {f"{name}{end}" for name in names for end in (".py", ".npz")}
    assert listed == {path.name for path in in_git("data/recorded/*")} or not in_git("*")
    assert sum((folder / name).stat().st_size for name in listed) < 3_000_000


def test_copies_that_a_system_makes_of_a_record_are_no_records(tmp_path, monkeypatch):
    for name in ("one", "one (1)", "one - Copy", "._one"):
        path = tmp_path / "recorded" / f"{name}.npz"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    monkeypatch.setattr(data, "PLACES", [tmp_path])
    with pytest.raises(ValueError, match=r"expected one of \['one'\]"):
        load_recorded("two")


def test_endless_minibatches_go_on_with_another_order_in_each_epoch():
    X, y = np.arange(6.0)[:, None], np.arange(6)
    batches = endless_minibatches(X, y, 2, np.random.default_rng(0))
    epochs = [np.concatenate([next(batches)[1] for _ in range(3)]) for _ in range(4)]
    assert all(sorted(epoch) == list(range(6)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) > 1
