"""A server of price lists on this machine, for tests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LISTS = Path(__file__).with_name("data") / "price_lists"
Answer = Callable[[BaseHTTPRequestHandler], None]


class PriceServer:
    """What it answers: the lists of tests/data/price_lists for every Region, but for what a test sets."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers: dict[str, Answer | bytes] = {}
        self.asked: list[str] = []

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append(handler.path)
        service = handler.path.split("/")[-4]
        file = LISTS / f"{service}.csv"
        found = self.answers.get(service, file.read_bytes() if file.is_file() else None)
        if callable(found):
            found(handler)
        elif found is None:
            handler.send_error(404)
        else:
            send(handler, found)


def send(handler: BaseHTTPRequestHandler, body: bytes, length: int | None = None) -> None:
    """Answers with a body, and with another length than it has where one is given."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/csv")
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def price_server() -> Iterator[PriceServer]:
    """Starts one, and ends it with the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            lists.answer(self)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        lists = PriceServer(f"http://127.0.0.1:{server.server_port}/offers/v1.0/aws")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield lists
        finally:
            server.shutdown()
            thread.join()
