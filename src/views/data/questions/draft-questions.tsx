// What the studio cannot know by itself, asked in place.
import type { Question } from '../../../../workers/contract.ts';
import { AmplitudeContrast } from './amplitude-contrast.tsx';
import { BadPixels } from './bad-pixels.tsx';
import { PixelSize } from './pixel-size.tsx';
import { ReadingChoice } from './reading.tsx';
import { WhichStack } from './which-stack.tsx';

export function DraftQuestions({ questions, busy }: { questions: Question[]; busy: boolean }) {
  return questions.map((question) => {
    switch (question.kind) {
      case 'pixel-size':
        return <PixelSize key={question.kind} question={question} busy={busy} />;
      case 'amplitude-contrast':
        return <AmplitudeContrast key={question.kind} question={question} busy={busy} />;
      case 'bad-pixels':
        return <BadPixels key={question.kind} question={question} busy={busy} />;
      case 'which-stack':
        return <WhichStack key={question.kind} question={question} busy={busy} />;
      case 'reading':
        return <ReadingChoice key={question.title} question={question} busy={busy} />;
    }
  });
}
