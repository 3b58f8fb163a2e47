# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the packages' migration.  Private to the collection."""

from __future__ import annotations

from .declaration import CLUSTERS, NOTEBOOK_HOSTS, SITES, Variable, variables

RULE = variables(
    Variable("owner", "Patterns of the owner."),
    Variable("package", "Patterns of the package, whatever its case."),
    Variable("spec", "Package files as a MatchSpec names them, for instance `numpy >=1.10,<2` or `linux-32/*`."),
    Variable("label", "Patterns of the label; `*` matches an unlabelled file as well, `?*` does not."),
    Variable("kind", "Patterns of the kind: `conda`, `pypi`, `ipynb` and so on."),
    Variable("site", "Patterns of the site."),
    Variable("access", "Patterns of what AE4 says of the package: `public`, `authenticated`, `private`, `unknown`."),
    Variable("larger_than", "A size: a number of bytes, or a text like `500MB` or `1.5GiB`."),
    Variable("smaller_than", "A size, as `larger_than`."),
    Variable("uploaded_before", "A date like `2015-01-01`, the beginning of that day in UTC, or a time like `2015-01-01T12:00:00Z`."),
    Variable("uploaded_after", "A date or a time; a file of that very time is matched."),
    Variable("older_than_days", "A number of days before today."),
    Variable("newer_than_days", "A number of days before today."),
    type="raw",
)

PLAN = variables(
    Variable(
        "ae_owners",
        "Patterns of the owners (users and organizations) to migrate; empty means all of them.",
        type="list",
        elements="str",
        default="[]",
        roles=("plan_owners",),
    ),
    Variable(
        "ae_include",
        "Rules on what is migrated; without any, everything is.",
        type="list",
        elements="dict",
        options=RULE,
        default="[]",
        more=(
            "All fields of a rule must fit; a list fits if one of its items does. Fields: `owner`, `package`, `label`,"
            " `kind`, `site`, `access` (patterns), `spec` (as conda's MatchSpec), `larger_than`, `smaller_than` (5GB),"
            " `uploaded_before`, `uploaded_after` (2015-01-01), `older_than_days`, `newer_than_days`."
        ),
        roles=("plan_include",),
    ),
    Variable(
        "ae_exclude",
        "Rules on what is left out; they are stronger than those of `ae_include`.",
        type="list",
        elements="dict",
        options=RULE,
        default="[]",
        example="""ae_exclude:
  - label: nightly*
  - owner: [research, lab-*]
    older_than_days: 2000
  - spec: "numpy <1.6\"""",
        roles=("plan_exclude",),
    ),
    Variable(
        "ae_mirror_owners",
        "Owners (patterns) that hold a copy of a public channel: left out, with the advice to mirror it in AE5.",
        type="list",
        elements="str",
        absent="`anaconda`, `r-channel`, ...",
        example="ae_mirror_owners: [anaconda, r-channel, wakari, anaconda-adam, anaconda-cluster, ~pypi, main, free, pro, r, msys2]",
        roles=("plan_mirror_owners",),
    ),
    Variable(
        "ae_reference_channels",
        "Channels of the cluster, mirrors for instance, whose files need not be migrated.",
        type="list",
        elements="str",
        default="[]",
        example="ae_reference_channels: [main]",
        roles=("plan_reference_channels",),
    ),
    Variable(
        "ae_channel_layout",
        "How channels are named: as the vendor's own import does it (`vendor`), or so that labels isolate for"
        " organizations too (`by_label`).",
        choices=("vendor", "by_label"),
        default="vendor",
        roles=("plan_layout",),
    ),
    Variable(
        "ae_channel_map",
        "Rules that rename channels: an exact name decides, else the first pattern that fits.",
        type="list",
        elements="dict",
        default="[]",
        options=(
            Variable("match", "Pattern of the channel name.", required=True),
            Variable(
                "to",
                "New name, a template of `{name}`, `{owner}`, `{group}`, `{label}`, `{site}`, and `{1}` for what a `*` stands for.",
                required=True,
            ),
            Variable("site", "Apply the rule to this site only."),
        ),
        more="The new name may use {name} {owner} {group} {label} {site}, and {1} {2} for what each * of the pattern stands for.",
        example="""ae_channel_map:
  - match: "tools*"
    site: west
    to: "west-{name}\"""",
        roles=("plan_channel_map",),
    ),
    Variable(
        "ae_channels",
        "Channels and shares that must exist besides the migrated ones.",
        type="list",
        elements="dict",
        default="[]",
        options=(
            Variable("name", "Name of the channel.", required=True),
            Variable("public", "Whether everybody may read it.", type="bool", default="false"),
            Variable(
                "shares",
                "Who may use it.",
                type="list",
                elements="dict",
                default="[]",
                options=(
                    Variable("user", "User of AE5; either this or `group`."),
                    Variable("group", "Group of AE5; either this or `user`."),
                    Variable("access", "To read, or to read and write.", choices=("r", "rw"), default="r"),
                ),
            ),
        ),
        example="""ae_channels:
  - name: shared/tools
    shares: [{group: developers, access: rw}]""",
        roles=("plan_channels",),
    ),
    Variable(
        "ae_split_private",
        "Whether what is not public gets `CHANNEL/private`, where a channel would hold public packages and others:"
        " `true`, `false`, or patterns of channels.",
        type="raw",
        default="false",
        roles=("plan_split_private",),
    ),
    Variable(
        "ae_collaborators",
        "What becomes of the collaborators of single packages, for which AE5 has no right: they get none (`narrow`), or"
        " such a package is also in `OWNER/PACKAGE`, shared with them (`channel`).",
        choices=("narrow", "channel"),
        default="narrow",
        roles=("plan_collaborators",),
    ),
    Variable(
        "ae_user_map",
        'AE4 logins that have another user name in AE5, exact or by pattern; `"-"` is nobody, on purpose.',
        type="dict",
        default="{}",
        hosts=(CLUSTERS, NOTEBOOK_HOSTS),
        example="""ae_user_map:
  jsmith: john.smith
  "*@example.com": "{1}"
  buildbot: "-\"""",
        roles=("notebooks_users", "plan_user_map", "preflight_projects_users"),
    ),
    Variable(
        "ae_group_map",
        "AE4 groups (`ORGANIZATION/GROUP` or `SITE:ORGANIZATION/GROUP`) that have another name in AE5.",
        type="dict",
        default="{}",
        more="A group that is not named here is the AE5 group of the same name.",
        example="""ae_group_map:
  finance/Devs: finance-devs
  "*/*": "{organization}-{group}\"""",
        roles=("plan_group_map",),
    ),
    Variable(
        "ae_principals",
        "The file that says who AE4 users and groups are on AE5: the `principals.csv` of a plan, completed; it is"
        " stronger than the two maps.",
        type="path",
        absent="`principals-CLUSTER.csv` beside the inventory",
        more="The default need not be there; a file that is named here must.",
        must_exist=True,
        example='ae_principals: "{{ inventory_dir }}/../principals-prod.csv"',
        roles=("plan_principals",),
    ),
    Variable(
        "ae_accept_wider",
        "Channels (patterns) for which it is accepted that the AE5 group holds more people than the AE4 group did.",
        type="list",
        elements="str",
        default="[]",
        roles=("plan_accept_wider",),
    ),
    Variable(
        "ae_restore",
        "Channels (patterns) in which everything is sent and given again that somebody has taken away on AE5 since an earlier run.",
        type="list",
        elements="str",
        default="[]",
        more='`["*"]` is for a cluster that was rebuilt.',
        roles=("plan_restore",),
    ),
    hosts=(CLUSTERS,),
    file="all",
)

