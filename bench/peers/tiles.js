"use strict";
// Tells of each tile of the wall what its player has shown; the page itself is as it is.
window.tiles = { since: null, first: {} };

const Socket = window.WebSocket;
window.WebSocket = class extends Socket {
  constructor(url, ...more) {
    super(url, ...more);
    if (new URL(url).pathname === "/monitor") {
      this.addEventListener("open", () => (window.tiles.since = performance.now()));
    }
  }
};

const players = () => Object.fromEntries(
  [...document.querySelectorAll("[data-source]")].flatMap((place) => {
    const video = place.querySelector("video");
    return video === null ? [] : [[place.dataset.source, video]];
  }),
);

// The first picture of each player, when it is put on the screen; nothing is asked of it later.
function look(element) {
  const source = element.closest("[data-source]")?.dataset.source;
  if (source === undefined) return;
  element.requestVideoFrameCallback(() => {
    window.tiles.first[source] ??= performance.now() - window.tiles.since;
  });
}

new MutationObserver((changes) => {
  for (const { addedNodes } of changes) {
    for (const node of addedNodes) {
      if (node instanceof HTMLVideoElement) look(node);
      else if (node instanceof Element) node.querySelectorAll("video").forEach(look);
    }
  }
}).observe(document, { childList: true, subtree: true });

// From now on the first pictures of other tiles are waited for; those that are there have theirs.
window.more = () => {
  window.tiles.since = performance.now();
};

// What time it is in milliseconds, and how many pictures each tile has shown so far.
window.shownOfTiles = () => [
  performance.now(),
  Object.fromEntries(
    Object.entries(players()).map(([source, video]) => {
      const { totalVideoFrames, droppedVideoFrames } = video.getVideoPlaybackQuality();
      return [source, totalVideoFrames - droppedVideoFrames];
    }),
  ),
];

// The place of each tile on the screen: left, top, width and height in pixels.
window.placesOfTiles = () =>
  [...document.querySelectorAll("[data-source] .er-tile")].map((tile) => {
    const { left, top, width, height } = tile.getBoundingClientRect();
    return [left, top, width, height];
  });
