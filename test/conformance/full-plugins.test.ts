import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { RULES, runConformance, type RuleName } from '../../core/conformance/index.ts'
import { kindTables, type ProviderKind } from '../../sdk/index.ts'
import { operationsOf } from './full/answers.ts'
import { means } from './means.ts'

const FULL = join(import.meta.dirname, 'full')
/** A bundle is kept by the sources of its folder, and most of this plugin stands outside of it. */
const SOURCES = readdirSync(FULL).map((file) => readFileSync(join(FULL, file), 'utf8'))
const STAMP = createHash('sha256').update(SOURCES.join()).digest('hex')

/** Writes a plugin that offers all of a kind, with a schedule and an upgrade step. */
async function write(kind: ProviderKind, folder: string): Promise<void> {
  const manifest = {
    ...{ id: `full-${kind.replaceAll('_', '-')}`, name: 'Full', version: '2.0.0', sdk: '1' },
    ...{ description: `Everything of ${kind}.`, kinds: { [kind]: Object.keys(operationsOf(kind)) } },
    hooks: ['client.suspended'],
    permissions: {
      network: [{ host: 'company.example.com' }],
      data: ['client.write:note:current'],
      storage: { bytes: 65_536 },
      schedules: [{ name: 'tick', every: '1d' }],
    },
    upgrade: true,
  }
  const exported = (from: string, name: string) =>
    `import { ${name} } from '${FULL}/${from}'\n\nexport default ${name}('${kind}')\n// ${STAMP}\n`
  await mkdir(join(folder, 'test'))
  await writeFile(join(folder, 'plugin.json'), JSON.stringify(manifest))
  await writeFile(join(folder, 'index.ts'), exported('plugin.ts', 'fullPlugin'))
  await writeFile(join(folder, 'test/conformance.ts'), exported('about.ts', 'fullAbout'))
}

const judged = new Set<RuleName>()

suite('a plugin that offers all of its kind keeps every rule', { concurrency: 2 }, () => {
  for (const kind of Object.keys(kindTables) as ProviderKind[])
    test(kind, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'berth-full-'))
      try {
        await write(kind, folder)
        const { checks } = await runConformance(means, folder)
        assert.deepEqual(
          checks.filter(({ problem }) => problem !== undefined),
          [],
        )
        for (const operation of Object.keys(operationsOf(kind)))
          assert.ok(
            checks.some(({ name }) => name === `${kind}.${operation} answers its own input`),
            operation,
          )
        for (const { rule } of checks) judged.add(rule)
      } finally {
        await rm(folder, { recursive: true })
      }
    })
})

test('together they come under every rule that there is', () => {
  const rules = Object.keys(RULES) as RuleName[]
  assert.deepEqual(
    rules.filter((rule) => !judged.has(rule)),
    [],
  )
})
