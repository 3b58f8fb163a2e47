# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options in ``module_utils/_ae5/argspec.py``."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  url:
    description:
      - Address of the AE5 cluster, for example C(https://ae5.example.com).
      - Plain C(http) is refused unless the host is the loopback interface.
    type: str
    required: true
  username:
    description:
      - AE5 user that does the work.
      - Needs the roles that let it create channels and upload packages (C(ae-creator), C(ae-uploader)), or C(ae-admin).
    type: str
  password:
    description:
      - Password of O(username). It is sent to Keycloak, or typed at the prompt of the command line client; it never becomes an argument of a command.
      - Mutually exclusive with O(access_token).
    type: str
  access_token:
    description:
      - A bearer token to use instead of O(username) and O(password), for example from M(ae_ops.migration.access_token).
      - It is not renewed; when it expires, what is left fails and a later run goes on from there.
    type: str
  transport:
    description:
      - How the cluster is changed. Reading packages always uses the repository's conda URLs.
      - V(cli) uses only the documented commands of C(anaconda-enterprise-cli). They may not be able to make a channel private or to list shares.
      - V(api) uses the HTTP interface below C(/repository/api), whose form is assumed and not documented by the vendor.
      - V(auto) is V(api) where O(capabilities) say that a probe has seen that interface work, else V(cli).
    type: str
    choices: [auto, cli, api]
    default: auto
  capabilities:
    description:
      - What M(ae_ops.migration.capability_probe) has found out about the cluster, as it wrote it.
      - The roles give the content of the file C(capabilities-CLUSTER.yml) beside the inventory.
    type: dict
  cli:
    description:
      - Path or name of the command line client.
    type: path
    default: anaconda-enterprise-cli
  ca_path:
    description:
      - File with the certificates of the authorities to trust, in PEM form.
      - By default the file that the environment variable E(REQUESTS_CA_BUNDLE) names, else those that come with the Python library requests.
    type: path
  validate_certs:
    description:
      - Whether the cluster's TLS certificate is verified. Turn this off only in a test.
    type: bool
    default: true
  client_id:
    description:
      - Keycloak client that tokens are asked for.
    type: str
    default: anaconda-platform
  client_secret:
    description:
      - Secret of O(client_id), where the client has one.
    type: str
  keycloak_username:
    description:
      - User of Keycloak's C(master) realm. Used to read users and groups, and by M(ae_ops.migration.principal) to create groups and memberships.
    type: str
  keycloak_password:
    description:
      - Password of O(keycloak_username).
    type: str
  conda_token:
    description:
      - Token that conda puts into the URL of a private channel (C(/t/TOKEN/)).
      - Private channels are read with this token, else with the bearer token of the transport.
    type: str
  cache:
    description:
      - Folder on this host in which to keep what the channels' repodata said, with its ETag, so that the next run asks only whether it has changed.
      - It is kept by cluster and by user (or by O(conda_token)); what one of them was shown is not used for another. The files have mode V(0600).
      - Read, but not written to, in check mode and by modules that only look. It can be deleted at any time, which costs time only.
      - By default nothing is kept between runs.
    type: path
  timeout:
    description:
      - Seconds to wait for a connection, for the next bytes of an answer, or for a command of the client other than an upload.
    type: int
    default: 60
  workers:
    description:
      - Number of requests or commands that run at the same time.
    type: int
    default: 8
requirements:
  - requests (Python library)
  - anaconda-enterprise-cli, where O(transport=cli)
"""
