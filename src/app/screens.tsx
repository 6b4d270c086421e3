// The five steps and Help, each loaded when it is first opened.
import { lazy, Suspense } from 'react';
import { useShell, type Screen } from '../stores/shell.ts';
import { Spinner } from '../ui/spinner.tsx';
import { ScreenBoundary } from './screen-boundary.tsx';
import styles from './app.module.css';

const LOAD: Record<Screen, () => Promise<{ default: React.ComponentType }>> = {
  data: async () => ({ default: (await import('../views/data/data-view.tsx')).DataView }),
  learn: async () => ({ default: (await import('../views/learn/learn-view.tsx')).LearnView }),
  explore: async () => ({ default: (await import('../views/explore/explore-view.tsx')).ExploreView }),
  validate: async () => ({ default: (await import('../views/validate/validate-view.tsx')).ValidateView }),
  export: async () => ({ default: (await import('../views/export/export-view.tsx')).ExportView }),
  help: async () => ({ default: (await import('../views/help/help-view.tsx')).HelpView }),
};
const SCREENS: Record<Screen, React.ComponentType> = {
  data: lazy(LOAD.data),
  learn: lazy(LOAD.learn),
  explore: lazy(LOAD.explore),
  validate: lazy(LOAD.validate),
  export: lazy(LOAD.export),
  help: lazy(LOAD.help),
};

/** Fetches the screen that takes longest to load, and the charts, while the page has nothing else to do. */
export function loadAhead(): void {
  const load = (): void => {
    // Where it fails the screen says so when it is opened.
    Promise.all([LOAD.explore(), import('../ui/plotly.ts')]).catch(() => undefined);
  };
  if ('requestIdleCallback' in window) window.requestIdleCallback(load, { timeout: 2000 });
  else setTimeout(load, 500);
}

export function Screens() {
  const screen = useShell((state) => state.screen);
  const View = SCREENS[screen];
  return (
    <ScreenBoundary key={screen}>
      <Suspense
        fallback={
          <div className={styles.waiting}>
            <Spinner label="Loading" />
          </div>
        }
      >
        <View />
      </Suspense>
    </ScreenBoundary>
  );
}
