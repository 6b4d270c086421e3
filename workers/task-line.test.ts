import { describe, expect, it } from 'vitest';
import { TaskLine, type Turn } from './task-line.ts';

const settle = () => new Promise((next) => setTimeout(next));

/** A line on a clock that work moves, and a map of `parts` that take 40 ms each. */
function desk() {
  let now = 0;
  const done: string[] = [];
  const line = new TaskLine(() => now);
  const map =
    (name: string, parts: number) =>
    async (turn: Turn): Promise<string> => {
      for (let part = 1; part <= parts; part++) {
        now += 40;
        done.push(`${name}${part}`);
        await turn();
      }
      return name;
    };
  const step = async (milliseconds: number): Promise<void> => {
    now += milliseconds;
    done.push('step');
    await line.drain();
  };
  return { line, done, map, step };
}

describe('the task line', () => {
  it('does whole tasks in order where nothing trains', async () => {
    const { line, done, map } = desk();
    expect(await Promise.all([line.run(map('a', 3)), line.run(map('b', 2))])).toEqual(['a', 'b']);
    expect(done).toEqual(['a1', 'a2', 'a3', 'b1', 'b2']);
  });

  it('lets a map and steps take turns, as long as each other, and ends one map before the next', async () => {
    const { line, done, map, step } = desk();
    line.held = true;
    const maps = Promise.all([line.run(map('a', 6)), line.run(map('b', 1))]);
    for (let i = 0; i < 4; i++) await step(120);
    expect(await maps).toEqual(['a', 'b']);
    // The first gap is short, since nothing is known of steps yet.
    expect(done).toEqual(['step', 'a1', 'a2', 'step', 'a3', 'a4', 'a5', 'step', 'a6', 'b1', 'step']);
  });

  it('gives a map as long as the last step took, however long nothing was asked for', async () => {
    const { line, done, map, step } = desk();
    line.held = true;
    for (let i = 0; i < 5; i++) await step(90);
    const a = line.run(map('a', 5));
    for (let i = 0; i < 2; i++) await step(90);
    await a;
    expect(done.slice(5)).toEqual(['step', 'a1', 'a2', 'a3', 'step', 'a4', 'a5']);
  });

  it('goes on at once where the training pauses or ends within a map', async () => {
    const { line, done, map, step } = desk();
    line.held = true;
    const a = line.run(map('a', 9));
    await step(10);
    expect(done).toEqual(['step', 'a1', 'a2']);
    line.held = false;
    void line.drain();
    expect(await a).toBe('a');
    expect(done.length).toBe(10);
  });

  it('leaves nothing waiting where the training ends while a part computes', async () => {
    const { line, map } = desk();
    line.held = true;
    const a = line.run(async (turn) => {
      const name = await map('a', 2)(turn);
      await settle();
      return name;
    });
    const b = line.run(map('b', 1));
    void line.drain();
    line.held = false;
    expect(await Promise.all([a, b])).toEqual(['a', 'b']);
  });

  it('does not wait for a map that failed while a step was done', async () => {
    const { line, map, step } = desk();
    line.held = true;
    let lose: (error: Error) => void = () => undefined;
    const lost = new Promise<never>((_, reject) => {
      lose = reject;
    });
    const refused = expect(line.run((turn) => Promise.race([map('a', 9)(turn), lost]))).rejects.toThrow('lost');
    await step(10);
    lose(new Error('lost'));
    await refused;
    const b = line.run(map('b', 1));
    await step(1000);
    expect(await b).toBe('b');
  });

  it('hands errors on and goes on with the next', async () => {
    const { line, map, step } = desk();
    line.held = true;
    const failing = line.run(async (turn) => {
      await map('a', 3)(turn);
      throw new Error('no memory');
    });
    const b = line.run(map('b', 1));
    const refused = expect(failing).rejects.toThrow('no memory');
    for (let i = 0; i < 3; i++) await step(200);
    await refused;
    expect(await b).toBe('b');
  });
});
