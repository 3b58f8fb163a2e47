# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP contract below ``/repository/api`` that the api transport speaks, as data.  Private to the collection.

**ASSUMED.**  No route, body or status below ``/repository/api`` of Anaconda Enterprise 5 is public (assumption A1).
It is invented in the style of related products, in one file so that it can be corrected in one place.  The lab serves exactly
this; no other file may contain a route.

Known and not assumed: the base ``https://HOST/repository/api`` and the conda URLs ``/repository/conda/CHANNEL``.

* Authentication: ``Authorization: Bearer TOKEN`` (Keycloak's access token).
* A channel name with a slash is one path segment, percent-encoded (``a%2Fb``; assumption A2).
* Errors: ``{"error": {"message": TEXT}}`` (assumption A11).
* Lists: ``?offset=N&limit=M`` and ``{"items": [...], "total": N}`` (assumption A8).
* Objects: channel ``{"name", "owner", "privacy": "public"|"private"}``; share
  ``{"type": "user"|"group", "name", "access": "r"|"rw"}``.
* An upload is multipart/form-data with one part ``content`` that carries the file name.
"""

from __future__ import annotations

import dataclasses
import typing as t
from urllib.parse import quote

API_BASE = "/repository/api"
CONDA_BASE = "/repository/conda"
REALM = "AnacondaPlatform"
TOKEN_PATH = f"/auth/realms/{REALM}/protocol/openid-connect/token"
MASTER_TOKEN_PATH = "/auth/realms/master/protocol/openid-connect/token"  # noqa: S105 - a path, not a secret
ADMIN_BASE = f"/auth/admin/realms/{REALM}"
PAGE_SIZE = 200
UPLOAD_PART = "content"


@dataclasses.dataclass(frozen=True)
class Route:
    """One operation: ``path`` is a template relative to ``base``; ``ok`` are the statuses that mean success."""

    method: str
    path: str
    ok: t.Tuple[int, ...]
    write: bool = True
    base: str = API_BASE

    def url_path(self, **segments: str) -> str:
        """The path below the host, each segment percent-encoded as a whole."""
        return self.base + self.path.format(**{name: quote(value, safe="") for name, value in segments.items()})


ROUTES: t.Dict[str, Route] = {
    "channel_list": Route("GET", "/channels", (200,), write=False),
    "channel_get": Route("GET", "/channels/{channel}", (200,), write=False),
    # body {"name", "privacy"}; 409 if the name is taken
    "channel_create": Route("POST", "/channels", (201,)),
    # body {"privacy"}
    "channel_update": Route("PATCH", "/channels/{channel}", (200,)),
    "channel_delete": Route("DELETE", "/channels/{channel}", (204,)),
    "share_list": Route("GET", "/channels/{channel}/shares", (200,), write=False),
    # body {"access"}; 404 if the principal is unknown (assumption A6)
    "share_put": Route("PUT", "/channels/{channel}/shares/{kind}/{principal}", (200, 201)),
    "share_delete": Route("DELETE", "/channels/{channel}/shares/{kind}/{principal}", (204,)),
    # 409 if the file name is taken (A5), 413 if it is too large (A10)
    "artifact_upload": Route("POST", "/channels/{channel}/artifacts", (200, 201)),
    "artifact_delete": Route("DELETE", "/channels/{channel}/artifacts/{subdir}/{file}", (204,)),
}
