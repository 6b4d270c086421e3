// What the frame of the page shows: the screen, the theme, the device, the storage, messages.
import { create } from 'zustand';
import type { DeviceReport, KeptKernels } from '../../workers/contract.ts';
import type { ErrorData } from '../base/errors.ts';
import { errorData, wasCancelled } from './errors.ts';
import { studio } from './studio.ts';

/** The five steps in order, and the manual. */
export const SCREENS = ['data', 'learn', 'explore', 'validate', 'export', 'help'] as const;
/** One of them. */
export type Screen = (typeof SCREENS)[number];
/** How the page is coloured; the system's way unless chosen. */
export type ThemeChoice = 'system' | 'dark' | 'light';

/** A note that leaves by itself. */
export interface Message {
  id: string;
  tone: 'info' | 'good' | 'error';
  title: string;
  text?: string;
}

/** What stands around the screens. */
export interface ShellState {
  screen: Screen;
  /** Heading of the manual that Help shows, as in its address; null for its beginning. */
  section: string | null;
  theme: ThemeChoice;
  /** Null until the engine worker has answered. */
  device: DeviceReport | null;
  deviceError: ErrorData | null;
  /** Kernels chosen on this machine; null until they were asked for. */
  kernels: KeptKernels[] | null;
  storage: { usedBytes: number; freeBytes: number | null } | null;
  messages: Message[];
}

const THEME_KEY = 'vitrine-theme';

/** Followed by selectors only. */
export const useShell = create<ShellState>(() => ({
  screen: 'data',
  section: null,
  theme: 'system',
  device: null,
  deviceError: null,
  kernels: null,
  storage: null,
  messages: [],
}));
const { getState: get, setState: set } = useShell;

/** `#/help/exports` is the section "exports" of Help. */
function placeOfAddress(): Pick<ShellState, 'screen' | 'section'> {
  const [name, section] = window.location.hash.replace(/^#\/?/, '').split('/');
  return { screen: SCREENS.find((screen) => screen === name) ?? 'data', section: section || null };
}

/** The screen is kept in the address, so that back and reload do what people expect. */
export function goTo(screen: Screen): void {
  if (placeOfAddress().screen !== screen) window.location.hash = `/${screen}`;
  set(placeOfAddress());
}

function showTheme(theme: ThemeChoice): void {
  const light = theme === 'light' || (theme === 'system' && matchMedia('(prefers-color-scheme: light)').matches);
  document.documentElement.dataset.theme = light ? 'light' : 'dark';
}

/** Colours the page and remembers the choice. */
export function setTheme(theme: ThemeChoice): void {
  localStorage.setItem(THEME_KEY, theme);
  showTheme(theme);
  set({ theme });
}

/** Reads address and theme, and follows them. */
export function startShell(): void {
  const kept = localStorage.getItem(THEME_KEY);
  const theme: ThemeChoice = kept === 'dark' || kept === 'light' ? kept : 'system';
  set({ ...placeOfAddress(), theme });
  showTheme(theme);
  window.addEventListener('hashchange', () => set(placeOfAddress()));
  matchMedia('(prefers-color-scheme: light)').addEventListener('change', () => showTheme(get().theme));
}

/** Asks what computes; why it cannot be told is in `deviceError`. */
export async function loadDevice(): Promise<void> {
  try {
    set({ device: await studio().engine.device(), deviceError: null });
  } catch (error) {
    set({ deviceError: errorData(error) });
  }
}

/** Reads which kernels were chosen on this machine. */
export async function loadKernels(): Promise<void> {
  try {
    set({ kernels: await studio().engine.keptKernels() });
  } catch (error) {
    tellError(error);
  }
}

/** They are chosen again when a model is next trained. */
export async function clearKernels(): Promise<void> {
  try {
    await studio().engine.clearKernels();
    await loadKernels();
    tell('good', 'The chosen kernels were cleared.', 'The next training chooses them again.');
  } catch (error) {
    tellError(error);
  }
}

/** Counts the bytes kept and free; null where that cannot be told. */
export async function refreshStorage(): Promise<void> {
  try {
    set({ storage: await studio().io.storage() });
  } catch {
    set({ storage: null });
  }
}

let messageCount = 0;
/** Shows a message; the four newest stay. */
export function tell(tone: Message['tone'], title: string, text?: string): void {
  messageCount += 1;
  set({ messages: [...get().messages.slice(-3), { id: `message-${messageCount}`, tone, title, text }] });
}

/** Puts a message away by its id. */
export function dismiss(id: string): void {
  set({ messages: get().messages.filter((message) => message.id !== id) });
}

/** Tells about what went wrong; a cancelled job is nobody's mistake. */
export function tellError(error: unknown): void {
  if (wasCancelled(error)) return;
  const { message, advice } = errorData(error);
  tell('error', message, advice);
}
