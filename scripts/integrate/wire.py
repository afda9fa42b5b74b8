"""The wire between the examples and authms: passes requests on, remembers them, and fails when it is told to."""

import json
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SIGNIN, REFRESH, JWKS = "/api/v1/auth/ticket/signin", "/api/v1/auth/refresh", "/.well-known/jwks.json"


class Wire:
    """A server on `port` in front of authms on `upstream`; its URL is authms's issuer."""

    def __init__(self, port, upstream, more_keys):
        self.upstream, self.more_keys = upstream, more_keys
        self.calls, self.faults, self.lock = [], {}, threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (Handler,), {"wire": self}))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def fail(self, path, *faults):
        """What happens to the next requests to this path: `lose`, `busy` or `short`."""
        self.faults[path] = list(faults)

    def take(self, path):
        """The calls to this path since they were last taken, with what was answered."""
        with self.lock:
            taken = [call for call in self.calls if call["path"] == path]
            self.calls = [call for call in self.calls if call["path"] != path]
        return taken

    def next_fault(self, path):
        with self.lock:
            faults = self.faults.get(path)
            return faults.pop(0) if faults else None


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.forward(None)

    def do_POST(self):
        self.forward(self.rfile.read(int(self.headers["Content-Length"])))

    def forward(self, body):
        fault = self.wire.next_fault(self.path)
        if fault == "busy":
            self.remember(503, {})
            return self.answer(503, b"", {"Retry-After": "1"})
        status, data, headers = self.ask(body)
        parsed = json.loads(data)
        if fault == "short":
            parsed["expires_in"] = 1
        if self.path == JWKS and status == 200:
            parsed["keys"] += self.wire.more_keys
        self.remember(status, parsed)
        if fault == "lose":
            self.close_connection = True
            return
        self.answer(status, json.dumps(parsed).encode(), headers)

    def ask(self, body):
        headers = {n: v for n, v in self.headers.items() if n.lower() not in ("host", "connection", "content-length")}
        request = urllib.request.Request(self.wire.upstream + self.path, body, headers, method=self.command)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.read(), error.headers

    def remember(self, status, answered):
        key = self.headers.get("Idempotency-Key")
        call = {"path": self.path, "at": time.monotonic(), "key": key, "status": status, "answered": answered}
        with self.wire.lock:
            self.wire.calls.append(call)

    def answer(self, status, body, headers):
        self.send_response(status)
        for name in ("Content-Type", "Retry-After", "Cache-Control"):
            if name in headers:
                self.send_header(name, headers[name])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
