# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The binstar API of the emulated AE4 host: users, packages, collaborators (see ``api_files``, ``api_groups``).

Served below ``/`` and, as on premises, below ``/api``.  Facts: ``ae4-facts.md`` 2.4 and the client's source.  Invented:
everything below ``/_lab``, ``PATCH /package`` with ``access``, and the status of a write on a read-only site.
"""

from __future__ import annotations

import typing as t

from flask import Blueprint, Flask, Response, g, jsonify, request
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from . import api_files, api_groups, asking, objects, rights
from .store import Record, Store, StoreError


def create_app(store: Store, switches: t.Callable[[], Record]) -> DispatcherMiddleware:
    """The WSGI application.  ``switches`` gives the site's switches of this moment."""
    app = Flask("ae4")
    app.register_blueprint(_site(store))
    app.register_blueprint(api_files.blueprint(store, switches))
    app.register_blueprint(api_groups.blueprint(store))

    @app.before_request
    def authenticate() -> None:
        scheme, _separator, token = request.headers.get("Authorization", "").partition(" ")
        g.login = store.token_user(token.strip()) if scheme.lower() == "token" else None
        if scheme.lower() == "token" and g.login is None:
            raise StoreError("the token is not valid", 401)
        if switches()["read_only"] and request.method not in ("GET", "HEAD") and not request.path.startswith("/_lab/"):
            raise StoreError("Anaconda repository is currently in READ ONLY mode", 503)

    @app.errorhandler(StoreError)
    def refused(error: StoreError) -> tuple[Response, int]:
        return jsonify({"error": str(error)}), error.status

    @app.errorhandler(404)
    def missing(error: Exception) -> tuple[Response, int]:
        return jsonify({"error": f"{request.path} does not exist"}), 404

    @app.after_request
    def state(response: Response) -> Response:
        response.headers["x-binstar-api-version"] = "0.12.0"
        if switches()["read_only"]:
            response.headers["X-Anaconda-Read-Only"] = "1"
        return response

    return DispatcherMiddleware(app, {"/api": app})


def _site(store: Store) -> Blueprint:
    site = Blueprint("site", __name__)
    _users(site, store)
    _packages(site, store)
    _collaborators(site, store)
    _lab(site, store)
    return site


def _users(site: Blueprint, store: Store) -> None:
    @site.get("/")
    def root() -> Response:
        return jsonify({"ok": 1})

    @site.get("/authentication-type")
    def authentication_type() -> Response:
        return jsonify({"authentication_type": "password"})

    @site.post("/authentications")
    def authenticate() -> Response:
        given = request.authorization
        if given is None or not store.check_password(given.username or "", given.password or ""):
            raise StoreError("user name or password is wrong", 401)
        return jsonify({"token": store.add_token(given.username or "", asking.body().get("note") or "")})

    @site.get("/authentication")
    def authentication() -> Response:
        return jsonify({"user": {"login": asking.login()}, "scopes": ["all"]})

    @site.get("/user")
    @site.get("/user/<login>")
    def user(login: str | None = None) -> Response:
        return jsonify(objects.user(store.owner_record(login or asking.login())))

    @site.get("/user/orgs")
    @site.get("/users/<login>/orgs")
    def orgs(login: str | None = None) -> Response:
        record = store.owner_record(login or asking.login())
        return jsonify([objects.user(store.owner_record(name)) for name in record["organizations"]])


def _packages(site: Blueprint, store: Store) -> None:
    def listed(owner: str) -> list[Record]:
        wanted = request.args
        found = [item for item in store.package_records(owner) if rights.may_read(store, g.login, item)]
        if "access" in wanted:
            found = [item for item in found if item["access"] == wanted["access"]]
        if "package_type" in wanted:
            found = [item for item in found if wanted["package_type"] in item["kinds"]]
        shown = [objects.package(item, files=False) for item in found]
        return [item for item in shown if wanted.get("platform") in (None, *item["conda_platforms"])]

    @site.get("/packages")
    @site.get("/packages/<owner>")
    def packages(owner: str | None = None) -> Response:
        return jsonify(listed(owner or asking.login()))

    @site.get("/package_listing")
    def package_listing() -> Response:
        return jsonify([item for owner in store.owner_records() for item in listed(owner["login"])])

    @site.get("/package/<owner>/<name>")
    def package(owner: str, name: str) -> Response:
        return jsonify(objects.package(asking.readable(store, owner, name)))

    @site.post("/package/<owner>/<name>")
    def add_package(owner: str, name: str) -> Response:
        asking.need_write(store, owner)
        body = asking.body()
        attrs = body.get("public_attrs") or {}
        access = "public" if body.get("public", True) else "private"
        store.add_package(owner, name, access, attrs.get("package_types") or (), attrs)
        return jsonify(objects.package(store.package_record(owner, name)))

    @site.patch("/package/<owner>/<name>")
    def change_package(owner: str, name: str) -> Response:
        asking.need_admin(store, owner)
        if "access" in asking.body():
            store.set_access(owner, name, asking.body()["access"])
        return jsonify(objects.package(store.package_record(owner, name)))

    @site.delete("/package/<owner>/<name>")
    def remove_package(owner: str, name: str) -> tuple[str, int]:
        asking.need_write(store, owner)
        store.remove_package(owner, name)
        return "", 201


def _collaborators(site: Blueprint, store: Store) -> None:
    @site.get("/packages/<owner>/<name>/collaborators")
    def collaborators(owner: str, name: str) -> Response:
        return jsonify(asking.readable(store, owner, name)["collaborators"])

    @site.route("/packages/<owner>/<name>/collaborators/<login>", methods=["PUT", "DELETE"])
    def collaborator(owner: str, name: str, login: str) -> tuple[str, int]:
        asking.need_admin(store, owner)
        if request.method == "PUT":
            store.add_collaborator(owner, name, login, asking.body().get("permission", "read"))
        else:
            store.remove_collaborator(owner, name, login)
        return "", 201


def _lab(site: Blueprint, store: Store) -> None:
    @site.post("/_lab/users")
    def add_user() -> tuple[Response, int]:
        body = asking.body()
        store.add_user(body["login"], body.get("password", ""), body.get("email", ""), bool(body.get("superuser")))
        return jsonify({"login": body["login"]}), 201

    @site.post("/_lab/organizations")
    def add_organization() -> tuple[Response, int]:
        body = asking.body()
        store.add_organization(body["login"], body["owners"], body.get("owners_group"))
        return jsonify({"login": body["login"]}), 201
