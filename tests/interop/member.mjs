// A stock client that does what it is told, one line of JSON each, and tells what happens to it.
import { createRequire } from "node:module";
import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";

const require = createRequire(new URL("../node/package.json", import.meta.url));
const { io } = require("socket.io-client");
const parser = require("socket.io-msgpack-parser");

const tell = (happening) => console.log(JSON.stringify(happening));
const { url, headers, transports, session, bearer } = JSON.parse(process.argv[2]);
let token = Buffer.from(JSON.parse(process.argv[2]).token);

const socket = io(`${url}/session`, {
  parser,
  transports,
  extraHeaders: headers,
  reconnectionDelay: 20,
  reconnectionDelayMax: 40,
  // A function, so that each reconnect sends the newest token.
  auth: (send) => send({ protocol: 1, session, token, bearer }),
});

socket.on("connect", () => tell({ connect: socket.io.engine.transport.name }));
socket.on("disconnect", (reason) => tell({ disconnect: reason, active: socket.active }));
socket.on("connect_error", ({ message, data }) =>
  tell({ refused: data ?? null, message, active: socket.active }),
);
socket.on("changes", (changes) => tell({ changes }));
socket.on("presence", (presence) => tell({ presence }));
socket.on("bye", (bye) => tell({ bye }));
socket.on("mark", (mark) => {
  token = mark.token;
  tell({ mark: mark.at, token: token.toString() });
});

const idIn = {
  buffer: () => randomBytes(16),
  view: () => new Uint8Array(randomBytes(16)),
  arraybuffer: () => new Uint8Array(randomBytes(16)).buffer,
};

const orders = {
  command: ({ name, args, id = "buffer" }) =>
    socket.emit("command", { id: idIn[id](), name, args, seen: undefined }, (answer) =>
      tell({ answer }),
    ),
  ephemeral: (message) => socket.emit("ephemeral", message),
  // Many commands, at most so many unanswered; only the order of what comes back is told.
  storm: ({ rounds, unanswered }) => {
    const heard = [];
    let sent = 0;
    let answered = 0;
    const send = () => {
      sent += 1;
      socket.emit("command", { id: randomBytes(16), name: "Any", args: {} }, () => {
        heard.push("answer");
        answered += 1;
        if (sent < rounds) send();
        if (answered === rounds) {
          // In lines that a reader with a bounded buffer can take
          for (let i = 0; i < heard.length; i += 500) tell({ heard: heard.slice(i, i + 500) });
          tell({ heard: [] });
        }
      });
    };
    socket.on("changes", (changes) => heard.push(changes));
    for (let i = 0; i < unanswered; i += 1) send();
  },
  close: () => socket.close(),
};

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const [[order, given]] = Object.entries(JSON.parse(line));
    orders[order](given);
  })
  .on("close", () => {
    socket.close();
  });
