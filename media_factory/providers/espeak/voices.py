"""espeak-ng's voices as data, and which of them speaks a language."""

from __future__ import annotations

import difflib

from media_factory.errors import VoiceNotFound

# The names that the library takes. Left out: voices whose dictionary the 1.52 data lacks (fo, kaa, xex), Cherokee (it
# is silent), Japanese (it says "Chinese letter" for every kanji), second romanisations, languages without a BCP 47 tag.
VOICES = (
    *("af", "am", "an", "ar", "as", "az", "ba", "be", "bg", "bn", "bpy", "bs", "ca", "ca-ba", "ca-nw", "ca-va"),
    *("cmn", "cs", "cv", "cy", "da", "de", "el", "en", "en-029", "en-gb-scotland", "en-gb-x-gbclan", "en-gb-x-gbcwmd"),
    *("en-gb-x-rp", "en-us", "en-us-nyc", "eo", "es", "es-419", "et", "eu", "fa", "fi", "fr", "fr-be", "fr-ch", "ga"),
    *("gd", "gn", "grc", "gu", "hak", "haw", "he", "hi", "hr", "ht", "hu", "hy", "hyw", "ia", "id", "io", "is", "it"),
    *("jbo", "ka", "kk", "kl", "kn", "ko", "kok", "ku", "ky", "la", "lb", "lfn", "lt", "ltg", "lv", "mi", "mk", "ml"),
    *("mr", "ms", "mt", "mto", "my", "nb", "nci", "ne", "nl", "nog", "om", "or", "pa", "pap", "pl", "pt", "pt-br"),
    *("qu", "quc", "ro", "ru", "ru-cl", "ru-lv", "sd", "shn", "si", "sk", "sl", "smj", "sq", "sr", "sv", "sw", "ta"),
    *(
        "te",
        "th",
        "ti",
        "tk",
        "tn",
        "tr",
        "tt",
        "ug",
        "uk",
        "ur",
        "uz",
        "vi",
        "vi-vn-x-central",
        "vi-vn-x-south",
        "yue",
    ),
)
VARIANTS = (
    *(
        "Alex",
        "Alicia",
        "Andrea",
        "Andy",
        "Annie",
        "Denis",
        "Diogo",
        "Gene",
        "Gene2",
        "Henrique",
        "Hugo",
        "Jacky",
        "Lee",
    ),
    *("Marco", "Mario", "Michael", "Mike", "Nguyen", "Reed", "Storm", "adam", "anika", "announcer", "antonio", "aunty"),
    *("belinda", "benjamin", "boris", "caleb", "david", "ed", "edward", "f1", "f2", "f3", "f4", "f5", "grandma"),
    *("grandpa", "gustave", "ian", "iven", "john", "kaukovalta", "klatt", "klatt2", "klatt3", "klatt4", "klatt5"),
    *("klatt6", "linda", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "marcelo", "max", "michel", "miguel"),
    *("norbert", "pablo", "paul", "pedro", "quincy", "rob", "robert", "sandro", "shelby", "steph", "steph2", "steph3"),
    *("travis", "victor", "zac"),
)
# Softer than the plain voice: no formants above the fifth, where the buzz is. Screen readers ship it as their default.
DEFAULT_VARIANT = "max"
_MEANT = {
    "en": "en-us",
    "en-gb": "en",
    "en-au": "en",
    "en-nz": "en",
    "en-ie": "en",
    "en-za": "en",
    "en-in": "en",
    **{
        f"es-{country}": "es-419"
        for country in ("ar", "bo", "cl", "co", "cr", "cu", "do", "ec", "gt", "hn", "mx", "ni")
    },
    **{f"es-{country}": "es-419" for country in ("pa", "pe", "pr", "py", "sv", "us", "uy", "ve")},
    "fr-fr": "fr",
    "no": "nb",
    "nn": "nb",
    "zh": "cmn",
    "zh-hk": "yue",
    "zh-mo": "yue",
    "zh-yue": "yue",
}
LANGUAGES = tuple(sorted({name.split("-")[0] for name in (*VOICES, *_MEANT)}))


def _voice_of(language: str) -> str | None:
    """Return the voice that is nearest to a BCP 47 tag: the tag without its last parts until one is known."""
    parts = language.lower().replace("_", "-").split("-")
    for count in range(len(parts), 0, -1):
        tag = "-".join(parts[:count])
        if tag in _MEANT:
            return _MEANT[tag]
        if tag in VOICES:
            return tag
    return None


def _not_found(what: str, known: tuple[str, ...]) -> VoiceNotFound:
    near = difflib.get_close_matches(what, known, n=3, cutoff=0.5) or known
    return VoiceNotFound(f"espeak has no voice {what!r}; it has {', '.join(near)}")


def voice_for(language: str, voice: str | None = None) -> str:
    """Return the name by which the library knows a voice.

    Args:
        language: BCP 47 tag.
        voice: a variant such as `f3`, a voice such as `en-gb`, both as `en-gb+f3`, or None for the default.

    Raises:
        VoiceNotFound: there is no such language, voice or variant; the message names what is there.
    """
    variants = {name.lower(): name for name in VARIANTS}
    name, _, variant = (voice or "").strip().partition("+")
    if name.lower() in variants and not variant:
        name, variant = "", name
    spoken = _voice_of(language) if not name else name.lower() if name.lower() in VOICES else _MEANT.get(name.lower())
    if spoken is None:
        raise _not_found(name, (*VARIANTS, *VOICES)) if name else _not_found(language, LANGUAGES)
    if variant and variant.lower() not in variants:
        raise _not_found(variant, VARIANTS)
    return f"{spoken}+{variants[variant.lower()] if variant else DEFAULT_VARIANT}"


__all__ = ["DEFAULT_VARIANT", "LANGUAGES", "VARIANTS", "VOICES", "voice_for"]
