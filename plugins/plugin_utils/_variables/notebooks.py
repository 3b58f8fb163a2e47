# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of notebook hosts and their projects.  Private to the collection."""

from __future__ import annotations

from .declaration import CLUSTERS, NOTEBOOK_HOSTS, Variable, variables

LIBRARY = (
    Variable("path", "The folder of the library, as the host calls it; no part of it may be a link.", required=True),
    Variable("name", "The package's name, where the library does not say it or another one is wanted."),
    Variable("version", "The package's version, where the library does not say it."),
    Variable("channel", "The AE5 channel for it, instead of `ae_notebook_library_channel`."),
    Variable("packages", "The Python packages and modules to take, instead of those that its metadata names.", type="list", elements="str"),
    Variable(
        "requires",
        "The conda packages that it needs, each as a MatchSpec, instead of those that its metadata names.",
        type="list",
        elements="str",
    ),
    Variable("include", "Patterns of files to take although they look as if they held a password or a key.", type="list", elements="str"),
    Variable("also", "Other paths by which projects use it, such as the one where it is installed.", type="list", elements="str"),
    Variable(
        "users", "AE5 users that may read its channel, instead of the people of the projects that use it.", type="list", elements="str"
    ),
    Variable("groups", "AE5 groups that may read its channel; then only they and `users` may.", type="list", elements="str"),
)

HOST = variables(
    Variable(
        "aen_projects_dir",
        "The folder on the notebook host with a folder for each owner.",
        type="path",
        default="/projects",
        roles=("notebooks_root", "preflight_projects_dir"),
    ),
    Variable(
        "aen_become",
        "Whether Ansible becomes `aen_user` on the notebook host, or logs in as it; nothing of the projects is changed.",
        type="bool",
        default="true",
        roles=("notebooks_become", "preflight_projects_become"),
    ),
    Variable(
        "aen_user",
        "The user who reads the projects on the notebook host; every project must be readable for it.",
        default="root",
        roles=("notebooks_user", "preflight_projects_user"),
    ),
    Variable(
        "aen_accounts",
        "A file on the notebook host in the form of `/etc/passwd`, with users that the host itself does not know.",
        absent="none",
        example="aen_accounts: /srv/accounts/passwd",
        roles=("notebooks_accounts",),
        empty=True,
    ),
    hosts=(NOTEBOOK_HOSTS,),
    file="aen",
)

