# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identity and digests of package files: sound ones, damaged ones, hostile ones."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import os
import re
import tarfile
import typing as t
import zipfile
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.ae_ops.migration.plugins.module_utils._conda import read as archive
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.stream import Limits
from tests.unit.ae4.ae4_samples import conda_bytes, index_json, tar_bytes
from tests.unit.conftest import examples

SMALL = Limits(inflated_floor=1 << 20, inflated_ratio=20, members=50, member_bytes=4096)
SIX = ("six", "1.0", "0", "linux-64")


def read(data: bytes, name: str = "x.tar.bz2", whole: bool = True, limits: Limits | None = SMALL) -> archive.Reading:
    fd = os.memfd_create("package")
    try:
        os.write(fd, data)
        os.lseek(fd, 0, os.SEEK_SET)
        reading = archive.read_package(fd, name, whole, limits)
    finally:
        os.close(fd)
    # whatever the archive is: the digests are those of the file
    assert (reading.size, reading.md5, reading.sha256) == (len(data), hashlib.md5(data).hexdigest(), hashlib.sha256(data).hexdigest())
    assert reading.error is None or reading.identity is None
    return reading


def told(reading: archive.Reading) -> tuple[t.Any, ...] | None:
    identity = reading.identity
    return None if identity is None else (identity.name, identity.version, identity.build, identity.subdir)


