// Durable commands on Node: Socket.IO and pg, as bench/state_parts/callers.py speaks to it.
// A pool of 16 and one prepared insert a command; PostgreSQL gathers the flushes of the pool.
import { createHash, randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [, , installed, options] = process.argv;
const { database, redis, sessions, second, audiences } = JSON.parse(options);
const require = createRequire(`${installed}/package.json`);
const { Server } = require("socket.io");
const parser = require("socket.io-msgpack-parser");
const { Pool } = require("pg");

const NEVER = 3_600_000;
const pool = new Pool({ connectionString: database, max: 16 });
const http = require("node:http").createServer();
const io = new Server(http, {
  parser,
  transports: ["websocket"],
  perMessageDeflate: false,
  pingInterval: NEVER,
  pingTimeout: NEVER,
});
if (redis) {
  const { createAdapter } = require("@socket.io/redis-adapter");
  const { createClient } = require("redis");
  const speaking = createClient({ url: `redis://127.0.0.1:${redis}` });
  const listening = speaking.duplicate();
  for (const client of [speaking, listening]) {
    client.on("error", () => {}); // it comes back by itself
    await client.connect();
  }
  io.adapter(createAdapter(speaking, listening));
}
if (!second) {
  await pool.query(
    "create table entry (session text, seq bigint, command_id bytea unique, body bytea, " +
      "head bytea, primary key (session, seq))",
  );
}

const INSERT = {
  name: "append",
  text: "insert into entry (session, seq, command_id, body, head) values ($1, $2, $3, $4, $5)",
};
const rooms = new Map();
const room = io.of("/session");

const perform = async (state, session, who, message) => {
  const paused = state.seq % 2 === 1;
  if (paused !== (message.name === "Resume")) {
    return { ok: false };
  }
  const body = Buffer.from(JSON.stringify({ by: who, name: message.name, ...message.args }));
  const head = createHash("sha256").update(state.head).update(body).digest();
  const seq = state.seq + 1;
  await pool.query({ ...INSERT, values: [session, seq, Buffer.from(message.id), body, head] });
  state.seq = seq;
  state.head = head;
  for (const audience of audiences) {
    const change = ["set", ["pause"], { by: who, to: audience, ...message.args }];
    room.to(`${session}:${audience}`).emit("changes", [[change]]);
  }
  return { ok: true };
};

room.on("connection", (socket) => {
  const { session, bearer } = socket.handshake.auth;
  socket.join(`${session}:${bearer}`);
  socket.on("command", (message, answer) => {
    const state = rooms.get(session) ?? { seq: 0, head: Buffer.alloc(0), last: Promise.resolve() };
    rooms.set(session, state);
    state.last = state.last.then(async () => {
      try {
        answer(await perform(state, session, bearer, message));
      } catch (error) {
        console.error(error);
        answer({ ok: false });
      }
    });
  });
});

http.listen({ port: 0, host: "127.0.0.1", backlog: 1024 }, () => {
  const tokens = Object.fromEntries(audiences.map((who) => [who, "dG9rZW4="]));
  const made = Array.from({ length: second ? 0 : sessions }, () => ({
    session: randomBytes(16).toString("hex"),
    tokens,
  }));
  console.log(JSON.stringify([http.address().port, made]));
});
const orders = createInterface({ input: process.stdin });
orders.on("line", () => {
  const { user, system } = process.cpuUsage();
  console.log((user + system) / 1e6);
});
orders.on("close", () => process.exit());
