"""A newspaper's whole installation in one file, and back: every row of its database and every picture.

A zip archive: `rows/<model>.jsonl`, a JSON object a row; `media/<name>`, the pictures as they are; and, last because
only then it is known, `manifest.json` with the size and the SHA-256 of each of them.
"""
