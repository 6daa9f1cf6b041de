# shellcheck shell=bash
# Sourced by each `check` of a deployment's folder: prints one line a check, and makes the script end
# with 1 if one failed. Fails too where the script itself breaks off.
set -euo pipefail
status=0
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
part=$(basename "$(cd "$(dirname "$0")" && pwd)")
failures=0
trap 'status=$?; [ "$status" -ne 0 ] || exit "$((failures > 0))"' EXIT

# check NAME COMMAND…: passed if the command is; what it printed is shown only where it failed.
check() {
    local name=$1 printed
    shift
    if printed=$("$@" 2>&1); then
        echo "passed   $part: $name"
    else
        echo "FAILED   $part: $name"
        printf '%s\n' "$printed" | sed 's/^/         /'
        failures=$((failures + 1))
    fi
}

# check_with TOOL NAME COMMAND…: the same, skipped where the tool is not installed.
check_with() {
    local tool=$1
    shift
    if command -v "$tool" >/dev/null; then
        check "$@"
    else
        skip "$1" "$tool is not installed"
    fi
}

# check_queries TOOL NAME ARGUMENT…: ops/prometheus/queries, which needs the tool and a Python that reads YAML.
check_queries() {
    local tool=$1 name=$2
    shift 2
    if python3 -c 'import yaml' 2>/dev/null; then
        check_with "$tool" "$name" "$scripts/prometheus/queries" "$@"
    else
        skip "$name" "python3 has no yaml: PyYAML is not installed"
    fi
}

# skip NAME REASON
skip() {
    echo "skipped  $part: $1 ($2)"
}
