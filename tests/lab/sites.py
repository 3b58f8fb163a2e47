# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ready-made sites: the guide's examples, the traps, a wide one, and the two of the demo world."""

from __future__ import annotations

import functools

from .generate import FileSpec, GroupSpec, OwnerSpec, PackageSpec, SiteSpec, conda, other
from .packages import conda_package, environment_file, notebook_file, r_source, wheel_file

_GUIDE_IDS = {
    "moto": "59921152446b5703f430383f",
    "pysocks": "5992115f446b5703fa30383e",
    "future": "5989fbd1446b575b99032652",
    "iso8601": "5989fc1d446b575b99032786",
    "simplejson": "5989fc1f446b575b990327a8",
    "six": "5989fc26446b575b99032802",
    "xz": "5989fc31446b575b990328b0",
    "zlib": "5989fc35446b575b990328c6",
}


def _guide_package(name: str, version: str, build: str, label: str = "main", access: str = "public") -> PackageSpec:
    number = int(build.rpartition("_")[2])
    return PackageSpec(name, [conda(name, version, build, (label,), build_number=number)], access, _GUIDE_IDS[name])


def guide_site() -> SiteSpec:
    """Exactly the guide's drawing and naming examples: three owners, eight packages, group Devs, label Test."""
    packages = [
        _guide_package("future", "0.16.0", "py35_1"),
        _guide_package("iso8601", "0.1.11", "py35_0"),
        _guide_package("simplejson", "3.10.0", "py35_0"),
        _guide_package("six", "1.10.0", "py35_0"),
        _guide_package("xz", "5.2.2", "1", "Test"),
        _guide_package("zlib", "1.2.8", "3"),
    ]
    devs = GroupSpec("Devs", "read", ("anaconda-user-2",), ("six", "xz", "zlib"))
    return SiteSpec(
        [
            OwnerSpec("anaconda-user-1", [_guide_package("moto", "0.4.31", "2"), _guide_package("pysocks", "1.6.6", "py35_0", "test")]),
            OwnerSpec("anaconda-organization", packages, ("anaconda-user-1",), (devs,)),
            OwnerSpec("anaconda-user-2"),
        ]
    )


def east_site() -> SiteSpec:
    """The demo world's site east: the guide's site, with a third user and one private package."""
    site = guide_site()
    organization = next(owner for owner in site.owners if owner.kind == "org")
    next(package for package in organization.packages if package.name == "six").access = "private"
    organization.groups = (GroupSpec("Devs", "read", ("anaconda-user-2", "carol"), ("six", "xz", "zlib")),)
    for package in (package for owner in site.owners for package in owner.packages):
        package.id = None
    site.owners.append(OwnerSpec("carol"))
    return site


def west_site() -> SiteSpec:
    """The demo world's site west: noarch, two labels, a write group, authenticated access, a wheel, an unlabelled file."""
    lab = [
        PackageSpec("assay", [conda("assay", "0.1.0", "0", ())]),
        PackageSpec("genome-tools", [conda("genome-tools", "1.2.0", "0")]),
        PackageSpec("lab-notes", [other(wheel_file("lab-notes", "1.0"), "1.0", "pypi", attrs={"packagetype": "bdist_wheel"})]),
        PackageSpec("reagents", [conda("reagents", "0.3.0", "0")], "authenticated"),
    ]
    wetlab = GroupSpec("Wetlab", "write", ("alice", "bob2"), ("genome-tools", "reagents"))
    return SiteSpec(
        [
            OwnerSpec("alice", [PackageSpec("fieldkit", [conda("fieldkit", "2.0.0", "0", ("main", "dev"), "noarch")])]),
            OwnerSpec("bio-lab", lab, ("bob",), (wetlab,)),
            OwnerSpec("bob"),
            OwnerSpec("bob2"),
        ]
    )


def _label_traps() -> OwnerSpec:
    labels = {
        "plain": ("main",),
        "lower": ("test",),
        "upper": ("Test",),
        "colon": ("release:1.0",),
        "hyphen": ("release-1.0",),
        "slash": ("a/b",),
        "blank": ("with space",),
        "several": ("main", "test", "release:1.0"),
        "none": (),
    }
    return OwnerSpec("labels", [PackageSpec(name, [conda(name, "1.0", "0", label)]) for name, label in labels.items()])


