"""Engines for joins over whole sets: the same pairs from each, in parts that fit memory."""

from whatworks.engine.base import Engine, PairSource, candidate_pairs, pair_source
from whatworks.engine.duckdb import DuckDBEngine
from whatworks.engine.spark import SparkEngine
from whatworks.engine.sqlite import SQLiteEngine

__all__ = [
    "DuckDBEngine",
    "Engine",
    "PairSource",
    "SQLiteEngine",
    "SparkEngine",
    "candidate_pairs",
    "pair_source",
]
