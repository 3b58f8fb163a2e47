# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations over the assumed HTTP interface of ``contract``.  Private to the collection."""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.contract import PAGE_SIZE, ROUTES, UPLOAD_PART
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http import Answer, Http, TokenSource
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.http_error import HttpError
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.multipart import MultipartBody
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.transport import (
    ABILITIES,
    ChannelState,
    Transport,
    UnknownPrincipal,
    UploadSource,
    privacy_of,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share


class ApiTransport(Transport):
    """AE5 below ``/repository/api``."""

    name = "api"

    def __init__(self, http: Http, tokens: TokenSource) -> None:
        self._http = http
        self._tokens = tokens

    @property
    def tokens(self) -> TokenSource:
        return self._tokens

    def can(self, ability: str) -> bool:
        return ability in ABILITIES

    def channels(self) -> t.Dict[str, ChannelState]:
        states = (ChannelState(item["name"], item.get("owner"), item.get("privacy")) for item in self._items("channel_list", "name"))
        return {state.name: state for state in states}

    def create_channel(self, name: str, private: bool) -> None:
        privacy = privacy_of(private)
        body = {"name": name, "privacy": privacy}
        try:
            self._call("channel_create", body=body)
        except HttpError as exc:
            # No answer, or one from a proxy: it may have been created, so the second attempt may find it there.
            if exc.status is not None and exc.status < 500:
                raise
            try:
                self._call("channel_create", body=body)
            except HttpError as again:
                if again.status != 409:
                    raise
                found = self._call("channel_get", segments={"channel": name}).data
                if found.get("privacy") != privacy:
                    self.set_privacy(name, privacy)

    def set_privacy(self, name: str, privacy: str) -> None:
        self._call("channel_update", body={"privacy": privacy}, replay=True, segments={"channel": name})

    def shares(self, name: str) -> t.Tuple[Share, ...]:
        return tuple(
            Share(item["type"], item["name"], item["access"]) for item in self._items("share_list", "type", "name", "access", channel=name)
        )

    def share(self, name: str, share: Share) -> None:
        try:
            self._call("share_put", body={"access": share.access}, replay=True, segments=_segments(name, share))
        except HttpError as exc:
            if exc.status != 404:
                raise
            raise UnknownPrincipal(
                f"The {share.kind} {share.name!r} does not exist on AE5, so channel {name} is not shared with it;"
                f" create it in Keycloak, or map its name in ae_{share.kind}_map.",
                status=404,
                reason=exc.reason,
            ) from None

    def unshare(self, name: str, share: Share) -> None:
        try:
            self._call("share_delete", replay=True, segments=_segments(name, share))
        except HttpError as exc:
            # A share that does not exist is removed.
            if exc.status != 404:
                raise

    def upload(self, channel: str, source: UploadSource) -> None:
        self._call(
            "artifact_upload",
            data=lambda: MultipartBody(UPLOAD_PART, source.file, source.size, source.open()),
            segments={"channel": channel},
        )

    def delete_channel(self, name: str) -> None:
        self._delete("channel_delete", {"channel": name})

    def delete_file(self, channel: str, subdir: str, file: str) -> None:
        self._delete("artifact_delete", {"channel": channel, "subdir": subdir, "file": file})

    def _delete(self, route_name: str, segments: t.Mapping[str, str]) -> None:
        try:
            self._call(route_name, replay=True, segments=segments)
        except HttpError as exc:
            if exc.status != 404 or not self._is_gone(segments["channel"]):
                raise

    def _is_gone(self, channel: str) -> bool:
        """Whether a 404 means that the channel does not exist, not that the route does not."""
        try:
            self._call("channel_get", segments={"channel": channel})
        except HttpError as exc:
            return exc.status == 404
        return False

    def _call(
        self,
        route_name: str,
        *,
        body: t.Optional[t.Mapping[str, t.Any]] = None,
        data: t.Optional[t.Callable[[], MultipartBody]] = None,
        params: t.Optional[t.Mapping[str, t.Any]] = None,
        replay: t.Optional[bool] = None,
        segments: t.Optional[t.Mapping[str, str]] = None,
    ) -> Answer:
        route = ROUTES[route_name]
        path = route.url_path(**(segments or {}))
        want_json = route.method == "GET"
        return self._http.call(
            route.method, path, ok=route.ok, auth=self._tokens, body=body, data=data, params=params, replay=replay, want_json=want_json
        )

    def _items(self, route_name: str, *keys: str, **segments: str) -> t.Iterator[t.Dict[str, t.Any]]:
        """All items of a paged list; each is an object with ``keys``."""
        offset = 0
        while True:
            page = self._call(route_name, params={"offset": offset, "limit": PAGE_SIZE}, segments=segments).data
            items = page.get("items") if isinstance(page, dict) else None
            if not isinstance(items, list) or not all(isinstance(item, dict) and all(key in item for key in keys) for item in items):
                path = ROUTES[route_name].url_path(**segments)
                raise MigrationError(
                    f"The answer of {path} is not the expected list, so the API of this AE5 differs from the assumed one;"
                    " use transport cli."
                )
            yield from items
            offset += len(items)
            if not items or offset >= int(page.get("total", offset)):
                return


def _segments(channel: str, share: Share) -> t.Dict[str, str]:
    return {"channel": channel, "kind": share.kind, "principal": share.name}
