// The pixel size, where no file says it or says 1.
import { answerDraft } from '../../../stores/datasets.ts';
import { numberWith } from '../../../ui/quantities.ts';
import { Card, type QuestionProps } from './card.tsx';
import { NumberAnswer } from './number-answer.tsx';

export function PixelSize({ question, busy }: QuestionProps<'pixel-size'>) {
  const { found, reason } = question;
  const inWords = found === null ? null : numberWith(found, 4);
  return (
    <Card title="What is the pixel size?" testId="question-pixel-size">
      <p>{reason}</p>
      <NumberAnswer
        label="Pixel size"
        unit="Å"
        placeholder={inWords ?? 'e.g. 1.31'}
        isPlausible={(value) => value > 0.1 && value < 50}
        expected="Expected 0.1 to 50 Å."
        offers={
          found !== null && found > 0 ? [{ value: found, words: `It is ${inWords} Å`, testId: 'pixel-size-keep' }] : []
        }
        busy={busy}
        testId="pixel-size"
        onAnswer={(pixelSizeAngstrom) => void answerDraft({ pixelSizeAngstrom })}
      />
    </Card>
  );
}
