// The four steps and Help, each loaded when it is first opened.
import { lazy, Suspense } from 'react';
import { useShell, type Screen } from '../stores/shell.ts';
import { Spinner } from '../ui/spinner.tsx';
import { ScreenBoundary } from './screen-boundary.tsx';
import styles from './app.module.css';

const SCREENS: Record<Screen, React.ComponentType> = {
  data: lazy(async () => ({ default: (await import('../views/data/data-view.tsx')).DataView })),
  learn: lazy(async () => ({ default: (await import('../views/learn/learn-view.tsx')).LearnView })),
  explore: lazy(async () => ({ default: (await import('../views/explore/explore-view.tsx')).ExploreView })),
  export: lazy(async () => ({ default: (await import('../views/export/export-view.tsx')).ExportView })),
  help: lazy(async () => ({ default: (await import('../views/help/help-view.tsx')).HelpView })),
};

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
