import gzip
import os
import re
import shutil
import socket
import struct
from pathlib import Path

import numpy as np
import pytest

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


# --- digits ----------------------------------------------------------------------------------------------


@SPLITS
def test_the_two_parts_are_all_1797_digits_and_share_none(split):
    X_train, y_train, X_test, y_test = load_digits(split=split)
    X, y = np.concatenate([X_train, X_test]), np.concatenate([y_train, y_test])
    assert X.shape == (1797, 64)
    assert len(np.unique(X, axis=0)) == 1797
    assert X.sum() == 561718 / 16
    np.testing.assert_array_equal(np.bincount(y), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])


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


def test_the_writers_split_tests_the_last_450_rows():
    with np.load(data._digits_file()) as file:
        images, labels = file["images"], file["labels"]
    X_train, y_train, X_test, y_test = load_digits(split="writers")
    np.testing.assert_array_equal(np.concatenate([X_train, X_test]) * 16, images)
    np.testing.assert_array_equal(np.concatenate([y_train, y_test]), labels)
    assert len(X_test) == 450


def test_the_balanced_split_is_the_default_and_keeps_labels_with_their_images():
    X_train, y_train, X_test, y_test = load_digits()
    label_of = {row.tobytes(): y for X, ys in pairs(load_digits(split="writers")) for row, y in zip(X, ys)}
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


@pytest.mark.parametrize("split", ["random", None, 0])
def test_another_split_is_refused(split):
    with refuses(f'split: expected "balanced" or "writers", got {split!r}'):
        load_digits(split=split)


@pytest.fixture
def install(tmp_path, monkeypatch):
    """A function that puts a copy of the digits where the package would look, and gives its path."""
    original = data._digits_file()
    monkeypatch.setattr(data, "HERE", tmp_path / "bn_helpers")

    def put(place):
        path = tmp_path / place
        path.parent.mkdir(exist_ok=True)
        shutil.copy(original, path)
        return path

    return put


@pytest.mark.parametrize("place", ["bn_helpers/digits.npz", "data/digits.npz"])
def test_the_digits_are_found_in_an_installed_package_and_in_a_clone(install, place):
    path = install(place)
    assert data._digits_file() == path
    assert load_digits()[0].shape == (1442, 64)


def test_missing_digits_say_where_they_are_expected(install, tmp_path):
    here, clone = tmp_path / "bn_helpers" / "digits.npz", tmp_path / "data" / "digits.npz"
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
        rf"^{re.escape(str(path))}: expected SHA-256 {data.SHA256[:12]}\.\.\., got [0-9a-f]{{12}}\.\.\.; "
        r"the file is damaged\. Restore it with `git checkout data/digits\.npz`, or install the package again$"
    )
    with pytest.raises(ValueError, match=message):
        load_digits()


# --- MNIST -----------------------------------------------------------------------------------------------

IMAGES = {
    "train": rng(1).integers(0, 256, (12, 5, 4), np.uint8),
    "t10k": rng(2).integers(0, 256, (3, 5, 4), np.uint8),
}
LABELS = {"train": rng(3).integers(0, 10, 12).astype(np.uint8), "t10k": np.array([9, 0, 4], np.uint8)}
NAMES = [f"{part}-{kind}" for part in IMAGES for kind in ("images-idx3-ubyte", "labels-idx1-ubyte")]
TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS = NAMES


def idx(array, kind=0x08):
    return struct.pack(f">{1 + array.ndim}I", kind * 256 + array.ndim, *array.shape) + array.tobytes()


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
    [as_they_are, gzipped, unpacked_under_a_gz_name, gzipped_without_the_ending, with_a_dot, with_a_dot_gzipped],
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
    files = {name: idx(extremes) if "images" in name else idx(np.array([7], np.uint8)) for name in NAMES}
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
    folder.write_text("a file, not a folder")
    with refuses(message, FileNotFoundError):
        load_mnist(folder)


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_mnist_file_is_named(tmp_path, name):
    write(tmp_path, idx_files() | {name: None})
    message = f"{tmp_path / name}: expected this file or {name}.gz, found neither; put it there"
    with refuses(message, FileNotFoundError):
        load_mnist(tmp_path)


def not_the_file(name, magic, kind, came):
    return f"expected magic number {magic} (IDX, {kind}), got {came}; this is not the file {name}, get it again"


