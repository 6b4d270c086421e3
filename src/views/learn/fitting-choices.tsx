// Ways out where the graphics processor cannot hold the model: each sets a value of the form, and the estimate is made anew.
import type { ErrorData } from '../../base/errors.ts';
import { takeFitting, type FittingChoice } from '../../stores/learn-form.ts';
import { Button } from '../../ui/button.tsx';

export function fittingChoices({ boxPixels, width }: NonNullable<ErrorData['instead']>): [string, FittingChoice][] {
  return [
    ...(boxPixels === undefined ? [] : [[`Box of ${boxPixels}`, { boxPixels }] as [string, FittingChoice]]),
    ...(width === undefined ? [] : [[`Width ${width}`, { width }] as [string, FittingChoice]]),
    ['Use the CPU', 'cpu'],
  ];
}

export function FittingChoices({ instead }: { instead: NonNullable<ErrorData['instead']> }) {
  return fittingChoices(instead).map(([label, choice], i) => (
    <Button key={label} size="s" onClick={() => takeFitting(choice)} testId={`fitting-${i}`}>
      {label}
    </Button>
  ));
}
