// Hello World in Node.js: a client on plain ZeroMQ (the package zeromq, version 6) that speaks MDP 0.2.
//
//     node hello_client.js [ENDPOINT] [--server-key KEY|FILE [--certificate FILE]]
//
// One request on a socket at a time, and after a time-out a new socket: so a late reply is never taken for
// another's. Parts of a reply are printed as they come.

const fs = require("fs");
const { parseArgs } = require("util");
const zmq = require("zeromq");

const header = Buffer.from("MDPC02");
const [request, partial, final] = [1, 2, 3];
const timeoutMs = 5000;
const attempts = 3;

/** The keys of a certificate file (CZMQ's format). */
function keysIn(file) {
  const text = fs.readFileSync(file, "utf8");
  const [open, secret] = ["public", "secret"].map((which) => text.match(new RegExp(`^\\s*${which}-key = "(.{40})"`, "m"))?.[1]);
  return { open, secret };
}

/** What a socket must have set to speak CURVE; nothing without --server-key. */
function curveOf(given) {
  const server = given["server-key"];
  if (!server) return {};
  const pair = zmq.curveKeyPair();
  const own = given.certificate ? keysIn(`${given.certificate}_secret`) : { open: pair.publicKey, secret: pair.secretKey };
  return {
    curveServerKey: fs.existsSync(server) ? keysIn(server).open : server,
    curvePublicKey: own.open,
    curveSecretKey: own.secret,
  };
}

/** Yields the parts of the reply, each an array of frames; the last one ends it. */
async function* ask(endpoint, curve, service, ...body) {
  let isBegun = false;
  for (let attempt = 0; attempt < attempts; ++attempt) {
    const socket = new zmq.Dealer({ linger: 0, receiveTimeout: timeoutMs, ...curve });
    try {
      socket.connect(endpoint);
      await socket.send([header, Buffer.from([request]), service, ...body]);
      for (;;) {
        const [seen, command, , ...part] = await socket.receive();
        if (!seen.equals(header) || ![partial, final].includes(command[0])) throw new Error("this is not MDP");
        isBegun = true;
        yield part;
        if (command[0] === final) return;
      }
    } catch (failure) {
      if (failure.code !== "EAGAIN") throw failure; // anything but a time-out
      if (isBegun) throw new Error("the reply broke off");
    } finally {
      socket.close();
    }
  }
  throw new Error(`no reply from ${endpoint}: are the others running, and is the server key right?`);
}

/** The words, each option with its value in one: a key may begin with "-", and would be taken for an option. */
function withValues(words) {
  const joined = [];
  for (let at = 0; at < words.length; ++at) {
    const hasValue = ["--server-key", "--certificate"].includes(words[at]) && at + 1 < words.length;
    joined.push(hasValue ? `${words[at]}=${words[++at]}` : words[at]);
  }
  return joined;
}

async function main() {
  const { values, positionals } = parseArgs({
    args: withValues(process.argv.slice(2)),
    options: { "server-key": { type: "string" }, certificate: { type: "string" } },
    allowPositionals: true,
  });
  const endpoint = positionals[0] ?? "tcp://127.0.0.1:5555";
  for await (const part of ask(endpoint, curveOf(values), "hello", "Node.js")) console.log(part.join(" "));
}

main().catch((failure) => {
  console.error(failure.message);
  process.exitCode = 1;
});
