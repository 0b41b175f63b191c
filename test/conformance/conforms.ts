import assert from 'node:assert/strict'
import { randomFillSync } from 'node:crypto'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { runConformance } from '../../core/conformance/index.ts'
import { systemClock } from '../../core/kernel/index.ts'
// Areas declare the hooks that a plugin may list.
import '../../core/services/index.ts'

/** A test that the plugin in whose `test` folder it stands keeps every rule of its kinds. */
export function conforms(testFolder: string): void {
  const folder = join(testFolder, '..')
  test(`${basename(folder)} conforms`, async () => {
    const means = {
      clock: systemClock,
      randomFill: (bytes: Uint8Array) => void randomFillSync(bytes),
      cacheFolder: join(tmpdir(), 'berth-test-plugins'),
    }
    const { checks } = await runConformance(means, folder)
    assert.deepEqual(
      checks.filter(({ problem }) => problem !== undefined),
      [],
    )
    assert.ok(checks.length > 0)
  })
}
