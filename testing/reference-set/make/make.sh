#!/usr/bin/env bash
# Makes the reference set anew: step 1 in Node, step 2 in Python. The simulator's part comes out bit for bit (set.test.ts
# holds it to that); the models' weights depend on PyTorch's version, and everything computed from them with them.
set -euo pipefail
cd "$(dirname "$0")"
raw=$(mktemp -d)
trap 'rm -rf "$raw"' EXIT
node --import tsx simulate.ts "$raw"
"${PYTHON:-python3}" make.py "$raw" ..
"${PYTHON:-python3}" validation.py ..
"${PYTHON:-python3}" landscape.py
