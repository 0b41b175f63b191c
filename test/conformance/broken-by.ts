import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runConformance, type Check } from '../../core/conformance/index.ts'
import { means } from './means.ts'

const ROOT = join(import.meta.dirname, '../..')

/** File of the example → the pieces of it that are replaced, and by what. */
export type Change = Readonly<Record<string, readonly (readonly [code: string, by: string])[]>>

/** What an example breaks once pieces of it are replaced. */
export async function brokenBy(example: string, change: Change): Promise<Check[]> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-conformance-'))
  try {
    await cp(join(ROOT, 'examples', example), folder, { recursive: true })
    for (const file of ['index.ts', 'test/conformance.ts']) await rewrite(folder, file, withSdk)
    for (const [file, pairs] of Object.entries(change))
      for (const [code, by] of pairs)
        await rewrite(folder, file, (text) => {
          assert.ok(text.includes(code), `${file} of ${example} no longer says ${code}`)
          return text.replaceAll(code, by)
        })
    const { checks } = await runConformance(means, folder)
    return checks.filter(({ problem }) => problem !== undefined)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function rewrite(folder: string, file: string, by: (text: string) => string): Promise<void> {
  await writeFile(join(folder, file), by(await readFile(join(folder, file), 'utf8')))
}

const withSdk = (source: string) => source.replaceAll(/'(?:\.\.\/)+sdk\//g, `'${ROOT}/sdk/`)
