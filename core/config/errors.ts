import { defineError } from '../kernel/index.ts'

export const ConfigInvalid = defineError(
  'config.invalid',
  500,
  (p: { problems: readonly string[] }) =>
    `The configuration does not fit. Nothing was started.\n${p.problems.map((problem) => `  - ${problem}`).join('\n')}`,
)
