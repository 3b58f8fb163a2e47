# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files keep a secret, and which are only called like those or are the public half."""

from __future__ import annotations

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._model.secret_files import HEAD, may_be_secret, secret_file

KEY = "-----BEGIN {} KEY-----\nMIIEowIBAAKCAQEA\n-----END {} KEY-----\n"
LOGIN = "Tr0ub4dor&3"
SECRET = [
    (".netrc", f"machine db.example.com login etl password {LOGIN}\n", "logins with passwords"),
    ("work/_netrc", f"machine db\n  login etl\n  password {LOGIN}\n", "logins with passwords"),
    (".git-credentials", f"https://bob:{LOGIN}@git.example.com\n", "logins of git"),
    (".pypirc", f"[internal]\nusername: bob\npassword: {LOGIN}\n", "a login of a package index"),
    (".pgpass", f"db.example.com:5432:sales:etl:{LOGIN}\n", "logins of PostgreSQL"),
    (".my.cnf", f"[client]\nuser=etl\npassword={LOGIN}\n", "a login"),
    (".s3cfg", f"[default]\nsecret_key = {LOGIN}\n", "a login"),
    (".htpasswd", "bob:$apr1$x$y\n", "hashes of passwords"),
    ("kaggle.json", '{"username": "bob", "key": "0123456789abcdef0123456789abcdef"}', "a key of Kaggle"),
    (".kaggle/kaggle.json", '{"username":"bob","key":"0123456789abcdef"}', "a key of Kaggle"),
    (".aws/credentials", f"[default]\naws_access_key_id = AKIAJ7Q2L5W9ZK3M8X1T\naws_secret_access_key = {LOGIN}\n", "keys of AWS"),
    (".aws/config", f"[default]\nregion = eu\naws_secret_access_key={LOGIN}\n", "keys of AWS"),
    ("bob_accessKeys.csv", "Access key ID,Secret access key\nAKIAJ7Q2L5W9ZK3M8X1T,x/y\n", "keys of AWS"),
    (".docker/config.json", '{"auths": {"r.example.com": {"auth": "Ym9iOngK"}}}', "logins of container registries"),
    (".dockercfg", '{"r.example.com": {"auth": "Ym9iOngK"}}', "logins of container registries"),
    (".kube/config", "users:\n- name: bob\n  user:\n    token: abcdef\n", "logins of Kubernetes"),
    ("service-account.json", '{"type": "service_account", "private_key": "-----BEGIN PRIVATE KEY-----"}', "credentials"),
    ("client_secret_1.json", '{"installed": {"client_secret": "abcdefghij"}}', "credentials"),
    (".continuum/anaconda-client/tokens/repo.token", "al-01234567-89ab\n", "a token"),
    (".ssh/id_rsa", KEY.format(*["RSA PRIVATE"] * 2), "a private key"),
    ("id_ed25519", KEY.format(*["OPENSSH PRIVATE"] * 2), "a private key"),
    ("deploy", KEY.format(*["EC PRIVATE"] * 2), "a private key"),
    ("signing.txt", KEY.format(*["PRIVATE"] * 2), "a private key"),
    ("enc.pem", KEY.format(*["ENCRYPTED PRIVATE"] * 2), "a private key"),
    ("both.pem", "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n" + KEY.format(*["PRIVATE"] * 2), "a private key"),
    ("backup.asc", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n", "a private key"),
    ("ssh2", "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n", "a private key"),
    ("bob.ppk", "PuTTY-User-Key-File-2: ssh-rsa\n", "a private key"),
    ("bob.p12", "0\x82\x03\x00", "keys or passwords"),
    ("etl.keytab", "\x05\x02\x00", "keys or passwords"),
    (".env", f"HOST=db\nDB_PASSWORD={LOGIN}\n", "passwords or tokens"),
    ("prod.env", f"TOKEN={LOGIN}\n", "passwords or tokens"),
    (".condarc", f"channels:\n  - https://bob:{LOGIN}@repo.example.com/x\n", "passwords or tokens"),
    ("config/secrets.yml", f"db:\n  password: {LOGIN}\n", "passwords or tokens"),
    (".npmrc", f"//registry.example.com/:_authToken={LOGIN}\n_password={LOGIN}\n", "passwords or tokens"),
]
NEAR = [
    (".netrc", "# machine, login and so on are on the wiki\n"),
    (".netrc", "machine db login etl password <password>\n"),
    (".git-credentials", ""),
    (".pypirc", "[distutils]\nindex-servers = internal\n"),
    (".pgpass", "# host:port:db:user:password\n"),
    (".my.cnf", "[client]\nuser=etl\n"),
    ("kaggle.json", '{"competition": "titanic"}'),
    (".aws/config", "[default]\nregion = eu-central-1\n"),
    (".aws/credentials", "[default]\nrole_arn = arn:aws:iam::1:role/x\n"),
    ("credentials.csv", "name,mail\nbob,bob@example.com\n"),
    (".docker/config.json", '{"credsStore": "pass"}'),
    ("config.json", '{"auth": "basic-auth", "password": "x-y-z"}'),
    (".kube/config", "users:\n- name: bob\n  user:\n    exec: {}\n"),
    ("keyboard.json", '{"layout": "de"}'),
    ("id_rsa.pub", "ssh-rsa AAAAB3NzaC1yc2E bob@example.com\n"),
    ("id_customers.csv", "1;2;3\n"),
    (".ssh/known_hosts", "git.example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5\n"),
    (".ssh/authorized_keys", "ssh-rsa AAAAB3NzaC1yc2E bob@example.com\n"),
    (".ssh/config", "Host git\n  IdentityFile ~/.ssh/id_rsa\n"),
    ("public.pem", KEY.format("PUBLIC", "PUBLIC")),
    ("ca.pem", "-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----\n"),
    ("server.key", ""),
    ("about_keys.md", "A key begins with -----BEGIN RSA PRIVATE KEY----- and so on.\n"),
    (".env", "HOST=db\nDB_PASSWORD=\nTOKEN=${TOKEN}\nSECRET=changeme\n"),
    (".env.example", f"DB_PASSWORD={LOGIN}\n"),
    (".condarc", "channels:\n  - defaults\n"),
    ("secrets.ipynb", "{}"),
    ("secret_santa.csv", "Bob;Ann\n"),
    ("password_strength.py", "def strength(password):\n    return len(password)\n"),
]


@pytest.mark.parametrize(("path", "text", "what"), SECRET)
def test_a_file_that_keeps_a_secret(path: str, text: str, what: str) -> None:
    assert secret_file(path, text.encode("latin-1")) == what
    assert secret_file(f"a/b/c/{path}", text.encode("latin-1")) == what


@pytest.mark.parametrize(("path", "text"), NEAR)
def test_a_file_that_is_only_called_like_one(path: str, text: str) -> None:
    assert secret_file(path, text.encode()) == ""


@pytest.mark.parametrize(
    "path", [path for path, _text, _what in SECRET if path not in ("deploy", "signing.txt", "backup.asc", "ssh2", "bob.ppk")]
)
def test_its_name_says_that_it_has_to_be_read(path: str) -> None:
    assert may_be_secret(path)


def test_only_the_beginning_decides() -> None:
    assert secret_file("a.pem", b" " * HEAD + KEY.format("PRIVATE", "PRIVATE").encode()) == ""
    for unit in (b"\n", b":", b"a:", b"password ", b"-----BEGIN ", b'"auth": "', b"machine x password\n"):
        for path in (".netrc", ".pgpass", ".docker/config.json", "a.pem", ".env", ".aws/credentials", "token.json"):
            secret_file(path, unit * (HEAD // len(unit)))
