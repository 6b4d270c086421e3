// Images with NaN or infinite pixels, to be left out.
import { answerDraft } from '../../../stores/datasets.ts';
import { Button } from '../../../ui/button.tsx';
import { countText } from '../../../ui/quantities.ts';
import { Answer, Card, type QuestionProps } from './card.tsx';

const ROWS_LISTED = 60;

export function BadPixels({ question, busy }: QuestionProps<'bad-pixels'>) {
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
      <p>Training cannot use them. Lists exported later still count rows of the original stack.</p>
      <Answer>
        <Button
          variant="primary"
          disabled={busy}
          testId="leave-out-bad-rows"
          onClick={() => void answerDraft({ leaveOutBadRows: true })}
        >
          Leave {count === 1 ? 'it' : 'them'} out
        </Button>
      </Answer>
    </Card>
  );
}
