"use strict";
// What a workstation and a wall do with media, as short as it can be: publishes a camera into whose
// picture the time is burned as 40 black and white blocks, and reads it back where it is shown.

const picture = { width: 320, height: 180, rate: 10, bits: 300000, ...window.wantedPicture };
const WIDTH = picture.width, HEIGHT = picture.height;
const BITS = 40, BLOCK = WIDTH / BITS, ROW = 2 * BLOCK;

async function exchange(connection, path) {
  await connection.setLocalDescription(await connection.createOffer());
  while (connection.iceGatheringState !== "complete") {
    await new Promise((done) => connection.addEventListener("icegatheringstatechange", done));
  }
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/sdp" },
    body: connection.localDescription.sdp,
  });
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${text}`);
  await connection.setRemoteDescription({ type: "answer", sdp: text });
  return answer.headers.get("Location");
}

function burn(context, time) {
  for (let bit = 0; bit < BITS; bit++) {
    const one = Math.floor(time / 2 ** bit) % 2;
    context.fillStyle = one ? "#fff" : "#000";
    context.fillRect(bit * BLOCK, 0, BLOCK, ROW);
  }
}

function read(context) {
  let time = 0;
  for (let bit = 0; bit < BITS; bit++) {
    const [light] = context.getImageData(bit * BLOCK + BLOCK / 2, ROW / 2, 1, 1).data;
    if (light > 127) time += 2 ** bit;
  }
  return time;
}

function canvas() {
  const made = document.createElement("canvas");
  made.width = WIDTH;
  made.height = HEIGHT;
  document.body.append(made);
  return made.getContext("2d", { willReadFrequently: true });
}

async function relays() {
  const answer = await fetch("/api/ice");
  return (await answer.json()).ice_servers;
}

function connection(ice) {
  return new RTCPeerConnection({
    bundlePolicy: "max-bundle",
    iceServers: ice || [],
    iceTransportPolicy: ice ? "relay" : "all",
  });
}

// How what is published leaves this machine.
async function way() {
  const stats = await window.published.getStats();
  for (const one of stats.values()) {
    if (one.type === "candidate-pair" && one.nominated && one.state === "succeeded") {
      const local = stats.get(one.localCandidateId);
      return [local.candidateType, local.relayProtocol];
    }
  }
  return null;
}

async function publish(session, source, relayed) {
  const ice = relayed ? await relays() : null;
  const media = await navigator.mediaDevices.getUserMedia({
    video: { width: WIDTH, height: HEIGHT, frameRate: picture.rate },
    audio: true,
  });
  const video = document.createElement("video");
  video.srcObject = media;
  video.muted = true;
  await video.play();
  const context = canvas();
  window.frozen = false;
  let last = 0;
  setInterval(() => {
    if (!window.frozen) {
      context.drawImage(video, 0, 0, WIDTH, HEIGHT);
      last = Date.now();
    }
    // A frozen camera goes on sending, always the same.
    burn(context, last);
  }, 1000 / picture.rate);
  const [track] = context.canvas.captureStream(picture.rate).getVideoTracks();
  window.published = connection(ice);
  const sent = window.published.addTransceiver(track, {
    direction: "sendonly",
    sendEncodings: [{ scalabilityMode: "L1T3", maxBitrate: picture.bits }],
  });
  const codecs = RTCRtpSender.getCapabilities("video").codecs;
  const named = (name) => codecs.filter((one) => one.mimeType.toLowerCase() === `video/${name}`);
  sent.setCodecPreferences([...named("vp8"), ...named("rtx")]);
  window.published.addTransceiver(media.getAudioTracks()[0], { direction: "sendonly" });
  return exchange(window.published, `/whip/${session}/${source}`);
}

async function subscribe(session, source, kinds) {
  window.subscribed = connection();
  const stream = new MediaStream();
  const video = document.createElement("video");
  video.autoplay = video.playsInline = true;
  video.srcObject = stream;
  document.body.append(video);
  window.shown = [];
  window.subscribed.addEventListener("track", (event) => {
    stream.addTrack(event.track);
    if (event.track.kind === "video") watch(video);
  });
  for (const kind of kinds) window.subscribed.addTransceiver(kind, { direction: "recvonly" });
  return exchange(window.subscribed, `/whep/${session}/${source}`);
}

// Reads each picture that a player has put on the screen.
function watch(video) {
  const context = canvas();
  window.shown = [];
  const draw = () => {
    context.drawImage(video, 0, 0, WIDTH, HEIGHT);
    window.shown.push([read(context), Date.now()]);
    video.requestVideoFrameCallback(draw);
  };
  video.requestVideoFrameCallback(draw);
}

async function heard() {
  let energy = 0;
  for (const one of (await window.subscribed.getStats()).values()) {
    if (one.type === "inbound-rtp" && one.kind === "audio") energy += one.totalAudioEnergy || 0;
  }
  return energy;
}

// The wall: one tile.
function wall(session, source) {
  const context = canvas();
  const state = (window.wallState = { words: [], pictures: [], closed: null, stream: null });
  let decoder = null, epoch = null;
  const numbers = new Map();
  const line = new WebSocket(`ws://${location.host}/monitor?session=${session}`);
  line.binaryType = "arraybuffer";
  line.onclose = (event) => (state.closed = [event.code, event.reason]);
  line.onmessage = ({ data }) => {
    if (typeof data === "string") {
      const word = JSON.parse(data);
      state.words.push(word);
      const found = (word.streams || []).find((one) => one.source === source && one.codec);
      if (found && state.stream !== found.stream) {
        state.stream = found.stream;
        line.send(JSON.stringify({ subscribe: [{ stream: found.stream, layer: 2, width: WIDTH }] }));
      }
      if (word.ended === state.stream) state.stream = null;
      return;
    }
    const head = new DataView(data);
    const key = (head.getUint8(1) & 1) === 1, seq = head.getUint32(12);
    if (epoch !== head.getUint32(8)) {
      epoch = head.getUint32(8);
      decoder = new VideoDecoder({
        output: (frame) => {
          context.drawImage(frame, 0, 0, WIDTH, HEIGHT);
          state.pictures.push([read(context), Date.now()]);
          line.send(JSON.stringify({ ack: { [state.stream]: numbers.get(frame.timestamp) } }));
          numbers.delete(frame.timestamp);
          frame.close();
        },
        error: (fault) => state.words.push({ fault: String(fault) }),
      });
      decoder.configure({ codec: "vp8", optimizeForLatency: true });
    }
    const timestamp = Number(head.getBigUint64(16));
    numbers.set(timestamp, seq);
    decoder.decode(new EncodedVideoChunk({
      type: key ? "key" : "delta",
      timestamp,
      data: new Uint8Array(data, 28),
    }));
  };
}