PROJECTS = variables(
    Variable(
        "ae_notebook_projects",
        "Patterns of the projects that move, as `OWNER/PROJECT`.",
        type="list",
        elements="str",
        absent="all",
        example='ae_notebook_projects: ["*"]',
        roles=("notebooks_include",),
    ),
    Variable(
        "ae_notebook_projects_exclude",
        "Patterns of the projects that do not move; they are stronger.",
        type="list",
        elements="str",
        default="[]",
        example='ae_notebook_projects_exclude: ["*/scratch-*"]',
        roles=("notebooks_exclude",),
    ),
    Variable(
        "ae_notebook_project_names",
        "Names for AE5, which takes no blanks and no special characters, by `OWNER/PROJECT`.",
        type="dict",
        default="{}",
        example="""ae_notebook_project_names:
  "alice/Quarterly Report 2016": quarterly-report""",
        roles=("notebooks_names",),
    ),
    Variable(
        "ae_notebook_accept_proposed_names",
        "Whether a project whose name AE5 does not take gets the proposed name.",
        type="bool",
        default="false",
        roles=("notebooks_accept_proposed_names",),
    ),
    Variable(
        "ae_notebook_group_map",
        "Groups of the notebook host's operating system, and which they are on AE5; one that is not named is given nothing.",
        type="dict",
        default="{}",
        example="""ae_notebook_group_map:
  research: Research
  wheel: "-\"""",
        roles=("notebooks_groups",),
    ),
    Variable(
        "ae_notebook_pin",
        "How much of the environments' pins is kept: version and build (`exact`), `version`, or `name`.",
        choices=("exact", "version", "name"),
        default="exact",
        roles=("notebooks_pin",),
    ),
    Variable(
        "ae_notebook_drop_packages",
        "Packages (patterns) that no environment is to ask for on AE5.",
        type="list",
        elements="str",
        default="[]",
        example="ae_notebook_drop_packages: [anaconda-client]",
        roles=("notebooks_drop_packages",),
    ),
    Variable(
        "ae_notebook_channel_map",
        "What channels of AE4 are on AE5, where their content does not say so; an empty list means none.",
        type="dict",
        default="{}",
        example="""ae_notebook_channel_map:
  defaults: [main, free]
  wakari: []""",
        roles=("notebooks_channel_map",),
    ),
    Variable(
        "ae_notebook_secrets",
        "What becomes of passwords, tokens and signatures in a project's own environment and project files, and of files that are there to"
        " keep logins or keys: they are taken out or left out (`strip`), or they go along and are noted (`note`).",
        choices=("strip", "note"),
        default="strip",
        roles=("notebooks_secrets",),
    ),
    Variable(
        "ae_notebook_git_ignored",
        "Whether files that git ignores are left out (`leave_out`) or moved as well (`include`).",
        choices=("leave_out", "include"),
        default="leave_out",
        roles=("notebooks_git_ignored", "preflight_projects_git_ignored"),
    ),
    Variable(
        "ae_notebook_max_bytes",
        "How many bytes AE5 takes for a project; a larger one is refused before it is sent.",
        type="int",
        default="1000000000",
        roles=("notebooks_max_bytes", "preflight_projects_max_bytes"),
    ),
    Variable(
        "ae_notebook_tool",
        "What makes the archives: the collection itself (`own`), or the real `anaconda-project` on the notebook host.",
        choices=("own", "anaconda-project"),
        default="own",
        roles=("notebooks_tool",),
    ),
    Variable(
        "ae_notebook_tool_executable",
        "Path of `anaconda-project` on the notebook host.",
        default="anaconda-project",
        roles=("notebooks_tool_executable",),
    ),
    Variable(
        "ae_notebook_libraries",
        "Libraries that projects use by path and that become packages in a channel of AE5.",
        type="list",
        elements="dict",
        default="[]",
        options=LIBRARY,
        example="""ae_notebook_libraries:
  - path: /projects/quant/riskutils
  - path: /opt/shared/python/oldtools
    name: oldtools
    version: "1.0"
    channel: quant/tools""",
        roles=("notebooks_libraries",),
    ),
    Variable(
        "ae_notebook_libraries_accept",
        "Paths (patterns) of libraries that the audit finds and that become packages too.",
        type="list",
        elements="str",
        default="[]",
        example='ae_notebook_libraries_accept: ["/opt/shared/python/*"]',
        roles=("notebooks_libraries_accept",),
    ),
    Variable(
        "ae_notebook_library_channel",
        "The channel of those, and of libraries that name none.",
        absent="`libraries/NAME`",
        example="ae_notebook_library_channel: shared/libraries",
        roles=("notebooks_library_channel",),
        empty=True,
    ),
    Variable(
        "ae_notebook_conflict",
        "What to do where AE5 has a project of that name with other files: send nothing and say so (`report`), or send it"
        " as `NAME-2` (`new_name`).",
        choices=("report", "new_name"),
        default="report",
        roles=("notebooks_conflict",),
    ),
    Variable(
        "ae_notebook_accept_wider",
        "Projects (patterns) to be shared with their team although some of their files had other rights.",
        type="list",
        elements="str",
        default="[]",
        roles=("notebooks_accept_wider",),
    ),
    Variable(
        "ae_notebook_logins",
        "Owners who log in with their own password; all others are logged in by `ae5_keycloak_username` acting as them.",
        type="list",
        elements="dict",
        default="[]",
        secret=True,
        options=(
            Variable("username", "Name of the AE5 user.", required=True),
            Variable("password", "That user's password.", required=True, secret=True),
        ),
        example="""ae_notebook_logins:
  - username: alice
    password: "{{ vault_alice_password }}\"""",
        roles=("notebooks_logins",),
    ),
    Variable(
        "ae_notebook_wait",
        "Seconds that AE5 may take to make one project.",
        type="int",
        default="600",
        roles=("notebooks_wait",),
    ),
    Variable(
        "ae_notebook_mirror_sources",
        "For the mirror configurations: the address of each channel that environments know by its short name only.",
        type="dict",
        default="{}",
        hosts=(CLUSTERS,),
        example="""ae_notebook_mirror_sources:
  defaults: https://repo.example.com/pkgs/main""",
        roles=("notebooks_mirror_sources",),
    ),
    Variable(
        "ae_notebook_mirror_site",
        "For the mirror configurations: the name that `anaconda-enterprise-cli` has for the cluster, where it is not its default one.",
        absent="none",
        hosts=(CLUSTERS,),
        example="ae_notebook_mirror_site: prod",
        roles=("notebooks_mirror_site",),
        empty=True,
    ),
    hosts=(NOTEBOOK_HOSTS,),
    file="aen",
)
