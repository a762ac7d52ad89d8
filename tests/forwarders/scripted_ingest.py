"""An ingest endpoint on a real port, whose answers the test decides."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from services import free_port


class Request:
    """A request as the ingest endpoint got it."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self.at_s = time.monotonic()
        self.path = handler.path
        self.headers = handler.headers
        self.client = handler.client_address
        self.body = handler.rfile.read(int(handler.headers["Content-Length"]))
        self.lines = self.body.decode().splitlines()


OK = (200, {"Content-Type": "application/json"}, b'{"meta": {"uplinks": 1}}')
Answer = tuple[int, dict[str, str], bytes]


class Ingest:
    """An ingest endpoint that answers what the test says; it may go away and come back."""

    def __init__(self) -> None:
        self.port = free_port()
        self.root = f"http://127.0.0.1:{self.port}/ingest/v1/"
        self.requests: list[Request] = []
        self.delivered: list[str] = []
        self.script: list[Answer] = []
        self.answer: Callable[[Request], Answer] = lambda request: OK
        self.is_hanging = False
        self.is_trickling = False
        self._released = threading.Event()
        self._server: ThreadingHTTPServer | None = None
        self._connections: list[socket.socket] = []

    def reply(self, request: Request) -> Answer:
        self.requests.append(request)
        if self.is_hanging:
            self._released.wait()
        answer = self.script.pop(0) if self.script else self.answer(request)
        if answer is OK:
            self.delivered += request.lines
        return answer

    def start(self) -> None:
        ingest = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                super().setup()
                ingest._connections.append(self.connection)

            def do_POST(self) -> None:
                status, headers, body = ingest.reply(Request(self))
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                while ingest.is_trickling and not ingest._released.wait(0.02):
                    self.wfile.write(b" ")

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, request, client_address) -> None:
                """Stay quiet about clients that were killed."""

        self._server = Server(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        if not self._server:
            return
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        for connection in self._connections:
            with suppress(OSError):  # gone already
                connection.shutdown(socket.SHUT_RDWR)
        self._connections.clear()
        self._server = None
