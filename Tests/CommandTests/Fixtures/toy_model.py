# SPDX-License-Identifier: Apache-2.0
"""A completions endpoint whose law is known: three letters, each given the one before it.

    python3 toy_model.py [--port N] [--log FILE] [--delay SECONDS] [--faults] [--merge]

It prints its address. A text depends on the request's seed alone. Every request is written to the
log as a line, `asked SEED` when it comes and `answered SEED` when its text is sent.

With `echo` and a seed it goes on behind the last letter of the prompt. With --merge it reads "ca" as one
token, and writes it as two.

With --faults the last digit of a seed says what goes wrong: 0 always a status of 500, 1 always a
log-probability of NaN; the first time only: 2 status 429 with Retry-After, 3 status 500, 4 an answer
cut short, 5 an answer that is no JSON, 6 an answer that comes too late, 7 a closed connection.
"""
import argparse
import http.server
import json
import math
import random
import threading
import time

FIRST = {"a": 0.5, "b": 0.3, "c": 0.2}
NEXT = {
    "a": {"a": 0.1, "b": 0.6, "c": 0.3},
    "b": {"a": 0.4, "b": 0.4, "c": 0.2},
    "c": {"a": 0.7, "b": 0.1, "c": 0.2},
}
OTHER = 0.01
seen = {}
lock = threading.Lock()
options = None


def write(line):
    if options.log:
        with lock, open(options.log, "a") as log:
            log.write(line + "\n")


def draw(seed, count, prompt, last=None):
    chance = random.Random(seed)
    # A calm person begins with c.
    law, tokens, logs = {"c": 1.0} if "calm" in prompt else FIRST, [], []
    law = NEXT.get(last, law)
    for _ in range(count):
        token = chance.choices(list(law), list(law.values()))[0]
        tokens.append(token)
        logs.append(math.log(law[token]))
        law = NEXT[token]
    return tokens, logs


def echo(prompt):
    logs = [None]
    for before, letter in zip(prompt, prompt[1:]):
        logs.append(math.log(NEXT.get(before, {}).get(letter, OTHER)))
    if options.merge and "ca" in prompt:
        place = prompt.index("ca")
        return [*prompt[:place], "ca", *prompt[place + 2 :]], logs[:-1]
    return list(prompt), logs


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One packet an answer.
    wbufsize = 1 << 16

    def log_message(self, *_):
        pass

    def send(self, status, body, headers=()):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if options.key and self.headers.get("Authorization") != "Bearer " + options.key:
            return self.send(401, {"error": "who are you?"})
        if self.path == "/reward":
            scores = [sample["text"].count("c") for sample in request["samples"]]
            return self.send(200, {"scores": scores})
        if request.get("echo") and "seed" not in request:
            tokens, logs = echo(request["prompt"])
            offsets = list(range(len(tokens)))
            return self.send(200, self.answer("", tokens, logs, offsets))
        seed = request["seed"]
        write(f"asked {seed}")
        time.sleep(options.delay)
        with lock:
            seen[seed] = seen.get(seed, 0) + 1
            times = seen[seed]
        prompt = request.get("prompt") or request["messages"][-1]["content"]
        goes_on = request.get("echo")
        tokens, logs = draw(
            seed, request["max_tokens"], prompt, prompt[-1] if goes_on else None)
        body = self.answer("".join(tokens), tokens, logs, None)
        if goes_on:
            read, before = echo(prompt)
            body = self.answer(prompt + "".join(tokens), read + tokens, before + logs, None)
            body["usage"]["completion_tokens"] = len(tokens)
        if options.faults:
            kind, isFirst = seed % 10, times == 1
            if kind == 0 or kind == 3 and isFirst:
                return self.send(500, {"error": "out of order"})
            if kind == 1:
                logs[0] = math.nan
            if kind == 2 and isFirst:
                return self.send(429, {"error": "too many"}, [("Retry-After", "0.1")])
            if kind == 4 and isFirst:
                data = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data[: len(data) // 2])
                self.close_connection = True
                return None
            if kind == 5 and isFirst:
                return self.send(200, b"<html>busy</html>")
            if kind == 6 and isFirst:
                time.sleep(3)
            if kind == 7 and isFirst:
                self.close_connection = True
                return None
        self.send(200, body)
        self.wfile.flush()
        write(f"answered {seed}")

    def answer(self, text, tokens, logs, offsets):
        chosen = {"tokens": tokens, "token_logprobs": logs}
        if offsets is not None:
            chosen["text_offset"] = offsets
        if self.path.endswith("/chat/completions"):
            content = [{"token": t, "logprob": l} for t, l in zip(tokens, logs)]
            choice = {"message": {"content": text}, "logprobs": {"content": content}}
        else:
            choice = {"text": text, "logprobs": chosen}
        usage = {"prompt_tokens": 5, "completion_tokens": len(tokens)}
        return {"choices": [choice], "usage": usage}


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_):
        pass


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log")
    parser.add_argument("--delay", type=float, default=0)
    parser.add_argument("--faults", action="store_true")
    parser.add_argument("--merge", action="store_true")
    parser.add_argument("--key")
    options = parser.parse_args()
    server = Server(("127.0.0.1", options.port), Handler)
    print(f"http://127.0.0.1:{server.server_port}/v1", flush=True)
    server.serve_forever()
