// The CTF lacks the amplitude contrast: asked in place, with the two values that are usual.
import { answerDraft } from '../../../stores/datasets.ts';
import { Card, type QuestionProps } from './card.tsx';
import { NumberAnswer } from './number-answer.tsx';

const USUAL = [
  { value: 0.1, words: '0.1, the usual', testId: 'amplitude-contrast-0.1' },
  { value: 0.07, words: '0.07, of ice without carbon', testId: 'amplitude-contrast-0.07' },
];

export function AmplitudeContrast({ question, busy }: QuestionProps<'amplitude-contrast'>) {
  return (
    <Card title="What is the amplitude contrast?" testId="question-amplitude-contrast">
      <p>
        The table has no <span className="numeric">{question.field.replace(/^_/, '')}</span>. The CTF needs it.
      </p>
      <NumberAnswer
        label="Amplitude contrast"
        placeholder="e.g. 0.1"
        isPlausible={(value) => value >= 0 && value <= 1}
        expected="Expected 0 to 1."
        offers={USUAL}
        busy={busy}
        testId="amplitude-contrast"
        onAnswer={(amplitudeContrast) => void answerDraft({ amplitudeContrast })}
      />
    </Card>
  );
}
