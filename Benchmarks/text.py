# SPDX-License-Identifier: Apache-2.0
"""Texts of a real model through a pool: their law, and what kills cost.

    CMAKE_ARGS="-DGGML_NATIVE=OFF -DGGML_OPENMP=OFF -DLLAVA_BUILD=OFF" \\
        pip install --no-binary llama-cpp-python "llama-cpp-python[server]"
    python3 Benchmarks/text.py --qpool PATH [--model Tests/CommandTests/Fixtures/kjv-tiny.gguf] [--samples 4096]

Part 1: a coordinator and two workers draw texts of two tokens. All that were drawn come back (quantile
1), and each text's count is compared with its probability, which the server's own log-probabilities give
exactly: those of every first token, and of every second token after it. Texts with fewer than five
expected are taken together; chi-square is printed with its degrees of freedom and its tail.
Part 2: longer texts, with kill -9 of the server, a worker and the coordinator midway; the server's log
says how many requests it answered.
Part 3: texts in stages beside `exact` at the same N and k, several seeds each: tokens written, mean
utility of what is kept.
Part 4: texts of two and of three tokens from islands whose every text was moved three times, counted against
the exact law as in part 1: the move of `splitting` leaves it as it is.
Part 5: `splitting` at several quantiles beside `exact` with as many tokens written: what each promises, and
the mean utility over what it keeps.
"""
import argparse
import collections
import json
import math
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROMPT = "And the LORD said unto"
WHOLE = {"top_k": 0, "min_p": 0, "repeat_penalty": 1}


class Server:
    def __init__(self, model, port, log):
        self.command = [
            sys.executable, "-m", "llama_cpp.server", "--model", str(model), "--host", "127.0.0.1",
            "--port", str(port), "--n_ctx", "512", "--logits_all", "true", "--n_threads", "1"]
        self.url = f"http://127.0.0.1:{port}/v1"
        self.log = log
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            self.command, stdout=open(self.log, "ab"), stderr=subprocess.STDOUT)
        for _ in range(600):
            try:
                urllib.request.urlopen(self.url + "/models", timeout=5).read()
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("the server did not start")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def answered(self):
        return pathlib.Path(self.log).read_text().count('/v1/completions HTTP/1.1" 200')

    def next(self, prompt):
        """The probabilities of all next tokens."""
        body = {"prompt": prompt, "max_tokens": 1, "temperature": 1, "top_p": 1, "logprobs": 2048}
        request = urllib.request.Request(
            self.url + "/completions", json.dumps(body | WHOLE).encode(),
            {"Content-Type": "application/json"})
        answer = json.loads(urllib.request.urlopen(request, timeout=60).read())
        choice = answer["choices"][0]
        return {t: math.exp(p) for t, p in choice["logprobs"]["top_logprobs"][0].items()}


class Pool:
    def __init__(self, options, folder, url):
        self.options, self.folder, self.url = options, folder, url
        self.endpoint = f"tcp://127.0.0.1:{options.port + 1}"
        self.coordinate()
        self.workers = [self.work() for _ in range(2)]

    def spawn(self, *arguments):
        return subprocess.Popen(
            [self.options.qpool, *arguments], stdout=subprocess.DEVNULL,
            stderr=open(self.folder / "pool.log", "ab"))

    def coordinate(self):
        self.coordinator = self.spawn(
            "coordinator", "--listen", self.endpoint, "--store", str(self.folder / "store"),
            "--allow-plugins", "--silence", "2s")

    def work(self):
        return self.spawn(
            "worker", "--connect", self.endpoint, "--threads", "1", "--allow-endpoint", self.url,
            "--journal", str(self.folder / "journal"))

    def client(self, *arguments):
        return subprocess.run(
            [self.options.qpool, *arguments, "--connect", self.endpoint], capture_output=True,
            text=True, check=True).stdout

    def job(self, name, more):
        base = {"endpoint": self.url, "prompt": PROMPT, "parameters": WHOLE} | more.pop("text")
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps({"seed": 1, "base": {"text": base}} | more))
        self.client("submit", str(path), "--id", name)

    def result(self, name):
        self.client("wait", name, "--quiet")
        return json.loads(self.client("result", name, "-o", "json"))

    def end(self):
        for process in [self.coordinator, *self.workers]:
            process.kill()
            process.wait()


