# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Projects whose name, or the names of whose files, are the trap."""

from __future__ import annotations

from .notebooks import nb4
from .packages import SMALL27
from .spec import Env, ProjectSpec, assumed, documented

BOOK = nb4("import IPython")
GUIDE = "guide"


def _named(key: str, owner: str, name: str, purpose: str, fact: str = GUIDE) -> ProjectSpec:
    trap = documented("name", "folder", fact) if fact else assumed("name_hostile", "folder")
    return ProjectSpec(key, owner, purpose, {"book.ipynb": BOOK}, (Env("default", SMALL27),), (trap,), name=name, refused="name")


PROJECTS: tuple[ProjectSpec, ...] = (
    _named("name-blank", "alice", "Quarterly Report 2016", "a name with blanks"),
    _named("name-special", "alice", "sales&forecast (v2)!", "a name with special characters"),
    _named("name-unicode", "bob", "étude-東京", "a name in other scripts"),
    _named("name-colon", "bob", "plan:b", "a name with a colon, which breaks ae5-tools' identifiers", "AE5 4.4"),
    _named("name-collides-blank", "carol", "my project", "the same as `my-project` once its blank is replaced"),
    ProjectSpec("my-project", "carol", "the other half of that", {"book.ipynb": BOOK}, (Env("default", SMALL27),)),
    _named("name-newline", "mallory", "two\nlines", "a line break in the name", ""),
    _named("name-shell", "mallory", "$(touch pwned);`id`", "shell words in the name", ""),
    _named("name-dash", "mallory", "-rf", "a name that looks like an option", ""),
    _named("name-jinja", "mallory", "{{ lookup('pipe', 'id') }}", "a template in the name", ""),
    _named("name-bytes", "mallory", "caf\udce9", "a name that is no UTF-8", ""),
    _named("name-html", "mallory", "<img src=x onerror=alert(1)>", "markup in the name", ""),
    ProjectSpec(
        "name-long",
        "mallory",
        "250 letters: no file system takes its name with a suffix",
        {"book.ipynb": BOOK},
        (Env("default", SMALL27),),
        (assumed("name_long", "folder"),),
        name="n" * 250,
    ),
    ProjectSpec(
        "hostile-files",
        "mallory",
        "names of files that hurt: line breaks, quotes, bytes, options, templates, very long, alike but for case",
        {
            "book.ipynb": BOOK,
            "with blank.ipynb": BOOK,
            "quote'\".ipynb": BOOK,
            "new\nline.txt": "x\n",
            "caf\udce9.txt": "x\n",
            "--help.py": "import os\n",
            "{{ 1 + 1 }}.ipynb": nb4("import os", 'x = \'{{ lookup("pipe", "id") }}\''),
            "README": "a\n",
            "readme": "b\n",
            "re\u0301sume\u0301.txt": "decomposed\n",
            "résumé.txt": "composed\n",
            "long-" + "x" * 240 + ".txt": "x\n",
            "/".join(["deep"] * 60) + "/end.txt": "x\n",
            "\x1b[31mred.txt": "x\n",
        },
        (Env("default", SMALL27),),
        (assumed("file_names", "*"),),
    ),
)
