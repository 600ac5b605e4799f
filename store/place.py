"""Where a desk must not stand: on a disk of another machine, or in a folder that a program copies about.

Such places break the locks and the WAL that keep two writers apart. Reads names and the list of mounts only.
"""

from __future__ import annotations

import re
from pathlib import Path

from store.errors import Refused

MOUNTS = Path("/proc/self/mounts")

_FAR = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ncpfs", "davfs", "ceph", "glusterfs"})
_FAR_FUSE = ("sshfs", "rclone", "s3fs", "gvfs", "davfs", "google-drive", "onedrive", "glusterfs")

_CONFLICT = re.compile(r"conflict|konflikt|en conflit", re.I)
"""How Dropbox, Syncthing and Nextcloud name the second of two versions of a file."""
_SHARED = ("Dropbox", "OneDrive", "Google Drive", "Nextcloud", "ownCloud", "iCloud Drive", "Mobile Documents")
_MARKS = (".dropbox.cache", ".stfolder", ".sync_folder", ".nextcloudsync.log", ".owncloudsync.log")


def refuse_shared(path: Path) -> None:
    """Raises Refused when the desk file at `path`, or the one to be founded there, stands in such a place."""
    kind = far(path.parent)
    if kind:
        raise Refused(
            f"{path.parent} is on a disk of another machine ({kind}), where a desk can be damaged by two "
            "writers. Nothing was touched; move the folder to a disk of this machine and name it with --home."
        )
    if copies := conflicts(path):
        raise Refused(
            f"Beside {path} stands {copies[0].name}: a program that copies files between machines made two "
            "versions of the desk. Nothing was touched; keep the right one as desk.db, move the other out of "
            "the folder, and put the desk where nothing copies it."
        )
    if name := shared(path.parent):
        raise Refused(
            f"{path.parent} is copied to other machines ({name}), which tears a desk that is being written. "
            "Nothing was touched; move the folder elsewhere and name it with --home."
        )


def far(folder: Path) -> str:
    """The kind of network file system a folder is on; empty for a disk of this machine or if unknown."""
    try:
        mounts = MOUNTS.read_text(errors="surrogateescape").splitlines()
        place = str(folder.resolve())
    except OSError:
        return ""
    best, found = "", ""
    for line in mounts:
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        at = re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), fields[1])
        inside = place == at or place.startswith(at.rstrip("/") + "/")
        if inside and len(at) >= len(best):
            best, found = at, fields[2]
    return (
        found if found in _FAR or (found.startswith("fuse.") and any(n in found for n in _FAR_FUSE)) else ""
    )


def conflicts(path: Path) -> list[Path]:
    """Other versions of the desk file that a copying program left beside it."""
    try:
        beside = sorted(path.parent.iterdir())
    except OSError:
        return []
    return [
        one for one in beside
        if one != path and one.name.startswith(path.stem) and ".db" in one.name and _CONFLICT.search(one.name)
    ]  # fmt: skip


def shared(folder: Path) -> str:
    """The name or mark of the copying program whose folder this is in, or nothing."""
    above = (folder, *folder.absolute().parents)
    for one in above:
        if one.name in _SHARED or one.name.startswith("OneDrive - "):
            return one.name
        for mark in _MARKS:
            if (one / mark).exists():
                return mark
    return ""
