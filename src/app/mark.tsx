// The mark: a showcase with a curve inside.
import styles from './mark.module.css';

export function Mark() {
  return (
    <svg viewBox="0 0 32 32" className={styles.mark} aria-hidden="true">
      <g fill="none" stroke="currentColor" strokeLinejoin="round" strokeLinecap="round">
        <path d="M16 3.500 27 9.800v12.400L16 28.500 5 22.200V9.800Z" strokeWidth="1.8" opacity="0.5" />
        <path
          d="M8.400 19.800c2.700-5.500 4.300-8.200 6.400-7.400 2.700 1.100 1.300 7 4 7.700 1.800.5 3-2.400 4.900-7.400"
          strokeWidth="2.6"
        />
      </g>
    </svg>
  );
}
