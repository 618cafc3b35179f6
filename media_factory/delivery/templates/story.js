(() => {
"use strict";
const find = (query) => document.querySelector(query);
const all = (query) => [...document.querySelectorAll(query)];
const media = find("#media");
const scenes = JSON.parse(find("#words").textContent);
const words = scenes.flatMap((scene) => scene.words);
const spans = all(".lines .w");
const lines = find("#lines");
const strip = find("#strip");
const stage = find(".stage");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
document.documentElement.classList.add("js");
if (matchMedia("(prefers-reduced-data: reduce)").matches) media.preload = "none";

// What stands before a word on its line: a space, or nothing where a language has no spaces.
const gap = (at) => {
  const before = spans[at] && spans[at].previousSibling;
  return before && before.nodeType === Node.TEXT_NODE ? before.data : "";
};

// Phrases of at most 42 characters that end with a sentence, a pause or a scene: what captions show at once.
const phrases = [];
let counted = 0;
scenes.forEach((scene) => {
  let phrase = null;
  scene.words.forEach((word) => {
    const room = phrase && phrase.text.length + word.text.length < 42;
    const going = phrase && !/[.!?…。！？]["'”’)]*$/.test(phrase.text) && word.start_s - phrase.end < 0.6;
    if (room && going) {
      phrase.text += gap(counted) + word.text;
    } else {
      phrase = { text: word.text, start: word.start_s, first: counted };
      phrases.push(phrase);
    }
    phrase.end = word.end_s;
    phrase.last = counted;
    counted += 1;
  });
});

// The last of some starts that is not after a time; -1 before the first.
const lastAt = (starts, time) => {
  let low = 0, high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= time) low = middle + 1; else high = middle;
  }
  return low - 1;
};
const wordStarts = words.map((word) => word.start_s);
const phraseStarts = phrases.map((phrase) => phrase.start);
const sceneStarts = scenes.map((scene) => scene.start_s);

let shownWord = -1, shownLit = -1, shownPhrase = -1, shownScene = -1, handsOffUntil = 0;

const follow = (span) => {
  if (!span || lines.scrollHeight <= lines.clientHeight || performance.now() < handsOffUntil) return;
  const frame = lines.getBoundingClientRect(), box = span.getBoundingClientRect();
  if (box.top > frame.top + 40 && box.bottom < frame.bottom - 80) return;
  lines.scrollBy({ top: box.top - frame.top - frame.height / 3, behavior: calm.matches ? "auto" : "smooth" });
};
const showScene = (index) => {
  all("[data-scene]").forEach((item) => {
    if (Number(item.dataset.scene) === index) item.setAttribute("aria-current", "true");
    else item.removeAttribute("aria-current");
  });
  shownScene = index;
};
const showPhrase = (index) => {
  shownPhrase = index;
  if (!strip) return;
  strip.replaceChildren();
  if (index < 0) return;
  const line = document.createElement("span");
  for (let at = phrases[index].first; at <= phrases[index].last; at += 1) {
    const span = document.createElement("span");
    span.textContent = words[at].text;
    if (at > phrases[index].first) line.append(gap(at));
    line.append(span);
  }
  strip.append(line);
};
const light = (index, lit) => {
  spans.forEach((span, at) => {
    span.classList.toggle("past", at < index || (at === index && lit !== index));
    span.classList.toggle("lit", at === lit);
  });
  if (lit >= 0 && lit !== shownLit) follow(spans[lit]);
  if (strip && strip.firstChild) {
    [...strip.firstChild.children].forEach((span, at) => {
      span.classList.toggle("lit", phrases[shownPhrase].first + at === lit);
    });
  }
  shownWord = index;
  shownLit = lit;
};
const show = () => {
  const time = media.currentTime;
  const index = lastAt(wordStarts, time);
  const next = words[index + 1];
  // A gap shorter than this would only flicker.
  const until = index < 0 ? 0 : Math.max(words[index].end_s, next && next.start_s - words[index].end_s < 0.3 ? next.start_s : 0);
  const lit = time < until ? index : -1;
  const scene = lastAt(sceneStarts, time);
  if (scene !== shownScene) showScene(scene);
  const phrase = lastAt(phraseStarts, time);
  if (phrase !== shownPhrase) { showPhrase(phrase); shownWord = -2; }
  if (index !== shownWord || lit !== shownLit) light(index, lit);
};
const tick = () => {
  show();
  if (!media.paused && !media.ended) requestAnimationFrame(tick);
};
const seek = (time) => {
  handsOffUntil = 0;
  media.currentTime = Math.max(0, time);
};
const playFrom = (time) => {
  seek(time);
  media.play().catch(() => {});
};
media.addEventListener("play", () => { stage.classList.add("live"); tick(); });
media.addEventListener("seeked", () => { stage.classList.add("live"); show(); });
media.addEventListener("timeupdate", show);
media.addEventListener("error", () => { find("#oops").hidden = false; });
if (phrases.length) showPhrase(0);

["wheel", "touchmove", "pointerdown"].forEach((name) => {
  if (lines) lines.addEventListener(name, () => { handsOffUntil = performance.now() + 4000; }, { passive: true });
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-seek]");
  const word = event.target.closest(".lines .w");
  if (button) {
    playFrom(Number(button.dataset.seek));
    if (button.closest(".cards")) stage.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "start" });
  } else if (word && getSelection().isCollapsed) {
    playFrom(words[spans.indexOf(word)].start_s);
  }
});

