// Asks how far a run that has finished should go on.
import { useState } from 'react';
import type { RunSummary } from '../../../workers/contract.ts';
import { resumeRun } from '../../stores/runs.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { NumberField } from '../../ui/text-field.tsx';

export function ResumeDialog({ run, onClose }: { run: RunSummary | null; onClose: () => void }) {
  return run && <Form key={run.id} run={run} onClose={onClose} />;
}

function Form({ run, onClose }: { run: RunSummary; onClose: () => void }) {
  const [epochs, setEpochs] = useState(Math.max(run.params.epochs, run.epochsDone) + 10);
  const enough = Number.isInteger(epochs) && epochs > run.epochsDone && epochs <= 1000;
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={`Train ${run.name} further`}
      description={`Training continues from epoch ${run.epochsDone} with the state of the optimizer.`}
      testId="resume-dialog"
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            disabled={!enough}
            testId="resume-confirm"
            onClick={() => {
              onClose();
              void resumeRun(run.id, epochs);
            }}
          >
            Train to epoch {epochs}
          </Button>
        </>
      }
    >
      <NumberField
        label="Epochs in all"
        value={epochs}
        onCommit={setEpochs}
        error={enough ? null : `Expected a whole number from ${run.epochsDone + 1} to 1000.`}
        testId="resume-epochs"
      />
    </Dialog>
  );
}
