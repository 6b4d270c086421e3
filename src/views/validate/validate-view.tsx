// Validate: checks of the run that is shown, and two maps compared.
import { useEffect } from 'react';
import { useShownRun } from '../../stores/explore/index.ts';
import { openValidate } from '../../stores/validate.ts';
import { Panel } from '../../ui/panel.tsx';
import { ChecksPanel } from './checks-panel.tsx';
import { MapsPanel } from './maps-panel.tsx';
import styles from './validate-view.module.css';

export function ValidateView() {
  const run = useShownRun();
  const id = run && run.epochsDone > 0 && run.latentDimension > 0 ? run.id : null;
  useEffect(() => {
    if (id) void openValidate(id);
  }, [id]);
  return (
    <div className={styles.view} data-testid="validate">
      {run && id ? (
        <ChecksPanel run={run} />
      ) : (
        <Panel title="Checks of the run" testId="validate-empty">
          <p className={styles.quiet}>A run with latents can be checked once it has learned an epoch.</p>
        </Panel>
      )}
      <MapsPanel />
    </div>
  );
}