TRANSFER = variables(
    Variable(
        "ae_accept_public",
        "Channels (patterns) that may be public where the transport cannot make a channel private.",
        type="list",
        elements="str",
        default="[]",
        roles=("plan_accept_public", "apply_accept_public", "verify_accept_public"),
    ),
    Variable(
        "ae_conflict",
        "A file that is in AE5 already with the same name and other bytes: `fail` (and say so), `keep` (AE5's, and say"
        " so), or `replace` (delete AE5's and upload ours).",
        choices=("fail", "keep", "replace"),
        default="fail",
        more=(
            "`replace` works only where the playbook `probe` has seen that deleting works, only if the file is still the one"
            " that was there when the plan was made, and not with `ae_upload_method: vendor_import`, where it is as `fail`."
        ),
        roles=("apply_conflict",),
    ),
    Variable(
        "ae_transfer",
        "Who uploads: each site, with a short-lived token (`direct`), or the cluster's host from a copy of the dump (`staged`).",
        choices=("direct", "staged"),
        default="direct",
        more=(
            "`staged` copies to the cluster's host only what is missing there; it is for sites that cannot reach the cluster,"
            " or have no Python that Ansible can use."
        ),
    ),
    Variable(
        "ae_upload_method",
        "How the packages are uploaded: each file that is missing (`files`), or whole owners by the vendor's own import (`vendor_import`).",
        choices=("files", "vendor_import"),
        default="files",
        more="`vendor_import` takes owners whose plan is exactly what that import makes; other owners are refused by name.",
        roles=("apply_upload_method",),
    ),
    Variable(
        "ae_vendor_import_timeout",
        "Seconds after which the vendor's import of one owner is ended.",
        type="int",
        absent="by size",
        example="ae_vendor_import_timeout: 7200",
        roles=("apply_vendor_import_timeout",),
    ),
    Variable(
        "ae_workers",
        "Parallel uploads and digests, and notebook projects that are converted at the same time (4 by default).",
        type="int",
        default="8",
        hosts=(SITES, NOTEBOOK_HOSTS, CLUSTERS),
        roles=("export_workers", "notebooks_workers"),
    ),
    hosts=(SITES, CLUSTERS),
    file="all",
)

VERIFICATION = variables(
    Variable(
        "ae_strict",
        "Whether verification fails also on what AE4 has taken away since, and on what was granted on AE5.",
        type="bool",
        default="false",
        roles=("verify_strict",),
    ),
    Variable(
        "ae_deep",
        "What verification downloads and compares byte for byte: nothing (`none`), some files of every channel (`sample`), or `all`;"
        " with the last two also every notebook project, whatever earlier runs found.",
        choices=("none", "sample", "all"),
        default="none",
        hosts=(CLUSTERS, NOTEBOOK_HOSTS),
        roles=("verify_deep", "notebooks_deep"),
    ),
    Variable(
        "ae_deep_sample",
        "How many files of each channel are a sample.",
        type="int",
        default="5",
        roles=("verify_deep_sample",),
    ),
    hosts=(CLUSTERS,),
    file="all",
)
