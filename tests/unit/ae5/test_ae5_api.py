# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each operation of the api transport as the exact requests it makes."""

from __future__ import annotations

import io
import typing as t

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5 import api_transport
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.client import Cluster, connect
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.connection import WriteInCheckMode
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import ChannelState, UnknownPrincipal, UploadSource
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from tests.unit.ae5.ae5_params import params
from tests.unit.http_script import NoSleep, Script, Step

API = "/repository/api"
BEARER = {"Authorization": "Bearer tok"}


class Bytes(UploadSource):
    def __init__(self, file: str, content: bytes) -> None:
        self.file = file
        self.size = len(content)
        self._content = content

    def open(self) -> t.Any:
        return io.BytesIO(self._content)

    def checked_path(self) -> str:
        raise AssertionError("the api reads the bytes itself")


def cluster_of(server: Script, read_only: bool = False) -> Cluster:
    cluster = connect(params(server.url), read_only)
    cluster.http.sleep = NoSleep()
    return cluster


def run(steps: list[Step], work: t.Callable[[Cluster], t.Any], read_only: bool = False) -> t.Any:
    with Script(steps) as server, cluster_of(server, read_only) as cluster:
        return work(cluster)


def test_channels_are_read_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_transport, "PAGE_SIZE", 2)
    items = [{"name": "a", "owner": "u", "privacy": "public"}, {"name": "b/c", "owner": "v", "privacy": "private"}, {"name": "d"}]
    steps = [
        Step("GET", API + "/channels", {"offset": "0", "limit": "2"}, BEARER, reply={"items": items[:2], "total": 3}),
        Step("GET", API + "/channels", {"offset": "2", "limit": "2"}, BEARER, reply={"items": items[2:], "total": 3}),
    ]
    assert run(steps, lambda cluster: cluster.channels(), read_only=True) == {
        "a": ChannelState("a", "u", "public"),
        "b/c": ChannelState("b/c", "v", "private"),
        "d": ChannelState("d", None, None),
    }


@pytest.mark.parametrize("answer", [[], {"items": {}}, {"items": [{"id": 1}]}, {"data": []}])
def test_an_answer_of_another_shape_is_a_sentence(answer: t.Any) -> None:
    with pytest.raises(MigrationError, match="the API of this AE5 differs from the assumed one"):
        run([Step("GET", API + "/channels", reply=answer)], lambda cluster: cluster.channels())


def test_a_channel_is_created_with_its_privacy_said() -> None:
    for private, word in ((True, "private"), (False, "public")):
        steps = [Step("POST", API + "/channels", None, BEARER, json={"name": "a/b", "privacy": word}, status=201)]
        run(steps, lambda cluster, private=private: cluster.create_channel("a/b", private))


def test_a_name_that_is_taken_is_an_error() -> None:
    with pytest.raises(HttpError) as caught:
        run([Step("POST", API + "/channels", status=409, reply={"error": {"message": "taken"}})], lambda c: c.create_channel("a", True))
    assert caught.value.status == 409


def test_a_creation_whose_answer_was_lost_finds_its_own_channel_and_sets_its_privacy() -> None:
    steps = [
        Step("POST", API + "/channels", reset_after=1000),
        Step("POST", API + "/channels", status=409),
        Step("GET", API + "/channels/a%2Fb", reply={"name": "a/b", "privacy": "public"}),
        Step("PATCH", API + "/channels/a%2Fb", json={"privacy": "private"}),
    ]
    run(steps, lambda cluster: cluster.create_channel("a/b", True))


def test_privacy_is_a_patch_that_may_be_repeated() -> None:
    steps = [
        Step("PATCH", API + "/channels/a%2Fb", status=503),
        Step("PATCH", API + "/channels/a%2Fb", None, BEARER, json={"privacy": "public"}),
    ]
    run(steps, lambda cluster: cluster.set_privacy("a/b", "public"))


