// Programs as they are sent off, and what they add up to.
import type { Command, Gpu } from '../src/engine/wgsl/gpu/gpu.ts';
import type { Work } from '../src/engine/wgsl/gpu/pace.ts';

/** All that `work` sends off. On a device that computes it is still computed. */
export async function recorded(gpu: Gpu, work: () => Promise<unknown>): Promise<Command[]> {
  const commands: Command[] = [];
  const own = { submit: gpu.submit.bind(gpu), run: gpu.run.bind(gpu) };
  gpu.submit = (sent) => {
    commands.push(...sent);
    own.submit(sent);
  };
  gpu.run = (sent, options) => {
    commands.push(...sent);
    return own.run(sent, options);
  };
  try {
    await work();
  } finally {
    Object.assign(gpu, own);
  }
  return commands;
}

/** A dispatch's own; a copy reads and writes its bytes. */
export function workOf(command: Command): Work {
  return 'flops' in command ? command : { flops: 0, bytes: 2 * command.from.size };
}

export function totalOf(commands: readonly Command[]): Work & { dispatches: number; copies: number } {
  const dispatches = commands.filter((command) => 'pipeline' in command).length;
  const total = { flops: 0, bytes: 0, dispatches, copies: commands.length - dispatches };
  for (const { flops, bytes } of commands.map(workOf))
    [total.flops, total.bytes] = [total.flops + flops, total.bytes + bytes];
  return total;
}
