"""Builds the corpora of the gate's benchmark out of Debian packages.

    corpus.py WORK      fetches, unpacks and converts into WORK/text/*.jsonl, WORK/files/*

Every text file has one document a line: {"id", "source", "language", "text"}. What is
already there is kept, so a second run costs nothing.
"""

import gzip
import html.parser
import json
import pathlib
import re
import subprocess
import sys

# source: (package, language, what its files look like below the package's root)
TEXTS = {
    "linux-doc": ("linux-doc-6.1", "en", "usr/share/doc/linux-doc-6.1/**/*.rst.gz", "plain"),
    "linux-doc-html": ("linux-doc-6.1", "en", "usr/share/doc/linux-doc-6.1/html/**/*.html", "html"),
    "cppreference": ("cppreference-doc-en-html", "en", "usr/share/**/*.html", "html"),
    "postgresql": ("postgresql-doc-15", "en", "usr/share/doc/**/*.html", "html"),
    "debian-reference": ("debian-reference-en", "en", "usr/share/**/*.html", "html"),
    "handbook": ("debian-handbook", None, "usr/share/**/*.html", "html"),
    "anarchism": ("anarchism", "en", "usr/share/doc/anarchism/**/*.html", "html"),
    "python": ("python3.11-doc", "en", "usr/share/doc/python3.11/html/_sources/**/*.txt*", "plain"),
    "git": ("git-doc", "en", "usr/share/doc/git-doc/**/*.txt", "plain"),
    **{
        f"man-{code}": (f"manpages-{code}", code.split("-")[0], "usr/share/man/*/man*/*.gz", "man")
        for code in ["de", "fr", "es", "pl", "ru", "ja", "zh", "pt-br"]
    },
}

FILES = {
    "pdf": [("texlive-latex-recommended-doc", "**/*.pdf")],
    "image": [("tuxpaint-stamps-default", "**/*.jpg"), ("tuxpaint-stamps-default", "**/*.png"),
              ("gnome-backgrounds", "**/*.jpg"), ("gnome-backgrounds", "**/*.webp")],
    # Families: what belongs together looks alike and is not the same.
    "icons": [("gnome-icon-theme", "**/256x256/**/*.png"), ("oxygen-icon-theme", "**/256x256/**/*.png")],
    "audio": [("asterisk-core-sounds-en-wav", "**/*.wav"), ("asterisk-core-sounds-fr-wav", "**/*.wav")],
}

# Whole source trees: their odd and hostile files.
SOURCES = {"hostile-pdf": [("qpdf", "*.pdf"), ("pdfminer", "*.pdf")], "docx": [("pandoc", "*.docx")]}


