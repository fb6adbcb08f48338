// Hello World in Node.js: a client on plain ZeroMQ (the package zeromq, version 6) that speaks MDP 0.2.
//
//     node hello_client.js [ENDPOINT]
//
// One request on a socket at a time, and after a time-out a new socket: so a late reply is never taken for
// another's. Parts of a reply are printed as they come.

const zmq = require("zeromq");

const header = Buffer.from("MDPC02");
const [request, partial, final] = [1, 2, 3];
const timeoutMs = 5000;
const attempts = 3;

/** Yields the parts of the reply, each an array of frames; the last one ends it. */
async function* ask(endpoint, service, ...body) {
  let isBegun = false;
  for (let attempt = 0; attempt < attempts; ++attempt) {
    const socket = new zmq.Dealer({ linger: 0, receiveTimeout: timeoutMs });
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
  throw new Error(`no reply from ${endpoint}: are the others running?`);
}

async function main() {
  const endpoint = process.argv[2] ?? "tcp://127.0.0.1:5555";
  for await (const part of ask(endpoint, "hello", "Node.js")) console.log(part.join(" "));
}

main().catch((failure) => {
  console.error(failure.message);
  process.exitCode = 1;
});
