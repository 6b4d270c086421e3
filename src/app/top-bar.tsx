// Name, the five steps, what is open, what computes, and Help.
import { CircleHelp, Database, Orbit, PackageOpen, ShieldCheck, Sparkles } from 'lucide-react';
import type { ReactNode } from 'react';
import { currentDataset, useDatasets } from '../stores/datasets.ts';
import { activeRun, useRuns } from '../stores/runs.ts';
import { goTo, useShell, type Screen } from '../stores/shell.ts';
import { classNames } from '../ui/class-names.ts';
import { DeviceBadge } from './device-badge.tsx';
import { Mark } from './mark.tsx';
import { StorageMenu } from './storage-menu.tsx';
import { Switcher } from './switcher.tsx';
import { ThemeMenu } from './theme-menu.tsx';
import styles from './top-bar.module.css';

const STEPS: { screen: Screen; label: string; icon: ReactNode }[] = [
  { screen: 'data', label: 'Data', icon: <Database /> },
  { screen: 'learn', label: 'Learn', icon: <Sparkles /> },
  { screen: 'explore', label: 'Explore', icon: <Orbit /> },
  { screen: 'validate', label: 'Validate', icon: <ShieldCheck /> },
  { screen: 'export', label: 'Export', icon: <PackageOpen /> },
];

type StepState = 'done' | 'open' | 'going' | 'waiting';
const STATE_WORDS: Record<StepState, string> = { done: 'done', open: 'ready', going: 'running', waiting: 'not yet' };

export function TopBar() {
  return (
    <header className={styles.bar}>
      <div className={styles.name}>
        <Mark />
        <span>Vitrine</span>
      </div>
      <nav aria-label="Steps" className={styles.steps}>
        <ol>
          {STEPS.map((step) => (
            <Step key={step.screen} {...step} />
          ))}
        </ol>
      </nav>
      <div className={styles.right}>
        <Switcher />
        <DeviceBadge />
        <StorageMenu />
        <ThemeMenu />
        <HelpButton />
      </div>
    </header>
  );
}

function HelpButton() {
  const here = useShell((state) => state.screen === 'help');
  return (
    <a
      href="#/help"
      className={classNames(styles.help, here && styles.here)}
      aria-current={here ? 'page' : undefined}
      aria-label="Help"
      title="Help"
      data-testid="nav-help"
    >
      <CircleHelp aria-hidden="true" />
    </a>
  );
}

function Step({ screen, label, icon }: (typeof STEPS)[number]) {
  const here = useShell((state) => state.screen === screen);
  const state = useStepState(screen);
  const percent = useRunPercent();
  const going = state === 'going';
  return (
    <li>
      <a
        href={`#/${screen}`}
        className={classNames(styles.step, here && styles.here, styles[state])}
        aria-current={here ? 'page' : undefined}
        aria-label={`${label}, ${STATE_WORDS[state]}`}
        data-testid={`nav-${screen}`}
        data-state={state}
        onClick={() => goTo(screen)}
      >
        {icon}
        <span>{label}</span>
        {going && percent !== null && <span className={classNames(styles.percent, 'numeric')}>{percent} %</span>}
        {going && <span className={styles.pulse} />}
      </a>
    </li>
  );
}

function useStepState(screen: Screen): StepState {
  const hasData = useDatasets((state) => currentDataset(state) !== null);
  const learnt = useRuns((state) => state.runs.some((run) => run.epochsDone > 0));
  const going = useRuns((state) => activeRun(state)?.status === 'running');
  if (screen === 'data') return hasData ? 'done' : 'open';
  if (screen === 'learn') return going ? 'going' : learnt ? 'done' : hasData ? 'open' : 'waiting';
  return learnt ? 'open' : 'waiting';
}

function useRunPercent(): number | null {
  return useRuns((state) => {
    const run = activeRun(state);
    const live = run && state.live[run.id];
    if (!run || !live || live.imagesTotal === 0) return null;
    const done = (Math.max(1, live.epoch) - 1 + live.imagesDone / live.imagesTotal) / run.params.epochs;
    return Math.min(100, Math.floor(done * 100));
  });
}
