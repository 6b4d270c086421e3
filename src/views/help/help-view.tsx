// Help: the manual with its contents; the address says the section, so that screens, back and reload lead to it.
import Markdown from 'markdown-to-jsx/react';
import { useEffect, useRef, type ComponentProps, type MouseEvent } from 'react';
import { useShell } from '../../stores/shell.ts';
import { slugOf } from './headings.ts';
import { HEADINGS, MANUAL, pictureAddress } from './manual.ts';
import styles from './help.module.css';

export function HelpView() {
  const section = useShell((state) => state.section);
  const article = useRef<HTMLElement>(null);
  useEffect(() => showSection(article.current, section), [section]);
  // A link to the section that the address has already changes nothing by itself.
  const onClick = (event: MouseEvent) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (link && link.hash === window.location.hash) showSection(article.current, section);
  };
  return (
    <div className={styles.page} onClick={onClick} data-testid="help-screen">
      <details className={styles.narrowContents}>
        <summary>Contents</summary>
        <Contents section={section} />
      </details>
      <div className={styles.wideContents}>
        <Contents section={section} />
      </div>
      <article ref={article} className={styles.manual} data-testid="manual">
        <Markdown options={OPTIONS}>{MANUAL}</Markdown>
      </article>
    </div>
  );
}

/** Brings a heading to the top and gives it the focus; what is returned ends its wait for pictures. */
function showSection(article: HTMLElement | null, section: string | null): (() => void) | undefined {
  const heading = section === null ? null : article?.querySelector<HTMLElement>(`#${CSS.escape(section)}`);
  if (!article || !heading) return undefined;
  heading.focus({ preventScroll: true });
  heading.scrollIntoView();
  // Pictures above it push it down as they come.
  let left = false;
  const pictures = [...article.querySelectorAll('img')].filter((image) => !image.complete);
  if (pictures.length > 0)
    void Promise.allSettled(pictures.map((image) => image.decode())).then(() => {
      if (!left) heading.scrollIntoView();
    });
  return () => {
    left = true;
  };
}

function Contents({ section }: { section: string | null }) {
  return (
    <nav aria-label="Contents of the manual" className={styles.contents}>
      <ul>
        {HEADINGS.filter(({ level }) => level === 2 || level === 3).map(({ level, title, slug }) => (
          <li key={slug} data-level={level}>
            <a href={`#/help/${slug}`} aria-current={slug === section || undefined} data-testid={`contents-${slug}`}>
              {title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** A heading that takes the focus when its section is gone to. */
const heading = (Level: 'h1' | 'h2' | 'h3') =>
  function ManualHeading(props: ComponentProps<'h2'>) {
    return <Level {...props} tabIndex={-1} />;
  };

/** Links within the manual stay in Help; other pages of docs/ are no part of the studio, so only their names are shown. */
function ManualLink({ href = '', children }: ComponentProps<'a'>) {
  return href.startsWith('#') ? <a href={`#/help/${href.slice(1)}`}>{children}</a> : <em>{children}</em>;
}

function Picture({ src = '', alt }: ComponentProps<'img'>) {
  return <img src={pictureAddress(src)} alt={alt} />;
}

function ScrollingTable(props: ComponentProps<'table'>) {
  return (
    <div className={styles.table}>
      <table {...props} />
    </div>
  );
}

const OPTIONS = {
  slugify: slugOf,
  disableParsingRawHTML: true,
  wrapper: null,
  overrides: {
    a: ManualLink,
    img: Picture,
    table: ScrollingTable,
    h1: heading('h1'),
    h2: heading('h2'),
    h3: heading('h3'),
  },
};
