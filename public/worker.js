// The app's own program once more, without a page: what may take longer than a frame is worked out here.
//
// The first message is where the program is. Further ones are a world, or a question with its kind and its number. The
// program works in slices, and messages are read in between: a newer question takes the place of the one of its kind, so
// nothing that nobody wants to know any more keeps it busy. A reply has the number of its question; `failed`
// in its place says that the program has failed.

// How long, in milliseconds, no message is read.
const MAX_BUSY = 8;

let program;
let isAtWork = false;
// A task of its own for each slice, behind the messages that have come.
const next = new MessageChannel();

async function begin(address, module) {
  const functions = await import(address);
  functions.initSync({ module });
  await functions.prepare();
  return functions;
}

function goOn(functions) {
  try {
    const until = performance.now() + MAX_BUSY;
    do {
      const reply = functions.advance();
      if (reply) postMessage(reply);
    } while (functions.is_busy() && performance.now() < until);
    isAtWork = functions.is_busy();
    if (isAtWork) next.port2.postMessage(0);
  } catch {
    postMessage(['failed']);
  }
}

onmessage = async ({ data: [first, ...rest] }) => {
  if (!program) {
    program = begin(first, rest[0]);
    next.port1.onmessage = async () => goOn(await program);
    return;
  }
  try {
    const functions = await program;
    functions[first](...rest);
    if (!isAtWork && functions.is_busy()) {
      isAtWork = true;
      next.port2.postMessage(0);
    }
  } catch {
    postMessage(['failed']);
  }
};
