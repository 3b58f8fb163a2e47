# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is a secret in a line of code, settings or text, and what only looks like one."""

from __future__ import annotations

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._model.secret_lines import (
    CODE,
    CONFIG,
    MAX_HITS,
    SHELL,
    TEXT,
    Hit,
    secret_lines,
    style_of,
)

VALUE = "Tr0ub4dor&3"
KEY20, KEY36 = "J7Q2L5W9ZK3M8X1T", "a1B2" * 9
TRUE = {
    CODE: {
        f'password = "{VALUE}"': "password = ***",
        f"PASSWORD='{VALUE}'": "PASSWORD = ***",
        f'db_password: str = "{VALUE}"': "db_password = ***",
        f'passwd <- "{VALUE}"': "passwd = ***",
        f'pwd = u"{VALUE}"': "pwd = ***",
        f"self.secret = r'{VALUE}'": "self.secret = ***",
        f'conn = connect(user="sa", password="{VALUE}")': "password = ***",
        f"conn = dict(user='sa', passwd = '{VALUE}')": "passwd = ***",
        f"cfg = {{'user': 'sa', 'password': '{VALUE}'}}": "password = ***",
        f'cfg["api_key"] = "{VALUE}"': "api_key = ***",
        f'os.environ["AWS_SECRET_ACCESS_KEY"] = "{VALUE}"': "AWS_SECRET_ACCESS_KEY = ***",
        f'os.getenv("DB_PASSWORD", "{VALUE}")': "DB_PASSWORD = ***",
        f'os.environ.setdefault("TOKEN", "{VALUE}")': "TOKEN = ***",
        f'Sys.setenv(GITHUB_TOKEN = "{VALUE}")': "GITHUB_TOKEN = ***",
        f'apiKey: "{VALUE}",': "apiKey = ***",
        f"client_secret => '{VALUE}',": "client_secret = ***",
        f'password_prod = "{VALUE}"': "password_prod = ***",
        f'password2 = "{VALUE}"': "password2 = ***",
        f'# password = "{VALUE}"  (the old one)': "password = ***",
        f"pyodbc.connect('DSN=x;UID=sa;PWD={VALUE}')": "PWD = ***",
        f'"Server=db;Database=x;User Id=sa;Password={VALUE};"': "Password = ***",
        f'engine = create_engine("postgresql://etl:{VALUE}@db.example.com/x")': "postgresql://db.example.com/x",
        f'requests.get("https://{KEY36}@git.example.com/a.git")': "https://git.example.com/a.git",
        f'requests.get("https://x.example.com/a?api_key={VALUE}")': "https://x.example.com/a",
        "conda.anaconda.org = 'https://repo/t/ab-1234-5678/conda/alice'": "https://repo/conda/alice",
        f'k = "AKIA{KEY20}"': "AKIA***",
        f"gh = f('ghp_{KEY36}')": "ghp_***",
        'k = "-----BEGIN RSA PRIVATE KEY-----\\nMIIE"': "PRIVATE KEY",
        "-----BEGIN OPENSSH PRIVATE KEY-----": "PRIVATE KEY",
        f"%env DB_PASSWORD={VALUE}": "DB_PASSWORD = ***",
        f"%env DB_PASSWORD {VALUE}": "DB_PASSWORD = ***",
        f"!mysqldump --password={VALUE} x": "password = ***",
        f"!curl -u bob:{VALUE} https://x.example.com": "u = ***",
    },
    SHELL: {
        f"export DB_PASSWORD={VALUE.replace('&', '')}": "DB_PASSWORD = ***",
        f"TOKEN={KEY36} ./run.sh": "TOKEN = ***",
        f"psql --password '{VALUE}'": "password = ***",
        f'curl --user "bob:{VALUE}" x': "user = ***",
        f"git clone https://bob:{VALUE}@git.example.com/x": "https://git.example.com/x",
    },
    CONFIG: {
        f"password = {VALUE}": "password = ***",
        f"  db.password: {VALUE}  # the real one": "db.password = ***",
        f"- token: '{VALUE}'": "token = ***",
        f"API_KEY={VALUE}": "API_KEY = ***",
        f"default_channels: [https://u:{VALUE}@repo.example.com/x]": "https://repo.example.com/x",
    },
    TEXT: {
        f'{{"user": "sa", "password": "{VALUE}"}}': "password = ***",
        f"see https:\\/\\/bob:{VALUE}@x.example.com\\/y": "https:\\/\\/x.example.com\\/y",
    },
}
NEAR = {
    CODE: [
        "password = getpass()",
        "password = getpass.getpass('Password: ')",
        "password = input('password')",
        'token = os.environ["API_TOKEN"]',
        "token = os.environ['API_TOKEN']",
        'token = os.environ.get("API_TOKEN", "")',
        'token = os.getenv("API_TOKEN")',
        "password = config['db']['password']",
        'password = Sys.getenv("DB_PASSWORD")',
        'f("a", password=os.environ["X"])',
        'secret_santa = "Bob-the-builder"',
        'secret_garden = "Burnett1911"',
        'tokenizer = "punkt-english"',
        'token_type = "Bearer-v2"',
        'token_url = "https://login.example.com/token"',
        'password_file = "/run/secrets/db"',
        'password_field = "login_pw_field"',
        'keyboard = "qwerty123"',
        'primary_key = "customer_id"',
        'passenger = "Smith-77"',
        'compass = "north-1"',
        'password = ""',
        "password = None",
        'password = "changeme"',
        'password = "<password>"',
        'password = "<your password here>"',
        'password = "xxx"',
        'password = "xxxxxxxx"',
        'password = "********"',
        'password = "..."',
        'password = "your-password"',
        'password = "YOUR_API_KEY"',
        'password = "my_password"',
        'password = "password"',
        'token = "example-token"',
        'token = "${TOKEN}"',
        'token = "$TOKEN"',
        'token = "{{ token }}"',
        'token = f"{token}"',
        'token = "%s"',
        'token = "%(token)s"',
        'token = "access_token"',
        'params = {"password": "DB_PASSWORD"}',
        'secret = "vault:kv/db#password"',
        'credentials = "service.json"',
        'private_key = "~/.ssh/id_rsa"',
        'password = "Enter the password of the database"',
        'if password == "Tr0ub4dor&3":',
        'if password != "Tr0ub4dor&3":',
        'print("password: " + password)',
        '"DSN=x;UID=sa;PWD=%s" % pwd',
        'f"DSN=x;UID=sa;PWD={pwd}"',
        '"DSN=x;PWD=" + pwd',
        'key = "AKIAIOSFODNN7EXAMPLE"',
        'END_TOKEN = "stop_all"',
        'END_TOKEN = "stop_all_of_the_others_too"',
        'password = ":****"',
        "Token: '#dddddd',",
        'connect(user="foo", password="bar")',
        '{"$schema": "http://json-schema.org/draft-07/schema#"}',
        "# https://docs.example.com/page#secret-token",
        '"https://user:password@example.com"',
        '"https://<user>:<password>@example.com"',
        '"https://%s:%s@example.com" % (user, pw)',
        'f"https://{user}:{pw}@example.com"',
        '"https://${USER}:${TOKEN}@example.com"',
        '"ssh://git@git.example.com/x"',
        '"https://bob@git.example.com/x"',
        '"git@github.com:a/b.git"',
        '"https://example.com/a?page=3&sort=key"',
        '"see mailto:bob@example.com and http://x.example.com/@bob"',
        '"-----BEGIN PUBLIC KEY-----"',
        '"-----BEGIN CERTIFICATE-----"',
        "# the secret: there is none",
        "def login(user, password='', token=None):",
        'sort(key="name-of-column")',
        'df["key"] = "a-value-1"',
        'parser.add_argument("--password", help="the password")',
    ],
    SHELL: [
        "export TOKEN=$1",
        'PASSWORD="$(cat /run/x)"',
        "PASSWORD=`cat x`",
        "read -s PASSWORD",
        "psql --password $PW",
        "echo --token TOKEN",
        "KEY=value1",
    ],
    CONFIG: [
        "password:",
        "password: null",
        "password: ${DB_PASSWORD}",
        "password: !vault |",
        "password: '{{ vault_db }}'",
        "id-token: write",
        "password: the one of the wiki",
        "# password: x",
        "token_life: 3600s",
        "tokens: [a1b2c3d4]",
    ],
    TEXT: ["the password is on the wiki", "password = ask", "use --password option-1 for that"],
}


