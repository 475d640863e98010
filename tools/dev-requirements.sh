#!/usr/bin/env bash
# Install whatworks for development: itself, its extras, and the "dev" group of pyproject.toml.
# pip reads dependency groups from version 25.1 on, so pip itself is brought up to date first.
set -euo pipefail
python="$1"
"$python" -m pip install --quiet --disable-pip-version-check "pip>=25.1"
"$python" -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[postgres]" --group dev
