// The first thing a new person sees: where to drop, what is understood, what will follow.
import type { ReactNode } from 'react';
import styles from './welcome.module.css';

const KINDS: { program: string; files: string[] }[] = [
  { program: 'RELION', files: ['particles.star', 'stack.mrcs'] },
  { program: 'cryoSPARC', files: ['particles.cs', 'stack.mrc'] },
  { program: 'cryoDRGN', files: ['stack.mrcs', 'pose.pkl', 'ctf.pkl', 'ind.pkl'] },
];
const STEPS: { name: string; text: string }[] = [
  {
    name: 'Data',
    text: 'Drop particles, best from a consensus refinement: images, poses, CTF. Missing poses can be found.',
  },
  { name: 'Learn', text: 'A neural network learns the distribution of structures on this machine while you watch.' },
  { name: 'Explore', text: 'Lasso the landscape, see the map at any point, play a motion as a movie.' },
  { name: 'Export', text: 'Take the particle lists back to where they came from, and the maps with them.' },
];

export function Welcome({ zone, status, demo }: { zone: ReactNode; status: ReactNode; demo: ReactNode }) {
  return (
    <div className={styles.welcome}>
      <header className={styles.welcomeHead}>
        <h1>From a particle stack to its structures</h1>
        <p>
          Vitrine finds the motions and compositions in cryo-EM particles, in this browser tab. Nothing is installed and
          no byte leaves the machine.
        </p>
      </header>
      {zone}
      {status}
      <div className={styles.welcomeRow}>
        <ul className={styles.kinds} aria-label="Files understood">
          {KINDS.map(({ program, files }) => (
            <li key={program}>
              <span className={styles.kindName}>{program}</span>
              {files.map((file) => (
                <code key={file}>{file}</code>
              ))}
            </li>
          ))}
        </ul>
        <div className={styles.demoBox}>
          <p>No data at hand? A simulated protein with a moving domain shows the whole way in minutes.</p>
          {demo}
        </div>
      </div>
      <ol className={styles.way}>
        {STEPS.map(({ name, text }, index) => (
          <li key={name}>
            <span className={styles.wayNumber}>{index + 1}</span>
            <h2>{name}</h2>
            <p>{text}</p>
          </li>
        ))}
      </ol>
    </div>
  );
}