def _kind_traps() -> OwnerSpec:
    noarch = conda("old-noarch", "1.0", "0", subdir="noarch", old_index=True)
    files = {
        "wheel": other(wheel_file("wheel-thing", "1.0"), "1.0", "pypi"),
        "r-thing": other(r_source("rthing", "1.0"), "1.0", "r"),
        "book": other(notebook_file("book"), "2017.08.14.2108", "ipynb"),
        "env": other(environment_file("env"), "2017.08.14.210834", "env"),
        "data": other(("data.csv", b"a,b\n1,2\n"), "1.0", "file"),
        "old-noarch": noarch,
        "two--dashes": conda("two--dashes", "1.0", "0"),
        "empty": None,
    }
    packages = [PackageSpec(name, [file] if file else []) for name, file in files.items()]
    both = [conda("both", "1.0", "0", subdir=subdir) for subdir in ("linux-64", "win-64", "noarch")]
    return OwnerSpec("kinds", [*packages, PackageSpec("both", both)])


def _damaged() -> OwnerSpec:
    def broken(name: str, **changes: object) -> PackageSpec:
        file = conda(name, "1.0", "0")
        for key, value in changes.items():
            setattr(file, key, value)
        return PackageSpec(name, [file])

    renamed = conda("impostor", "1.0", "0")
    renamed.content = functools.partial(lambda: conda_package("somebody-else", "2.0", "0")[1])
    torn = conda("torn", "1.0", "0")
    torn.content = conda_package("torn", "1.0", "0")[1][:200]
    missing, half = PackageSpec("no-meta", [conda("no-meta", "1.0", "0")]), PackageSpec("half-meta", [conda("half-meta", "1.0", "0")])
    missing.meta, half.meta = "missing", "truncated"
    return OwnerSpec(
        "damaged",
        [
            broken("corrupted", md5="0" * 32),
            broken("unlisted", listed=False),
            broken("absent", present=False),
            broken("linked", link_to="/etc/hostname"),
            PackageSpec("impostor", [renamed]),
            PackageSpec("torn", [torn]),
            missing,
            half,
            PackageSpec("sound", [conda("sound", "1.0", "0")]),
        ],
    )


def _organizations() -> list[OwnerSpec]:
    def packages(*names: str) -> list[PackageSpec]:
        return [PackageSpec(name, [conda(name, "1.0", "0")]) for name in names]

    spread = packages("shared", "closed", "known")
    spread[1].access, spread[2].access = "private", "authenticated"
    spread[1].collaborators = (("guest", "read"), ("helper", "write"))
    groups = (
        GroupSpec("readers", "read", ("guest",), ("shared", "closed")),
        GroupSpec("writers", "write", ("helper",), ("shared",)),
        GroupSpec("admins", "admin", ("guest",), ("shared", "known")),
        GroupSpec("nobody", "read", (), ("shared",)),
        GroupSpec("idle", "read", ("guest",), ()),
    )
    clash = packages("clash")
    clash[0].files[0].labels = ("main", "Devs")
    return [
        OwnerSpec("org-owners", spread, ("helper",), groups),
        OwnerSpec("org-owner", packages("solo"), ("guest", "helper"), (), "Owner"),
        OwnerSpec("org-clash", clash, ("helper",), (GroupSpec("Devs", "read", ("guest",), ("clash",)),), "Owners"),
        OwnerSpec("org-deaf", packages("orphan"), ("helper",), meta="missing"),
    ]


def traps_site(oversize: bool = False) -> SiteSpec:
    """All that is known to bite, one owner a subject: ``labels``, ``kinds``, ``damaged``, the organizations ``org-*``.

    ``oversize`` adds a sparse conda file of more than 1 GiB to the user ``large``.
    """
    owners = [_label_traps(), _kind_traps(), _damaged(), *_organizations(), OwnerSpec("guest"), OwnerSpec("helper")]
    owners.append(OwnerSpec("anaconda", [PackageSpec("mirrored", [conda("mirrored", "1.0", "0")])]))
    owners.append(OwnerSpec("torn-user", meta="truncated"))
    if oversize:
        file = conda("large", "1.0", "0")
        file.sparse = (1 << 30) + 1
        owners.append(OwnerSpec("large", [PackageSpec("large", [file])]))
    return SiteSpec(owners)


def wide_site(channels: int, files: int, size: int) -> SiteSpec:
    """``files`` conda files of about ``size`` bytes, spread evenly over what becomes ``channels`` channels of users.

    A user has up to ten labels (``main``, ``l1`` ...), each of them one channel; a file has one label.
    """
    if files < channels:
        raise ValueError(f"{files} files cannot fill {channels} channels")
    owners: list[OwnerSpec] = []
    for channel in range(channels):
        if channel % 10 == 0:
            owners.append(OwnerSpec(f"user-{channel // 10:04}"))
        label = f"l{channel % 10}" if channel % 10 else "main"
        count = files // channels + (channel < files % channels)
        made: list[FileSpec] = [
            conda(f"pkg-{channel:05}", f"1.{number}", "0", (label,), size=size, trailing=True) for number in range(count)
        ]
        owners[-1].packages.append(PackageSpec(f"pkg-{channel:05}", made))
    return SiteSpec(owners)
