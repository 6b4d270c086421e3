// Drops before they are accepted: the files so far, what the person answered, what it all adds up to.
import type { understand as understandFiles } from '../src/formats/assemble.ts';
import { VitrineError } from '../src/base/errors.ts';
import type { NamedBlob, ParticleSet } from '../src/formats/particles.ts';
import { refusalOf } from '../src/formats/drop/refusal.ts';
import { CTF_MISSING, type Understanding } from '../src/formats/drop/understanding.ts';
import { atCommonBox } from '../src/imaging/one-box.ts';
import { newId } from '../src/library/arrays.ts';
import type { NumberColumn } from '../src/library/datasets.ts';
import type { JobOptions } from '../src/jobs/progress.ts';
import type { DatasetDraft, DraftAnswers, DroppedFile } from './contract.ts';

interface Draft {
  id: string;
  files: NamedBlob[];
  answers: DraftAnswers;
  understanding: Understanding;
}

export class Drafts {
  private readonly drafts = new Map<string, Draft>();

  constructor(private readonly understand: typeof understandFiles) {}

  async open(files: DroppedFile[], addTo: string | null, job: Required<JobOptions>): Promise<DatasetDraft> {
    const before = addTo === null ? null : this.get(addTo);
    const fresh = files.map(({ path, file }) => ({ path, blob: file }));
    // A file dropped again replaces the one of its path.
    const paths = new Set(fresh.map(({ path }) => path));
    const all = [...(before?.files.filter(({ path }) => !paths.has(path)) ?? []), ...fresh];
    return this.look(before?.id ?? newId(), all, before?.answers ?? {}, null, job);
  }

  async answer(id: string, answers: DraftAnswers, job: Required<JobOptions>): Promise<DatasetDraft> {
    const draft = this.get(id);
    // Another stack or index list gives other rows.
    const sameRows = (['stackPath', 'indexFile', 'imageOrder'] as const).every(
      (key) => answers[key] === undefined || answers[key] === draft.answers[key],
    );
    const badRows = sameRows ? draft.understanding.badRows : null;
    return this.look(id, draft.files, { ...draft.answers, ...answers }, badRows, job);
  }

  private async look(
    id: string,
    files: NamedBlob[],
    answers: DraftAnswers,
    badRows: number[] | null,
    job: Required<JobOptions>,
  ): Promise<DatasetDraft> {
    const understanding = await this.understand(files, {
      answers,
      atBox: atCommonBox,
      ...(badRows && { badRows }),
      ...job,
    });
    this.drafts.set(id, { id, files, answers, understanding });
    const { name, set, questions, missing, warnings, looksWhite, selectedOf } = understanding;
    return {
      ...{ id, name, questions, missing, warnings, looksWhite, selectedOf },
      files: understanding.files,
      particles: set?.count ?? null,
      boxPixels: set?.boxPixels ?? null,
      pixelSizeAngstrom: set?.pixelSizeAngstrom ?? null,
      hasPoses: (set?.poses ?? null) !== null,
      hasCtf: (set?.ctf ?? null) !== null,
      opticsGroups: set?.opticsGroups.length ?? 0,
    };
  }

  /**
   * Errors of a draft that cannot be a dataset yet: 'file-missing', 'pixel-size-unknown', 'pixels-not-finite',
   * 'ctf-missing' where the CTF is there and cannot be made, 'poses-missing' where a file with poses could not be read, 'ambiguous' where files can be read in several ways. A set
   * without poses is a dataset: they can be found.
   */
  accepted(id: string): {
    set: ParticleSet & { pixelSizeAngstrom: number };
    looksWhite: boolean | null;
    columns: NumberColumn[];
  } {
    const { set, missing, looksWhite, columns, questions } = this.get(id).understanding;
    const advice = missing.length > 0 ? `Still missing: ${missing.join('; ')}.` : 'Answer the question first.';
    if (!set) throw new VitrineError('file-missing', 'There are no particles yet.', { advice });
    if (set.pixelSizeAngstrom === null)
      throw new VitrineError('pixel-size-unknown', 'The pixel size is not known.', { advice });
    if (missing.includes(CTF_MISSING)) throw new VitrineError('ctf-missing', 'The CTF cannot be made.', { advice });
    if (missing.length > 0)
      throw new VitrineError('poses-missing', 'A file that may hold the poses could not be read.', {
        advice: `${advice} To find poses from the images, drop the particles without that file.`,
      });
    const open = refusalOf(questions);
    if (open) throw new VitrineError(open.code, open.message, { ...open.detail, advice: 'Answer the question first.' });
    const bad = questions.find((question) => question.kind === 'bad-pixels');
    if (bad?.kind === 'bad-pixels')
      throw new VitrineError('pixels-not-finite', `${bad.count} images have pixels that are not finite numbers.`, {
        row: (bad.rows[0] ?? 0) + 1,
        advice: 'Leave these rows out, or write the stack again.',
      });
    return { set: { ...set, pixelSizeAngstrom: set.pixelSizeAngstrom }, looksWhite, columns };
  }

  forget(id: string): void {
    this.drafts.delete(id);
  }

  private get(id: string): Draft {
    const draft = this.drafts.get(id);
    if (!draft) throw new VitrineError('usage', 'These files are no longer open.', { advice: 'Drop them again.' });
    return draft;
  }
}
