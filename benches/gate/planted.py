"""Documents with something planted in them, and mutants of real files.

    planted.py make WORK               writes WORK/planted/{secrets,personal,leaks,evals}
    planted.py score WORK VERDICTS…    what `karat check --json` said of them
    planted.py mutants WORK COUNT      writes WORK/mutants: real files with flipped or lost bytes
"""

import base64
import json
import pathlib
import random
import re
import string
import sys
import zlib

LETTERS = string.ascii_letters + string.digits
UPPER = string.ascii_uppercase + "234567"
HEX = "0123456789abcdef"


def some(rng, alphabet, count):
    return "".join(rng.choice(alphabet) for _ in range(count))


def base62(number, width):
    digits = string.digits + string.ascii_uppercase + string.ascii_lowercase
    out = ""
    while number:
        number, rest = divmod(number, 62)
        out = digits[rest] + out
    return out.rjust(width, "0")


def github(rng, prefix):
    """A GitHub token ends in the CRC-32 of its body, in base 62."""
    body = some(rng, LETTERS, 30)
    return f"{prefix}_{body}{base62(zlib.crc32(body.encode()), 6)}"


def pem(rng, kind):
    body = base64.b64encode(rng.randbytes(600)).decode()
    lines = "\n".join(body[i : i + 64] for i in range(0, len(body), 64))
    return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----"


SECRETS = {
    "aws": lambda r: "AKIA" + some(r, UPPER, 16),
    "github": lambda r: github(r, "ghp"),
    "github-app": lambda r: github(r, "ghs"),
    "gitlab": lambda r: "glpat-" + some(r, LETTERS, 20),
    "slack": lambda r: f"xoxb-{some(r, string.digits, 12)}-{some(r, string.digits, 12)}-{some(r, LETTERS, 24)}",
    "stripe": lambda r: "sk_live_" + some(r, LETTERS, 24),
    "sendgrid": lambda r: f"SG.{some(r, LETTERS, 22)}.{some(r, LETTERS, 43)}",
    "google": lambda r: "AIza" + some(r, LETTERS + "-_", 35),
    "npm": lambda r: github(r, "npm"),
    "pypi": lambda r: "pypi-AgEIcHlwaS5vcmc" + some(r, LETTERS + "-_", 80),
    "huggingface": lambda r: "hf_" + some(r, string.ascii_letters, 34),
    "telegram": lambda r: f"{r.randint(10**8, 10**10 - 1)}:AA{some(r, LETTERS + '-_', 33)}",
    "digitalocean": lambda r: "dop_v1_" + some(r, HEX, 64),
    "shopify": lambda r: "shpat_" + some(r, HEX, 32),
    "twilio": lambda r: "SK" + some(r, HEX, 32),
    "databricks": lambda r: "dapi" + some(r, HEX, 32),
    "rsa": lambda r: pem(r, "RSA PRIVATE KEY"),
    "openssh": lambda r: pem(r, "OPENSSH PRIVATE KEY"),
    "slack-hook": lambda r: f"https://hooks.slack.com/services/T{some(r, UPPER, 8)}/B{some(r, UPPER, 8)}/{some(r, LETTERS, 24)}",
    "grafana": lambda r: "glc_" + base64.b64encode(r.randbytes(60)).decode().rstrip("="),
}


def luhn(digits):
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def iban(rng):
    body = some(rng, string.digits, 18)
    check = 98 - int(body + "131400") % 97
    return f"DE{check:02}{body}"


def card(rng):
    digits = "4" + some(rng, string.digits, 14)
    return "credit card number " + digits + luhn(digits)


PERSONAL = {
    "email": lambda r: f"{some(r, string.ascii_lowercase, 7)}.{some(r, string.ascii_lowercase, 6)}@{some(r, string.ascii_lowercase, 8)}-mail.de",
    "phone": lambda r: f"+49 30 {r.randint(2000000, 8999999)}",
    "address": lambda r: f"{r.choice([81, 93, 151, 212])}.{r.randint(20, 250)}.{r.randint(1, 250)}.{r.randint(1, 250)}",
    "iban": iban,
    "card": card,
}


