// A number asked for: a field with its bounds, and the values that are likely.
import { useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { NumberField } from '../../../ui/text-field.tsx';
import { Answer } from './card.tsx';

interface NumberAnswerProps {
  label: string;
  unit?: string;
  placeholder: string;
  isPlausible: (value: number) => boolean;
  /** What is said of a value that is not plausible. */
  expected: string;
  /** Values to take by one press. */
  offers: { value: number; words: string; testId: string }[];
  busy: boolean;
  testId: string;
  onAnswer: (value: number) => void;
}

export function NumberAnswer(props: NumberAnswerProps) {
  const { label, unit, placeholder, isPlausible, expected, offers, busy, testId, onAnswer } = props;
  const [value, setValue] = useState<number | null>(null);
  const plausible = value === null || isPlausible(value);
  return (
    <Answer>
      <NumberField
        label={label}
        hideLabel
        {...(unit !== undefined && { unit })}
        value={value}
        placeholder={placeholder}
        step={0.01}
        width={8}
        error={plausible ? null : expected}
        onCommit={setValue}
        testId={testId}
      />
      <Button
        variant="primary"
        disabled={busy || value === null || !plausible}
        testId={`${testId}-answer`}
        onClick={() => {
          if (value !== null) onAnswer(value);
        }}
      >
        Set
      </Button>
      {offers.map((offer) => (
        <Button key={offer.testId} disabled={busy} testId={offer.testId} onClick={() => onAnswer(offer.value)}>
          {offer.words}
        </Button>
      ))}
    </Answer>
  );
}
