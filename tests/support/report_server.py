# SPDX-License-Identifier: MIT
"""A collector that does what a test tells it to: the other end of the wire, not a fake of the store."""
import gzip
import http.server
import json
import threading


class ReportServer:
    """Listens on a free port of loopback. `policy(request)` returns (status, headers, body), or None to drop the
    connection without an answer; the default stores everything. `request` has headers, reports and texts."""

    def __init__(self, policy=None):
        self.policy = policy or (lambda request: self.store(request))
        self.requests = []
        self.stored = {}
        self.times = {}
        self.lock = threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                outer.answer(self)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, handler):
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        if handler.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        texts = body.decode().splitlines()
        request = {"path": handler.path, "headers": dict(handler.headers), "texts": texts,
                   "reports": [json.loads(text) for text in texts]}
        with self.lock:
            self.requests.append(request)
            answer = self.policy(request)
        if answer is None:
            handler.close_connection = True
            return
        status, headers, reply = answer
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(reply)))
        handler.end_headers()
        handler.wfile.write(reply)

    def store(self, request):
        """200, and a line for each report: the schema's contract."""
        lines = []
        for report, text in zip(request["reports"], request["texts"]):
            name = report["report_id"]
            is_new = name not in self.stored
            assert is_new or self.stored[name] == text, f"{name} came with other bytes"
            self.stored[name] = text
            self.times[name] = self.times.get(name, 0) + 1
            lines.append(json.dumps({"id": name, "status": "stored" if is_new else "duplicate"}) + "\n")
        return 200, {"Content-Type": "application/x-ndjson"}, "".join(lines).encode()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
