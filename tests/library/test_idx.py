"""The IDX reader: what it reads, and that no file, however hostile, gets past it or costs more than it should."""

import gzip
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beras.datasets.idx import DataFileError, read_idx, read_images, read_labels


def idx_bytes(array, kind=0x08, shape=None):
    shape = array.shape if shape is None else shape
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, kind, len(shape), *shape) + array.tobytes()


@pytest.fixture
def write(tmp_path):
    def write(content, name="values-idx"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


IMAGES = np.arange(3 * 28 * 28, dtype=np.uint8).reshape(3, 28, 28)
LABELS = np.array([7, 0, 9], np.uint8)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("shape", [(5,), (0,), (1, 1), (3, 28, 28), (0, 28, 28), (2, 3, 4, 5)])
def test_reads_back_what_was_written(write, pack, shape):
    array = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    result = read_idx(write(pack(idx_bytes(array))))
    assert result.dtype == np.uint8
    assert result.flags.writeable
    np.testing.assert_array_equal(result, array, strict=True)


def test_content_not_name_tells_whether_a_file_is_packed(write):
    np.testing.assert_array_equal(read_idx(write(idx_bytes(LABELS), "labels.gz")), LABELS)


def test_a_path_may_be_text(write):
    np.testing.assert_array_equal(read_idx(str(write(idx_bytes(LABELS)))), LABELS)


def test_several_gzip_members_are_one_file(write):
    content = idx_bytes(IMAGES)
    np.testing.assert_array_equal(read_idx(write(gzip.compress(content[:100]) + gzip.compress(content[100:]))), IMAGES)


BAD_HEADERS = {
    "empty": (b"", "expected it to begin with the bytes 00 00 .*received nothing"),
    "html": (b"<html>Forbidden</html>", "not an IDX file.*received 3c 68 74 6d"),
    "short": (b"\0\0", "not an IDX file"),
    "floats": (idx_bytes(np.zeros(3, ">f4"), 0x0D), r"should hold uint8 .*holds float32 ones \(0x0d\)"),
    "unknown type": (idx_bytes(LABELS, 0x42), r"holds unknown ones \(0x42\)"),
    "no dimension": (b"\0\0\x08\0", "should have 1 to 4 dimensions, its header says 0"),
    "many dimensions": (b"\0\0\x08\xff" + b"\1" * 2000, "its header says 255"),
    "cut header": (b"\0\0\x08\x03\0\0\0\1\0", "ends inside its header: expected 12 bytes of dimensions, received 5"),
    "one missing": (idx_bytes(LABELS)[:-1], r"should hold 3 bytes of values \(shape \(3,\)\), it holds 2:"),
    "all missing": (idx_bytes(LABELS)[:8], "it holds 0:"),
    "one too many": (idx_bytes(LABELS) + b"\0", "should hold 3 bytes"),
    "too large": (
        idx_bytes(LABELS, shape=(2**32 - 1, 2**32 - 1)),
        r"promises 18,446,744,065,119,617,025 bytes .* more than the 1,073,741,824 that are accepted",
    ),
}


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("name", BAD_HEADERS)
def test_a_bad_file_is_refused_by_name_and_reason(write, name, pack):
    content, message = BAD_HEADERS[name]
    path = write(pack(content), "bad-file")
    with pytest.raises(DataFileError, match=f"(?s)bad-file.*{message}"):
        read_idx(path)


def test_trailing_bytes_are_counted_in_a_plain_file(write):
    with pytest.raises(DataFileError, match="it holds 5:"):
        read_idx(write(idx_bytes(LABELS) + b"\0\0"))


def test_missing_file_and_folder_are_refused(tmp_path):
    with pytest.raises(DataFileError, match="nothing-here cannot be read: expected a file, found none"):
        read_idx(tmp_path / "nothing-here")
    with pytest.raises(DataFileError, match="expected a file, found a folder"):
        read_idx(tmp_path)


@pytest.mark.parametrize("damage", ["cut", "crc", "body"])
def test_a_damaged_gzip_is_refused(write, damage):
    packed = bytearray(gzip.compress(idx_bytes(IMAGES)))
    if damage == "cut":
        del packed[-20:]
    elif damage == "crc":
        packed[-6] ^= 0xFF
    else:
        packed[10:20] = b"\xff" * 10
    with pytest.raises(DataFileError, match="values-idx is damaged or cannot be read"):
        read_idx(write(bytes(packed)))


def peak_memory(action):
    tracemalloc.start()
    try:
        with pytest.raises(DataFileError):
            action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_promise_is_not_paid_for_in_advance(write, pack):
    path = write(pack(idx_bytes(LABELS, shape=(2**30,))))
    assert peak_memory(lambda: read_idx(path)) < 8 * 2**20


def test_a_zip_bomb_is_not_unpacked(write):
    path = write(gzip.compress(idx_bytes(LABELS, shape=(1000,)) + bytes(50 * 2**20), compresslevel=1))
    assert peak_memory(lambda: read_idx(path)) < 8 * 2**20


def test_the_limit_can_be_lowered(write):
    with pytest.raises(DataFileError, match="more than the 2 that are accepted"):
        read_idx(write(idx_bytes(LABELS)), limit=2)


def test_images_and_labels_are_read(write):
    np.testing.assert_array_equal(read_images(write(idx_bytes(IMAGES))), IMAGES)
    np.testing.assert_array_equal(read_labels(write(idx_bytes(LABELS))), LABELS)


@pytest.mark.parametrize("array", [LABELS, IMAGES[:, :27], IMAGES[:0]], ids=["labels", "27 rows", "none"])
def test_images_of_another_shape_are_refused(write, array):
    with pytest.raises(DataFileError, match=r"should hold images of 28 x 28 pixels, its shape is \("):
        read_images(write(idx_bytes(array)))


@pytest.mark.parametrize("array", [IMAGES, LABELS[:0]], ids=["images", "none"])
def test_labels_of_another_shape_are_refused(write, array):
    with pytest.raises(DataFileError, match=r"should hold a list of labels, its shape is \("):
        read_labels(write(idx_bytes(array)))


def test_labels_out_of_range_are_refused(write):
    with pytest.raises(DataFileError, match="should hold labels from 0 to 8, it holds 9"):
        read_labels(write(idx_bytes(LABELS)), classes=9)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_gives_an_array_or_a_data_file_error(write, data):
    content = bytearray(idx_bytes(LABELS))
    if data.draw(st.booleans()):
        content = bytearray(gzip.compress(bytes(content), mtime=0))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        result = read_idx(write(bytes(content[: data.draw(st.integers(0, len(content)))])), limit=2**16)
    except DataFileError:
        return
    assert result.dtype == np.uint8