def carriers(work):
    """Honest paragraphs to hide things in, with the sentences benchmark items are made of."""
    documents = [json.loads(line) for line in open(work / "text/anarchism.jsonl")]
    out = []
    for document in documents:
        parts = [p for p in document["text"].split("\n\n") if len(p.split()) > 80]
        out.extend("\n\n".join(parts[i : i + 3]) for i in range(0, len(parts) - 3, 3))
    return out


def make(work):
    rng = random.Random(4)
    bases = carriers(work)
    rng.shuffle(bases)
    folder = work / "planted"
    for kind, makers, each in (("secrets", SECRETS, 12), ("personal", PERSONAL, 40)):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        for name, maker in makers.items():
            for number in range(each):
                text = bases.pop()
                at = text.find(" ", rng.randrange(len(text) // 2))
                (folder / kind / f"{name}-{number:02}.txt").write_text(f"{text[:at]}\n{maker(rng)}\n{text[at:]}")
    sentence = re.compile(r"[A-Z][^.!?]{90,400}[.?]")
    items = [found[0] for text in bases[:1200] if (found := sentence.findall(text))]
    (folder / "evals").mkdir(parents=True, exist_ok=True)
    (folder / "leaks").mkdir(parents=True, exist_ok=True)
    asked = items[:300]
    with open(folder / "evals/exam.jsonl", "w") as out:
        out.writelines(json.dumps({"question": item}) + "\n" for item in asked)
    # Carriers from other documents than the items: only what is planted leaks.
    clean = [text for text in bases[1200:] if not any(item in text for item in asked)]
    for number, text in enumerate(clean[:300]):
        planted = number < 150
        words = text.split("\n\n")
        body = "\n\n".join([words[0], asked[number], *words[1:]]) if planted else text
        (folder / "leaks" / f"{'leak' if planted else 'clean'}-{number:03}.txt").write_text(body)


def score(paths):
    result = {}
    for line in (line for path in paths for line in open(path)):
        verdict = json.loads(line)
        path = pathlib.Path(verdict["file"])
        checks = {(f["check"], f["class"]) for f in verdict["findings"]}
        kind, name = path.parent.name, path.stem.rsplit("-", 1)[0]
        found = {
            "secrets": any(check == "T15" for check, _ in checks),
            "personal": any(check == "T16" for check, _ in checks),
            "leaks": ("T14", "refuse") in checks,
        }[kind]
        entry = result.setdefault(kind, {}).setdefault(name, [0, 0])
        entry[0] += found
        entry[1] += 1
    return result


def mutants(work, count):
    rng = random.Random(7)
    folder = work / "mutants"
    kinds = {"text": ["pdf", "hostile-pdf", "docx"], "image": ["image"], "audio": ["audio"]}
    for modality, sources in kinds.items():
        (folder / modality).mkdir(parents=True, exist_ok=True)
        files = [p for source in sources for p in sorted((work / "files" / source).iterdir()) if p.stat().st_size < 300_000]
        for number in range(count):
            path = rng.choice(files)
            data = bytearray(path.read_bytes())
            if not data:
                continue
            if number % 3 == 0:
                data = data[: rng.randrange(len(data))]
            else:
                for _ in range(rng.choice([1, 4, 64])):
                    data[rng.randrange(len(data))] = rng.randrange(256)
            (folder / modality / f"{number:05}{path.suffix}").write_bytes(data)


def main():
    mode, work, *rest = sys.argv[1:]
    work = pathlib.Path(work)
    if mode == "make":
        make(work)
    elif mode == "mutants":
        mutants(work, int(rest[0]))
    else:
        print(json.dumps(score(rest)))


main()
