// Why a mask was not taken, or cannot be shown.
import { dismissMaskError, useMask } from '../../stores/explore/index.ts';
import { Button } from '../../ui/button.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';

export function MaskError() {
  const error = useMask((state) => state.error);
  if (!error) return null;
  return (
    <NoticeCard
      notice={error}
      tone="error"
      testId="mask-error"
      actions={
        <Button size="s" onClick={dismissMaskError}>
          Dismiss
        </Button>
      }
    />
  );
}
