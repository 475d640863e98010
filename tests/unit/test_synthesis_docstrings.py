"""The examples in the docstrings of the synthesis methods give what they say."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import warnings

import pytest

import whatworks.synthesis

MODULES = [
    found.name
    for found in pkgutil.walk_packages(whatworks.synthesis.__path__, "whatworks.synthesis.")
    if not found.ispkg
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_the_module_give_what_they_say(name: str) -> None:
    module = importlib.import_module(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = doctest.testmod(module, report=False)
    assert found.failed == 0
