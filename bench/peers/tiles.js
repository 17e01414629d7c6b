"use strict";
// Notes when each tile of the wall draws a picture; the page itself is as it is.
window.tiles = { opened: null, drawn: {} };

const draw = CanvasRenderingContext2D.prototype.drawImage;
CanvasRenderingContext2D.prototype.drawImage = function (...how) {
  draw.apply(this, how);
  const source = this.canvas.closest?.("[data-source]")?.dataset.source;
  if (source) (window.tiles.drawn[source] ??= []).push(performance.now());
};

const Socket = window.WebSocket;
window.WebSocket = class extends Socket {
  constructor(url, ...more) {
    super(url, ...more);
    if (new URL(url).pathname === "/monitor") {
      this.addEventListener("open", () => (window.tiles.opened = performance.now()));
    }
  }
};

// How light each tile is, 0 to 255, and how many pixels wide.
window.lightOfTiles = () =>
  [...document.querySelectorAll("[data-source] canvas")].map((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let light = 0;
    for (let at = 1; at < data.length; at += 4) light += data[at];
    return [light / (data.length / 4), canvas.width];
  });
