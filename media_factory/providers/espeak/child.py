"""The program that speaks: it loads the espeak-ng library, says one thing, and ends.

It is a program of its own for three reasons that were measured or read: the library is GPL-3.0-or-later and so never
enters our process; it is not thread-safe; and it speaks the same text the same way only in a fresh process.

It reads one JSON object on standard input, `{text, voice, rate_wpm}` or `{list: true}`, and writes one JSON line on
standard output, then the PCM (mono, 16 bit, little endian) that the line announces. Nothing here imports ours.
"""

from __future__ import annotations

import ctypes
import json
import sys
from ctypes import CFUNCTYPE, POINTER, Structure, Union, c_char, c_char_p, c_int, c_short, c_ubyte, c_uint, c_void_p
from pathlib import Path
from typing import Any

# Names and numbers of espeak-ng's speak_lib.h.
_EVENT_WORD, _EVENT_PHONEME = 1, 7
_EVENTS = {_EVENT_WORD: "word", _EVENT_PHONEME: "phoneme"}
_AUDIO_OUTPUT_SYNCHRONOUS = 2
_INITIALIZE_PHONEME_EVENTS, _INITIALIZE_PHONEME_IPA, _INITIALIZE_DONT_EXIT = 0x1, 0x2, 0x8000
_CHARS_UTF8, _POS_CHARACTER, _PARAMETER_RATE = 1, 1, 1


class _EventId(Union):
    _fields_ = (("number", c_int), ("name", c_char_p), ("string", c_char * 8))


class _Event(Structure):
    _fields_ = (
        ("type", c_int),
        ("unique_identifier", c_uint),
        ("text_position", c_int),
        ("length", c_int),
        ("audio_position", c_int),
        ("sample", c_int),
        ("user_data", c_void_p),
        ("id", _EventId),
    )


class _Voice(Structure):
    _fields_ = (
        ("name", c_char_p),
        ("languages", c_void_p),
        ("identifier", c_char_p),
        ("gender", c_ubyte),
        ("age", c_ubyte),
        ("variant", c_ubyte),
        ("xx1", c_ubyte),
        ("score", c_int),
        ("spare", c_void_p),
    )


class _Library:
    """The espeak-ng library, initialised once."""

    def __init__(self) -> None:
        import espeakng_loader

        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self._library.espeak_Info.restype = c_char_p
        self._library.espeak_ListVoices.restype = POINTER(POINTER(_Voice))
        self._library.espeak_Synth.argtypes = (
            *(c_void_p, ctypes.c_size_t, c_uint, c_int),
            *(c_uint, c_uint, POINTER(c_uint), c_void_p),
        )
        options = _INITIALIZE_PHONEME_EVENTS | _INITIALIZE_PHONEME_IPA | _INITIALIZE_DONT_EXIT
        # The library wants the folder that holds espeak-ng-data, not the data folder itself.
        folder = str(Path(espeakng_loader.get_data_path()).parent).encode()
        self.rate_hz = int(self._library.espeak_Initialize(_AUDIO_OUTPUT_SYNCHRONOUS, 0, folder, options))
        if self.rate_hz <= 0:
            raise OSError("the library does not find its data")
        self.version = str(self._library.espeak_Info(None).decode()).split()[0]
        self._pcm = bytearray()
        self._events: list[tuple[str, int, int, str]] = []
        # The library keeps only the address: our reference keeps the function alive.
        self._callback = CFUNCTYPE(c_int, POINTER(c_short), c_int, POINTER(_Event))(self._receive)
        self._library.espeak_SetSynthCallback(self._callback)

    def _receive(self, samples: Any, count: int, events: Any) -> int:
        if samples and count > 0:
            self._pcm += ctypes.string_at(samples, count * 2)
        index = 0
        while (event := events[index]).type:
            index += 1
            kind = _EVENTS.get(event.type)
            if kind:
                raw = ctypes.string_at(ctypes.addressof(event.id), 8) if kind == "phoneme" else b""
                name = raw.split(b"\0")[0].decode(errors="replace")
                self._events.append((kind, event.text_position - 1, event.sample, name))
        return 0

    def speak(self, text: str, voice: str, rate_wpm: int) -> tuple[dict[str, Any], bytes]:
        """Return what was said when, and the PCM."""
        if self._library.espeak_SetVoiceByName(voice.encode()):
            return {"problem": f"there is no voice {voice}", "kind": "voice"}, b""
        self._library.espeak_SetParameter(_PARAMETER_RATE, rate_wpm, 0)
        data = ctypes.create_string_buffer(text.encode())
        # Plain text: without the SSML and phoneme flags no character of it is a command.
        status = self._library.espeak_Synth(data, len(data), 0, _POS_CHARACTER, 0, _CHARS_UTF8, None, None)
        if status or self._library.espeak_Synchronize():
            return {"problem": f"espeak_Synth returned {status}", "kind": "failed"}, b""
        return {"rate_hz": self.rate_hz, "samples": len(self._pcm) // 2, "events": self._events}, bytes(self._pcm)

    def voices(self) -> list[tuple[str, str]]:
        """Return the language and the file of every voice."""
        found, index = [], 0
        voices = self._library.espeak_ListVoices(None)
        while voices[index]:
            voice = voices[index].contents
            # `languages` starts with a byte of priority.
            language = ctypes.string_at(voice.languages + 1).decode()
            found.append((language, str(voice.identifier.decode()).rsplit("/", 1)[-1]))
            index += 1
        return found


def _answer(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    try:
        library = _Library()
    except (ImportError, OSError) as exc:
        return {"problem": f"espeak-ng does not load: {type(exc).__name__}", "kind": "absent"}, b""
    if request.get("list"):
        return {"version": library.version, "voices": library.voices()}, b""
    head, pcm = library.speak(request["text"], request["voice"], request["rate_wpm"])
    return {"version": library.version, **head}, pcm


def main() -> None:
    """Answer the one request on standard input."""
    head, pcm = _answer(json.loads(sys.stdin.buffer.read()))
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + pcm)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
