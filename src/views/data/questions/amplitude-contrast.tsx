// The CTF lacks the amplitude contrast: asked in place, with the two values that are usual.
import { useState } from 'react';
import { answerDraft } from '../../../stores/datasets.ts';
import { Button } from '../../../ui/button.tsx';
import { NumberField } from '../../../ui/text-field.tsx';
import styles from '../data.module.css';
import { Card, type QuestionProps } from './card.tsx';

const USUAL = [
  { value: 0.1, says: 'the usual' },
  { value: 0.07, says: 'of ice without carbon' },
];

export function AmplitudeContrast({ question, busy }: QuestionProps<'amplitude-contrast'>) {
  const [value, setValue] = useState<number | null>(null);
  const plausible = value === null || (value >= 0 && value <= 1);
  const answer = (amplitudeContrast: number) => void answerDraft({ amplitudeContrast });
  return (
    <Card title="What is the amplitude contrast?" testId="question-amplitude-contrast">
      <p>
        The table has no <span className="numeric">{question.field.replace(/^_/, '')}</span>. The CTF needs it.
      </p>
      <div className={styles.answer}>
        <NumberField
          label="Amplitude contrast"
          hideLabel
          value={value}
          placeholder="e.g. 0.1"
          step={0.01}
          width={8}
          error={plausible ? null : 'Expected 0 to 1.'}
          onCommit={setValue}
          testId="amplitude-contrast"
        />
        <Button
          variant="primary"
          disabled={busy || value === null || !plausible}
          testId="amplitude-contrast-answer"
          onClick={() => {
            if (value !== null) answer(value);
          }}
        >
          Set
        </Button>
        {USUAL.map((usual) => (
          <Button
            key={usual.value}
            disabled={busy}
            testId={`amplitude-contrast-${usual.value}`}
            onClick={() => answer(usual.value)}
          >
            {`${usual.value}, ${usual.says}`}
          </Button>
        ))}
      </div>
    </Card>
  );
}
