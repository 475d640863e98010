"""Running the server."""

import re
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from tests.browser.fixture_evidence import RELEASE
from whatworks.errors import UserError
from whatworks.release import Evidence
from whatworks.web.serve import _listen, run

PROGRAM = """
from whatworks.release import Evidence, ReleaseLabel
from whatworks.web.serve import run
evidence = Evidence()
run(lambda: evidence, ReleaseLabel("e", "Empty", "0.0.1", "2026-11-24", "0"), port=0)
"""


def test_an_address_in_use_is_said_with_what_to_do():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=rf"port {port}: .*--port"):
            run(Evidence, RELEASE, port=port)


def test_the_printed_address_answers_and_an_interrupt_ends_it():
    server = subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert found is not None, line
        with urllib.request.urlopen(f"{found[0]}healthz", timeout=20) as response:
            assert response.read() == b"ok"
            assert "server" not in response.headers
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=20) in (0, -signal.SIGINT, 130)
    finally:
        server.kill()
        server.wait()


def test_the_listening_socket_names_its_protocol_so_that_answers_are_not_held_back():
    with _listen("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP
