// The stages of a transform and the entry point that runs them, as text: butterflies unrolled a stage at a time, or sums.
import { shaders } from '../generated/shaders.ts';
import { expand } from '../gpu/source.ts';
import { hasButterfly } from './plan.ts';

/** What becomes of the numbers of the last stage: stored one by one, or left in workgroup memory. */
export type End = 'put' | 'finish';

/** Product of the radices before each. */
function spansOf(radices: readonly number[]): number[] {
  return radices.map((_, i) => radices.slice(0, i).reduce((product, radix) => product * radix, 1));
}

/** `half`: numbers of the workgroup's lines, and where the second half of `shared_lines` begins. */
export function butterflyStages(radices: readonly number[], half: number, end: End): string[] {
  const spans = spansOf(radices);
  const stages = radices.map((radix, number) => {
    const [from, to] = number % 2 === 0 ? [half, 0] : [0, half];
    const words: Record<string, string> = {
      RADIX: `${radix}`,
      SPAN: `${spans[number]}`,
      NUMBER: `${number}`,
      FROM: `${from}`,
      TO: `${to}`,
      FIRST: `${number === 0}`,
      LAST: `${end === 'put' && number === radices.length - 1}`,
    };
    const template = hasButterfly(radix) ? shaders['fourier/stage'] : shaders['fourier/stage-prime'];
    // A kernel that finishes has no `put`, so none may be named.
    const text = end === 'put' ? template : template.replace(/^ *put\(.*$/gm, '');
    // stage_NUMBER and butterfly_RADIX are replaced too.
    const named = /(?<![A-Za-z])(RADIX|SPAN|NUMBER|FROM|TO|FIRST|LAST)(?![A-Za-z])/g;
    return expand(
      text.replace(named, (word) => words[word]),
      {},
    );
  });
  const calls = radices.map((_, number) => `stage_${number}(thread, first);`);
  if (end === 'finish') calls.push('finish(thread, first);');
  const body = `
  let first = group_number * LINES;
  ${calls.join('\n  workgroupBarrier();\n  ')}`;
  return [shaders['fourier/shared-lines'], ...stages, mainText(body)];
}

/** Stages for adapters in software: one invocation a line, sums instead of butterflies, no barrier. */
export function sumStages(radices: readonly number[], half: number, end: End): string[] {
  const spans = spansOf(radices);
  const calls = radices.map((radix, i) => {
    const halves = i % 2 === 0 ? `0u, ${half}u` : `${half}u, 0u`;
    return `sums(thread, ${radix}u, ${spans[i]}u, ${halves});`;
  });
  const body = `
  base = group_number * 2 * LINES * SIZE;
  for (var first = group_number * LINES; first < lines(); first += groups.x * groups.y * LINES) {
    begin_sums(thread, first);
    ${calls.join('\n    ')}
    ${end === 'put' ? 'end_sums' : 'finish'}(thread, first);
  }`;
  const last = end === 'put' ? [shaders['fourier/end-sums']] : [];
  return [shaders['fourier/sums'], ...last, mainText(body)];
}

function mainText(body: string): string {
  return `
@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32
) {
  let group_number = group.y * groups.x + group.x;${body}
}`;
}
