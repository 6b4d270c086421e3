// The form of a run is made of the table of options.
import { createElement, type ReactElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it, vi } from 'vitest';
import { PARAMS, type ParamDef } from '../../params/params.ts';

vi.mock('../../../workers/client.ts', () => ({ connectStudio: () => ({}) }));
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
const { autoValue, chooseMethod, choosePreset, fitForm, setParam, setShowAdvanced, useLearnForm } =
  await import('../../stores/learn-form.ts');
const { ParamField } = await import('./param-field.tsx');
const { ParamsForm } = await import('./params-form.tsx');

const table = PARAMS as readonly ParamDef[];
/** The form as it stands: a server's rendering reads a store's first state. */
function render(element: ReactElement): string {
  Object.assign(useLearnForm.getInitialState(), useLearnForm.getState());
  return renderToStaticMarkup(element);
}
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll("'", '&#x27;').replaceAll('"', '&quot;');

describe('the form of a run', () => {
  fitForm({ particles: 5000, boxPixels: 128, hasPoses: true });
  choosePreset('standard');

  it.each(table.map((def) => [def.key, def] as const))('%s: label and meaning as the table has them', (_, def) => {
    const markup = render(createElement(ParamField, { def }));
    expect(markup).toContain(escaped(def.label));
    expect(markup).toContain(escaped(def.meaning));
    if (def.kind !== 'boolean') expect(markup).toContain(`On the command line: ${def.flag}`);
  });

  it('says what is left to the program comes to', () => {
    expect(autoValue('boxPixels')).toBe(128);
    expect(autoValue('device')).toBeNull();
    const hint = (key: string) => render(createElement(ParamField, { def: table.find((def) => def.key === key)! }));
    expect(hint('bandEnd')).toContain('Auto: half the box, at most 48; here 48.');
    setParam('boxPixels', 64);
    expect(hint('bandEnd')).toContain('here 32.');
    setParam('boxPixels', 'auto');
  });

  it('has a field for every option once all are asked for, but for the method, which stands above, and the second stack', () => {
    chooseMethod('ab-initio');
    setShowAdvanced(true);
    const markup = render(createElement(ParamsForm));
    const missing = table.filter(({ label }) => !markup.includes(`>${escaped(label)}<`)).map(({ key }) => key);
    // Of known poses, of a linear and of an atomic model.
    expect(missing).toEqual([
      ...['noiseModel', 'mask', 'maskDilate', 'chain'],
      ...['modelFrame', 'restraintStrength', 'sigmaAngstrom', 'method', 'tiltDegrees'],
    ]);
  });

  it('of a first look has few fields, in the words of a linear model, and the rest once all are asked for', () => {
    const shown = () => {
      const markup = render(createElement(ParamsForm));
      return table.map(({ key }) => key).filter((key) => markup.includes(`data-testid="param-${key}"`));
    };
    choosePreset('first');
    setShowAdvanced(false);
    expect(shown()).toEqual(['zDim', 'contrast', 'boxPixels']);
    expect(render(createElement(ParamsForm))).toContain('>Components<');
    setShowAdvanced(true);
    expect(shown()).toEqual(table.filter(({ linear }) => linear).map(({ key }) => key));
    expect(shown()).toContain('seed');
    setShowAdvanced(false);
  });
});
