# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's switches: one for each assumption that a real cluster could answer differently."""

from __future__ import annotations

import dataclasses
import typing as t

GIB = 1024**3


@dataclasses.dataclass
class Switches:
    """A default is the stance of ``ae5-facts`` section 5; the comment names the assumption (A1-A16) or says invented."""

    # A1: whether the assumed contract below /repository/api is there at all.  The CLI does not need it.
    api: str = "served"  # served | absent (404)
    # A2: how a slash in a channel name is spelt in a path below /repository/api.
    slash_paths: str = "both"  # both | encoded (%2F) | literal
    # A5: a file name that the channel already holds.
    duplicate: str = "reject"  # reject (409) | overwrite | keep (200, the old bytes stay)
    # A6: sharing with somebody Keycloak does not know.
    unknown_principal: str = "reject"  # reject (404) | accept
    # A7: lifetime of access tokens and of the CLI's bearer token.
    token_seconds: float = 300
    # A7 (invented): lifetime of refresh tokens; Keycloak's own default for an idle session.
    refresh_seconds: float = 1800
    # A7: what opens a private channel to a conda client.
    conda_auth: str = "both"  # both | token (only /t/TOKEN/) | bearer (only Authorization: Bearer)
    # A8: whether lists come in pages, and how long a page may be.
    paging: str = "offset"  # offset | none (always everything)
    page_limit: int = 200
    # A9: packages of the newer format.
    conda_v2: str = "ok"  # ok | refused (400)
    # A10: the largest package file, in bytes; whether a larger one is refused at its head or when all of it was sent.
    max_bytes: int = GIB
    size_refusal: str = "late"  # late | early
    # A11: the shape of an error.
    error_body: str = "nested"  # nested {"error": {"message"}} | plain {"message"} | html (as a proxy's page)
    # A13: which channel names are taken.
    channel_names: str = "lenient"  # lenient | strict (a-z 0-9 _ -, at most one slash)
    # A15: what a user who is no administrator sees in a list of channels.
    channel_list: str = "accessible"  # accessible | all
    # A16: who may read a private channel.
    private_means: str = "collaborators"  # collaborators | authenticated (everyone who is logged in)
    # Invented: the status of a private channel for somebody without access.
    private_status: int = 403  # 403 | 404
    # Documented default of the product, switchable to prove that the collection never relies on it.
    default_privacy: str = "public"  # public | private
    # Invented: whether a privacy that is given when a channel is created counts.
    privacy_at_creation: str = "honoured"  # honoured | ignored (it is created with the default)
    # Invented: deleting channels and files.
    delete: str = "ok"  # ok | refused (403) | absent (404, and the CLI has no command)
    # A3: what the CLI can do beyond the documented commands.
    cli_abilities: str = "minimal"  # minimal | rich (invented commands, see cli.py)
    # A4: what `admin import` does with a channel that exists, with a file that exists, with an organization's unlabelled files,
    # and after how many files a run of it breaks off (0: never).
    import_channel: str = "go_on"  # go_on | refuse (the owner)
    import_file: str = "skip"  # skip (and say nothing) | report (as an error)
    import_unlabelled: str = "take"  # take (as the guide's "all packages") | skip (and say nothing)
    import_stops_after: int = 0
    # Projects (``/api/v2``).  Documented: 1 GB a file, names without blanks and special characters, unique for an owner, and that
    # only an owner or an administrator deletes.  Each of the following is assumed.
    # The largest archive in bytes (0: no limit); which names are taken; the role that an upload needs.
    project_max_bytes: int = GIB
    project_names: str = "strict"  # strict (A-Z a-z 0-9 . _ -, a letter or digit first) | lenient (no slash, not empty)
    project_role: str = "ae-creator"  # ae-creator | ae-uploader | either | none
    # How a name that is taken is refused: 400 with the words as reason phrase (documented), in the body alone, as behind HTTP/2, or by
    # 200 with {"error": {"message"}} (ae5-tools looks for it in every answer to an upload).
    unique_answer: str = "reason"  # reason | body | ok
    # An archive that cannot be read, or that holds not exactly one folder: refused, or taken and the action fails.
    bad_archive: str = "action"  # action | refuse (400)
    # How often the activity is read before an action is done, and how it ends; what is left of a project that failed.
    action_polls: int = 1
    action_result: str = "ok"  # ok | error | never
    failed_project: str = "stays"  # stays | gone
    # How often the revisions are read before the first one shows (documented that it may be empty for a while).
    revision_delay: int = 0
    # The tag of an upload: the name of its revision, or ignored (5.4.1) and 0.0.1.
    project_tag: str = "honoured"  # honoured | ignored
    # What becomes of a tree: a repository and ``git archive``, which keep no empty folders, no .git, and of modes one bit; or a copy.
    project_storage: str = "git"  # git | verbatim
    # Symbolic links: anaconda-project's unarchive drops them.
    project_links: str = "dropped"  # dropped | kept
    # AE5's own .gitattributes and .gitignore, as seen in projects of that year (projects_git.py); an upload passes a plain git add.
    project_extras: str = "2024"  # none | 2018 | 2019 | 2024
    # An upload of a name that the owner has as a new revision: no such way is documented.
    project_again: str = "refused"  # refused (not unique) | revision
    # A collaborator whose permission differs from what there is: ae5-tools removes and adds in two PUTs.
    collaborator_change: str = "ignored"  # ignored (the old one stays) | honoured
    # Whether the answer to a list of collaborators repeats them (ae5-tools expects it).
    collaborator_answer: str = "full"  # full | bare (nothing but the action)
    # Who sees what in the list; the shape of lists; how a project that one may not see is refused.
    project_list: str = "admin_all"  # admin_all | own_and_shared
    project_list_shape: str = "list"  # list | data ({"data": [...]}, which ae5-tools takes as well)
    project_hidden_status: int = 404  # 404 | 403
    # What opens /api/v2: the cookies of a web login, as ae5-tools has it, or a bearer token as well.
    project_auth: str = "cookie"  # cookie | both
    xsrf: str = "required"  # required (403 for a change without x-xsrftoken) | ignored
    session_answer: str = "401"  # without a session: 401 | redirect (to Keycloak) | page (200 with the login form)
    session_seconds: float = 1800
    # What /logout ends: Keycloak's session too (it leads to Keycloak with the ID token), the platform's alone, or there is none (404).
    platform_logout: str = "keycloak"  # keycloak | own | absent
    impersonation: str = "ok"  # ok | refused (403, as where the feature is switched off)
    # Keycloak: the client that users' tokens are got with.  The id is a fact, the secret is the lab's own.
    client_id: str = "anaconda-platform"
    client_secret: str = "lab-client-secret"  # noqa: S105 - the lab's own
    # A real Keycloak to ask instead of the lab's own people and tokens (real_keycloak.py), and its first administrator.  At start only.
    keycloak_url: str = ""
    keycloak_admin: str = "admin"
    keycloak_admin_password: str = "lab-admin-password"  # noqa: S105 - the lab's own
    # Invented, for proofs: a cluster that refuses every write with 500.
    writes: str = "ok"  # ok | fail
    # Invented: how many times a repodata is read before it shows a package that was uploaded.
    readonly_repodata_delay: int = 0
    # Invented: seconds that every request takes longer.
    latency: float = 0.0

    def update(self, values: t.Mapping[str, t.Any]) -> None:
        """Sets the named switches; raises ``ValueError`` for a name or a value that there is not."""
        fields = {field.name: field for field in dataclasses.fields(self)}
        for name, value in values.items():
            if name not in fields:
                raise ValueError(f"there is no switch {name}")
            if name in CHOICES and value not in CHOICES[name]:
                raise ValueError(f"switch {name} is one of {', '.join(map(str, CHOICES[name]))}, not {value!r}")
            kind = type(fields[name].default)
            if not isinstance(value, (int, float) if kind is float else kind):
                raise ValueError(f"switch {name} takes a {kind.__name__}, not {value!r}")
        for name, value in values.items():
            setattr(self, name, value)

    def to_json(self) -> dict[str, t.Any]:
        return dataclasses.asdict(self)