def conda2_bytes(info: dict[str, bytes], stem: str = "x", **more: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as box:
        box.writestr("metadata.json", b"{}")
        box.writestr(f"info-{stem}.tar.zst", zstandard.ZstdCompressor().compress(tar_bytes(info)))
        for name, data in more.items():
            box.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize("fmt", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("name", ["info/index.json", "./info/index.json"])
def test_sound_archive(fmt: int, name: str) -> None:
    members = {"a/" + "long" * 20 + "/b": b"1" * 1000, "d" * 90 + "/" + "e" * 90: b"", name: index_json(*SIX), "ü": b"z"}
    assert told(read(bz2.compress(tar_bytes(members, fmt)))) == SIX


def test_very_long_names_and_links_before_the_index() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as box:
        link = tarfile.TarInfo("x" * 300)
        link.type, link.linkname = tarfile.SYMTYPE, "y" * 300
        box.addfile(link)
        info = tarfile.TarInfo("info/index.json")
        info.size = len(index_json(*SIX))
        box.addfile(info, io.BytesIO(index_json(*SIX)))
    assert told(read(bz2.compress(buffer.getvalue()))) == SIX


def test_several_streams_in_one_file() -> None:
    data = tar_bytes({"a": b"1" * 3000, "info/index.json": index_json(*SIX)})
    assert told(read(bz2.compress(data[:700]) + bz2.compress(data[700:]))) == SIX


@pytest.mark.parametrize(
    ("index", "subdir", "given_subdir"),
    [
        ({"platform": "linux", "arch": "x86_64"}, "linux-64", False),
        ({"platform": "win", "arch": "x86"}, "win-32", False),
        ({"platform": "linux", "arch": "ppc64le"}, "linux-ppc64le", False),
        ({"platform": None, "arch": None}, "noarch", False),
        ({"platform": "linux", "arch": None}, "noarch", False),
        ({}, None, True),
    ],
)
def test_subdir_of_an_old_package(index: dict, subdir: str | None, given_subdir: bool) -> None:
    identity = read(conda_bytes("six", "1.0", "0", None, **index)).identity
    assert identity is not None
    assert (identity.subdir, identity.subdir_told) == (subdir, given_subdir)


def test_damage_behind_the_index_is_noticed_when_read_whole() -> None:
    data = bz2.compress(tar_bytes({"info/index.json": index_json(*SIX), "big": os.urandom(3_000_000)}))
    assert told(read(data[:-1000], whole=False, limits=None)) == SIX
    assert read(data[:-1000], whole=True, limits=None).error == "it is truncated"
    damaged = bytearray(data)
    damaged[-2_000_000] ^= 0xFF
    assert read(bytes(damaged), whole=True, limits=None).error == "its compressed data is damaged"


def number(header: bytearray, at: int, length: int, value: bytes) -> None:
    header[at : at + length] = value
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)


def header_with(at: int, value: bytes) -> bytes:
    header = bytearray(tar_bytes({"info/index.json": b""})[:512])
    number(header, at, len(value), value)
    return bytes(header)


def long_name_header() -> bytes:
    header = bytearray(header_with(156, b"L"))
    number(header, 124, 12, b"7" * 11 + b"\0")
    return bytes(header)


HOSTILE = {
    "empty": (b"", "it is empty"),
    "text": (b"hello", "its compressed data is damaged"),
    "no index": (bz2.compress(tar_bytes({"info/index.jsonx": b"{}"})), "it contains no info/index.json"),
    "index is a link": (bz2.compress(header_with(156, b"2") + bytes(1024)), "it contains no info/index.json"),
    "huge index": (bz2.compress(tar_bytes({"info/index.json": b"1" * 5000})), "larger than 4096 bytes"),
    "index claims to be huge": (bz2.compress(header_with(124, b"7" * 11 + b"\0")), "larger than 4096 bytes"),
    "base 256 size": (bz2.compress(header_with(124, b"\x80" + b"\xff" * 11)), "larger than 4096 bytes"),
    "negative size": (bz2.compress(header_with(124, b"\xff" * 12)), "damaged"),
    "letters for a size": (bz2.compress(header_with(124, b"-1234567890\0")), "damaged"),
    "long name claims to be huge": (bz2.compress(long_name_header()), "that is too long"),
    "checksum": (bz2.compress(b"x" * 512), "damaged"),
    "half a header": (bz2.compress(b"x" * 100), "truncated"),
    "many members": (bz2.compress(tar_bytes({str(index): b"" for index in range(60)})), "more than 50 members"),
    "bomb before the index": (bz2.compress(tar_bytes({"a": bytes(30 << 20), "info/index.json": index_json(*SIX)})), "unpacks to far more"),
    "bomb behind the index": (bz2.compress(tar_bytes({"info/index.json": index_json(*SIX), "a": bytes(30 << 20)})), "unpacks to far more"),
    "index is no JSON": (bz2.compress(tar_bytes({"info/index.json": b"{"})), "not understood"),
    "name twice": (bz2.compress(tar_bytes({"info/index.json": b'{"name": "a", "name": "b"}'})), "the key name twice"),
    "index lacks version": (bz2.compress(tar_bytes({"info/index.json": b'{"name": "a"}'})), "lacks version"),
    "name is a number": (bz2.compress(tar_bytes({"info/index.json": b'{"name": 1, "version": "1", "build": "0"}'})), "the name"),
    "version is NaN": (bz2.compress(tar_bytes({"info/index.json": b'{"name": "a", "version": NaN, "build": "0"}'})), "the version"),
    "build is no UTF-8": (bz2.compress(tar_bytes({"info/index.json": b'{"name": "a", "version": "1", "build": "\xe9"}'})), "the build"),
    "plain tar": (tar_bytes({"info/index.json": index_json(*SIX)}), "it is a plain tar archive, not compressed with bzip2"),
    "gzip": (gzip.compress(tar_bytes({"info/index.json": index_json(*SIX)})), "it is a gzip archive, not compressed with bzip2"),
    "name with escape": (bz2.compress(tar_bytes({"info/index.json": b'{"name": "a\\u001b", "version": "1", "build": "0"}'})), "the name"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_archive(case: str) -> None:
    data, pattern = HOSTILE[case]
    error = read(data).error
    assert error is not None
    assert re.search(pattern, error), error


@pytest.mark.parametrize(
    "more",
    [
        b'"license": "caf\xe9"',
        b'"license": "a", "license": "b"',
        b'"weight": NaN, "size": -Infinity, "timestamp": 1e999',
        b'"number": ' + b"9" * 3500,
        b'"a": ' + b"[" * 60 + b"]" * 60,
        b'"name": "a"',
        b'"depends": null, "platform": 1, "license": "\\ud800"',
    ],
)
@pytest.mark.parametrize("numbers", [b'"version": 1.10, "build": 0', b'"version": "1.10", "build": "0"'])
def test_what_does_not_identify_a_package_is_no_reason_to_refuse_it(more: bytes, numbers: bytes) -> None:
    index = b'\xef\xbb\xbf{"name": "a", ' + numbers + b', "subdir": "noarch", ' + more + b"}"
    reading = read(bz2.compress(tar_bytes({"info/index.json": index})))
    assert (told(reading), reading.error) == (("a", "1.10", "0", "noarch"), None)


def two_indexes(first: bytes, second: bytes, name: str, between: str = "info/data") -> bytes:
    # without the two blocks of zeros that end an archive
    return tar_bytes({"info/index.json": first, between: b"1" * 600})[: 512 * 5] + tar_bytes({name: second})


@pytest.mark.parametrize("name", ["info/index.json", "./info/index.json", "info//index.json"])
@pytest.mark.parametrize("whole", [True, False])
def test_a_second_index_makes_the_identity_ambiguous(name: str, whole: bool) -> None:
    other = index_json("evil", "6.6", "0", "linux-64")
    # Behind a file of another folder it is found only where all of the archive is decompressed.
    error = read(bz2.compress(two_indexes(index_json(*SIX), other, name, "data" if whole else "info/data")), whole=whole).error
    assert error is not None
    assert "info/index.json more than once" in error
    assert "evil-6.6-0" in error
    assert told(read(bz2.compress(two_indexes(index_json(*SIX), index_json(*SIX), name)), whole=whole)) == SIX


def pax(records: bytes) -> bytes:
    header = bytearray(header_with(156, b"x"))
    number(header, 124, 12, b"%011o\0" % len(records))
    body = records + bytes(-len(records) % 512)
    return bytes(header) + body + tar_bytes({"other": index_json(*SIX)})


def test_pax_path_and_size_count() -> None:
    size = len(index_json(*SIX))
    record = b"24 path=info/index.json\n"
    assert len(record) == 24
    assert told(read(bz2.compress(pax(record)))) == SIX
    assert read(bz2.compress(pax(record + b"10 size=3\n"))).error is not None
    assert told(read(bz2.compress(pax(record + b"%d size=%d\n" % (8 + len(str(size)) + 1, size))))) == SIX


@pytest.mark.parametrize(
    "records", [b"x path=a\n", b"0 path=a\n", b"999999 path=a\n", b"13 size=-100\n", b"\n", b"99999999999999999999999999 a=b\n"]
)
def test_pax_headers_that_are_damaged(records: bytes) -> None:
    assert read(bz2.compress(pax(records))).error == "it has a damaged header"


def test_conda_format() -> None:
    assert told(read(conda2_bytes({"info/index.json": index_json(*SIX)}), "x.conda")) == SIX


def test_conda_format_without_zstandard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "zstandard", None)
    reading = read(conda2_bytes({"info/index.json": index_json(*SIX)}), "x.conda")
    assert (reading.identity, reading.error) == (None, None)
    monkeypatch.undo()
    assert archive.could_tell_more(reading, "x.conda")


HOSTILE_CONDA = {
    "empty": b"",
    "text": b"hello",
    "no info": b"PK\x05\x06" + bytes(18),
    "many members": conda2_bytes({"info/index.json": index_json(*SIX)}, **{str(index): b"" for index in range(70)}),
    "bomb": conda2_bytes({"a": bytes(30 << 20), "info/index.json": index_json(*SIX)}),
    "cut off": conda2_bytes({"info/index.json": index_json(*SIX)})[:-30],
    "claims a huge directory": b"PK\x05\x06" + b"\0" * 4 + b"\x01\0\x01\0" + b"\xff\xff\xff\x7f" + bytes(6),
}


@pytest.mark.parametrize("case", HOSTILE_CONDA)
def test_hostile_conda_format(case: str) -> None:
    assert read(HOSTILE_CONDA[case], "x.conda").error is not None


def test_other_names_give_digests_only() -> None:
    reading = read(b"anything", "notes.ipynb")
    assert (reading.identity, reading.error) == (None, None)


# -- anything at all -----------------------------------------------------------------------------------------------------

SOUND = bytes(tar_bytes({"a": b"1" * 600, "b" * 120: b"2", "info/index.json": index_json(*SIX), "c": b"3"}, tarfile.GNU_FORMAT))
SOUND_PAX = bytes(tar_bytes({"ü" * 60: b"2", "info/index.json": index_json(*SIX)}, tarfile.PAX_FORMAT))


@given(
    st.sampled_from([SOUND, SOUND_PAX]),
    st.lists(st.tuples(st.integers(0, 1 << 12), st.binary(min_size=1, max_size=12)), max_size=4),
    st.booleans(),
)
@settings(max_examples=examples(400), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_tar_is_read_or_refused(base: bytes, patches: list[tuple[int, bytes]], mend: bool) -> None:
    data = bytearray(base)
    for at, patch in patches:
        place = at % len(data)
        data[place : place + len(patch)] = patch
        if mend:
            start = place // 512 * 512
            header = data[start : start + 512]
            if len(header) == 512:
                number(header, 0, 0, b"")
                data[start : start + 512] = header
    reading = read(bz2.compress(bytes(data)))
    assert reading.identity is not None or reading.error


@given(st.binary(max_size=300))
@settings(max_examples=examples(200), deadline=None)
def test_any_bytes_are_an_index_or_refused(index: bytes) -> None:
    reading = read(bz2.compress(tar_bytes({"info/index.json": index})))
    assert reading.identity is not None or reading.error


@given(st.integers(0, 1000), st.integers(0, 255), st.sampled_from([".tar.bz2", ".conda"]))
@settings(max_examples=examples(300), deadline=None)
def test_any_flipped_byte_is_survived(at: int, value: int, ending: str) -> None:
    data = bytearray(conda_bytes(*SIX) if ending == ".tar.bz2" else conda2_bytes({"info/index.json": index_json(*SIX)}))
    data[at % len(data)] = value
    reading = read(bytes(data), "x" + ending)
    assert reading.identity is not None or reading.error


def test_disk_that_cannot_be_read(tmp_path: Path) -> None:
    fd = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(OSError, match="directory"):
            archive.read_package(fd, "x.tar.bz2")
    finally:
        os.close(fd)
