// A whole member of the committee, from log-in to signature, on nothing but what docs/protocol.md
// says: HTTP for the view, a stock socket.io-client for the rest. It ends on the sheet it is given.
import { createRequire } from "node:module";
import { randomBytes } from "node:crypto";

const require = createRequire(new URL("../node/package.json", import.meta.url));
const { io } = require("socket.io-client");
const parser = require("socket.io-msgpack-parser");

const { url, login, password, code, session, sheet } = JSON.parse(process.argv[2]);
const me = { cookies: "", member: null };
const receipts = [];
let view = null;
let token = null;
let busy = false;

const headers = () => ({ Origin: url, Cookie: me.cookies });

async function logIn() {
  const answer = await fetch(`${url}/api/login`, {
    method: "POST",
    headers: { ...headers(), "Content-Type": "application/json" },
    body: JSON.stringify({ login, password }),
  });
  if (!answer.ok) throw new Error(`log-in: ${await answer.text()}`);
  me.cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ");
  const paired = await fetch(`${url}/api/pairing`, {
    method: "POST",
    headers: { ...headers(), "Content-Type": "application/json" },
    body: JSON.stringify({ code }),
  });
  if (!paired.ok) throw new Error(`seat code: ${await paired.text()}`);
}

async function fetchView() {
  const answer = await fetch(`${url}/api/sessions/${session}/view`, { headers: headers() });
  if (!answer.ok) throw new Error(`view: ${await answer.text()}`);
  ({ view, token } = await answer.json());
  me.member = view.me.member;
}

function apply([op, path, value]) {
  const last = path.at(-1);
  const target = path.slice(0, -1).reduce((node, key) => node[key], view);
  if (op === "set") target[last] = value;
  else if (op === "append") target[last].push(value);
  else if (op === "remove") delete target[last];
  else throw new Error(`cannot apply ${op}`);
}

const met = (code) => view.gate.some((line) => line.code === code && line.met);
const leads = () => view.ballot.lead === me.member;

const duties = {
  declaration: () => !view.me.committed && met("discipline_announced") && ["Commit"],
  lead() {
    const { lead, own, candidates, start_requested } = view.ballot;
    if (leads() && !start_requested) return ["RequestStart"];
    return !lead && !own && candidates.length && ["CastBallot", { candidate: candidates[0] }];
  },
  preliminary: review,
  detailed: review,
  price() {
    const open = view.gate.find((line) => line.code === "prices_confirmed" && !line.met);
    return open?.params.members.includes(me.member) && ["ConfirmPrices"];
  },
  summary: () =>
    leads() && met("result_verified") && !view.report.sha256 && ["SubmitReport"],
  signing() {
    const report = view.report.sha256;
    if (!view.report.signatures[me.member]) return ["SignReport", { report }];
    return leads() && met("all_signed") && ["CloseSession"];
  },
};

function review() {
  for (const section of Object.keys(view.sheet)) {
    if (view.committee[me.member].finished[section] === false) return score(section);
  }
  const ready = Object.entries(view.sections).find(([, s]) => s.checked && !s.group_closed);
  return leads() && ready && ["CloseGroup", { section: ready[0] }];
}

function score(section) {
  const items = view.tender.criteria.filter((item) => item.section === section);
  for (const [bid, { rejected }] of Object.entries(view.bids)) {
    if (rejected) continue;
    const row = view.sheet[section][bid] ?? { revision: 0, cells: {} };
    const cells = items
      .filter((item) => row.cells[item.id]?.value !== sheet[bid][item.id])
      .map((item) => ({ bid, criterion: item.id, value: sheet[bid][item.id] }));
    if (cells.length) return ["EnterScores", { cells }, row.revision];
  }
  return ["ClosePersonally", { section }, view.phase.revision];
}

function duty() {
  if (!view || view.pause || view.phase.over) return null;
  if (!view.me.seated) return ["CheckIn"];
  return duties[view.phase.name]?.() || null;
}

function act() {
  if (busy) return;
  if (view.phase.over) return finish();
  const wish = duty();
  if (!wish) return;
  const [name, args = {}, seen] = wish;
  busy = true;
  const message = { id: randomBytes(16), name, args };
  if (seen !== undefined) message.seen = seen;
  socket.emit("command", message, (answer) => {
    if (!answer.ok) throw new Error(`${name}: ${JSON.stringify(answer)}`);
    if (answer.receipt) receipts.push(answer.receipt);
    busy = false;
    act();
  });
}

function finish() {
  const hex = (value) => (value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value);
  const signed = (one) => ({ body: one.body, salt: hex(one.salt), signature: hex(one.signature) });
  const shown = receipts.map((one) => ({
    session: hex(one.session),
    command_id: hex(one.command_id),
    at: one.at,
    key: hex(one.key),
    signed: one.signed.map(signed),
  }));
  console.log(JSON.stringify({ member: me.member, view, receipts: shown }));
  socket.close();
}

await logIn();
await fetchView();
const socket = io(`${url}/session`, {
  parser,
  transports: ["websocket"],
  extraHeaders: headers(),
  auth: (send) => send({ protocol: 1, session, token }),
});
socket.on("connect", act);
socket.on("connect_error", ({ message }) => {
  throw new Error(message);
});
socket.on("mark", (mark) => {
  token = mark.token;
});
socket.on("changes", async (events) => {
  if (events.some((event) => event.some(([op]) => op === "refetch"))) {
    socket.disconnect();
    await fetchView();
    socket.connect();
    return;
  }
  for (const event of events) event.forEach(apply);
  act();
});
