import assert from 'node:assert/strict'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { runConformance } from '../../core/conformance/index.ts'
import { means } from './means.ts'

/** A test that the plugin in whose `test` folder it stands keeps every rule of its kinds. */
export function conforms(testFolder: string): void {
  const folder = join(testFolder, '..')
  test(`${basename(folder)} conforms`, async () => {
    const { checks } = await runConformance(means, folder)
    assert.deepEqual(
      checks.filter(({ problem }) => problem !== undefined),
      [],
    )
    assert.ok(checks.length > 0)
  })
}
