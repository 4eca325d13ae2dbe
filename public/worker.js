// The app's own program once more, without a page: what may take longer than a frame is worked out here.
// The first message is where the program is, each further one the name of one of its functions, what it is given and
// the number of the question. A reply has that number, too, and nothing where there is none.
let program;

async function begin(address, module) {
  const functions = await import(address);
  functions.initSync({ module });
  await functions.prepare();
  return functions;
}

onmessage = async ({ data: [first, second, number] }) => {
  if (!program) {
    program = begin(first, second);
    return;
  }
  try {
    const reply = (await program)[first](second);
    if (reply !== undefined) postMessage([number, reply]);
  } catch {
    postMessage([number, null]);
  }
};
