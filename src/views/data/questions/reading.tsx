// Files that can be read in several ways: the readings in words, one of them to be chosen.
import { RadioGroup } from 'radix-ui';
import { useState } from 'react';
import { answerDraft } from '../../../stores/datasets.ts';
import { Button } from '../../../ui/button.tsx';
import styles from './reading.module.css';
import { Answer, Card, type QuestionProps } from './card.tsx';

export function ReadingChoice({ question, busy }: QuestionProps<'reading'>) {
  const { about, title, reason, file, readings } = question;
  const [chosen, setChosen] = useState<string | null>(null);
  const reading = chosen === null ? undefined : readings[Number(chosen)];
  return (
    <Card title={title} testId={`question-${about}`}>
      <p>
        <span className={styles.path}>{file}</span>: {reason}
      </p>
      <RadioGroup.Root className={styles.readings} aria-label={title} value={chosen} onValueChange={setChosen}>
        {readings.map(({ says }, i) => (
          <RadioGroup.Item key={says} value={String(i)} className={styles.reading} data-testid={`${about}-${i}`}>
            <span aria-hidden="true" className={styles.readingMark} />
            <span>{says}</span>
          </RadioGroup.Item>
        ))}
      </RadioGroup.Root>
      <Answer>
        <Button
          variant="primary"
          disabled={busy || !reading}
          testId={`${about}-answer`}
          onClick={() => {
            if (reading) void answerDraft(reading.answer);
          }}
        >
          Use this answer
        </Button>
      </Answer>
    </Card>
  );
}