class Words(html.parser.HTMLParser):
    """The readable part of a page: blocks become lines, scripts and navigation go."""

    BLOCKS = {"p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "br", "dt", "dd", "table", "section"}
    SKIPPED = {"script", "style", "head", "nav", "svg", "footer", "header"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.out, self.skipping, self.pre = [], 0, 0

    def handle_starttag(self, tag, attrs):
        if tag in self.SKIPPED:
            self.skipping += 1
        if tag == "pre":
            self.pre += 1
        if tag in self.BLOCKS:
            self.out.append("\n")

    def handle_endtag(self, tag):
        if tag in self.SKIPPED:
            self.skipping = max(0, self.skipping - 1)
        if tag == "pre":
            self.pre = max(0, self.pre - 1)
        if tag in self.BLOCKS:
            self.out.append("\n")

    def handle_data(self, data):
        if not self.skipping:
            self.out.append(data if self.pre else re.sub(r"\s+", " ", data))

    def text(self):
        lines = [line.rstrip() for line in "".join(self.out).split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def from_html(text):
    words = Words()
    words.feed(text)
    return words.text()


MAN_ESCAPES = {r"\-": "-", r"\(aq": "'", r"\(dq": '"', r"\(lq": "“", r"\(rq": "”", r"\(co": "©", r"\(bu": "•",
               r"\(en": "–", r"\(em": "—", r"\e": "\\", r"\&": "", r"\ ": " ", r"\~": " ", r"\|": "", r"\^": "", r"\:": "",
               r"\(ha": "^", r"\(ti": "~", r"\(cq": "’", r"\(oq": "‘", r"\(mu": "×", r"\(->": "→", r"\/": "", r"\,": "", r"\c": ""}


def from_man(text):
    """The words of a manual page without its macros."""
    out = []
    for line in text.splitlines():
        if line.startswith(("'\\\"", ".\\\"", ".de", ".ds", ".if", ".ie", ".el", ".nr", ".TH", ".so")):
            continue
        macro = re.match(r"^[.'](\w+)\s*(.*)$", line)
        if macro:
            name, rest = macro.groups()
            rest = re.sub(r'"([^"]*)"', r"\1", rest)
            if name in {"SH", "SS"}:
                out.append("\n" + rest + "\n")
            elif name in {"PP", "P", "LP", "TP", "IP", "sp", "HP"}:
                out.append("\n" + (rest if name == "IP" else ""))
            elif name in {"B", "I", "BR", "RB", "IR", "RI", "BI", "IB", "SM"}:
                out.append(rest.replace(" ", "") if len(name) == 2 else rest)
            continue
        out.append(line)
    text = "\n".join(out)
    text = re.sub(r"\\f(\[[^]]*\]|\(..|.)", "", text)
    text = re.sub(r"\\s[-+]?\d", "", text)
    text = re.sub(r"\\\*(\[[^]]*\]|\(..|.)", "", text)
    text = re.sub(r"\\\[u([0-9A-F]{4,5})\]", lambda m: chr(int(m[1], 16)), text)
    for escape, char in MAN_ESCAPES.items():
        text = text.replace(escape, char)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


CONVERT = {"plain": lambda text: text, "html": from_html, "man": from_man}


def run(*args, cwd):
    subprocess.run(args, cwd=cwd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def unpacked(work, package):
    """The package's files; fetched and unpacked once, never installed."""
    target = work / "unpacked" / package
    if not target.exists():
        debs = work / "debs"
        debs.mkdir(parents=True, exist_ok=True)
        if not list(debs.glob(f"{package}_*.deb")):
            run("apt-get", "download", "-qq", package, cwd=debs)
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(package + ".partial")
        run("rm", "-rf", str(partial), cwd=work)
        run("dpkg-deb", "-x", str(next(debs.glob(f"{package}_*.deb"))), str(partial), cwd=work)
        partial.rename(target)
    return target


def read(path):
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    return data.decode("utf-8", "strict")


def language_of(path):
    """The handbook has one folder a language, the kernel one for each it is translated into."""
    found = re.search(r"/(?:html|translations)/([a-z]{2,3})[-_][A-Z]{2}/", str(path))
    return found[1] if found else None


def paragraphs(text):
    """Its longer lines: what is too short to be told apart from a name or a command is left out."""
    return [line for line in text.split("\n") if len(line) >= 60]


def translated(text, english):
    """Whether hardly a paragraph (a fifth of their length) is still the English one."""
    own = paragraphs(text)
    left = sum(len(line) for line in own if line in english)
    return left * 5 <= sum(map(len, own))


def handbook_page(path, text):
    """Its language is its folder's, if it was translated at all: many pages never were."""
    code = language_of(path)
    if code == "en":
        return code
    original = path.parents[1] / "en-US" / path.name
    english = set(paragraphs(from_html(read(original)))) if original.exists() else set()
    return code if translated(text, english) else None


def write_texts(work, source):
    package, language, pattern, how = TEXTS[source]
    out = work / "text" / f"{source}.jsonl"
    if out.exists():
        return
    root = unpacked(work, package)
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_suffix(".partial")
    seen = set()
    with partial.open("w") as lines:
        for path in sorted(root.glob(pattern)):
            if path.is_symlink() or not path.is_file():
                continue
            try:
                text = CONVERT[how](read(path))
            except (UnicodeDecodeError, gzip.BadGzipFile):
                continue
            key = hash(text)
            spoken = handbook_page(path, text) if source == "handbook" else language_of(path) or language
            if not spoken or not text.strip() or len(text) > 1_000_000 or key in seen:
                continue
            seen.add(key)
            item = {"id": str(path.relative_to(root)), "source": source, "language": spoken, "text": text}
            lines.write(json.dumps(item, ensure_ascii=False) + "\n")
    partial.rename(out)


def link_files(work, kind, found):
    folder = work / "files" / kind
    folder.mkdir(parents=True, exist_ok=True)
    for number, path in enumerate(sorted(found)):
        link = folder / f"{number:05}{path.suffix.lower()}"
        if not link.exists():
            link.symlink_to(path.resolve())


def sources(work, package):
    """The unpacked source package."""
    folder = work / "sources" / package
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = folder.with_name(package + ".partial")
        run("rm", "-rf", str(partial), cwd=work)
        partial.mkdir(parents=True)
        lists = work / "deb-src.list"
        named = next(pathlib.Path("/etc/apt").rglob("debian.sources"), None) or pathlib.Path("/etc/apt/sources.list")
        text = named.read_text()
        text = re.sub(r"^Types: deb$", "Types: deb deb-src", text, flags=re.M)
        text = re.sub(r"^deb (.*)$", r"deb \1\ndeb-src \1", text, flags=re.M)
        lists = lists.with_suffix(".sources" if "Types:" in text else ".list")
        lists.write_text(text)
        options = ["-o", f"Dir::Etc::sourcelist={lists}", "-o", "Dir::Etc::sourceparts=/nowhere",
                   "-o", f"Dir::State::lists={work / 'lists'}"]
        (work / "lists" / "partial").mkdir(parents=True, exist_ok=True)
        run("apt-get", *options, "update", "-qq", cwd=work)
        run("apt-get", *options, "source", "-qq", package, cwd=partial)
        partial.rename(folder)
    return folder


def main():
    work = pathlib.Path(sys.argv[1])
    work.mkdir(parents=True, exist_ok=True)
    for source in TEXTS:
        write_texts(work, source)
    for kind, wanted in FILES.items():
        link_files(work, kind, [p for package, pattern in wanted for p in unpacked(work, package).glob(pattern) if p.is_file() and not p.is_symlink()])
    for kind, wanted in SOURCES.items():
        link_files(work, kind, [p for package, pattern in wanted for p in sources(work, package).rglob(pattern) if p.is_file()])
    for path in sorted((work / "text").glob("*.jsonl")):
        print(path.name, sum(1 for _ in path.open()), path.stat().st_size)
    for folder in sorted((work / "files").iterdir()):
        print(folder.name, sum(1 for _ in folder.iterdir()))


main()
