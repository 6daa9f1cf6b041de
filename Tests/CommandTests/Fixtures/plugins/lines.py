# SPDX-License-Identifier: Apache-2.0
"""A plugin in JSON lines, with nothing but Python's own library."""
import json
import sys

json.loads(sys.stdin.readline())
print(json.dumps({"protocol": 1}), flush=True)
for line in sys.stdin:
    batch = json.loads(line)
    results = [x * x - y for x, y in batch["samples"]]
    print(json.dumps({"id": batch["id"], "results": results}), flush=True)
