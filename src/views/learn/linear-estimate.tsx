// What a linear model will take: short, and the same for every set of a size, so it is said and not measured.
import lines from './lines.module.css';
import styles from './estimate-panel.module.css';

export function LinearEstimate() {
  return (
    <section className={styles.estimate} aria-label="Estimate" data-testid="estimate">
      <div className={styles.estimateHead}>
        <span className={styles.estimateTitle}>What it will take</span>
      </div>
      <p className={lines.quiet} data-testid="estimate-words">
        About a minute for 10,000 images at a box of 64 on two processor cores that are free. It grows with the number
        of images and with the square of the box. A first look is not measured beforehand.
      </p>
    </section>
  );
}
