# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of AE4 sites and of the hosts' interpreters, and where the files of a run are.  Private to the collection."""

from __future__ import annotations

from .declaration import CLUSTERS, NOTEBOOK_HOSTS, SHARED, SITES, Variable, variables

PLACES = variables(
    Variable(
        "ae5_cluster",
        "The cluster that this host's packages or projects go to: the name of a host in group `ae5`.",
        absent="required on a site; a notebook host takes that of its site",
        hosts=(SITES, NOTEBOOK_HOSTS),
    ),
    Variable(
        "ae4_site",
        "The site that a notebook host belongs to: the name of a host in group `ae4`, whose cluster it goes to.",
        absent="the host's own name",
        hosts=(NOTEBOOK_HOSTS,),
        roles=("notebooks_site",),
    ),
    Variable(
        "ae_work_dir",
        "Folder for the files of the runs, on the hosts that make them.",
        type="path",
        default="~/ae_migration",
        hosts=(SITES, NOTEBOOK_HOSTS, CLUSTERS),
        file="all",
    ),
    Variable(
        "ae_report_dir",
        "Folder on the controller for inventories, plans, ledgers and reports, with one folder for each cluster.",
        type="path",
        absent="`reports` beside the inventory",
        hosts=(SITES, NOTEBOOK_HOSTS, CLUSTERS),
        file="all",
        more="A folder within that of the inventory will not do: Ansible takes every file there for a part of the inventory.",
        example='ae_report_dir: "{{ inventory_dir }}/../reports"',
    ),
    topic=SHARED,
)

SITE = variables(
    Variable(
        "ae4_user",
        "The service user of the repository, as whom the export runs.",
        default="anaconda-server",
        active=True,
        roles=("preflight_user",),
    ),
    Variable(
        "ae4_become",
        "Whether Ansible becomes the service user (`true`), or logs in as it (`false`).",
        type="bool",
        default="true",
        active=True,
        roles=("preflight_become",),
    ),
    Variable(
        "ae4_export_dir",
        "Folder for the dumps on the AE4 host, writable by the service user, with room for two dumps; that of a site is below `<site>`.",
        type="path",
        default="~/ae_export",
        example="ae4_export_dir: /opt/anaconda-server/export",
        active=True,
        roles=("export_dir", "preflight_export_dir"),
    ),
    Variable(
        "ae4_bin_dir",
        "Folder of `anaconda-server-admin`.",
        type="path",
        absent="found in `~/repo/bin`, `~/miniconda2/bin` or `~/miniconda/bin` of the service user",
        example="ae4_bin_dir: /home/anaconda-server/repo/bin",
        roles=("export_bin_dir", "preflight_bin_dir"),
        empty=True,
    ),
    Variable(
        "ae4_raw",
        "Whether the site is exported through the shell, because it has no Python that Ansible can use; needs `ae_transfer: staged`.",
        type="bool",
        default="false",
        roles=("export_raw", "preflight_raw"),
    ),
    Variable(
        "ae4_host_python",
        "Whether role `host_python` looks for an interpreter on the site first.",
        type="bool",
        absent="whether `host_python_tarball` or `host_python_candidates` is set",
        example="ae4_host_python: true",
        roles=("apply_host_python", "export_host_python", "preflight_host_python"),
    ),
    Variable(
        "ae4_url",
        "The address of the repository's web service, only for `preflight` to see whether AE4 is read-only already.",
        example="ae4_url: http://ae4-east.example.com:8080",
        roles=("preflight_ae4_url",),
        empty=True,
    ),
    hosts=(SITES,),
    file="ae4",
)

INTERPRETERS = variables(
    Variable(
        "host_python_candidates",
        "Interpreters to look at first on a host whose own Python is too old: paths or patterns, the first usable one is taken.",
        type="list",
        elements="str",
        example="host_python_candidates: [/opt/python3/bin/python3]",
    ),
    Variable(
        "host_python_tarball",
        "A relocatable Python to unpack on such a host: a tar archive on the controller that holds `bin/python3`, below one folder or not.",
        type="path",
        absent="none",
        example='host_python_tarball: "{{ inventory_dir }}/../files/python-3.11.tar.gz"',
        empty=True,
    ),
    Variable(
        "host_python_dest",
        "Folder on the host that the archive is unpacked to.",
        default="~/ae_python",
        more="Remove it to have another archive unpacked.",
    ),
    hosts=(SITES, NOTEBOOK_HOSTS),
    file="ae4",
)