def tail(chi, freedom):
    """The upper tail of chi-square, by Wilson and Hilferty's approximation."""
    z = ((chi / freedom) ** (1 / 3) - (1 - 2 / (9 * freedom))) / math.sqrt(2 / (9 * freedom))
    return 0.5 * math.erfc(z / math.sqrt(2))


def enumerate_law(server, samples, tokens):
    """The probability of each text of so many tokens; what is rare is taken together as None."""
    exact = {"": 1.0}
    for _ in range(tokens):
        longer = collections.defaultdict(float)
        for text, mass in exact.items():
            if text is None or mass * samples < 0.5:
                longer[None] += mass
                continue
            for token, share in server.next(PROMPT + text).items():
                longer[text + token] += mass * share
        exact = longer
    print(f"law: {len(exact)} texts of {tokens} tokens of mass {sum(exact.values()):.6f}")
    return exact


def compare(exact, counts, samples):
    chi, cells, rest = 0.0, 0, [0.0, 0]
    for text, mass in exact.items():
        if text is not None and mass * samples >= 5:
            chi += (counts.pop(text, 0) - mass * samples) ** 2 / (mass * samples)
            cells += 1
        else:
            rest[0] += mass * samples
    rest[1] = sum(counts.values())
    chi += (rest[1] - rest[0]) ** 2 / rest[0]
    print(f"  chi-square {chi:.2f} with {cells} degrees of freedom, tail {tail(chi, cells):.3f}")


def moves(server, pool, particles):
    """All of the base as quantile: every text is moved, and accepted whatever it is."""
    for tokens in (2, 3):
        draws = 2 * particles
        exact = enumerate_law(server, draws, tokens)
        began = time.time()
        asked = server.answered()
        job = f"moves-{tokens}"
        pool.job(job, {
            "text": {"max_tokens": tokens}, "utility": "logprob", "quantile": 1, "draws": draws,
            "method": {"splitting": {"particles": particles, "islands": 4, "moves": 3}}})
        result = pool.result(job)
        assert not any(draw["fallback"] for draw in result["draws"])
        diagnostics = result["diagnostics"]
        print(f"moves: {draws} of {4 * particles} texts after three moves each, "
              f"{server.answered() - asked} requests in {time.time() - began:.1f} s; "
              f"{diagnostics['acceptance_mean']:.3f} of the moves wrote a text anew; "
              f"lost {result['usage']['failed']}")
        compare(exact, collections.Counter(draw["text"] for draw in result["draws"]), draws)


def depths(pool, quantiles, seeds, tokens):
    utility = "logprob + 2*lord"
    text = {"max_tokens": tokens, "features": {"lord": {"matches": "LORD"}}}
    print(f"depths: utility {utility}, texts of {tokens} tokens, {seeds} seeds each")
    for quantile in quantiles:
        for seed in range(seeds):
            base = {"seed": 200 + seed, "utility": utility, "quantile": quantile}
            began = time.time()
            job = f"deep-{quantile}-{seed}"
            pool.job(job, base | {
                "text": dict(text), "draws": 20,
                "method": {"splitting": {"particles": 256, "islands": 2, "levels": 0.02, "moves": 1}}})
            deep = pool.result(job)
            middle = time.time()
            samples = round(deep["usage"]["completion_tokens"] / tokens)
            pool.job("flat-" + job, base | {
                "text": dict(text), "draws": 1, "samples": samples})
            flat = pool.result("flat-" + job)
            for name, result in (("splitting", deep), ("exact", flat)):
                usage = result["usage"]
                seconds = middle - began if result is deep else time.time() - middle
                print(f"  q {quantile:g} seed {seed} {name}: "
                      f"A {result['certificate']['amplification']:.0f}, mean utility kept "
                      f"{result['utility']['top_mean']:.2f}, {usage['completion_tokens']} tokens written, "
                      f"{usage['prompt_tokens']} read, {result['timings']['requests']} requests, {seconds:.0f} s",
                      flush=True)
            codes = [warning["code"] for warning in deep["warnings"]]
            turned = sum(draw["fallback"] for draw in deep["draws"])
            print(f"    Z {deep['threshold']['tail_mass']:.3g}, {turned} of 20 draws fell back, "
                  f"{deep['diagnostics']['acceptance_mean']:.2f} of the moves accepted, warnings {codes}")


