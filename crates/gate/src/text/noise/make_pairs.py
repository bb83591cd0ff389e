"""Writes pairs.rs anew: which small words hardly ever follow each other.

    make_pairs.py CORPUS.jsonl… > pairs.rs

The corpora are JSON lines of {language, text}, as `cargo xtask bench gate` makes them out of
Debian's manuals. A pair (a, b) of small words of one language is written where chance alone
would put b right behind a at least 12 times, and the corpora have it less than 8 of 100 times as
often. Languages with fewer than 20 such pairs have too little text to say.
"""

import collections
import json
import pathlib
import re
import sys

LEAST, SHARE, PAIRS, LONGEST = 12, 0.08, 20, 200_000
MARKS = ".,;:!?()[]{}\"'«»„“”…*_`<>|=/\\-—–"

source = (pathlib.Path(__file__).parent.parent / "function_words.rs").read_text()
lists = {m[1]: m[2].split() for m in re.finditer(r'\(\s*"(\w+)",\s*"([^"]+)",?\s*\)', source)}


def words(text):
    """Lower-case words; None where a mark or a line's end stands between."""
    for line in text.split("\n"):
        for token in line.split():
            core = token.strip(MARKS)
            if not token.startswith(core) or not core:
                yield None
            if core:
                yield core.lower()
                if not token.endswith(core):
                    yield None
        yield None


counts = {code: (collections.Counter(), collections.Counter(), [0]) for code in lists}
for path in sys.argv[1:]:
    for line in open(path, encoding="utf-8"):
        document = json.loads(line)
        if document["language"] not in counts:
            continue
        small = set(lists[document["language"]])
        single, double, total = counts[document["language"]]
        before = None
        for word in words(document["text"][:LONGEST]):
            if word in small:
                single[word] += 1
                if before in small:
                    double[before, word] += 1
            total[0] += word is not None
            before = word

print("//! Small words that hardly ever follow each other. Written by make_pairs.py; do not edit.\n")
print("/// For each language: `first>second second;first>…`.")
print("pub(super) const STRANGERS: &[(&str, &str)] = &[")
for code, list_ in lists.items():
    single, double, total = counts[code]

    def strangers(a):
        def strange(b):
            chance = single[a] * single[b] / max(1, total[0])
            return chance >= LEAST and double[a, b] <= SHARE * chance

        return [b for b in list_ if strange(b)]

    rows = [(a, strangers(a)) for a in list_]
    if sum(len(row) for _, row in rows) >= PAIRS:
        written = ";".join(f"{a}>{' '.join(row)}" for a, row in rows if row)
        print(f'    (\n        "{code}",\n        "{written}",\n    ),')
print("];")
