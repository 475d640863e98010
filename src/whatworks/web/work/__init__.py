"""Working pages: import references, see what an import did, find duplicates, look at pairs."""

from whatworks.web.work.desk import Desk
from whatworks.web.work.guard import is_loopback
from whatworks.web.work.needs import Need
from whatworks.web.work.render import work_static_files
from whatworks.web.work.routes import PAGES, WorkPage, work_routes
from whatworks.web.work.seat import Seat
from whatworks.web.work.user import User

__all__ = [
    "PAGES",
    "Desk",
    "Need",
    "Seat",
    "User",
    "WorkPage",
    "is_loopback",
    "work_routes",
    "work_static_files",
]
