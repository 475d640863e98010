"""A model server on this machine that answers as it is told and remembers what it was asked."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["Asked", "StubServer", "answer_with", "stub_server"]


@dataclass(frozen=True)
class Asked:
    """One request: its headers and its body."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def record(self) -> str:
        """The record that was asked about."""
        return str(self.body["messages"][1]["content"])


Reply = tuple[int, dict[str, str], bytes, float]


@dataclass
class StubServer:
    """What answers, and what was asked.

    `answer` gets a request and how many came before it, and gives status, headers, body and seconds to wait.
    """

    address: str = ""
    answer: Callable[[Asked, int], Reply] = field(default=lambda _asked, _n: answer_with({}))
    asked: list[Asked] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def answer_with(content: Any, *, status: int = 200, wait: float = 0.0, **headers: str) -> Reply:
    """Return a reply whose first choice says something: plain data as JSON, a text as it is."""
    text = content if isinstance(content, str) else json.dumps(content)
    body = {"choices": [{"message": {"role": "assistant", "content": text}, "index": 0}]}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, named, json.dumps(body).encode(), wait


@contextlib.contextmanager
def stub_server() -> Iterator[StubServer]:
    """Serve in a thread until the block ends."""
    stub = StubServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            asked = Asked(self.path, dict(self.headers), json.loads(self.rfile.read(length)))
            with stub.lock:
                n_before = len(stub.asked)
                stub.asked.append(asked)
            status, headers, body, wait = stub.answer(asked, n_before)
            time.sleep(wait)
            with contextlib.suppress(OSError):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "Transfer-Encoding" not in headers:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    stub.address = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield stub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
