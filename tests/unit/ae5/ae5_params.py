# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection options as a module gets them."""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.argspec import AE5


def params(url: str, **given: t.Any) -> dict[str, t.Any]:
    """All options with their defaults, the api transport and the token ``tok``; then what is given."""
    options = {name: option.get("default") for name, option in AE5.options.items()}
    return {**options, "url": url, "transport": "api", "access_token": "tok", "timeout": 5, "workers": 1, **given}
