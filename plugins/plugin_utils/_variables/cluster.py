# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of AE5 clusters and of the client ``anaconda-enterprise-cli``.  Private to the collection."""

from __future__ import annotations

from .declaration import CLUSTERS, SHARED, SITES, Variable, variables

CLUSTER = variables(
    Variable(
        "ae5_url",
        "The cluster's address, as its users know it.",
        absent="required on a cluster",
        file="-",  # in host_vars
    ),
    Variable(
        "ae5_username",
        "The account that migrates; it needs the roles `ae-admin` and `ae-uploader`.",
        example="ae5_username: migrator",
        active=True,
    ),
    Variable(
        "ae5_password",
        "The password of that account; keep it in a vault, as all secrets.",
        secret=True,
        example='ae5_password: "{{ vault_ae5_password }}"',
        active=True,
    ),
    Variable(
        "ae5_transport",
        "How the cluster is talked to: the documented client (`cli`), an assumed HTTP contract that is faster (`api`), or"
        " what the probe confirmed (`auto`).",
        choices=("auto", "cli", "api"),
        default="auto",
        more="`auto` is `cli` until playbook `probe` has confirmed the api; see the docs before you use `api`.",
    ),
    Variable(
        "ae5_ca_path",
        "The cluster's certificate authority, where the system does not know it.",
        type="path",
        example="ae5_ca_path: /etc/pki/tls/certs/corporate-ca.pem",
        empty=True,
    ),
    Variable("ae5_validate_certs", "Whether the cluster's certificate is verified.", type="bool", default="true"),
    Variable(
        "ae5_client_id",
        "The OpenID Connect client of the platform, for transport `api`.",
        default="anaconda-platform",
        empty=True,
    ),
    Variable(
        "ae5_client_secret",
        "The secret of that client, if it has one.",
        secret=True,
        example='ae5_client_secret: "{{ vault_ae5_client_secret }}"',
        empty=True,
    ),
    Variable(
        "ae5_keycloak_username",
        "An account of Keycloak's realm `master`, to read users and groups and to act as the owners of notebook projects.",
        example="ae5_keycloak_username: admin",
        more=(
            "With it the plan knows before anything is written who does not exist in AE5, and which group holds people it"
            " should not. Playbook `notebooks` acts as the owners of projects with it, for which it needs the role"
            " `impersonation` of client `AnacondaPlatform-realm`."
        ),
        empty=True,
    ),
    Variable(
        "ae5_keycloak_password",
        "The password of that account.",
        secret=True,
        example='ae5_keycloak_password: "{{ vault_ae5_keycloak_password }}"',
        empty=True,
    ),
    Variable(
        "ae5_conda_token",
        "A conda token for reading private channels, where the login's own token does not do.",
        secret=True,
        example='ae5_conda_token: "{{ vault_ae5_conda_token }}"',
        empty=True,
    ),
    Variable(
        "ae5_capabilities",
        "The file on the controller with the answers of playbook `probe`.",
        type="path",
        absent="`capabilities-CLUSTER.yml` beside the inventory",
        more="The default need not be there; a file that is named here must, except for playbook `probe`, which writes it.",
        must_exist=True,
        made_by="probe",
        example='ae5_capabilities: "{{ inventory_dir }}/../capabilities-prod.yml"',
    ),
    hosts=(CLUSTERS,),
    file="ae5",
    topic=SHARED,
)

CLIENT = variables(
    Variable(
        "ae5_cli",
        "Path of `anaconda-enterprise-cli` on the host, where it is not on the `PATH`.",
        type="path",
        absent="found on the `PATH`",
        example="ae5_cli: anaconda-enterprise-cli",
        hosts=(CLUSTERS, SITES),
        topic=SHARED,
        empty=True,
    ),
    Variable(
        "ae5_cli_package",
        "Conda package of the client on the controller (`.tar.bz2` or `.conda`), which playbook `ae5_cli` puts in place.",
        type="path",
        absent="none",
        example='ae5_cli_package: "{{ inventory_dir }}/../files/anaconda-enterprise-cli-5.7.1-py310.tar.bz2"',
        more="It is unpacked without conda, and goes before `ae5_cli_install_command`.",
        empty=True,
    ),
    Variable(
        "ae5_cli_package_sha256",
        "What the SHA256 of that package must be.",
        absent="not checked",
        example="ae5_cli_package_sha256: ...",
        empty=True,
    ),
    Variable(
        "ae5_cli_prefix",
        "Folder of its own on the host that the package is unpacked into; it is replaced as a whole.",
        type="path",
        absent="`<ae_work_dir>/<cluster>/hosts/<host>/cli`",
        example="ae5_cli_prefix: /opt/ae5-cli",
    ),
    Variable(
        "ae5_cli_python",
        "Interpreter that runs the client.",
        type="path",
        absent="the one Ansible uses on the host",
        example="ae5_cli_python: /usr/bin/python3.10",
        empty=True,
    ),
    Variable(
        "ae5_cli_install_command",
        "Command that installs the client where it does not answer, as a list; no shell runs it.",
        type="list",
        elements="str",
        example="ae5_cli_install_command: [/opt/conda/bin/conda, install, --yes, --prefix, /opt/ae5, anaconda-enterprise-cli]",
    ),
    hosts=(CLUSTERS, SITES),
    file="ae5",
)

PROBE = variables(
    Variable(
        "ae5_probe_username",
        'A second account without special rights, only for playbook `probe`: what "private" means can be seen only by somebody else.',
        example="ae5_probe_username: somebody",
        roles=("probe_username",),
        empty=True,
    ),
    Variable(
        "ae5_probe_password",
        "The password of the second account.",
        secret=True,
        example='ae5_probe_password: "{{ vault_ae5_probe_password }}"',
        roles=("probe_password",),
        empty=True,
    ),
    hosts=(CLUSTERS,),
    file="ae5",
)
