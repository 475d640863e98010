"""What a database's own errors mean for the person, and what to do about them."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, OperationalError

__all__ = ["explain"]

# Primary SQLite result codes, by name; extended codes begin with the same name.
_SQLITE = {
    "SQLITE_FULL": "the disk, or the space the store may take, is full. Free some space",
    "SQLITE_BUSY": "another program has been writing to it for over a minute. Wait until it is done",
    "SQLITE_LOCKED": "another program is writing to it. Wait until it is done",
    "SQLITE_READONLY": "it may only be read. Ask for the right to write to the file and its folder",
    "SQLITE_IOERR": "the disk could not be read or written. Check the disk and its free space",
    "SQLITE_CANTOPEN": "the file cannot be opened. Check its name and the rights of its folder",
    "SQLITE_NOTADB": "this is not a store's file. Check the name",
    "SQLITE_CORRUPT": "the file is damaged. Restore the last backup with: whatworks store restore",
}
# Classes and codes of SQLSTATE.
_POSTGRES = {
    "53100": "the server's disk is full. Ask its administrator to free some space",
    "53": "the server is short of resources. Wait, or ask its administrator",
    "08": "the connection was lost. Check that the server runs",
    "57P": "the server is being stopped or restarted. Wait until it runs",
    "28": "the server refused the name or password. Check the store's address",
    "3D000": "the server has no such database. Ask its administrator to create it",
    "42501": "you may not do that on this server. Ask its administrator for the right",
}


def explain(error: DBAPIError) -> str | None:
    """Return what happened and what to do, as the end of a sentence; None for a bug."""
    original = error.orig
    sqlite_name = getattr(original, "sqlite_errorname", None)
    if sqlite_name is not None:
        for name, words in _SQLITE.items():
            if sqlite_name.startswith(name):
                return words
        return None
    state = getattr(original, "sqlstate", None)
    if state is None:
        # psycopg gives no code when it never reached the server.
        if isinstance(error, OperationalError):
            return f"the server cannot be reached ({str(original).strip()}). Check that it runs"
        return None
    for code, words in _POSTGRES.items():
        if state.startswith(code):
            return words
    return None
