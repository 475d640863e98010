"""The public pages as functions of an evidence base."""

from whatworks.site.build import build, pages, render, site_files, static_files
from whatworks.site.page import Download, Page
from whatworks.site.site import Site

__all__ = ["Download", "Page", "Site", "build", "pages", "render", "site_files", "static_files"]
