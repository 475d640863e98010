"""A living, verifiable evidence base on what works in inclusive education."""

from importlib.metadata import version

__all__ = ["__version__"]

__version__ = version("whatworks")
