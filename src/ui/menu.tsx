// A dropdown menu of verbs or of things to switch to.
import { DropdownMenu as Radix } from 'radix-ui';
import type { ReactElement, ReactNode } from 'react';
import { classNames } from './class-names.ts';
import styles from './surface.module.css';

export interface MenuItem {
  label: ReactNode;
  hint?: ReactNode;
  icon?: ReactNode;
  onSelect: () => void;
  danger?: boolean;
  disabled?: boolean;
  testId?: string;
}
export type MenuEntry = MenuItem | 'separator' | { heading: string };

export interface MenuProps {
  trigger: ReactElement;
  items: MenuEntry[];
  align?: 'start' | 'center' | 'end';
  testId?: string;
}

export function Menu({ trigger, items, align = 'end', testId }: MenuProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className={styles.menu} align={align} sideOffset={5} collisionPadding={8} data-testid={testId}>
          {items.map((item, index) => {
            if (item === 'separator') return <Radix.Separator key={index} className={styles.separator} />;
            if ('heading' in item)
              return (
                <Radix.Label key={index} className={styles.menuLabel}>
                  {item.heading}
                </Radix.Label>
              );
            return (
              <Radix.Item
                key={index}
                className={classNames(styles.item, item.danger && styles.dangerItem)}
                disabled={item.disabled}
                onSelect={item.onSelect}
                data-testid={item.testId}
              >
                {item.icon}
                <span className={styles.itemText}>
                  {item.label}
                  {item.hint !== undefined && <span className={styles.itemHint}>{item.hint}</span>}
                </span>
              </Radix.Item>
            );
          })}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
