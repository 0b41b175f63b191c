import { defineError } from '../kernel/index.ts'

export const ScriptFailed = defineError(
  'conformance.script_failed',
  422,
  (p: { problem: string }) => `test/conformance.ts does not work: ${p.problem}`,
)
