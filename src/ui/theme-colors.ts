// The theme's colours as values, for what draws outside CSS (charts, canvas, WebGL); changes with the theme.
import { useSyncExternalStore } from 'react';

export interface ThemeColors {
  theme: 'dark' | 'light';
  background: string;
  surface: string;
  surfaceRaised: string;
  border: string;
  grid: string;
  text: string;
  textQuiet: string;
  accent: string;
  warn: string;
  danger: string;
  imageMat: string;
  /** Ten colours for clusters and curves. */
  categories: string[];
  /** For density and heat maps, low to high, readable on this theme's surface. */
  sequential: [number, string][];
  font: string;
  fontSizePixels: number;
}

const SEQUENTIAL: Record<'dark' | 'light', string[]> = {
  dark: ['#13171b', '#17303b', '#1d5466', '#2c7f96', '#58b3c8', '#a9dde6', '#f2fbfb'],
  light: ['#ffffff', '#d7edf2', '#a3d4de', '#62b2c4', '#2b89a1', '#125f77', '#08384a'],
};

let current: ThemeColors | null = null;
const listeners = new Set<() => void>();
let observer: MutationObserver | null = null;

function readColors(): ThemeColors {
  const root = document.documentElement;
  const style = getComputedStyle(root);
  const value = (name: string) => style.getPropertyValue(name).trim();
  const theme = themeOf(root);
  const scale = SEQUENTIAL[theme];
  return {
    theme,
    background: value('--bg'),
    surface: value('--surface-1'),
    surfaceRaised: value('--overlay'),
    border: value('--border-strong'),
    grid: value('--border'),
    text: value('--text'),
    textQuiet: value('--text-3'),
    accent: value('--accent'),
    warn: value('--warn'),
    danger: value('--danger'),
    imageMat: value('--image-mat'),
    categories: Array.from({ length: 10 }, (_, i) => value(`--cat-${i}`)),
    sequential: scale.map((color, i) => [i / (scale.length - 1), color]),
    font: value('--font'),
    fontSizePixels: Number.parseFloat(style.fontSize) * 0.6875,
  };
}

/** Compared with the page each time: while nobody listens, nobody tells that the theme has changed. */
export function themeColors(): ThemeColors {
  if (current?.theme !== themeOf(document.documentElement)) current = readColors();
  return current;
}

function themeOf(root: HTMLElement): ThemeColors['theme'] {
  return root.dataset.theme === 'light' ? 'light' : 'dark';
}

function onThemeChange(listener: () => void): () => void {
  observer ??= new MutationObserver(() => {
    current = null;
    for (const each of listeners) each();
  });
  if (listeners.size === 0) observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) observer?.disconnect();
  };
}

export function useThemeColors(): ThemeColors {
  return useSyncExternalStore(onThemeChange, themeColors);
}
