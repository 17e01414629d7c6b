// Node's own Socket.IO server, as bench/deliveries.py asks it; with a Redis, one of two nodes.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(`${process.argv[2]}/package.json`);
const { Server } = require("socket.io");
const parser = require("socket.io-msgpack-parser");

const ROOMS = 84;
const NEVER = 3_600_000;
const change = [
  "set",
  ["sheet", "technical", "b1", "cells", "t1"],
  { value: "18.50", at: 1_772_323_200_000, note: `<told here>${"x".repeat(32)}` },
];

const server = require("node:http").createServer();
const io = new Server(server, {
  parser,
  transports: ["websocket"],
  perMessageDeflate: false,
  pingInterval: NEVER,
  pingTimeout: NEVER,
});
const redis = process.argv[3];
if (redis !== undefined) {
  const { createAdapter } = require("@socket.io/redis-adapter");
  const { createClient } = require("redis");
  const speaking = createClient({ url: `redis://127.0.0.1:${redis}` });
  const listening = speaking.duplicate();
  await Promise.all([speaking.connect(), listening.connect()]);
  io.adapter(createAdapter(speaking, listening));
}
const session = io.of("/session");
session.on("connection", (socket) => socket.join(socket.handshake.auth.room));

const turn = () => new Promise((resolve) => setImmediate(resolve));

const go = async (rounds, events, rooms) => {
  for (let round = 0; round < rounds; round += 1) {
    for (let room = 0; room < rooms; room += 1) {
      for (let event = 0; event < events; event += 1) {
        session.to(`r${room}`).emit("changes", [[change]]);
      }
    }
    await turn();
  }
  console.log("done");
};

server.listen({ port: 0, host: "127.0.0.1", backlog: 1024 }, () =>
  console.log(server.address().port),
);
const orders = createInterface({ input: process.stdin });
orders.on("close", () => process.exit());
orders.on("line", (line) => {
  const [order, rounds, events, rooms] = line.split(" ");
  if (order === "go") {
    void go(Number(rounds), Number(events), Number(rooms ?? ROOMS));
  } else {
    const { user, system } = process.cpuUsage();
    console.log((user + system) / 1e6);
  }
});
