import { createProgram } from './cli/program.ts'
import { problemText } from './cli/problem-text.ts'
import { loadConfig } from './config/index.ts'

try {
  await createProgram(() => loadConfig()).parseAsync()
} catch (error) {
  console.error(problemText(error))
  process.exit(1)
}
