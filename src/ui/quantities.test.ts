import { describe, expect, it } from 'vitest';
import { bytesText, countText, dateText, durationText, numberWith, percentText } from './quantities.ts';

describe('numbers for people', () => {
  it('counts with thousands', () => expect(countText(1234567)).toBe('1,234,567'));
  it('bytes in decimal units', () => {
    expect(bytesText(12)).toBe('12 B');
    expect(bytesText(1234)).toBe('1.2 KB');
    expect(bytesText(45_600_000)).toBe('45.6 MB');
  });
  it('durations in the unit that fits', () => {
    expect(durationText(0.4)).toBe('under 1 s');
    expect(durationText(42)).toBe('42 s');
    expect(durationText(95)).toBe('1 min 35 s');
    expect(durationText(1800)).toBe('30 min');
    expect(durationText(5400)).toBe('1 h 30 min');
    expect(durationText(Number.POSITIVE_INFINITY)).toBe('–');
  });
  it('rolls seconds over to the next minute', () => expect(durationText(119.7)).toBe('2 min 0 s'));
  it('keeps significant digits only', () => {
    expect(numberWith(0.98765)).toBe('0.988');
    expect(numberWith(1e-5)).toBe('1.00e-5');
  });
  it('shares as percent with two digits', () => {
    expect(percentText(1 / 192)).toBe('0.52 %');
    expect(percentText(1)).toBe('100 %');
  });
  it('names today', () => {
    const now = new Date(2026, 4, 3, 18, 0);
    expect(dateText(new Date(2026, 4, 3, 9, 5).toISOString(), now)).toBe('today 09:05');
    expect(dateText('nonsense', now)).toBe('');
  });
});
