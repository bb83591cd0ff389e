"""Writes seeds/: one small honest file of each kind that a format knows.

Needs Pillow, pyarrow, and ffmpeg for MP3 and FLAC. The seeds are committed; this is how
they were made.
"""

import io
import json
import math
import pathlib
import struct
import subprocess
import wave
import zipfile
import zlib

import pyarrow
import pyarrow.parquet
from PIL import Image, PngImagePlugin

HERE = pathlib.Path(__file__).parent / "seeds"
STORY = (
    "The river rises in the hills behind the town and runs for two days before it reaches the sea. "
    "In spring the water is cold and fast, and people who live along it keep their boats on the bank until May. "
    "We still go there in summer, when the stones are warm and the children build dams that never last the night. "
)


def put(kind, name, data):
    folder = HERE / kind
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())


def pdf(objects):
    out, offsets = b"%PDF-1.5\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{at:010} 00000 n \n".encode() for at in offsets)
    return out + f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n".encode()


def stream(data, packed):
    data = data.encode()
    if packed:
        data = zlib.compress(data)
    return f"<</Length {len(data)}{'/Filter/FlateDecode' if packed else ''}>>\nstream\n".encode() + data + b"\nendstream"


def pdfs():
    words = STORY.split()
    lines = [" ".join(words[i : i + 9]) for i in range(0, len(words), 9)]
    body = "BT /F1 11 Tf 14 TL 72 720 Td " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
    for packed in (False, True):
        put("pdf", f"story-{'packed' if packed else 'plain'}.pdf", pdf([
            b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
            stream(body, packed), b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"]))


def docx():
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    paragraph = lambda text: f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"
    table = f"<w:tbl><w:tr><w:tc>{paragraph('a')}</w:tc><w:tc>{paragraph('b')}</w:tc></w:tr></w:tbl>"
    document = f'<?xml version="1.0" encoding="UTF-8"?><w:document {space}><w:body>{paragraph(STORY)}{table}{paragraph(STORY)}</w:body></w:document>'
    types = ('<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
             '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
             '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>')
    relations = ('<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                 '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>')
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (("[Content_Types].xml", types), ("_rels/.rels", relations), ("word/document.xml", document)):
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    put("docx", "letter.docx", out.getvalue())


def records():
    chat = {"messages": [{"role": "user", "content": "Where does the river rise?"}, {"role": "assistant", "content": STORY}]}
    rows = [chat, {"prompt": "Tell me of the river.", "completion": STORY}, {"text": STORY},
            {"prompt": "River?", "chosen": STORY, "rejected": "No."}]
    for name, row in zip(("chat", "pair", "text", "preference"), rows):
        put("records", f"{name}.jsonl", (json.dumps(row) + "\n") * 2)
    put("csv", "pairs.csv", f'prompt,completion\n"Tell me, please","{STORY}"\nMore,"{STORY}"\n')
    put("csv", "semicolons.csv", f'prompt;completion\n"Tell me; please";"{STORY}"\nMore;"{STORY}"\n')
    put("csv", "tabs.csv", f'prompt\tcompletion\nTell me\t"{STORY}"\nMore\t"{STORY}"\n')
    table = pyarrow.table({"prompt": ["Tell me.", "More."], "completion": [STORY, STORY[::-1]]})
    for codec in ("snappy", "none", "gzip", "zstd", "lz4"):
        out = io.BytesIO()
        pyarrow.parquet.write_table(table, out, compression=codec)
        put("parquet", f"pairs-{codec}.parquet", out.getvalue())


def images():
    picture = Image.new("RGB", (240, 220))
    picture.putdata([((x * 7 + y) % 256, (x * y // 9) % 256, (y * 5 + x // 3) % 256) for y in range(220) for x in range(240)])
    small = picture.resize((70, 66))
    put_image = lambda kind, name, image, **options: (out := io.BytesIO(), image.save(out, **options), put(kind, name, out.getvalue()))
    note = PngImagePlugin.PngInfo()
    note.add_text("Comment", "a test picture")
    put_image("png", "rgb.png", small, format="PNG", pnginfo=note)
    put_image("png", "palette.png", small.quantize(16), format="PNG")
    put_image("png", "grey16.png", small.convert("I;16"), format="PNG")
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Maker", 6
    put_image("jpeg", "baseline.jpg", picture, format="JPEG", quality=40, exif=exif)
    put_image("jpeg", "progressive.jpg", small, format="JPEG", progressive=True)
    put_image("jpeg", "cmyk.jpg", small.convert("CMYK"), format="JPEG")
    put_image("webp", "lossy.webp", small, format="WEBP")
    put_image("webp", "lossless.webp", small, format="WEBP", lossless=True)
    for name, how in (("lzw", "tiff_lzw"), ("deflate", "tiff_adobe_deflate"), ("packbits", "packbits")):
        put_image("tiff", f"{name}.tiff", small, format="TIFF", compression=how)
    put_image("bmp", "rgb.bmp", small, format="BMP")
    put_image("bmp", "palette.bmp", small.quantize(16), format="BMP")


def sounds():
    rate, out = 16000, io.BytesIO()
    tone = [int(9000 * math.sin(i * 0.11) * abs(math.sin(i / 2600)) + 400 * math.sin(i * 1.7)) for i in range(rate * 3 // 2)]
    with wave.open(out, "wb") as sound:
        sound.setparams((1, 2, rate, 0, "NONE", ""))
        sound.writeframes(struct.pack(f"<{len(tone)}h", *tone))
    put("wav", "tone.wav", fixed(out.getvalue(), rate))
    for kind, options in (("mp3", ["-b:a", "32k"]), ("flac", [])):
        subprocess.run(["ffmpeg", "-loglevel", "error", "-y", "-i", HERE / "wav/tone.wav", *options, "-fflags", "+bitexact",
                        HERE / kind / f"tone.{kind}"], check=True)


def fixed(data, rate):
    """The first second, with sizes that say so."""
    body = data[44 : 44 + 2 * rate]
    return data[:4] + struct.pack("<I", 36 + len(body)) + data[8:40] + struct.pack("<I", len(body)) + body


put("text", "story.md", f"# The river\n\n{STORY}\n\n- one\n- two\n\n```\ncode\n```\n")
put("text", "mixed.md", "Grüße, мир, 世界 and שלום. " * 20)
pdfs()
docx()
records()
images()
sounds()
