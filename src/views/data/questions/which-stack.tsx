// Several stacks or tables could hold the particles.
import { useState } from 'react';
import { answerDraft } from '../../../stores/datasets.ts';
import { Button } from '../../../ui/button.tsx';
import { Select } from '../../../ui/select.tsx';
import { Answer, Card, type QuestionProps } from './card.tsx';

export function WhichStack({ question, busy }: QuestionProps<'which-stack'>) {
  const [path, setPath] = useState<string | null>(null);
  return (
    <Card title="Which stack holds the particles?" testId="question-which-stack">
      {question.inOrder && (
        <p>
          No stack has a name that the table writes. One that was made from the table can be taken in the order of its
          rows: image k for row k. Else drop the stacks that the table names.
        </p>
      )}
      {question.looksLikeMap && (
        <p>
          As many images as the box is wide: the header does not tell this stack from a map. There is a pose or CTF for
          each of its sections. Choose it if they are images of particles.
        </p>
      )}
      <Answer>
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
      </Answer>
    </Card>
  );
}
