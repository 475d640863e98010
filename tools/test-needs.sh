#!/usr/bin/env bash
# What the browser tests need beside Python: Chromium, and axe-core for the accessibility checks.
set -euo pipefail
cd "$(dirname "$0")/.."

find_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

if ! find_chromium >/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing Chromium from the system's packages."
        apt-get update -qq && apt-get install -y -qq chromium >/dev/null
    else
        echo "Chromium is needed for the browser tests and is not here."
        echo "Install it (Debian, Ubuntu: sudo apt install chromium), then run make test again."
        exit 2
    fi
fi
