// What is known of the components of runs whose field has them: read once a run, kept for Learn and Explore.
import { create } from 'zustand';
import type { ComponentsReport, ToldFinding } from '../../workers/contract.ts';
import { tellError } from './shell.ts';
import { studio } from './studio.ts';

/** By run; absent until a run's report was read. */
export const useComponentsReports = create<Record<string, ComponentsReport>>(() => ({}));

/** By run: what its components follow beside motion; absent until it was read. */
export const useComponentFindings = create<Record<string, ToldFinding[]>>(() => ({}));

/** Reads what the components of a run that has ended follow, once. A failure is told as a message. */
export async function loadComponentFindings(runId: string): Promise<void> {
  if (useComponentFindings.getState()[runId]) return;
  try {
    useComponentFindings.setState({ [runId]: await studio().io.componentFindings(runId) });
  } catch (error) {
    tellError(error);
  }
}

/** The report of a run, null where it has none (yet). A failure is told as a message. */
export async function loadComponents(runId: string): Promise<ComponentsReport | null> {
  const known = useComponentsReports.getState()[runId];
  if (known) return known;
  try {
    const report = await studio().io.componentsReport(runId);
    if (report) useComponentsReports.setState({ [runId]: report });
    return report;
  } catch (error) {
    tellError(error);
    return null;
  }
}
