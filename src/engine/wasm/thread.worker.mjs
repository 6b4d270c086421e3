// A thread of the wasm engine, in a browser's Web Worker and in a Node worker alike: instantiates a model's kernels on
// the shared memory, runs the entry it is told, answers. Plain JavaScript, so that Node loads it as it is.
const port = globalThis.process?.getBuiltinModule?.('node:worker_threads')?.parentPort ?? /** @type {Worker} */ (self);
const models = new Map();

async function answer({ type, model, kernels, memory, entry, thread, threads }) {
  switch (type) {
    case 'open': {
      const instance = await globalThis.WebAssembly.instantiate(kernels, { env: { memory } });
      models.set(model, instance.exports);
      break;
    }
    case 'run':
      models.get(model)[entry](thread, threads);
      break;
    case 'close':
      models.delete(model);
      break;
  }
}

const receive = async (message) => {
  try {
    await answer(message);
    port.postMessage({ done: true });
  } catch (error) {
    port.postMessage({ done: false, message: String(error) });
  }
};
if (port.on) port.on('message', receive);
else port.onmessage = (event) => receive(event.data);
