// Which particles are exported: the standing selection, a named one, a cluster, or all.
import { RadioGroup } from 'radix-ui';
import { type ExportScope, setScope, useExplore, useExports, useSelections } from '../../stores/explore/index.ts';
import { Panel } from '../../ui/panel.tsx';
import { useThemeColors } from '../../ui/theme-colors.ts';
import { clusterColors } from '../explore/point-colors.ts';
import styles from './export-view.module.css';

interface Choice {
  scope: ExportScope;
  key: string;
  label: string;
  count: number;
  color?: string;
}

function scopeKey(scope: ExportScope): string {
  if (scope.kind === 'named') return `named-${scope.index}`;
  return scope.kind === 'cluster' ? `cluster-${scope.cluster}` : scope.kind;
}

function useScopeChoices(): { heading: string; choices: Choice[] }[] {
  const current = useSelections((state) => state.current);
  const named = useSelections((state) => state.named);
  const total = useSelections((state) => state.total);
  const clusters = useExplore((state) => state.clusters.result);
  const theme = useThemeColors();
  const choice = (scope: ExportScope, label: string, count: number, color?: string): Choice => ({
    ...{ scope, label, count, color },
    key: scopeKey(scope),
  });
  const colors = clusterColors(clusters?.counts.length ?? 0, theme.categories);
  return [
    {
      heading: 'Selection',
      choices: [
        choice({ kind: 'current' }, 'Selected now', current.length),
        ...named.map(({ name, indices, color }, index) =>
          choice({ kind: 'named', index }, name, indices.length, color),
        ),
        choice({ kind: 'all' }, 'All particles', total),
      ],
    },
    {
      heading: 'k-means clusters',
      choices: [...(clusters?.counts ?? [])].map((count, cluster) =>
        choice({ kind: 'cluster', cluster }, `Cluster ${cluster + 1}`, count, colors[cluster]),
      ),
    },
  ].filter(({ choices }) => choices.length > 0);
}

export function ScopePanel() {
  const groups = useScopeChoices();
  const scope = useExports((state) => state.scope);
  return (
    <Panel title="Which particles" testId="export-scope">
      <RadioGroup.Root
        className={styles.scopes}
        aria-label="Which particles"
        value={scopeKey(scope)}
        onValueChange={(key) => {
          const found = groups.flatMap(({ choices }) => choices).find((choice) => choice.key === key);
          if (found) setScope(found.scope);
        }}
      >
        {groups.map(({ heading, choices }) => (
          <div key={heading} className={styles.scopeGroup}>
            <h3>{heading}</h3>
            {choices.map(({ key, label, count, color }) => (
              <RadioGroup.Item key={key} value={key} className={styles.scope} data-testid={`scope-${key}`}>
                <span className={styles.radio} />
                {color && <span className={styles.dot} style={{ background: color }} />}
                <span className={styles.scopeName}>{label}</span>
                <span className={styles.scopeCount}>{count.toLocaleString('en')}</span>
              </RadioGroup.Item>
            ))}
          </div>
        ))}
      </RadioGroup.Root>
    </Panel>
  );
}
