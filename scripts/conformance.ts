/** Runs the conformance kit over every plugin and example, or over the folders named. */
import { randomFillSync } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { reportText, runConformance, type ConformanceReport } from '../core/conformance/index.ts'
import { systemClock } from '../core/kernel/index.ts'
import { pluginFolders } from '../core/plugins/index.ts'
// Areas declare the hooks that a plugin may list.
import '../core/services/index.ts'
import '../core/orders/index.ts'

const root = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))
const named = process.argv.slice(2)
const folders =
  named.length > 0 ? named : [...pluginFolders(root('plugins')), ...pluginFolders(root('examples'))]
const means = {
  clock: systemClock,
  randomFill: (bytes: Uint8Array) => void randomFillSync(bytes),
  cacheFolder: join(tmpdir(), 'berth-conformance'),
}
/** Most of their time companies are silent, so several plugins wait side by side. */
const AT_ONCE = 3
const reports: Promise<ConformanceReport>[] = []
for (const [at, folder] of folders.entries())
  reports.push(Promise.resolve(reports[at - AT_ONCE]).then(() => runConformance(means, folder)))

let [passed, failed] = [0, 0]
for (const told of reports) {
  const report = await told
  console.log(reportText(report))
  const wrong = report.checks.filter(({ problem }) => problem !== undefined).length
  failed += wrong
  passed += report.checks.length - wrong
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
