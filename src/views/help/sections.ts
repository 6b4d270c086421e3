// Sections of the manual that screens lead to; a test looks for each in docs/MANUAL.md.
export const HELP_SECTIONS = {
  drop: 'data-what-to-drop',
  firstAid: 'first-aid-is-the-set-what-it-should-be',
  questions: 'questions-the-studio-asks',
  poses: 'known-poses-or-ab-initio',
  parameters: 'what-each-parameter-does',
  firstLook: 'first-look-is-there-anything-to-find',
  training: 'learn-watching-a-run',
  landscape: 'explore-reading-a-landscape',
  states: 'states-landscapes-of-maps',
  doubts: 'when-not-to-believe-it',
  atoms: 'atoms-as-the-field-a-model-that-moves',
  deposit: 'a-state-for-the-emdb',
  exports: 'export-lists-maps-poses',
} as const;
export type HelpSection = keyof typeof HELP_SECTIONS;
