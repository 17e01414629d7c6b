// Node's `ws` as bench/media_wall.py asks it: one camera, the same bytes to every client.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { readFileSync } from "node:fs";

const require = createRequire(`${process.argv[2]}/package.json`);
const { WebSocketServer } = require("ws");

const RATE = 15;
const HEADER = 28;
const held = readFileSync(process.argv[3]);
const frames = [];
for (let place = 0; place < held.length; ) {
  const length = held.readUInt32BE(place + 1);
  frames.push({ key: held[place], data: held.subarray(place + 5, place + 5 + length) });
  place += 5 + length;
}

const server = require("node:http").createServer();
const walls = new WebSocketServer({ server, perMessageDeflate: false });
walls.on("connection", (wall) => {
  wall.acknowledged = 0;
  wall.on("message", (text) => {
    const said = JSON.parse(text);
    if (said.ack) wall.acknowledged = said.ack["1"];
  });
});

let seq = 0;
const push = () => {
  const { key, data } = frames[seq % frames.length];
  const message = Buffer.alloc(HEADER + data.length);
  message[0] = 1;
  message[1] = key;
  message[2] = 1;
  message.writeUInt32BE(1, 4);
  message.writeUInt32BE(seq, 12);
  message.writeUInt32BE(Date.now() % 2 ** 32, 24);
  data.copy(message, HEADER);
  seq += 1;
  for (const wall of walls.clients) wall.send(message);
};

const play = async (count) => {
  const begin = performance.now();
  for (let number = 0; number < count; number += 1) {
    push();
    const due = begin + ((number + 1) * 1000) / RATE;
    await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
  }
  console.log("done");
};

server.listen({ port: 0, host: "127.0.0.1", backlog: 1024 }, () =>
  console.log(server.address().port),
);
createInterface({ input: process.stdin }).on("line", (line) => {
  const [order, count] = line.split(" ");
  if (order === "play") {
    void play(Number(count));
  } else {
    const { user, system } = process.cpuUsage();
    console.log((user + system) / 1e6);
  }
});
