"""The peers of the gate's benchmark: each mode prints one JSON line.

    peers.py chain LIMIT FILE…            datatrove's default filters and its MinHash, all run
    peers.py chain-early LIMIT FILE…      the same, stopping at the first filter that drops
    peers.py minhash-LIBRARY LIMIT FILE…  only the signatures of one library
    peers.py pairs-LIBRARY LIMIT FILE…    near-duplicate pairs, written to the file $OUT
    peers.py truth LIMIT FILE…            pairs by exact Jaccard ≥ .7, written to the file $OUT
    peers.py quality TRUTH PAIRS          recall and precision of pairs against the truth

LIBRARY is datatrove, text-dedup, datasketch or rensa. Time is the processor time of this
process, without loading the documents.
"""

import collections
import json
import os
import re
import sys
import time

WORD = re.compile(r"\w+")


def read(limit, paths):
    """Up to `limit` documents of each file, spread evenly over it, as the other side does."""
    out = []
    for path in paths:
        lines = open(path).readlines()
        step = max(1, -(-len(lines) // limit))
        out.extend(json.loads(line) for line in lines[::step])
    return out


def size(documents):
    return sum(len(d["text"].encode()) for d in documents)


def shingles(text):
    words = WORD.findall(text.lower())
    return {" ".join(words[i : i + 5]) for i in range(len(words) - 4)}


def chain(documents, early):
    from datatrove.data import Document
    from datatrove.pipeline.dedup.minhash import MinhashDedupSignature
    from datatrove.pipeline.filters import (
        C4QualityFilter, FineWebQualityFilter, GopherQualityFilter, GopherRepetitionFilter)

    filters = [GopherRepetitionFilter(), GopherQualityFilter(), C4QualityFilter(), FineWebQualityFilter()]
    signer = MinhashDedupSignature(output_folder="/tmp/karat-bench-signatures")
    groups = collections.defaultdict(lambda: {"documents": 0, "dropped": 0})
    reasons = collections.Counter()
    started = time.process_time()
    for item in documents:
        document = Document(text=item["text"], id=item["id"])
        dropped = None
        for one in filters:
            result = one.filter(document)
            if result is not True:
                dropped = dropped or (type(one).__name__, result[1] if isinstance(result, tuple) else "")
                if early:
                    break
        if not (early and dropped):
            signer.get_signature(signer.get_shingles(item["text"]))
        for name in (item["source"], f"language {item['language'] or ''}"):
            groups[name]["documents"] += 1
            groups[name]["dropped"] += dropped is not None
        if dropped:
            reasons[" ".join(dropped)] += 1
    return {"seconds": time.process_time() - started, "groups": groups, "reasons": dict(reasons.most_common(12))}


def signer(library):
    """text → signature, as each library's own command makes it."""
    if library == "datatrove":
        from datatrove.pipeline.dedup.minhash import MinhashDedupSignature

        made = MinhashDedupSignature(output_folder="/tmp/karat-bench-signatures")
        return lambda text: made.get_signature(made.get_shingles(text))
    if library == "text-dedup":
        import numpy as np
        from text_dedup.minhash import embed_func
        from text_dedup.utils.hashfunc import sha1_hash

        prime = np.uint64((1 << 61) - 1)
        rng = np.random.RandomState(42)
        a_b = (rng.randint(1, prime, size=(128,), dtype=np.uint64), rng.randint(0, prime, size=(128,), dtype=np.uint64))
        ranges = [(i * 6, (i + 1) * 6) for i in range(21)]
        return lambda text: embed_func(
            text, 0, num_perm=128, ngram_size=5, min_length=5, hashranges=ranges, permutations=a_b,
            hash_func=lambda data: sha1_hash(data, d=32), dtype=np.uint64, max_hash=np.uint32((1 << 32) - 1), modulo_prime=prime)["__signatures__"]
    if library == "datasketch":
        from datasketch import MinHash

        def sign(text):
            made = MinHash(num_perm=128)
            made.update_batch([s.encode() for s in shingles(text)])
            return made

        return sign
    from rensa import RMinHash

    def sign(text):
        made = RMinHash(128, 42)
        made.update(list(shingles(text)))
        return made

    return sign


def minhash(documents, library):
    sign = signer(library)
    started = time.process_time()
    for item in documents:
        sign(item["text"])
    return {"seconds": time.process_time() - started}


def pairs_of(documents, library):
    """Pairs the library calls near-duplicates in its usual way (threshold .8)."""
    sign = signer(library)
    signatures = [(number, sign(item["text"])) for number, item in enumerate(documents) if item["text"]]
    found = set()
    if library == "datasketch":
        from datasketch import MinHashLSH

        index = MinHashLSH(threshold=0.8, num_perm=128)
        for number, signature in signatures:
            found.update((int(other), number) for other in index.query(signature))
            index.insert(str(number), signature)
    elif library == "rensa":
        from rensa import RMinHashLSH

        index = RMinHashLSH(0.8, 128, 16)
        for number, signature in signatures:
            found.update((other, number) for other in index.query(signature) if other != number)
            index.insert(number, signature)
    else:
        # 14 bands of 8: FineWeb's setting; a shared band is a duplicate, unverified.
        bands = collections.defaultdict(list)
        for number, signature in signatures:
            for band, values in enumerate(signature):
                key = (band, tuple(values) if isinstance(values, list) else values)
                found.update((other, number) for other in bands[key])
                bands[key].append(number)
    return found


def truth(documents):
    """All pairs with Jaccard ≥ .7, by prefix filtering: exact, nothing is estimated."""
    sets = [shingles(item["text"]) for item in documents]
    counts = collections.Counter(s for one in sets for s in one)
    ids = {s: n for n, (s, _) in enumerate(sorted(counts.items(), key=lambda pair: pair[1]))}
    ordered = [sorted(ids[s] for s in one) for one in sets]
    postings = collections.defaultdict(list)
    whole = [set(one) for one in ordered]
    for number, one in enumerate(ordered):
        # Two sets with Jaccard ≥ t share one of their rarest |A| − ⌈t·|A|⌉ + 1 members.
        prefix = one[: len(one) - -(-7 * len(one) // 10) + 1]
        candidates = {other for member in prefix for other in postings[member]}
        for other in candidates:
            common = len(whole[number] & whole[other])
            union = len(whole[number]) + len(whole[other]) - common
            if common * 10 >= union * 7:
                yield other, number, common / union
        for member in prefix:
            postings[member].append(number)


def quality(truth_path, pairs_path):
    real = {(a, b): j for a, b, j in map(json.loads, open(truth_path))}
    called = {(min(a, b), max(a, b)) for a, b, *_ in map(json.loads, open(pairs_path))}
    at = lambda t: {pair for pair, j in real.items() if j >= t}
    high, low = at(0.8), at(0.7)
    return {
        "true_80": len(high), "true_70": len(low), "called": len(called),
        "recall_80": len(high & called) / max(1, len(high)), "recall_70": len(low & called) / max(1, len(low)),
        "precision_80": len(called & high) / max(1, len(called)), "precision_70": len(called & low) / max(1, len(called)),
    }


def main():
    mode, first, *rest = sys.argv[1:]
    if mode == "quality":
        print(json.dumps(quality(first, rest[0])))
        return
    documents = read(int(first), rest)
    result = {}
    if mode.startswith("chain"):
        result = chain(documents, mode == "chain-early")
    elif mode.startswith("minhash-"):
        result = minhash(documents, mode.removeprefix("minhash-"))
    else:
        # Of texts with fewer than 50 shingles likeness says little; the gate compares them whole.
        for item in documents:
            item["text"] = item["text"] if len(shingles(item["text"])) >= 50 else ""
        found = truth(documents) if mode == "truth" else sorted(pairs_of(documents, mode.removeprefix("pairs-")))
        found = [pair for pair in found if all(documents[number]["text"] for number in pair[:2])]
        with open(os.environ["OUT"], "w") as out:
            out.writelines(json.dumps(list(pair)) + "\n" for pair in found)
    print(json.dumps({"documents": len(documents), "bytes": size(documents), **result}))


main()
