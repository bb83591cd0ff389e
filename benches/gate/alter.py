"""Copies of images and recordings as people make them, and what a peer says of them.

    alter.py image ORIGINALS OUT       OUT/ALTERATION/NAME.ext of every file named in ORIGINALS
    alter.py audio ORIGINALS OUT       the same of recordings, by ffmpeg
    alter.py choose MODALITY FOLDER COUNT    the paths of COUNT originals, a line each
    alter.py imagehash ORIGINALS [COPIES]    a JSON line: what perceptual hashes call the same,
                                             of the copies or of all pairs of originals

ORIGINALS and COPIES are lists of paths. What is there already is kept.
"""

import collections
import json
import pathlib
import random
import subprocess
import sys
import wave

from PIL import Image, ImageEnhance, ImageOps

RECORDING = 5.0  # seconds, at least
SIDE = 256  # pixels of the shorter side, at least


def cropped(image, left, top, right, bottom):
    """Without so much of each side."""
    width, height = image.size
    return image.crop((int(width * left), int(height * top), int(width * (1 - right)), int(height * (1 - bottom))))


def random_crop(image, name):
    """Without up to a tenth of each side, each its own."""
    rng = random.Random(name)
    return cropped(image, *(rng.uniform(0, 0.1) for _ in range(4)))


def framed(image):
    return ImageOps.expand(image, border=max(image.size) // 25, fill="white")


def noisy(image):
    """Sensor noise of about 4 of 256."""
    noise = Image.effect_noise(image.size, 8).convert("RGB")
    return Image.blend(image, noise, 0.06)


def half(image):
    return image.resize((image.width // 2, image.height // 2), Image.LANCZOS)


IMAGES = {
    "JPEG of quality 90": ("jpg", {"quality": 90}, lambda image, name: image),
    "JPEG of quality 40": ("jpg", {"quality": 40}, lambda image, name: image),
    "WebP of quality 60": ("webp", {"quality": 60}, lambda image, name: image),
    "half as wide and high": ("png", {}, lambda image, name: half(image)),
    "grey": ("jpg", {"quality": 90}, lambda image, name: image.convert("L")),
    "brighter by a quarter": ("jpg", {"quality": 90}, lambda image, name: ImageEnhance.Brightness(image).enhance(1.25)),
    "more contrast by a third": ("jpg", {"quality": 90}, lambda image, name: ImageEnhance.Contrast(image).enhance(1.33)),
    "noise": ("jpg", {"quality": 90}, lambda image, name: noisy(image)),
    "mirrored": ("jpg", {"quality": 90}, lambda image, name: ImageOps.mirror(image)),
    "turned by a quarter": ("jpg", {"quality": 90}, lambda image, name: image.transpose(Image.ROTATE_90)),
    "a white frame": ("jpg", {"quality": 90}, lambda image, name: framed(image)),
    "a tenth cut off one side": ("jpg", {"quality": 90}, lambda image, name: cropped(image, 0.1, 0, 0, 0)),
    "a twentieth cut off every side": ("jpg", {"quality": 90}, lambda image, name: cropped(image, 0.05, 0.05, 0.05, 0.05)),
    "up to a tenth cut off each side, each its own": ("jpg", {"quality": 90}, random_crop),
}

# ffmpeg's options, and the kind of file.
SOUNDS = {
    "FLAC": ("flac", []),
    "MP3 of 128 kbit a second": ("mp3", ["-b:a", "128k", "-ar", "44100"]),
    "MP3 of 32 kbit a second": ("mp3", ["-b:a", "32k", "-ar", "22050"]),
    "at 44.1 kHz": ("wav", ["-ar", "44100"]),
    "half as loud": ("wav", ["-af", "volume=0.5"]),
    "noise 30 dB below": ("wav", ["-filter_complex", "anoisesrc=a=0.01:s=7[n];[0:a][n]amix=duration=first:normalize=0"]),
    "half a second of silence before": ("wav", ["-af", "adelay=500"]),
    "the first second cut off": ("wav", ["-ss", "1"]),
    "the first two seconds cut off": ("wav", ["-ss", "2"]),
    "the last second cut off": ("wav", []),
    "the first half alone": ("wav", []),
    "two in a hundred faster": ("wav", ["-af", "atempo=1.02"]),
}


def seconds(path):
    with wave.open(str(path)) as sound:
        return sound.getnframes() / sound.getframerate()


def choose(modality, folder, count):
    """Evenly over the folder, of those that are big or long enough."""
    def good(path):
        if modality == "image":
            with Image.open(path) as image:
                return min(image.size) >= SIDE
        return seconds(path) >= RECORDING

    found = [path for path in sorted(pathlib.Path(folder).iterdir()) if good(path)]
    step = max(1, len(found) // count)
    return found[::step][:count]


def shown(path):
    """As it is seen: turned upright, what is transparent on white."""
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def images(originals, out):
    for path in originals:
        image = shown(path)
        image.thumbnail((1600, 1600))
        for name, (kind, options, change) in IMAGES.items():
            copy = out / name / f"{path.stem}.{kind}"
            if not copy.exists():
                copy.parent.mkdir(parents=True, exist_ok=True)
                change(image, path.stem).save(copy, **options)


def sounds(originals, out):
    for path in originals:
        for name, (kind, options) in SOUNDS.items():
            copy = out / name / f"{path.stem}.{kind}"
            if copy.exists():
                continue
            if name == "the last second cut off":
                options = ["-t", f"{seconds(path) - 1:.3f}"]
            elif name == "the first half alone":
                options = ["-t", f"{seconds(path) / 2:.3f}"]
            copy.parent.mkdir(parents=True, exist_ok=True)
            command = ["ffmpeg", "-v", "error", "-y", "-i", str(path), *options, "-map_metadata", "-1", str(copy)]
            subprocess.run(command, check=True)


def hashes():
    """Two perceptual hashes of 64 bits, and how many bits copies may be apart."""
    import imagehash

    return {"pHash, 10 of 64 bits": (imagehash.phash, 10), "dHash, 10 of 64 bits": (imagehash.dhash, 10)}


def imagehash(originals, copies):
    result = {}
    for title, (method, bits) in hashes().items():
        own = {path.stem: method(shown(path)) for path in originals}
        found = collections.defaultdict(lambda: [0, 0])
        for path in copies:
            tally = found[path.parent.name]
            tally[0] += int(method(shown(path)) - own[path.stem] <= bits)
            tally[1] += 1
        result[title] = found
    return result


def imagehash_pairs(paths):
    result = {}
    for title, (method, bits) in hashes().items():
        own = [method(shown(path)) for path in paths]
        result[title] = sum(int(a - b <= bits) for n, a in enumerate(own) for b in own[:n])
    return result


def named(path):
    return [pathlib.Path(line) for line in open(path).read().splitlines()]


def main():
    mode, first, *rest = sys.argv[1:]
    if mode == "choose":
        print("\n".join(map(str, choose(first, rest[0], int(rest[1])))))
    elif mode == "imagehash":
        print(json.dumps(imagehash(named(first), named(rest[0])) if rest else imagehash_pairs(named(first))))
    else:
        {"image": images, "audio": sounds}[mode](named(first), pathlib.Path(rest[0]))


main()
