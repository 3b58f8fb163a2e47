# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection options of every module that talks to AE5.  Private to the collection.

The documentation of the same options is the doc fragment ``ae5``.
"""

from __future__ import annotations

from ansible_collections.ae_ops.migration.plugins.module_utils._module import ArgumentSpec

AE5 = ArgumentSpec(
    options={
        "url": {"type": "str", "required": True},
        "username": {"type": "str"},
        "password": {"type": "str", "no_log": True},
        "access_token": {"type": "str", "no_log": True},
        "transport": {"type": "str", "choices": ["auto", "cli", "api"], "default": "auto"},
        "capabilities": {"type": "dict"},
        "cli": {"type": "path", "default": "anaconda-enterprise-cli"},
        "ca_path": {"type": "path"},
        "validate_certs": {"type": "bool", "default": True},
        "client_id": {"type": "str", "default": "anaconda-platform"},
        "client_secret": {"type": "str", "no_log": True},
        "keycloak_username": {"type": "str", "no_log": False},
        "keycloak_password": {"type": "str", "no_log": True},
        "conda_token": {"type": "str", "no_log": True},
        "cache": {"type": "path"},
        "timeout": {"type": "int", "default": 60},
        "workers": {"type": "int", "default": 8},
    },
    mutually_exclusive=(("password", "access_token"),),
    required_by={"password": ("username",), "keycloak_password": ("keycloak_username",), "keycloak_username": ("keycloak_password",)},
)
