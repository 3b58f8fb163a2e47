# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives that are read: those of others, hostile and damaged ones, and every byte of our own."""

from __future__ import annotations

import gzip
import hashlib
import io
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive import pack
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive.gzip_stream import GzipWriter
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive.pack import read_tree
from tests.lab.packages import noise
from tests.unit.conftest import examples
from tests.unit.notebooks.convert_world import archived


def tarred(*infos: tuple[str, bytes], kind: bytes = tarfile.REGTYPE, link: str = "") -> io.BytesIO:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz", format=tarfile.PAX_FORMAT) as tar:
        for name, content in infos:
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.size = kind, link, len(content)
            tar.addfile(info, io.BytesIO(content))
    raw.seek(0)
    return raw


# -- archives of others


def test_an_archive_as_git_makes_it_is_read() -> None:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz", format=tarfile.PAX_FORMAT, pax_headers={"comment": "0" * 40}) as tar:
        for name, is_folder in (("p/", True), ("p/sub/", True), ("p/sub/ä.txt", False)):
            info = tarfile.TarInfo(name)
            info.type = tarfile.DIRTYPE if is_folder else tarfile.REGTYPE
            info.size = 0 if is_folder else 3
            tar.addfile(info, None if is_folder else io.BytesIO(b"abc"))
    raw.seek(0)
    tree = read_tree(raw, "It")
    assert dict(tree.files) == {"sub/ä.txt": hashlib.sha256(b"abc").hexdigest()}
    assert tree.folders == {"sub"}


@pytest.mark.parametrize(
    ("stream", "why"),
    [
        (tarred(("p/a", b"1"), ("q/b", b"2")), "more than one folder at the top"),
        (tarred(("p/../../etc/passwd", b"1")), "has a path outside the archive"),
        (tarred(("/etc/passwd", b"1")), "has a path outside the archive"),
        (tarred(("p/dev", b""), kind=tarfile.CHRTYPE), "not a file, folder or link"),
        (tarred(("p/hard", b""), kind=tarfile.LNKTYPE, link="p/x"), "not a file, folder or link"),
        (io.BytesIO(b"<html>not found</html>"), "is not an archive of a project"),
        (io.BytesIO(b""), "is not an archive of a project"),
        (io.BytesIO(gzip.compress(b"x" * 100_000)), "is not an archive of a project"),
        (io.BytesIO(tarred(("p/a", b"1" * 100_000)).getvalue()[:-30]), "is not an archive of a project"),
    ],
)
def test_a_hostile_or_damaged_archive_is_refused(stream: io.BytesIO, why: str) -> None:
    with pytest.raises(MigrationError, match=why):
        read_tree(stream, "What AE5 sent")


def test_an_archive_that_unpacks_to_far_too_much_is_refused() -> None:
    with pytest.raises(MigrationError, match="unpacks to far more"):
        read_tree(tarred(("p/zeros", bytes(5_000_000))), "It", limit=1_000_000)


# -- archives of our own


def test_what_cannot_be_compressed_is_stored_and_all_is_read_back(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    contents = {
        "a.txt": b"text " * 100_000,
        "b.bin": noise("b", 300_001),
        "c.bin": noise("c", 65_536),
        "d.txt": b"more text " * 50_000,
        "e.bin": noise("e", 2 * pack.CHUNK + 7),
        "f.bin": noise("f", 65_535),
        "g": b"",
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    target = archived(folder, tmp_path / "a.tar.gz")
    with tarfile.open(target) as tar:
        for name, content in contents.items():
            stream = tar.extractfile(f"proj/{name}")
            assert stream is not None
            assert stream.read() == content, name
    packed = target.read_bytes()
    for name in ("b.bin", "c.bin", "e.bin"):
        assert contents[name][:60_000] in packed, f"{name} lies in the archive as it is"
    assert contents["d.txt"][:1000] not in packed
    assert len(packed) < 1.01 * sum(len(contents[name]) for name in contents if name.endswith(".bin")) + 50_000
    assert subprocess.run(["gzip", "-t", str(target)], check=False).returncode == 0
    assert subprocess.run(["tar", "tzf", str(target)], stdout=subprocess.DEVNULL, check=False).returncode == 0


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=200), st.integers(1, 1000)), max_size=12))
@settings(deadline=None, max_examples=examples(60))
def test_any_mixture_of_stored_and_compressed_is_one_stream(pieces: list[tuple[bool, bytes, int]]) -> None:
    out: list[bytes] = []
    box = GzipWriter(out.append)
    for is_stored, data, times in pieces:
        (box.store if is_stored else box.compress)(data * times)
    box.close()
    assert gzip.decompress(b"".join(out)) == b"".join(data * times for _stored, data, times in pieces)
