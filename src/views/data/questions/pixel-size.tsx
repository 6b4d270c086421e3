// The pixel size, where no file says it or says 1.
import { useState } from 'react';
import { answerDraft } from '../../../stores/datasets.ts';
import { Button } from '../../../ui/button.tsx';
import { numberWith } from '../../../ui/quantities.ts';
import { NumberField } from '../../../ui/text-field.tsx';
import styles from '../data.module.css';
import { Card, type QuestionProps } from './card.tsx';

export function PixelSize({ question, busy }: QuestionProps<'pixel-size'>) {
  const [value, setValue] = useState<number | null>(null);
  const plausible = value === null || (value > 0.1 && value < 50);
  return (
    <Card title="What is the pixel size?" testId="question-pixel-size">
      <p>{question.reason}</p>
      <div className={styles.answer}>
        <NumberField
          label="Pixel size"
          hideLabel
          unit="Å"
          value={value}
          placeholder={question.found === null ? 'e.g. 1.31' : numberWith(question.found, 4)}
          step={0.01}
          width={8}
          error={plausible ? null : 'Expected 0.1 to 50 Å.'}
          onCommit={setValue}
          testId="pixel-size"
        />
        <Button
          variant="primary"
          disabled={busy || value === null || !plausible}
          testId="pixel-size-answer"
          onClick={() => {
            if (value !== null) void answerDraft({ pixelSizeAngstrom: value });
          }}
        >
          Set
        </Button>
        {question.found !== null && question.found > 0 && (
          <Button
            disabled={busy}
            testId="pixel-size-keep"
            onClick={() => void answerDraft({ pixelSizeAngstrom: question.found! })}
          >
            It is {numberWith(question.found, 4)} Å
          </Button>
        )}
      </div>
    </Card>
  );
}
