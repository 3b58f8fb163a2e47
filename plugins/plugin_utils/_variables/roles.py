# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of single roles that stand for no variable of the inventory, and what the roles compute.  Private to the collection."""

from __future__ import annotations

from .declaration import Variable, variables

ROLES = (
    Variable(
        "ae5_cli_needed",
        "Whether the host needs the client.",
        type="bool",
        absent="the cluster's host, and the sites that upload over the cli by themselves",
    ),
    Variable(
        "export_batch_bytes",
        "Size of the archives in which a dump, or the archives of projects, are copied to the cluster's host, in bytes.",
        type="int",
        default="1073741824",
    ),
    Variable(
        "export_deep",
        "Whether every package is read again, instead of trusting `meta.json` and the cache of digests.",
        type="bool",
        default="false",
    ),
    Variable(
        "host_python_imports",
        "Libraries that a usable interpreter must be able to import; `requests` for a site that uploads by itself.",
        type="list",
        elements="str",
        default="[]",
    ),
    Variable("host_python_minimum", "Oldest usable version.", absent="`3.8`, with ansible-core 2.20 and later `3.9`"),
    Variable(
        "notebooks_only",
        "Patterns of the projects that this run is about, given at the command line; what is known of the others stays as it is.",
        type="list",
        elements="str",
        default="[]",
    ),
    Variable(
        "notebooks_solve",
        "Whether each environment is solved as conda would, where `py-rattler` is installed on the cluster's host.",
        type="bool",
        default="true",
    ),
    Variable(
        "plan_offline",
        "Whether the plan is made without asking the cluster anything; such a plan does not know what the cluster holds.",
        type="bool",
        default="false",
    ),
    Variable(
        "plan_sites",
        "The sites of the cluster.",
        type="list",
        elements="str",
        absent="the hosts of group `ae4` whose `ae5_cluster` is this host",
    ),
    Variable(
        "preflight_accept",
        "Checks whose blocking rows are only a warning, as `CHECK` or `CHECK@HOST`.",
        type="list",
        elements="str",
        default="[]",
    ),
    Variable(
        "preflight_projects_logins",
        "Owners who will log in with their own password.",
        type="list",
        elements="str",
        absent="the names in `ae_notebook_logins`",
    ),
    Variable(
        "preflight_rate",
        "Bytes a second to expect of the upload, to compare its length with the life of a token.",
        type="float",
        default="10000000",
    ),
    Variable(
        "preflight_space_factor",
        "How much of the AE4 storage a dump needs: `1` asks for room for a whole copy, `0` for none.",
        type="float",
        default="1.0",
    ),
    Variable(
        "preflight_staged",
        "Whether the packages are uploaded from the cluster's host.",
        type="bool",
        absent="whether `ae_transfer` is `staged`",
    ),
    Variable(
        "preflight_timeout",
        "Seconds to wait for an answer or a command, and to count the files of the notebook projects.",
        type="int",
        default="60",
    ),
    Variable(
        "probe_leave_behind",
        "Whether something may stay on the cluster where it is not proven that it can be deleted.",
        type="bool",
        default="false",
    ),
    Variable(
        "stage_batch_bytes",
        "Size of the archives in which the dump is brought, in bytes.",
        type="int",
        absent="`export_batch_bytes`, else `1073741824`",
    ),
    Variable(
        "stage_dest",
        "Folder of the copy on the cluster's host.",
        type="path",
        absent="`<ae_work_dir>/<cluster>/staged/<site>`",
    ),
    Variable(
        "stage_source",
        "Folder with the folder `dump`.",
        type="path",
        absent="`<ae4_export_dir>/<site>`",
    ),
    Variable(
        "verify_notebook_hosts",
        "The notebook hosts of the cluster.",
        type="list",
        elements="str",
        absent="those of group `aen` that name it in `ae5_cluster`, or whose site (`ae4_site`) does",
    ),
    Variable(
        "verify_notebooks",
        "Whether it is a failure that a notebook host was not looked at, also where playbook `notebooks` never ran for the cluster.",
        type="bool",
        default="false",
    ),
)

COMPUTED = variables(
    Variable("ae_migration_cluster", "The cluster that the host belongs to."),
    Variable("ae_migration_sites", "The sites of the cluster."),
    Variable("ae_migration_notebook_hosts", "The notebook hosts of the cluster, by their own `ae5_cluster` or by that of their site."),
    Variable("ae_migration_scratch", "What the folders of a run end in: `/check` in check mode, else nothing."),
    Variable("ae_migration_work_dir", "The folder of the cluster on the host, for what is kept between runs."),
    Variable("ae_migration_cluster_dir", "As `ae_migration_work_dir`, on the cluster's host."),
    Variable("ae_migration_run_dir", "The folder of the run on the host."),
    Variable("ae_migration_host_dir", "The folder on the host for what is of this site or notebook host alone."),
    Variable("ae_migration_export_dir", "The folder on the AE4 host with the site's dump."),
    Variable("ae_migration_plan_scratch", "As `ae_migration_scratch`, for the plan: a check that has made none uses the saved one."),
    Variable("ae_migration_plan_dir", "The folder of the current plan on the cluster's host."),
    Variable("ae_migration_inventory_dir", "The folder of the inventory that has the cluster."),
    Variable("ae_migration_beside", "The folder in which the inventory is, whether that is a file or a folder."),
    Variable("ae_migration_kept_report_dir", "The folder of the cluster on the controller, for what is kept between runs."),
    Variable("ae_migration_report_dir", "The folder of the run on the controller."),
    Variable("ae_migration_slices_dir", "The folder on the controller with the placements of each site."),
    Variable("ae_migration_dump", "The dump on the AE4 host."),
    Variable("ae_migration_transfer", "As `ae_transfer`."),
    Variable("ae_migration_stage_dir", "The folder on the cluster's host for the copy of the site's dump."),
    Variable("ae_migration_become", "As `ae4_become`."),
    Variable("ae_migration_user", "As `ae4_user`."),
    Variable("ae_migration_host_python", "Whether the inventory gives role `host_python` something to do."),
    Variable("ae_migration_capabilities", "The file on the controller with the answers of playbook `probe`."),
    Variable("ae_migration_address", "The connection options that hold no login, those that are not set left out."),
    Variable("ae_migration_login", "The connection options of the login, those that are not set left out."),
    Variable("ae_migration_connection", "All connection options, those that are not set left out."),
    Variable("apply_goes_on", "Whether a verification comes after the application and tells all that failed."),
)
