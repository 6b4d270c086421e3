// The page: top bar, the screen of the step, messages.
import { TooltipProvider } from '../ui/tooltip.tsx';
import { ToastStack } from '../ui/toast.tsx';
import { dismiss, useShell } from '../stores/shell.ts';
import { InterruptedRuns } from './interrupted-runs.tsx';
import { Screens } from './screens.tsx';
import { TopBar } from './top-bar.tsx';
import styles from './app.module.css';

export function App() {
  const messages = useShell((state) => state.messages);
  return (
    <TooltipProvider>
      <div className={styles.app}>
        <a href="#main" className={styles.skip} onClick={skipToMain}>
          Skip to the content
        </a>
        <div>
          <TopBar />
          <InterruptedRuns />
        </div>
        <main id="main" tabIndex={-1} className={styles.main}>
          <Screens />
        </main>
      </div>
      <ToastStack toasts={messages} onDismiss={dismiss} />
    </TooltipProvider>
  );
}

/** The address keeps the screen, so the link moves the focus by itself. */
function skipToMain(event: React.MouseEvent) {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
