# SPDX-License-Identifier: Apache-2.0
"""A chat endpoint that says " kind", but where the seed is a multiple of 3, as the address says.

    python3 whole_model.py --port N [--log FILE] [--all]

With --all it is so whatever the seed.

`…/null/v1` has no content, its tokens used up by reasoning; `…/none/v1` no choices; `…/refusal/v1` a refusal;
`…/filter/v1` an empty text that a filter left; `…/error/v1` an error with a good status and an empty text;
`…/abort/v1` half a text. `…/strict/v1` refuses what was not asked for: max_tokens and top_p.
"""
import argparse
import http.server
import json

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--log")
parser.add_argument("--all", action="store_true")
options = parser.parse_args()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16

    def log_message(self, *_):
        pass

    def send(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if options.log:
            with open(options.log, "a") as log:
                log.write(f"asked {request['seed']}\n")
        kind = self.path.split("/")[1]
        if kind == "strict" and {"max_tokens", "top_p"} & request.keys():
            return self.send(400, {"error": {"message": "Unsupported parameter"}})
        message = {"role": "assistant", "content": " kind"}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        choice["logprobs"] = {"content": [{"token": " kind", "logprob": -1.0}]}
        body = {"choices": [choice], "usage": {"prompt_tokens": 4, "completion_tokens": 1}}
        if options.all or request["seed"] % 3 == 0:
            body["usage"]["completion_tokens"] = 16
            choice["logprobs"] = None
            if kind in ("null", "refusal"):
                message["content"] = None
                choice["finish_reason"] = "length" if kind == "null" else "stop"
                message["reasoning_content" if kind == "null" else "refusal"] = "hm"
            if kind == "none":
                body["choices"] = []
            if kind == "filter":
                message["content"] = ""
                choice["finish_reason"] = "content_filter"
            if kind == "error":
                message["content"] = ""
                choice["finish_reason"] = "error"
                choice["error"] = {"code": 502, "message": "upstream"}
                choice["logprobs"] = {"content": []}
            if kind == "abort":
                message["content"] = " ki"
                choice["finish_reason"] = "abort"
                choice["logprobs"] = {"content": [{"token": " ki", "logprob": 0.0}]}
            if kind == "strict":
                choice["logprobs"] = {"content": [{"token": " kind", "logprob": -2.0}]}
        self.send(200, body)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


server = Server(("127.0.0.1", options.port), Handler)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
