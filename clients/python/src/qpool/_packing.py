# SPDX-License-Identifier: Apache-2.0
"""Bytes as words of a command."""

from __future__ import annotations

import base64
import zlib

WORD = 4_000
"""Bytes of a word; a job's commands take 4,096."""
WORDS = 59
"""Words at most; a job's commands take 64, of which five say what this is."""


def packed(data: bytes) -> list[str]:
    """The words that carry the bytes."""
    text = base64.b64encode(zlib.compress(data, 9)).decode()
    return [text[start:start + WORD] for start in range(0, len(text), WORD)]


def unpacked(words: list[str]) -> bytes:
    """The bytes that the words carry."""
    return zlib.decompress(base64.b64decode("".join(words)))
