// A value that changes often, looked at now and then: a chart's redraw costs frames.
import { useEffect, useRef, useState } from 'react';

/** The value as it stood at most `everyMs` ago; 0 for the present one. */
export function useSampled<T>(value: T, everyMs: number): T {
  const [sample, setSample] = useState(value);
  const latest = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useEffect(() => {
    latest.current = value;
    if (everyMs === 0 && timer.current !== null) {
      clearTimeout(timer.current);
      timer.current = null;
    }
    timer.current ??= setTimeout(() => {
      timer.current = null;
      setSample(latest.current);
    }, everyMs);
  }, [value, everyMs]);
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
      timer.current = null;
    },
    [],
  );
  return sample;
}