// Browsers refuse <track> to a page from disk, so the same captions are given to the player as cues.
let track = media.textTracks && media.textTracks[0];
if (location.protocol === "file:" && media.addTextTrack && phrases.length && find("#cc")) {
  all("track").forEach((element) => element.remove());
  track = media.addTextTrack("captions", "Captions", media.lang);
  track.mode = "hidden";
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
  phrases.forEach((phrase, at) => {
    const next = phrases[at + 1];
    const end = Math.max(phrase.end, Math.min(next ? next.start : Infinity, phrase.end + 0.5));
    if (end > phrase.start) track.addCue(new VTTCue(phrase.start, end, phrase.text.replace(/[&<>]/g, (mark) => entities[mark])));
  });
}
const captions = find("#cc");
const toggleCaptions = () => { if (track) track.mode = track.mode === "showing" ? "hidden" : "showing"; };
if (captions) {
  captions.addEventListener("click", toggleCaptions);
  media.textTracks.addEventListener("change", () => {
    captions.setAttribute("aria-pressed", String(Boolean(track) && track.mode === "showing"));
  });
  captions.hidden = !track;
}

all("[name=aspect]").forEach((choice) => {
  choice.addEventListener("change", () => {
    const { src, poster, width, height } = choice.dataset;
    const time = media.currentTime, playing = !media.paused;
    stage.style.setProperty("--w", width);
    stage.style.setProperty("--h", height);
    media.width = width;
    media.height = height;
    if (poster) media.poster = poster;
    media.style.background = "";
    media.src = src;
    if (time) media.currentTime = time;
    if (playing) media.play().catch(() => {});
  });
});

const fullScreen = () => {
  if (document.fullscreenElement) document.exitFullscreen();
  else if (media.requestFullscreen) media.requestFullscreen();
  else if (media.webkitEnterFullscreen) media.webkitEnterFullscreen();
};
const step = (way, byWord) => {
  const at = lastAt(wordStarts, media.currentTime + 0.01);
  if (!byWord || !words.length) seek(media.currentTime + 5 * way);
  else seek(words[Math.min(words.length - 1, Math.max(0, at + way))].start_s + 0.001);
};
const keys = {
  " ": () => (media.paused ? media.play().catch(() => {}) : media.pause()),
  ArrowLeft: (event) => step(-1, event.shiftKey),
  ArrowRight: (event) => step(1, event.shiftKey),
  m: () => { media.muted = !media.muted; },
  c: () => { if (captions) toggleCaptions(); },
  f: () => { if (captions) fullScreen(); },
};
keys.k = keys[" "];
document.addEventListener("keydown", (event) => {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (!keys[key] || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!find("#keys").checked || event.target.closest("input:not([type=checkbox],[type=radio]),select,textarea,[contenteditable]")) return;
  // These keys already mean something to what has the focus.
  const taken = key === " " || key.startsWith("Arrow");
  if (taken && event.target.closest("button,a,summary,input,video,audio,.scroll")) return;
  event.preventDefault();
  keys[key](event);
});

const wished = /^#t=(\d+(?:\.\d+)?)/.exec(location.hash);
if (wished) seek(Number(wished[1]));
})();
