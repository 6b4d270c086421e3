// A question mark beside a title, which leads to the manual's section about it.
import { CircleHelp } from 'lucide-react';
import { HELP_SECTIONS, type HelpSection } from './sections.ts';
import styles from './help-link.module.css';

export function HelpLink({ to, about }: { to: HelpSection; about: string }) {
  const label = `Help: ${about}`;
  return (
    <a
      href={`#/help/${HELP_SECTIONS[to]}`}
      className={styles.link}
      aria-label={label}
      title={label}
      data-testid={`help-${to}`}
    >
      <CircleHelp aria-hidden="true" />
    </a>
  );
}
