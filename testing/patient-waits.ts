// Dawn in Node waits by asking anew at every turn of the event loop, which keeps a whole core busy while kernels are compiled and
// computed. Adapters in software compute on that same core: here it asks once a millisecond.
const TURN_MILLISECONDS = 1;
let patient = false;

/** Whether a function is an addon's, as the one that Dawn asks by is. */
const isNative = (given: unknown): given is () => void =>
  typeof given === 'function' && /\[native code\]\s*\}$/.test(Function.prototype.toString.call(given));

/** Lets waits for a device leave the processor to it. Call before a device is opened. */
export function waitPatiently(): void {
  if (patient) return;
  patient = true;
  globalThis.setImmediate = new Proxy(globalThis.setImmediate, {
    apply: (setImmediate, self, given: Parameters<typeof globalThis.setImmediate>) =>
      isNative(given[0]) ? setTimeout(given[0], TURN_MILLISECONDS) : Reflect.apply(setImmediate, self, given),
  });
}
