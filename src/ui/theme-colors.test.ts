import { afterEach, describe, expect, it, vi } from 'vitest';
import { themeColors } from './theme-colors.ts';

describe('theme colours', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('are those of the page, also where it changed while nobody listened', () => {
    const root = { dataset: { theme: 'dark' } };
    vi.stubGlobal('document', { documentElement: root });
    vi.stubGlobal('getComputedStyle', () => ({
      getPropertyValue: (name: string) => ` ${root.dataset.theme} ${name} `,
      fontSize: '16px',
    }));
    const dark = themeColors();
    expect([dark.theme, dark.grid]).toEqual(['dark', 'dark --border']);
    expect(themeColors()).toBe(dark);
    root.dataset.theme = 'light';
    expect([themeColors().theme, themeColors().grid]).toEqual(['light', 'light --border']);
    expect(themeColors()).toBe(themeColors());
  });
});
