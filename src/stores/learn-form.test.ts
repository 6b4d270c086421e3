import { beforeEach, describe, expect, it, vi } from 'vitest';

vi.mock('../../workers/client.ts', () => ({ connectStudio: () => ({}) }));
let stored: string | null = null;
vi.stubGlobal('localStorage', { getItem: () => stored, setItem: (_: string, text: string) => (stored = text) });
const { chooseMethod, choosePreset, fitForm, loadLearnForm, setParam, takeFitting, useLearnForm } =
  await import('./learn-form.ts');
const dataset = (boxPixels: number, hasPoses = true, id = 'a') => ({ id, particles: 2000, boxPixels, hasPoses });
const form = () => useLearnForm.getState();
const params = () => form().params;

describe('the form of a run', () => {
  beforeEach(() => {
    fitForm(dataset(256));
    chooseMethod('known-poses');
    choosePreset('standard');
  });

  it('names the preset its values belong to', () => {
    setParam('epochs', 21);
    expect(useLearnForm.getState().preset).toBeNull();
    setParam('epochs', 8);
    expect(useLearnForm.getState().preset).toBe('standard');
    setParam('device', 'cpu');
    expect(useLearnForm.getState().preset).toBe('standard');
    setParam('device', 'auto');
  });

  it('keeps a refused value with its reason until it is right', () => {
    choosePreset('cryodrgn');
    setParam('zDim', 99);
    expect(useLearnForm.getState().errors.zDim).toBe('Expected 0 to 64.');
    setParam('zDim', 4);
    expect(useLearnForm.getState().errors).toEqual({});
  });

  it('does not enlarge images: a preset gives way, a typed box is refused', () => {
    choosePreset('quick');
    expect(useLearnForm.getState().params.boxPixels).toBe(64);
    fitForm(dataset(32));
    expect(useLearnForm.getState()).toMatchObject({ preset: 'quick', params: { boxPixels: 'auto' } });
    setParam('boxPixels', 64);
    expect(useLearnForm.getState().errors.boxPixels).toBe('Expected at most 32, the box of the images.');
    fitForm(dataset(128));
    expect(useLearnForm.getState().errors.boxPixels).toBeUndefined();
  });

  it('takes what a device was said to hold: a box, a width of both networks where they are wider, or the CPU', () => {
    setParam('encoderDim', 1024);
    setParam('decoderDim', 384);
    useLearnForm.setState({ estimateError: { name: 'VitrineError', code: 'out-of-memory', message: '' } });
    takeFitting({ width: 512 });
    expect(params()).toMatchObject({ encoderDim: 512, decoderDim: 384 });
    expect(form().estimateError).toBeNull();
    takeFitting({ boxPixels: 192 });
    expect(params().boxPixels).toBe(192);
    takeFitting('cpu');
    expect(params().device).toBe('cpu');
    setParam('device', 'auto');
  });

  it('begins ab initio with its own values, and takes up those of before again', () => {
    setParam('epochs', 21);
    chooseMethod('ab-initio');
    expect(params()).toMatchObject({ method: 'ab-initio', epochs: 30, batchSize: 8, zDim: 0 });
    chooseMethod('known-poses');
    expect(params()).toMatchObject({ method: 'known-poses', epochs: 21, zDim: 4 });
    expect(form().preset).toBeNull();
  });

  it('keeps the preset over the method, and the number of structures over the preset', () => {
    choosePreset('quick');
    chooseMethod('ab-initio');
    expect(form().preset).toBe('quick');
    expect(params()).toMatchObject({ epochs: 30, batchSize: 8, decoderDim: 128 });
    setParam('zDim', 4);
    choosePreset('fine');
    expect(form().preset).toBe('fine');
    expect(params()).toMatchObject({ zDim: 4, epochs: 30, decoderDim: 1024 });
    chooseMethod('known-poses');
    expect(params()).toMatchObject({ zDim: 8, epochs: 50, batchSize: 8 });
  });

  it('has only ab initio for a set without poses, and goes back with one that has them', () => {
    fitForm(dataset(256, false));
    expect(params()).toMatchObject({ method: 'ab-initio', zDim: 0 });
    setParam('start', 'given');
    expect(form().errors.start).toBe('These particles came without poses.');
    setParam('start', 'em');
    fitForm(dataset(256));
    expect(params()).toMatchObject({ method: 'known-poses', zDim: 4, epochs: 8 });
    chooseMethod('ab-initio');
    fitForm(dataset(256, false));
    fitForm(dataset(256));
    expect(params().method).toBe('ab-initio');
  });

  it('looks first at a set that nothing was learnt from, until values are chosen by hand', () => {
    const first = { preset: 'first', params: { method: 'linear', zDim: 4, epochs: 10, boxPixels: 64 } };
    fitForm(dataset(256, true, 'b'), true);
    expect(form()).toMatchObject(first);
    choosePreset('quick');
    expect(params()).toMatchObject({ method: 'known-poses', zDim: 8 });
    fitForm(dataset(256, true, 'b'), true);
    expect(form().preset).toBe('quick');
    fitForm(dataset(256, true, 'c'), false);
    expect(form().preset).toBe('quick');
    setParam('epochs', 21);
    fitForm(dataset(256, true, 'd'), true);
    expect(params()).toMatchObject({ method: 'known-poses', epochs: 21 });
    choosePreset('first');
    setParam('zDim', 0);
    expect(form().errors.zDim).toBe('Expected 1 to 16.');
    setParam('zDim', 6);
    expect(form()).toMatchObject({ preset: null, params: { method: 'linear', zDim: 6 }, errors: {} });
  });

  it('begins at a first look with no more dimensions than are fitted, and leaves its values to known poses', () => {
    fitForm(dataset(64, true, 'linear'));
    choosePreset('standard');
    expect(params()).toMatchObject({ method: 'known-poses', latents: 'linear', zDim: 4, rateSchedule: 'cosine' });
    setParam('zDim', 17);
    expect(form().errors.zDim).toBe('Expected 1 to 16.');
    choosePreset('quick');
    setParam('zDim', 17);
    setParam('latents', 'linear');
    expect(form().errors.latents).toBe('A linear model has at most 16 latent dimensions.');
    choosePreset('standard');
    chooseMethod('ab-initio');
    expect(params()).toMatchObject({ method: 'ab-initio', latents: 'linear', rateSchedule: 'constant' });
    expect(form().preset).toBe('standard');
    chooseMethod('known-poses');
    expect(form().preset).toBe('standard');
  });

  it('finds poses of a set that has none, and takes the first look up again for one that has them', () => {
    choosePreset('first');
    fitForm(dataset(32, false, 'unposed'), true);
    expect(form()).toMatchObject({ preset: 'standard', params: { method: 'ab-initio', zDim: 0, epochs: 30 } });
    fitForm(dataset(32, true, 'posed'));
    expect(form()).toMatchObject({ preset: 'first', params: { method: 'linear', zDim: 4, boxPixels: 'auto' } });
  });

  it('has a form of its own for atoms, and the one before comes back', () => {
    fitForm(dataset(64, true, 'atoms'));
    choosePreset('quick');
    setParam('epochs', 13);
    const network = params();
    chooseMethod('atoms');
    expect(form()).toMatchObject({ preset: 'atoms', params: { method: 'atoms', zDim: 0, epochs: 10 }, errors: {} });
    choosePreset('ensemble');
    expect(params()).toMatchObject({ method: 'atoms', zDim: 1 });
    chooseMethod('known-poses');
    expect(params()).toEqual(network);
    chooseMethod('atoms');
    chooseMethod('ab-initio');
    expect(params()).toMatchObject({ method: 'ab-initio', epochs: 30 });
    chooseMethod('known-poses');
    expect(params()).toEqual(network);
    chooseMethod('atoms');
    fitForm(dataset(64, false, 'no poses'));
    expect(params().method).toBe('ab-initio');
  });

  it('comes back as it was kept, also from before there was a choice of method', () => {
    setParam('epochs', 21);
    chooseMethod('ab-initio');
    const kept = stored;
    choosePreset('standard');
    stored = kept;
    loadLearnForm();
    expect(params()).toMatchObject({ method: 'ab-initio', epochs: 30 });
    chooseMethod('known-poses');
    expect(params().epochs).toBe(21);
    const { method: _, searchEvery: __, ...old } = params();
    stored = JSON.stringify({ preset: null, params: { ...old, epochs: 7 } });
    loadLearnForm();
    expect(params()).toMatchObject({ method: 'known-poses', epochs: 7, searchEvery: 5 });
  });
});
