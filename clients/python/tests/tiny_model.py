# SPDX-License-Identifier: Apache-2.0
"""A real, very small language model behind an OpenAI-compatible endpoint, in NumPy alone.

    python3 tiny_model.py [MODEL.gguf]          prints its address

It reads a GGUF file of the llama architecture with a byte-level BPE, as `kjv-tiny.gguf` among the
fixtures of the project's tests, and answers `completions` at temperature 1 with log-probabilities. A text
depends on the request's prompt and seed alone.
"""

from __future__ import annotations

import http.server
import json
import pathlib
import re
import struct
import sys
import threading

import numpy as np

MODEL = pathlib.Path(__file__).resolve().parents[3] / "Tests/CommandTests/Fixtures/kjv-tiny.gguf"
WORD = re.compile(r"'(?:[sdmt]|ll|ve|re)| ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")


def read_gguf(path):
    """A GGUF file's metadata and tensors."""
    data = path.read_bytes()
    place = 0

    def number(kind):
        nonlocal place
        (value,) = struct.unpack_from("<" + kind, data, place)
        place += struct.calcsize(kind)
        return value

    def text():
        nonlocal place
        length = number("Q")
        place += length
        return data[place - length:place].decode()

    def value(kind):
        if kind == 8:
            return text()
        if kind == 9:
            inner, count = number("I"), number("Q")
            return [value(inner) for _ in range(count)]
        return number("BbHhIif?__Qqd"[kind])

    assert data[:4] == b"GGUF"
    place = 8
    tensors, keys = number("Q"), number("Q")
    metadata = {}
    for _ in range(keys):
        name = text()
        metadata[name] = value(number("I"))
    places = []
    for _ in range(tensors):
        name, dimensions = text(), number("I")
        shape = [number("Q") for _ in range(dimensions)]
        places.append((name, shape[::-1], number("I"), number("Q")))
    start = -(-place // 32) * 32
    found = {}
    for name, shape, kind, offset in places:
        type_ = {0: "<f4", 1: "<f2"}[kind]
        flat = np.frombuffer(data, type_, int(np.prod(shape)), start + offset)
        found[name] = flat.reshape(shape).astype(np.float32)
    return metadata, found


def letters():
    """What byte-level BPE writes for each byte."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    other = [byte for byte in range(256) if byte not in shown]
    return {byte: chr(byte) for byte in shown} | {byte: chr(256 + i) for i, byte in enumerate(other)}


class Model:
    def __init__(self, path):
        self.metadata, self.tensors = read_gguf(path)
        self.tokens = self.metadata["tokenizer.ggml.tokens"]
        self.ids = {token: number for number, token in enumerate(self.tokens)}
        merges = self.metadata["tokenizer.ggml.merges"]
        self.ranks = {tuple(merge.split(" ")): rank for rank, merge in enumerate(merges)}
        self.letters = letters()
        self.bytes = {letter: byte for byte, letter in self.letters.items()}
        self.heads = self.metadata["llama.attention.head_count"]
        self.layers = self.metadata["llama.block_count"]
        self.width = self.metadata["llama.embedding_length"] // self.heads
        angles = np.outer(np.arange(1024), 1e4 ** -(np.arange(0, self.width, 2) / self.width))
        self.cos, self.sin = np.cos(angles, dtype=np.float32), np.sin(angles, dtype=np.float32)

    def encode(self, text):
        found = []
        for word in WORD.findall(text):
            parts = [self.letters[byte] for byte in word.encode()]
            while len(parts) > 1:
                pairs = [self.ranks.get(pair, 1 << 30) for pair in zip(parts, parts[1:])]
                best = min(range(len(pairs)), key=pairs.__getitem__)
                if pairs[best] == 1 << 30:
                    break
                parts[best:best + 2] = [parts[best] + parts[best + 1]]
            found += [self.ids[part] for part in parts]
        return found

    def decode(self, ids):
        return bytes(self.bytes[c] for i in ids for c in self.tokens[i]).decode("utf-8", "replace")

    def turn(self, x, start):
        """The places' turns of pairs of components."""
        cos, sin = (part[start:start + len(x), None] for part in (self.cos, self.sin))
        even, odd = x[..., 0::2], x[..., 1::2]
        return np.stack((even * cos - odd * sin, even * sin + odd * cos), -1).reshape(x.shape)

    def step(self, ids, memory):
        """The logits behind the last token, and what is remembered grows."""
        t = self.tensors

        def norm(x, weight):
            return x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-5) * weight

        x = t["token_embd.weight"][ids]
        start = len(memory[0][0]) if memory else 0
        for layer in range(self.layers):
            def of(name):
                return t[f"blk.{layer}.{name}.weight"]

            y = norm(x, of("attn_norm"))
            q, k, v = (
                (y @ of(f"attn_{name}").T).reshape(len(ids), self.heads, self.width) for name in "qkv")
            q, k = self.turn(q, start), self.turn(k, start)
            if len(memory) > layer:
                k, v = np.concatenate((memory[layer][0], k)), np.concatenate((memory[layer][1], v))
                memory[layer] = (k, v)
            else:
                memory.append((k, v))
            scores = np.einsum("ihd,jhd->hij", q, k) / np.sqrt(self.width)
            if len(ids) > 1:
                scores += np.triu(np.full((len(ids), len(k)), -np.inf), 1 + len(k) - len(ids))
            weights = np.exp(scores - scores.max(-1, keepdims=True))
            weights /= weights.sum(-1, keepdims=True)
            mixed = np.einsum("hij,jhd->ihd", weights, v).reshape(len(ids), -1)
            x = x + mixed @ of("attn_output").T
            y = norm(x, of("ffn_norm"))
            gate = y @ of("ffn_gate").T
            x = x + (gate / (1 + np.exp(-gate)) * (y @ of("ffn_up").T)) @ of("ffn_down").T
        return norm(x[-1], t["output_norm.weight"]) @ t["token_embd.weight"].T

    def draw(self, prompt, count, seed):
        """The tokens that go on from a prompt, with their log-probabilities; and whether the text ended."""
        rng = np.random.default_rng(seed)
        memory, ids, logs = [], [], []
        pending = [0, *self.encode(prompt)]
        for _ in range(count):
            logits = self.step(pending, memory).astype(float)
            logs_of_all = logits - logits.max()
            logs_of_all -= np.log(np.exp(logs_of_all).sum())
            token = int(np.searchsorted(np.cumsum(np.exp(logs_of_all)), rng.random()))
            token = min(token, len(logits) - 1)
            logs.append(float(logs_of_all[token]))
            if token == 0:
                return ids, logs, True
            ids.append(token)
            pending = [token]
        return ids, logs, False


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16
    model: Model
    lock = threading.Lock()

    def log_message(self, *_):
        pass

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.lock:
            ids, logs, has_ended = self.model.draw(
                request["prompt"], request.get("max_tokens", 16), request.get("seed", 0))
        tokens = [self.model.decode([i]) for i in ids] + ([""] if has_ended else [])
        body = json.dumps({
            "choices": [{
                "index": 0, "text": self.model.decode(ids),
                "finish_reason": "stop" if has_ended else "length",
                "logprobs": {"tokens": tokens, "token_logprobs": logs}}],
            "usage": {"prompt_tokens": 1 + len(self.model.encode(request["prompt"])),
                      "completion_tokens": len(tokens)}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve(path=MODEL):
    """Serves the model from a thread of this process; the server, whose address is `.url`."""
    Handler.model = Model(pathlib.Path(path))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.url = f"http://127.0.0.1:{server.server_port}/v1"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


if __name__ == "__main__":
    print(serve(*sys.argv[1:]).url, flush=True)
    threading.Event().wait()