def test_shares_are_read_given_and_taken() -> None:
    listed = {"items": [{"type": "group", "name": "Devs", "access": "r"}], "total": 1}
    steps = [
        Step("GET", API + "/channels/a%2Fb/shares", reply=listed),
        Step("PUT", API + "/channels/a%2Fb/shares/user/jane%40x", json={"access": "rw"}, status=201),
        Step("PUT", API + "/channels/a%2Fb/shares/group/Wet%20Lab", json={"access": "r"}),
        Step("DELETE", API + "/channels/a%2Fb/shares/group/Devs", status=204),
        Step("DELETE", API + "/channels/a%2Fb/shares/group/Gone", status=404),
    ]

    def work(cluster: Cluster) -> None:
        assert cluster.shares("a/b") == (Share("group", "Devs", "r"),)
        # Keycloak lower-cases user names, not group names.
        cluster.share("a/b", Share("user", "Jane@X", "rw"))
        cluster.share("a/b", Share("group", "Wet Lab", "r"))
        cluster.unshare("a/b", Share("group", "Devs", "r"))
        cluster.unshare("a/b", Share("group", "Gone", "r"))

    run(steps, work)


def test_an_unknown_principal_is_named() -> None:
    steps = [Step("PUT", API + "/channels/a/shares/user/nobody", status=404, reply={"error": {"message": "no such user"}})]
    with pytest.raises(UnknownPrincipal, match="The user 'nobody' does not exist on AE5, so channel a is not shared"):
        run(steps, lambda cluster: cluster.share("a", Share("user", "nobody", "r")))


def test_an_upload_is_one_part_with_the_file_name_and_an_exact_length() -> None:
    content = bytes(range(256)) * 9000
    with Script([Step("POST", API + "/channels/a%2Fb/artifacts", None, BEARER, status=201)]) as server, cluster_of(server) as cluster:
        cluster.upload("a/b", Bytes('we"ird-1.0-0.conda', content))
        [seen] = server.seen
    boundary = seen.headers["content-type"].split("boundary=")[1].encode()
    head = b'--%b\r\nContent-Disposition: form-data; name="content"; filename="we%%22ird-1.0-0.conda"\r\n' % boundary
    head += b"Content-Type: application/octet-stream\r\n\r\n"
    assert seen.body == head + content + b"\r\n--%b--\r\n" % boundary
    assert seen.length == len(seen.body)
    assert "transfer-encoding" not in seen.headers


def test_an_upload_is_not_repeated_by_the_transport() -> None:
    with pytest.raises(HttpError) as caught:
        run(
            [Step("POST", API + "/channels/a/artifacts", status=503, reply_headers={"Retry-After": "3"})],
            lambda c: c.upload("a", Bytes("f", b"x")),
        )
    assert (caught.value.status, caught.value.retry_after) == (503, 3)


def test_the_answer_to_an_upload_that_is_not_read_is_seen() -> None:
    with pytest.raises(HttpError) as caught:
        run([Step("POST", API + "/channels/a/artifacts", status=413, unread=True)], lambda c: c.upload("a", Bytes("f", b"x")))
    assert caught.value.status == 413


@pytest.mark.parametrize(
    "write",
    [
        lambda c: c.create_channel("a", True),
        lambda c: c.set_privacy("a", "public"),
        lambda c: c.share("a", Share("user", "u", "r")),
        lambda c: c.unshare("a", Share("user", "u", "r")),
        lambda c: c.upload("a", Bytes("f", b"x")),
    ],
)
def test_a_write_in_check_mode_is_a_bug_and_sends_nothing(write: t.Callable[[Cluster], None]) -> None:
    with pytest.raises(WriteInCheckMode):
        run([], write, read_only=True)


def test_without_a_login_nothing_is_asked() -> None:
    with pytest.raises(MigrationError, match="There is no login for the AE5 cluster"):
        connect(params("https://ae5.example.com", access_token=None), False)