@pytest.mark.parametrize(("style", "line", "shown"), [(style, *item) for style, lines in TRUE.items() for item in lines.items()])
def test_a_secret_is_found_and_not_shown(style: str, line: str, shown: str) -> None:
    found = list(secret_lines(f"x\n{line}\ny\n", style))
    assert [hit.line for hit in found] == [2] * len(found)
    assert shown in [hit.shown for hit in found]
    assert not any(secret in str(found) for secret in (VALUE, KEY20, KEY36, "ab-1234"))


@pytest.mark.parametrize(("style", "line"), [(style, line) for style, lines in NEAR.items() for line in lines])
def test_what_only_looks_like_a_secret_is_none(style: str, line: str) -> None:
    assert list(secret_lines(line, style)) == []


@pytest.mark.parametrize("before", [0, 100, 1780, 1799, 1800, 1801, 1900, 1990, 2000, 2001, 5000, 100_000])
def test_a_secret_is_found_wherever_it_is_in_a_long_line(before: int) -> None:
    line = "x" * before + f' password="{VALUE}" ' + "y" * 5000
    assert list(secret_lines(line)) == [Hit(1, "password = ***")]


def test_the_lines_are_counted_as_editors_do() -> None:
    text = f'a\r\nb\rpassword="{VALUE}"\n\n\ntoken="{VALUE}"; token="{VALUE}"'
    assert list(secret_lines(text)) == [Hit(3, "password = ***"), Hit(6, "token = ***")]


def test_there_is_an_end_to_what_is_said_of_a_text() -> None:
    assert len(list(secret_lines(f'password="{VALUE}"\n' * 1000))) == MAX_HITS


UNITS = (
    "a",
    '"',
    "\"'",
    "://",
    "://@",
    "a://a:a@",
    "password=",
    "password='",
    "token.",
    "-----BEGIN ",
    "${",
    "curl -u ",
    "{",
    "\\/",
    "https://[",
)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("style", [CONFIG, SHELL])
def test_hostile_texts_end(unit: str, style: str) -> None:
    """Each took minutes with a pattern that goes back and forth over the whole line."""
    text = unit * (300_000 // len(unit))
    assert len(list(secret_lines(text + f'\npassword = "{VALUE}"\n', style))) >= 1


def test_the_files_that_are_searched() -> None:
    assert {name: style_of(name) for name in ("a/b.PY", "run.sh", "x.ini", ".env", "a.json", "Dockerfile", "data.csv", "x", "a.pkl")} == {
        "a/b.PY": CODE,
        "run.sh": SHELL,
        "x.ini": CONFIG,
        ".env": CONFIG,
        "a.json": TEXT,
        "Dockerfile": SHELL,
        "data.csv": "",
        "x": "",
        "a.pkl": "",
    }
