"use strict";
// Notes what the score sheet costs whoever works in it; the page itself is as it is.
window.noted = { keys: [], painted: [], saved: [], long: [], ready: null, drawn: null };

// When what has been changed by now is handed to the screen.
const shown = (tell) =>
  requestAnimationFrame(() => {
    const after = new MessageChannel();
    after.port1.onmessage = () => tell(performance.now());
    after.port2.postMessage(null);
  });

addEventListener(
  "keydown",
  (event) => {
    const at = event.timeStamp;
    noted.keys.push(performance.now() - at);
    shown((now) => noted.painted.push(now - at));
    if (event.key === "Enter") watch(at);
  },
  { capture: true },
);

// From the key that leaves a cell to the words that its score is on disk.
function watch(at) {
  const pane = document.querySelector(".er-pane");
  if (pane === null) return;
  let left = false;
  const look = new MutationObserver(() => {
    left ||= pane.querySelector(".er-saving-sending") !== null;
    if (!left || pane.querySelector(".er-saving-saved") === null) return;
    look.disconnect();
    shown((now) => noted.saved.push(now - at));
  });
  look.observe(pane, { subtree: true, childList: true, attributes: true });
}

addEventListener("DOMContentLoaded", () => {
  new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => noted.long.push(duration)))
    .observe({ type: "longtask" });
  const look = new MutationObserver(() => {
    if (document.querySelector(".er-sheet tbody input") === null) return;
    look.disconnect();
    shown((now) => (noted.ready = now));
  });
  look.observe(document.body, { subtree: true, childList: true });
});

// The last that is drawn onto a page of a document are the words across it.
const fillText = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (...how) {
  fillText.apply(this, how);
  if (this.canvas.closest?.('[data-page="1"]')) noted.drawn = performance.now();
};

const frame = () => new Promise(requestAnimationFrame);

// Frames in ms while the sheet is scrolled over all it has, `by` pixels a frame.
window.scrolled = async (by) => {
  const sheet = document.querySelector(".er-sheet");
  const times = [];
  const over = async (way, most) => {
    sheet[way] = 0;
    let before = await frame();
    while (sheet[way] < most - 1) {
      sheet[way] += by;
      const now = await frame();
      times.push(now - before);
      before = now;
    }
    sheet[way] = 0;
  };
  await over("scrollLeft", sheet.scrollWidth - sheet.clientWidth);
  await over("scrollTop", sheet.scrollHeight - sheet.clientHeight);
  await frame();
  return times;
};

window.rested = async (times) => {
  const took = [];
  for (let before = await frame(); took.length < times; before += took.at(-1)) took.push((await frame()) - before);
  return took;
};

// The cursor into a cell, wherever in the sheet; what stands in it.
window.placed = async (bid, item, column) => {
  const sheet = document.querySelector(".er-sheet");
  const name = `score-${item}-${bid}`;
  const wide = sheet.querySelector(".er-sheet-bid").getBoundingClientRect().width;
  if (document.getElementById(name) === null) sheet.scrollLeft = column * wide;
  while (document.getElementById(name) === null) await frame();
  document.getElementById(name).focus();
  await frame();
  const field = document.getElementById(name);
  field.select();
  return field.value;
};

// The same command by itself, with its answer: no queue, nothing kept, nothing said of it.
window.commanded = async (bid, criterion) => {
  const app = document.querySelector("#app").__vue_app__;
  const session = app.config.globalProperties.$pinia._s.get("session");
  const { section } = session.view.tender.criteria.find(({ id }) => id === criterion);
  const row = session.view.sheet[section]?.[bid];
  const value = row?.cells[criterion]?.value === "2.5" ? "1.5" : "2.5";
  const at = performance.now();
  const cells = [{ bid, criterion, value, reason: "" }];
  await session.give("EnterScores", { cells }, { seen: row?.revision ?? 0 });
  return performance.now() - at;
};

// One small value put into IndexedDB and committed there, in a database that is open.
window.kept = async (times) => {
  const asked = (request) => new Promise((done) => (request.onsuccess = () => done(request.result)));
  const opening = indexedDB.open("bench", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("one");
  const base = await asked(opening);
  const took = [];
  for (let each = 0; each < times; each += 1) {
    const at = performance.now();
    await new Promise((done) => {
      const act = base.transaction("one", "readwrite");
      act.objectStore("one").put({ value: "1.5", at }, each);
      act.oncomplete = done;
    });
    took.push(performance.now() - at);
  }
  base.close();
  indexedDB.deleteDatabase("bench");
  return took;
};
