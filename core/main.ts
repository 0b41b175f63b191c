import { createProgram } from './cli/program.ts'
import { loadConfig } from './config/index.ts'
import { BerthError } from './kernel/index.ts'

try {
  await createProgram(() => loadConfig()).parseAsync()
} catch (error) {
  // A refusal says what to do; only a bug needs its stack.
  console.error(error instanceof BerthError ? `${error.message}` : error)
  process.exit(1)
}
