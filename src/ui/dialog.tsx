// Dialogs: a question that has to be answered before going on. Focus is kept inside, Escape closes.
import { Dialog as Radix } from 'radix-ui';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button, IconButton } from './button.tsx';
import { classNames } from './class-names.ts';
import styles from './surface.module.css';

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  children?: ReactNode;
  /** Buttons at the foot, the primary one last. */
  actions?: ReactNode;
  wide?: boolean;
  testId?: string;
}

export function Dialog({ open, onOpenChange, title, description, children, actions, wide, testId }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={styles.scrim} />
        <Radix.Content
          className={classNames(styles.dialog, wide && styles.wide)}
          data-testid={testId}
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
        >
          <div className={styles.dialogHead}>
            <Radix.Title className={styles.dialogTitle}>{title}</Radix.Title>
            <Radix.Close asChild>
              <IconButton label="Close" icon={<X />} size="s" tooltip={false} />
            </Radix.Close>
          </div>
          {description !== undefined && (
            <Radix.Description className={styles.dialogDescription}>{description}</Radix.Description>
          )}
          <div className={styles.dialogBody}>{children}</div>
          {actions !== undefined && <div className={styles.dialogActions}>{actions}</div>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export interface ConfirmDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description: ReactNode;
  /** The verb on the button: "Remove dataset". */
  confirmLabel: string;
  danger?: boolean;
  onConfirm: () => void;
}

export function ConfirmDialog({
  open,
  onOpenChange,
  title,
  description,
  confirmLabel,
  danger,
  onConfirm,
}: ConfirmDialogProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={title}
      description={description}
      actions={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button
            variant={danger ? 'danger' : 'primary'}
            testId="confirm"
            onClick={() => {
              onOpenChange(false);
              onConfirm();
            }}
          >
            {confirmLabel}
          </Button>
        </>
      }
    />
  );
}
