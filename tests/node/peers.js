// Says which peers are installed, so that a test knows whom the server really speaks with.
import { createRequire } from "node:module";
import { io } from "socket.io-client";
import * as parser from "socket.io-msgpack-parser";

const versionOf = (name) => createRequire(import.meta.url)(`${name}/package.json`).version;

const peers = {
  node: process.version,
  client: versionOf("socket.io-client"),
  connects: typeof io,
  protocol: parser.protocol ?? parser.default.protocol,
};
console.log(JSON.stringify(peers));