def law(server, pool, samples):
    exact = enumerate_law(server, samples, 2)
    asked = server.answered()
    began = time.time()
    pool.job("law", {
        "text": {"max_tokens": 2}, "utility": "logprob", "quantile": 1, "samples": samples,
        "draws": samples})
    result = pool.result("law")
    counts = collections.Counter(draw["text"] for draw in result["draws"])
    print(f"  {samples} texts in {time.time() - began:.1f} s, {len(counts)} different, "
          f"{server.answered() - asked} answers of the server; usage {result['usage']}")
    compare(exact, counts, samples)


def kills(server, pool, samples):
    start = server.answered()
    pool.job("kills", {
        "text": {"max_tokens": 24, "features": {"lord": {"matches": "LORD"}}},
        "utility": "lord + 0.01*logprob", "quantile": 0.05, "samples": samples, "draws": 10,
        "costs": {"long": "words > 12"}})

    def until(share):
        end = time.time() + 600
        while server.answered() - start < share * samples and time.time() < end:
            time.sleep(0.05)

    began = time.time()
    until(0.2)
    pool.workers[0].kill()
    pool.workers[0].wait()
    pool.workers[0] = pool.work()
    until(0.4)
    pool.coordinator.kill()
    pool.coordinator.wait()
    pool.coordinate()
    until(0.6)
    server.kill()
    server.start()
    result = pool.result("kills")
    answered = server.answered() - start
    usage = result["usage"]
    print(f"kills: {samples} texts in {time.time() - began:.1f} s through kill -9 of a worker, the "
          f"coordinator and the server")
    print(f"  issued {result['issued']}, kept {result['kept']}, failed {usage['failed']}, "
          f"redrawn {usage['redrawn']}; A = {result['certificate']['amplification']}")
    print(f"  the server answered {answered} requests: {answered - samples} more than texts")
    for draw in result["draws"][:3]:
        print(f"  {draw['utility']:.3f} {draw['text']!r}")


def stages(server, pool, samples, seeds):
    utility = "logprob + 2*lord"
    text = {"max_tokens": 24, "features": {"lord": {"matches": "LORD"}}}
    methods = {
        "exact": "exact",
        "one stage": {"screened": {"stages": [{"tokens": 8, "keep": 0.25}]}},
        "two stages": {
            "screened": {
                "stages": [{"tokens": 6, "keep": 0.5}, {"tokens": 12, "keep": 0.4}]}},
    }
    print(f"stages: N = {samples}, k = {math.ceil(samples / 20)}, utility {utility}, {seeds} seeds")
    for name, method in methods.items():
        tops, tokens, dropped = [], 0, 0
        began = time.time()
        for seed in range(seeds):
            job = f"{name.replace(' ', '-')}-{seed}"
            pool.job(job, {
                "text": dict(text), "seed": 100 + seed, "utility": utility, "quantile": 0.05,
                "samples": samples, "draws": 5, "method": method})
            result = pool.result(job)
            tops.append(result["utility"]["top_mean"])
            tokens += result["usage"]["completion_tokens"]
            dropped += result["usage"]["failures"].get("retokenised", 0)
            assert result["certificate"]["amplification"] == result["issued"] / result["kept"]
        mean = sum(tops) / seeds
        error = math.sqrt(sum((top - mean) ** 2 for top in tops) / (seeds - 1) / seeds)
        print(f"  {name}: {tokens / seeds:.0f} tokens a run, mean utility kept {mean:.2f} "
              f"(standard error {error:.2f}), {dropped} texts read as other tokens, "
              f"{(time.time() - began) / seeds:.1f} s a run")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--qpool", default="qpool")
    parser.add_argument("--model", default=ROOT / "Tests/CommandTests/Fixtures/kjv-tiny.gguf")
    parser.add_argument("--samples", type=int, default=4096)
    parser.add_argument("--parts", default="law,kills,stages,moves,depths")
    parser.add_argument("--quantiles", default="0.01,0.0001")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--port", type=int, default=18300)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        server = Server(options.model, options.port, folder / "server.log")
        pool = Pool(options, folder, server.url)
        try:
            parts = options.parts.split(",")
            if "law" in parts:
                law(server, pool, options.samples)
            if "kills" in parts:
                kills(server, pool, options.samples // 2)
            if "stages" in parts:
                stages(server, pool, options.samples // 4, 5)
            if "moves" in parts:
                moves(server, pool, 512)
            if "depths" in parts:
                depths(pool, [float(q) for q in options.quantiles.split(",")], options.seeds, 8)
        finally:
            pool.end()
            server.kill()
