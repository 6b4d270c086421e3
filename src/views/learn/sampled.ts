// A value that changes often, looked at now and then: charts need no more than a redraw a second.
import { useEffect, useRef, useState } from 'react';

export function useSampled<T>(value: T, everyMs: number): T {
  const [sample, setSample] = useState(value);
  const latest = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useEffect(() => {
    latest.current = value;
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