GOOD = idx_files()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (TRAIN_IMAGES, idx(IMAGES["train"], 0x0D), not_the_file(TRAIN_IMAGES, 2051, "images", 3331)),
        (TRAIN_IMAGES, GOOD[TRAIN_LABELS], not_the_file(TRAIN_IMAGES, 2051, "images", 2049)),
        (TRAIN_LABELS, GOOD[TRAIN_IMAGES], not_the_file(TRAIN_LABELS, 2049, "labels", 2051)),
        (TEST_IMAGES, b"<html>", not_the_file(TEST_IMAGES, 2051, "images", int.from_bytes(b"<htm", "big"))),
        (TEST_IMAGES, b"\0\0\0\1", not_the_file(TEST_IMAGES, 2051, "images", 1)),
        (TEST_LABELS, b"", not_the_file(TEST_LABELS, 2049, "labels", "a file of under 4 bytes")),
        (TEST_LABELS, b"\0\0\x08", not_the_file(TEST_LABELS, 2049, "labels", "a file of under 4 bytes")),
        (
            TRAIN_IMAGES,
            GOOD[TRAIN_IMAGES][:-1],
            "expected 256 bytes for an array of shape (12, 5, 4), got 255; the file is cut short, get it again",
        ),
        (
            TRAIN_LABELS,
            GOOD[TRAIN_LABELS][:8],
            "expected 20 bytes for an array of shape (12,), got 8; the file is cut short, get it again",
        ),
        (
            TEST_IMAGES,
            GOOD[TEST_IMAGES] + b"\0",
            "expected 76 bytes for an array of shape (3, 5, 4), got 77; the file is damaged, get it again",
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
    with pytest.raises(
        ValueError, match=rf"{TRAIN_IMAGES}: expected \d+ bytes .*, got {keep}; the file is cut short"
    ):
        load_mnist(tmp_path)


@pytest.mark.parametrize("shape", [(0, 5, 4), (12, 0, 4)])
def test_an_mnist_file_without_pixels_is_refused(tmp_path, shape):
    write(tmp_path, GOOD | {TRAIN_IMAGES: idx(np.zeros(shape, np.uint8))})
    with pytest.raises(
        ValueError, match=rf"{TRAIN_IMAGES}: expected at least one entry, got shape {re.escape(str(shape))}; get"
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
        ValueError, match=rf"^{path}: expected a whole gzip file, got a damaged one \(.+\); get it again$"
    ):
        load_mnist(tmp_path)


@pytest.mark.skipif("MNIST_FOLDER" not in os.environ, reason="MNIST_FOLDER says where the reader's own MNIST is")
def test_the_real_mnist_has_its_known_sizes():
    X_train, y_train, X_test, y_test = load_mnist(os.environ["MNIST_FOLDER"])
    assert (X_train.shape, y_train.shape) == ((60000, 784), (60000,))
    assert (X_test.shape, y_test.shape) == ((10000, 784), (10000,))
    assert (X_train.min(), X_train.max(), y_train.max()) == (0, 1, 9)


# --- clouds and batches ----------------------------------------------------------------------------------


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
        ({"mean": [0, np.nan]}, "mean: expected finite numbers, got 1 NaN or infinite, the first at index (1,)"),
        ({"cov": np.eye(3)}, "cov: expected shape (2, 2), got shape (3, 3)"),
        ({"cov": [1, 1]}, "cov: expected shape (2, 2), got shape (2,)"),
        ({"cov": EYE * 1j}, "cov: expected float32 or float64 numbers, got dtype complex128"),
        ({"cov": -EYE}, "cov: expected a symmetric matrix without negative eigenvalues, got the smallest -1"),
        (
            {"cov": [[1, 2], [2, 1]]},
            "cov: expected a symmetric matrix without negative eigenvalues, got the smallest -1",
        ),
        (
            {"cov": [[1e-6, 2e-6], [2e-6, 1e-6]]},
            "cov: expected a symmetric matrix without negative eigenvalues, got the smallest -1e-06",
        ),
        ({"rng": 0}, "rng: expected a numpy.random.Generator, such as np.random.default_rng(0), got 0"),
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
    assert [(Xb.shape, yb.shape) for Xb, yb in epoch] == [((batch_size, 2), (batch_size,))] * batches
    rows = np.concatenate([yb for _, yb in epoch])
    assert len(set(rows.tolist())) == batches * batch_size


def test_images_and_labels_stay_together():
    X, y = numbered(20)
    for Xb, yb in minibatches(X, y, 6, rng()):
        np.testing.assert_array_equal(Xb, yb[:, None] * [1, 10])


def test_each_epoch_has_another_order_and_leaves_out_another_rest():
    X, y = numbered(10)
    generator = rng()
    epochs = [np.concatenate([yb for _, yb in minibatches(X, y, 9, generator)]).tolist() for _ in range(10)]
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
        ({"rng": 0}, "rng: expected a numpy.random.Generator, such as np.random.default_rng(0), got 0"),
    ],
)
def test_minibatches_refuse_wrong_arguments_by_name(arguments, message):
    with refuses(message):
        next(minibatches(**({"X": np.zeros((4, 2)), "y": np.zeros(4), "batch_size": 2, "rng": rng()} | arguments)))


def test_a_record_is_read_by_name_and_another_name_is_refused():
    record = load_recorded("internal_shift")
    assert record["without, rate 0.1: accuracy"].shape == (5, len(record["steps"]))
    with pytest.raises(
        ValueError, match=r"name: expected one of \['internal_shift', 'whitening_cost'\], got 'nothing'"
    ):
        load_recorded("nothing")


def test_every_record_stands_beside_its_script_and_in_the_list():
    folder = ROOT / "data" / "recorded"
    names = {path.stem for path in folder.glob("*.npz")}
    assert names == {path.stem for path in folder.glob("*.py")}
    listed = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in listed for name in names)
    assert sum(path.stat().st_size for path in folder.glob("*.npz")) < 3_000_000


def test_endless_minibatches_go_on_with_another_order_in_each_epoch():
    X, y = np.arange(6.0)[:, None], np.arange(6)
    batches = endless_minibatches(X, y, 2, np.random.default_rng(0))
    epochs = [np.concatenate([next(batches)[1] for _ in range(3)]) for _ in range(4)]
    assert all(sorted(epoch) == list(range(6)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) > 1
