// Buttons: one primary an area, secondary for the rest, ghost in toolbars, danger where something is lost.
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { classNames } from './class-names.ts';
import { Spinner } from './spinner.tsx';
import { Tooltip } from './tooltip.tsx';
import styles from './button.module.css';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: 'primary' | 'secondary' | 'ghost' | 'danger';
  size?: 's' | 'm' | 'l';
  icon?: ReactNode;
  /** Shows a spinner and refuses clicks. */
  busy?: boolean;
  testId?: string;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({
  variant = 'secondary',
  size = 'm',
  icon,
  busy = false,
  testId,
  className,
  children,
  disabled,
  type = 'button',
  ...rest
}: ButtonProps) {
  return (
    <button
      type={type}
      data-testid={testId}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={classNames(styles.button, styles[variant], styles[size], className)}
      {...rest}
    >
      {busy ? <Spinner /> : icon}
      {children !== undefined && <span className={styles.label}>{children}</span>}
    </button>
  );
}

export interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon'> {
  /** Name for screen readers and the tooltip. */
  label: string;
  icon: ReactNode;
  /** A toggle: its state is announced. */
  pressed?: boolean;
  tooltip?: string | false;
}

export function IconButton({ label, icon, pressed, tooltip, className, variant = 'ghost', ...rest }: IconButtonProps) {
  const button = (
    <Button
      {...rest}
      variant={variant}
      icon={icon}
      aria-label={label}
      aria-pressed={pressed}
      className={classNames(styles.square, pressed && styles.pressed, className)}
    />
  );
  return tooltip === false ? button : <Tooltip text={tooltip ?? label}>{button}</Tooltip>;
}
