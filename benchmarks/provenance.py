"""What saying where a film comes from costs: XMP and a signed C2PA manifest on a copy of a 20 MB film of 20 s.

The film has twelve pictures and a narration as ingredients, two of the pictures with their makers' own manifests.
Wall and CPU (user + system of this process) are medians over the rounds, after one that loads everything; a plain copy
of the same file, written to disk as safely, stands beside them. Where others use the machine, the best round's wall
time says more than the median's. Goal: at most 100 ms of signing. `--json` prints one
object {"figures": {name: number}}.

    python -m benchmarks.provenance [--json] [--rounds N] [--megabytes N]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
from PIL import Image

from media_factory.assets import Asset
from media_factory.delivery.manifest import Output
from media_factory.delivery.provenance.credentials import context_for, read_credentials
from media_factory.delivery.provenance.identity import identity_of
from media_factory.delivery.provenance.keypair import KeyPair, key_pair
from media_factory.delivery.provenance.marking import generation_of, write_with_xmp
from media_factory.delivery.provenance.model import Origin, Part
from media_factory.delivery.provenance.signing import Claim, Marks, sign
from media_factory.files import sha256_of, whole_file

_SECONDS = 20
_PICTURES, _MARKED = 12, 2


def make_film(path: Path, megabytes: int) -> None:
    """Write a film of noise with a tone, its index first, of about so many MB."""
    bitrate = f"{megabytes * 8000 // _SECONDS}k"
    noise = f"nullsrc=s=1280x720:r=30:d={_SECONDS},geq=random(1)*255:128:128"
    tone = f"sine=frequency=330:sample_rate=48000:duration={_SECONDS}"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-f", "lavfi", "-i", noise, "-f", "lavfi"]
    command += ["-i", tone, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-b:v", bitrate]
    command += ["-maxrate", bitrate, "-bufsize", bitrate, "-c:a", "aac", "-shortest", "-movflags", "+faststart"]
    subprocess.run([*command, str(path)], check=True)


def asset_of(path: Path, media_type: str) -> Asset:
    """Return a file as an asset that no store has."""
    return Asset(digest=f"sha256:{sha256_of(path)}", media_type=media_type, size_bytes=path.stat().st_size)


def claim_for(folder: Path, film: Path, pair: KeyPair) -> Claim:
    """Return what a composed film claims: its pictures (some with marks of their own) and its narration."""
    parts, marked = [], {}
    for index in range(_PICTURES):
        path = folder / f"picture-{index}.png"
        Image.effect_noise((768, 1344), 40 + index).convert("RGB").save(path, compress_level=1)
        origin = Origin(source_type="trainedAlgorithmicMedia", provider="vendor:model-1")
        if index < _MARKED:
            plain = path.rename(folder / f"plain-{index}.png")
            output = Output(role="image", path=path.name, asset=asset_of(plain, "image/png"))
            claim = Claim(path.name, "image/png", origin, generation_of(output, origin, "vendor"))
            sign(plain, path, claim, identity_of(pair), context_for())
        asset = asset_of(path, "image/png")
        parts.append(Part(role="picture", asset=asset, source_type=origin.source_type, provider=origin.provider))
        if index < _MARKED:
            marked[asset.digest] = Marks(path, "image/png")
    spoken = Asset(digest=f"sha256:{hashlib.sha256(b'sound').hexdigest()}", media_type="audio/wav", size_bytes=5)
    parts.append(Part(role="narration", asset=spoken, source_type="trainedAlgorithmicMedia", provider="vendor:voice"))
    origin = Origin(source_type="compositeWithTrainedAlgorithmicMedia", parts=tuple(parts), synthetic_voice=True)
    output = Output(role="video", path="video-16x9.mp4", asset=asset_of(film, "video/mp4"))
    return Claim("video-16x9.mp4", "video/mp4", origin, generation_of(output, origin, "benchmark"), marked)


def spent_ms(work: Callable[[], None], rounds: int) -> tuple[float, float, float]:
    """Return the median wall and CPU milliseconds of some work, and the wall milliseconds of its best round."""
    walls, cpus = [], []
    for _ in range(rounds + 1):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return 1000 * statistics.median(walls[1:]), 1000 * statistics.median(cpus[1:]), 1000 * min(walls[1:])


def measure(folder: Path, megabytes: int, rounds: int) -> dict[str, float]:
    """Return the figures of marking one film."""
    film, told, signed = folder / "film.mp4", folder / "told.mp4", folder / "signed.mp4"
    make_film(film, megabytes)
    pair = key_pair(folder)
    identity, claim = identity_of(pair), claim_for(folder, film, pair)
    context = context_for(identity)

    def mark() -> None:
        write_with_xmp(film, told, claim)
        sign(told, signed, claim, identity, context)

    def deliver_signed() -> None:
        with whole_file(folder / "delivered.mp4") as temporary:
            write_with_xmp(film, told, claim)
            sign(told, temporary, claim, identity, context)
            sha256_of(temporary)

    def deliver_bare() -> None:
        with whole_file(folder / "bare.mp4") as temporary:
            shutil.copyfile(film, temporary)

    def read() -> None:
        found = read_credentials(signed, "video/mp4", context)
        assert found is not None and found.state == "trusted", found

    figures = {"film_bytes": float(film.stat().st_size)}
    for name, work in (("sign", mark), ("read", read), ("deliver", deliver_signed), ("bare_copy", deliver_bare)):
        figures[f"{name}_wall_ms"], figures[f"{name}_cpu_ms"], figures[f"{name}_best_wall_ms"] = spent_ms(work, rounds)
    figures["added_bytes"] = float(signed.stat().st_size) - figures["film_bytes"]
    return {name: round(value, 1) for name, value in figures.items()}


def main() -> None:
    """Make a film, mark it and print what that took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--megabytes", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), options.megabytes, options.rounds)
    if options.json:
        print(json.dumps({"figures": figures}))
        return
    for name, value in figures.items():
        print(f"{name:<20}{value:>14,.1f}")


if __name__ == "__main__":
    main()
