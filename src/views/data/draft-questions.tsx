// What the studio cannot know by itself, asked in place.
import { CircleHelp } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import type { Question } from '../../../workers/contract.ts';
import { answerDraft } from '../../stores/datasets.ts';
import { Button } from '../../ui/button.tsx';
import { NumberField } from '../../ui/text-field.tsx';
import { countText, numberWith } from '../../ui/quantities.ts';
import { Select } from '../../ui/select.tsx';
import styles from './data.module.css';

export function DraftQuestions({ questions, busy }: { questions: Question[]; busy: boolean }) {
  return questions.map((question) => {
    switch (question.kind) {
      case 'pixel-size':
        return <PixelSize key={question.kind} question={question} busy={busy} />;
      case 'bad-pixels':
        return <BadPixels key={question.kind} question={question} busy={busy} />;
      case 'which-stack':
        return <WhichStack key={question.kind} question={question} busy={busy} />;
    }
  });
}

function Card({ title, children, testId }: { title: string; children: ReactNode; testId: string }) {
  return (
    <section className={styles.question} aria-label={title} data-testid={testId}>
      <CircleHelp aria-hidden="true" className={styles.questionIcon} />
      <div className={styles.questionBody}>
        <h3>{title}</h3>
        {children}
      </div>
    </section>
  );
}

type Of<K extends Question['kind']> = { question: Extract<Question, { kind: K }>; busy: boolean };

function PixelSize({ question, busy }: Of<'pixel-size'>) {
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

const ROWS_LISTED = 60;

function BadPixels({ question, busy }: Of<'bad-pixels'>) {
  const { rows, count } = question;
  const listed = rows.slice(0, ROWS_LISTED);
  return (
    <Card
      title={`${countText(count)} ${count === 1 ? 'image has' : 'images have'} pixels that are not numbers`}
      testId="question-bad-pixels"
    >
      <p>
        Rows (counted from 1): <span className="numeric">{listed.map((row) => countText(row + 1)).join(', ')}</span>
        {count > listed.length && ` and ${countText(count - listed.length)} more`}.
      </p>
      <p>Training needs numbers everywhere. Lists exported later still count rows of the original stack.</p>
      <div className={styles.answer}>
        <Button
          variant="primary"
          disabled={busy}
          testId="leave-out-bad-rows"
          onClick={() => void answerDraft({ leaveOutBadRows: true })}
        >
          Leave {count === 1 ? 'it' : 'them'} out
        </Button>
      </div>
    </Card>
  );
}

function WhichStack({ question, busy }: Of<'which-stack'>) {
  const [path, setPath] = useState<string | null>(null);
  return (
    <Card title="Which stack holds the particles?" testId="question-which-stack">
      <div className={styles.answer}>
        <Select
          label="Stack"
          hideLabel
          value={path}
          placeholder="Choose a stack"
          options={question.candidates.map((candidate) => ({ value: candidate, label: candidate }))}
          onChange={setPath}
          testId="which-stack"
        />
        <Button
          variant="primary"
          disabled={busy || path === null}
          testId="which-stack-answer"
          onClick={() => {
            if (path !== null) void answerDraft({ stackPath: path });
          }}
        >
          Use it
        </Button>
      </div>
    </Card>
  );
}
