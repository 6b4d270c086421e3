// Short messages at the corner of the page; each goes by itself unless it reports an error.
import { Toast as Radix } from 'radix-ui';
import { CircleAlert, CircleCheck, Info, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { IconButton } from './button.tsx';
import { classNames } from './class-names.ts';
import styles from './toast.module.css';

export interface ToastData {
  id: string;
  tone: 'info' | 'good' | 'error';
  title: string;
  text?: string;
}
const ICONS: Record<ToastData['tone'], ReactNode> = {
  info: <Info />,
  good: <CircleCheck />,
  error: <CircleAlert />,
};

export function ToastStack({ toasts, onDismiss }: { toasts: readonly ToastData[]; onDismiss: (id: string) => void }) {
  return (
    <Radix.Provider swipeDirection="right" label="Message">
      {toasts.map((toast) => (
        <Radix.Root
          key={toast.id}
          className={classNames(styles.toast, styles[toast.tone])}
          duration={toast.tone === 'error' ? 60_000 : 5_000}
          onOpenChange={(open) => {
            if (!open) onDismiss(toast.id);
          }}
          data-testid={`toast-${toast.tone}`}
        >
          <span className={styles.icon}>{ICONS[toast.tone]}</span>
          <div className={styles.text}>
            <Radix.Title className={styles.title}>{toast.title}</Radix.Title>
            {toast.text && <Radix.Description className={styles.description}>{toast.text}</Radix.Description>}
          </div>
          <Radix.Close asChild>
            <IconButton label="Dismiss" icon={<X />} size="s" tooltip={false} />
          </Radix.Close>
        </Radix.Root>
      ))}
      <Radix.Viewport className={styles.viewport} />
    </Radix.Provider>
  );
}
