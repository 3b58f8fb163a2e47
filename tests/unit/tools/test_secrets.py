# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one scrubber: what is a secret in an address, a text or a name, and what is none."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.ae_ops.migration.plugins.module_utils._secrets import clean_text, clean_url, is_secret_name, masked, scrubbed

DIRTY = [
    ("https://u:hunter2@host.example.com/x", "https://host.example.com/x"),
    ("https://hunter2@host.example.com/x", "https://host.example.com/x"),
    ("https://u:hun@ter2@host.example.com/x", "https://host.example.com/x"),
    ("https://u:hun/ter2@host.example.com/x", "https://host.example.com/x"),
    ("https://u:hun#ter2@host.example.com/x", "https://host.example.com/x"),
    ("https://u:hun?ter2@host.example.com:8443/x", "https://host.example.com:8443/x"),
    ("HTTPS://u:hunter2@host.example.com", "HTTPS://host.example.com"),
    ("git+ssh://deploy:hunter2@host.example.com/x.git", "git+ssh://deploy@host.example.com/x.git"),
    ("https://host.example.com/x?X-Amz-Signature=hunter2&a=1", "https://host.example.com/x"),
    ("https://host.example.com/x?sv=2019&sig=hunter2", "https://host.example.com/x"),
    ("https://host.example.com/x?access_token=hunter2", "https://host.example.com/x"),
    ("postgresql://u:hunter2@db.example.com/sales", "postgresql://db.example.com/sales"),
]
CLEAN = [
    *(
        "https://host.example.com/x",
        "https://host.example.com:8080/x.git@v1",
        "git+ssh://git@host.example.com/x.git",
        "git@host.example.com:x",
    ),
    *(
        "https://host.example.com/dl?file=x-1.0.tar.gz",
        "https://host.example.com/data.csv?version=3",
        "https://${TOKEN}@host.example.com/x",
    ),
    *(
        "https://u:${TOKEN}@host.example.com/x",
        "https://${ME}:$TOKEN@host.example.com/x",
        "https://host.example.com/@scope/x",
        "user@example.com",
        "a/b",
        "https://[::1]:8080/x",
    ),
]


@pytest.mark.parametrize(("dirty", "clean"), DIRTY)
def test_a_secret_in_an_address(dirty: str, clean: str) -> None:
    assert clean_url(dirty) == clean
    text, changed = clean_text(f"curl '{dirty}' | cat")
    assert text.startswith(f"curl '{clean}")
    assert changed
    assert scrubbed({"a": [dirty, {"b": dirty}], "n": 1}) == {"a": [clean, {"b": clean}], "n": 1}


@pytest.mark.parametrize("text", CLEAN)
def test_what_is_no_secret_stays(text: str) -> None:
    assert clean_url(text) == text
    assert clean_text(f"see {text}, please") == (f"see {text}, please", [])


@pytest.mark.parametrize(
    "text",
    [
        "http://schema.example.com/draft-07/schema#",
        "https://docs.example.com/page#secret-volumes",
        "https://docs.example.com/page#confval-auth_token",
        "https://docs.example.com/page?",
        "https://docs.example.com/page?#",
        "registry+https://index.example.com/x#aws-credential-types@1.3.0",
    ],
)
def test_a_place_in_a_page_and_an_empty_query_are_no_secrets(text: str) -> None:
    assert clean_text(text) == (text, [])
    assert clean_text("https://x.example.com/a#access_token=hunter2") == ("https://x.example.com/a", ["https://x.example.com/a"])


def test_a_channel_loses_more_than_a_text() -> None:
    address = "https://repo.example.com/t/path/x?page=2#top"
    assert clean_url(address) == "https://repo.example.com/x"
    assert clean_text(address) == (address, [])
    assert clean_text("https://repo.example.com/t/ab-hunter/x")[0] == "https://repo.example.com/x"


@pytest.mark.parametrize(
    "name", ["DB_PASSWORD", "password", "dbPassword", "API_TOKEN", "apiKey", "AWS_SECRET_ACCESS_KEY", "X_ENCRYPTED", "PGPASS", "pwd2"]
)
def test_a_name_of_a_secret(name: str) -> None:
    assert is_secret_name(name) == (name != "PGPASS"), "PGPASS is one word, and so it names a file of PostgreSQL"


@pytest.mark.parametrize("name", ["PASSENGERS", "COMPASS", "DB_PASSWORD_FILE", "TOKENIZER", "TOKEN_URL", "KEY", "MONKEY", "secretary", ""])
def test_a_name_that_only_looks_like_one(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "text",
    [
        "--password hunter2",
        "--api-key=hunter2",
        "-token hunter2",
        "password=hunter2",
        "PWD: hunter2",
        "//u:hunter2@h",
        "mysql -u x -phunter2",
    ],
)
def test_what_is_shown_is_masked(text: str) -> None:
    assert "hunter2" not in masked(text if "//" not in text else "http:" + text)


WORD = st.text(alphabet=string.ascii_letters + string.digits + ":/?#@!$&()*+,;=%.-_~", min_size=1, max_size=12)


@given(WORD, WORD, st.sampled_from(["https", "git+https", "ftp", "postgresql"]))
def test_no_password_however_it_is_written_is_left(before: str, after: str, scheme: str) -> None:
    password = f"{before}hunter2{after}"
    assume(not re.match(r"\d*[/?#]", password))  # that is a port
    assume(not re.search(r"@[^:@/?#]+(?::\d*)?[/?#]", password))  # that is a host
    address = f"{scheme}://me:{password}@host.example.com/x"
    clean = clean_url(address)
    assert "hunter2" not in clean, clean
    assert clean_url(clean) == clean
