// Files that can be read in several ways: each question is asked in words, and answered without a mouse.
import { describe, expect, it } from 'vitest';
import { OPEN_QUESTIONS } from '../testing/open-questions.ts';
import { studioOfStory } from './story.ts';

describe('Questions about files, answered by the keyboard', () => {
  const studio = studioOfStory();

  /** Tab, and the arrows within a group, until what has the test id is in focus. */
  async function focus(testId: string): Promise<void> {
    const { page } = studio.get();
    const inFocus = () => page.evaluate(() => document.activeElement?.getAttribute('data-testid') ?? '');
    const group = testId.replace(/-\d$/, '');
    for (let presses = 0; presses < 80; presses++) {
      const at = await inFocus();
      if (at === testId) return;
      await page.keyboard.press(at !== '' && at.replace(/-\d$/, '') === group && at !== group ? 'ArrowDown' : 'Tab');
    }
    throw new Error(`${testId} was not reached; ${await inFocus()} is in focus`);
  }

  it.each(OPEN_QUESTIONS)('$name', async ({ files, card, choice, button }) => {
    const { page } = studio.get();
    await studio.get().drop(files);
    await studio.get().byId(card).waitFor();
    expect(await studio.get().ask(({ draft }) => draft()?.questions.length)).toBe(1);
    await focus(choice);
    await page.keyboard.press('Space');
    if (button !== null) {
      await focus(button);
      await page.keyboard.press('Enter');
    }
    await studio.get().until('no question left', ({ draft }) => draft()?.questions.length === 0);
    const draft = await studio.get().ask((api) => api.draft());
    expect(draft).toMatchObject({ missing: [] });
    expect(draft?.particles).toBe(8);
    await studio.get().byId('discard-draft').click();
    await studio.get().until('no draft', ({ draft: now }) => now() === null);
  });

  it('did all this without an error', () => {
    expect(studio.get().errors).toEqual([]);
  });
});