CHOICES: dict[str, tuple[t.Any, ...]] = {
    "api": ("served", "absent"),
    "duplicate": ("reject", "overwrite", "keep"),
    "unknown_principal": ("reject", "accept"),
    "slash_paths": ("both", "encoded", "literal"),
    "conda_v2": ("ok", "refused"),
    "size_refusal": ("late", "early"),
    "privacy_at_creation": ("honoured", "ignored"),
    "delete": ("ok", "refused", "absent"),
    "conda_auth": ("both", "token", "bearer"),
    "paging": ("offset", "none"),
    "error_body": ("nested", "plain", "html"),
    "channel_names": ("lenient", "strict"),
    "channel_list": ("accessible", "all"),
    "private_means": ("collaborators", "authenticated"),
    "private_status": (403, 404),
    "default_privacy": ("public", "private"),
    "import_channel": ("go_on", "refuse"),
    "import_file": ("skip", "report"),
    "import_unlabelled": ("take", "skip"),
    "cli_abilities": ("minimal", "rich"),
    "project_names": ("strict", "lenient"),
    "project_role": ("ae-creator", "ae-uploader", "either", "none"),
    "unique_answer": ("reason", "body", "ok"),
    "bad_archive": ("action", "refuse"),
    "action_result": ("ok", "error", "never"),
    "failed_project": ("stays", "gone"),
    "project_tag": ("honoured", "ignored"),
    "project_storage": ("git", "verbatim"),
    "project_links": ("dropped", "kept"),
    "project_extras": ("none", "2018", "2019", "2024"),
    "project_again": ("refused", "revision"),
    "collaborator_change": ("ignored", "honoured"),
    "collaborator_answer": ("full", "bare"),
    "project_list": ("admin_all", "own_and_shared"),
    "project_list_shape": ("list", "data"),
    "project_hidden_status": (404, 403),
    "project_auth": ("cookie", "both"),
    "xsrf": ("required", "ignored"),
    "session_answer": ("401", "redirect", "page"),
    "platform_logout": ("keycloak", "own", "absent"),
    "impersonation": ("ok", "refused"),
    "writes": ("ok", "fail"),
}
