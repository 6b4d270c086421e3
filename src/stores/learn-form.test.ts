import { beforeEach, describe, expect, it, vi } from 'vitest';

vi.mock('../../workers/client.ts', () => ({ connectStudio: () => ({}) }));
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
const { choosePreset, setDatasetBox, setParam, useLearnForm } = await import('./learn-form.ts');

describe('the form of a run', () => {
  beforeEach(() => {
    setDatasetBox(256);
    choosePreset('standard');
  });

  it('names the preset its values belong to', () => {
    setParam('epochs', 21);
    expect(useLearnForm.getState().preset).toBeNull();
    setParam('epochs', 20);
    expect(useLearnForm.getState().preset).toBe('standard');
    setParam('device', 'cpu');
    expect(useLearnForm.getState().preset).toBe('standard');
    setParam('device', 'auto');
  });

  it('keeps a refused value with its reason until it is right', () => {
    setParam('zDim', 99);
    expect(useLearnForm.getState().errors.zDim).toBe('Expected 0 to 64.');
    setParam('zDim', 4);
    expect(useLearnForm.getState().errors).toEqual({});
  });

  it('does not enlarge images: a preset gives way, a typed box is refused', () => {
    choosePreset('quick');
    expect(useLearnForm.getState().params.boxPixels).toBe(64);
    setDatasetBox(32);
    expect(useLearnForm.getState()).toMatchObject({ preset: 'quick', params: { boxPixels: 'auto' } });
    setParam('boxPixels', 64);
    expect(useLearnForm.getState().errors.boxPixels).toBe('Expected at most 32, the box of the images.');
    setDatasetBox(128);
    expect(useLearnForm.getState().errors.boxPixels).toBeUndefined();
  });
});
