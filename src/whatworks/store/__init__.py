"""The store: facts appended, views computed, and a log that can rebuild and prove them."""

from whatworks.store.accounts import Account
from whatworks.store.backups import BackupReport, backup, restore
from whatworks.store.chain import Problem
from whatworks.store.check import CheckReport
from whatworks.store.events import Actor, Event
from whatworks.store.invitations import INVITATION_LASTS, Invitation
from whatworks.store.log_file import LogSummary
from whatworks.store.passwords import Passwords
from whatworks.store.people import Person
from whatworks.store.reads import RowVersion
from whatworks.store.rebuild import RebuildReport
from whatworks.store.sessions import Session, SessionLengths
from whatworks.store.store import Store
from whatworks.store.transaction import Transaction
from whatworks.store.upgrading import UpgradeReport, downgrade, upgrade

__all__ = [
    "INVITATION_LASTS",
    "Account",
    "Actor",
    "BackupReport",
    "CheckReport",
    "Event",
    "Invitation",
    "LogSummary",
    "Passwords",
    "Person",
    "Problem",
    "RebuildReport",
    "RowVersion",
    "Session",
    "SessionLengths",
    "Store",
    "Transaction",
    "UpgradeReport",
    "backup",
    "downgrade",
    "restore",
    "upgrade",
]
