"""Web server: the public pages, live."""

from whatworks.web.app import create_app
from whatworks.web.serve import run

__all__ = ["create_app", "run"]
