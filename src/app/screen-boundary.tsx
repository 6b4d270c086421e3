// A fault of one screen stays on that screen: what happened and a way on.
import { Component, type ReactNode } from 'react';
import { errorData } from '../stores/errors.ts';
import type { ErrorData } from '../base/errors.ts';
import { Button } from '../ui/button.tsx';
import { NoticeCard } from '../ui/notice-card.tsx';
import styles from './app.module.css';

export class ScreenBoundary extends Component<{ children: ReactNode }, { error: ErrorData | null }> {
  override state: { error: ErrorData | null } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error: errorData(error) };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <div className={styles.failed}>
        <NoticeCard
          tone="error"
          notice={{
            ...error,
            message: `This screen could not be drawn: ${error.message}`,
            advice: 'Datasets and runs are kept. Try again, or reload the page.',
          }}
          actions={<Button onClick={() => this.setState({ error: null })}>Try again</Button>}
        />
      </div>
    );
  }
}
