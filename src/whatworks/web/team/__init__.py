"""Signing in, for a server that several people use: who comes in, and who is in a team."""

from whatworks.web.team.config import TeamConfig, read_team_config
from whatworks.web.team.delivery import deliver_link
from whatworks.web.team.door import Door
from whatworks.web.team.guard import SignedInOnly
from whatworks.web.team.routes import door_routes, team_pages

__all__ = [
    "Door",
    "SignedInOnly",
    "TeamConfig",
    "deliver_link",
    "door_routes",
    "read_team_config",
    "team_pages",
]
