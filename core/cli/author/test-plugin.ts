import { randomFillSync } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
// Areas declare the hooks that a plugin may list.
import '../../orders/index.ts'
import '../../services/index.ts'
import { reportText, runConformance } from '../../conformance/index.ts'
import { systemClock } from '../../kernel/index.ts'
import { checkTypes, type TypeReport } from './check-types.ts'
import { NoPlugin } from './errors.ts'
import { linkSdk } from './link-sdk.ts'
import { runTests } from './run-tests.ts'
import { watchLoop } from './watch-loop.ts'

interface Given {
  folder: string
  /** Where its bundle is kept between two runs. */
  cacheFolder: string
  /** How many milliseconds its tests may run without a pause. */
  busyMs: number
}

type Say = (line: string) => void

/**
 * Runs the tests of a plugin's folder as they are, checks its types, then runs the conformance kit over it; answers
 * whether all is well.
 */
export async function testPlugin({ folder, cacheFolder, busyMs }: Given, say: Say): Promise<boolean> {
  if (!existsSync(join(folder, 'plugin.json'))) throw NoPlugin({ folder })
  linkSdk(folder)
  const [tested, types] = await Promise.all([runTests(folder, busyMs, say), checkTypes(folder)])
  const typed = sayTypes(types, say)
  const calm = watchLoop(busyMs, 'test/conformance.ts')
  try {
    const randomFill = (bytes: Uint8Array) => void randomFillSync(bytes)
    const report = await runConformance({ clock: systemClock, randomFill, cacheFolder }, folder)
    say(reportText(report))
    return tested && typed && report.checks.every(({ problem }) => problem === undefined)
  } finally {
    calm()
  }
}

function sayTypes(report: TypeReport, say: Say): boolean {
  if (!report.checked) {
    say(`-       types are not checked: ${report.why}`)
    return true
  }
  const { problems } = report
  if (problems.length === 0) say('ok      types')
  else
    say(
      [
        'FAILED  types',
        ...problems
          .join('\n')
          .split('\n')
          .map((line) => `        ${line}`),
      ].join('\n'),
    )
  return problems.length === 0
}
