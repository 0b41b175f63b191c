import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Conformance } from '../../../sdk/test-kit/index.ts'
import type { DevFile } from './dev-file.ts'
import { WITH_EXAMPLE } from './templates.ts'

/** Makes a plugin's folder of an example: its own files, and beside them what the examples share in the repository. */
export async function copyExample(example: string, folder: string, kind: string): Promise<void> {
  mkdirSync(join(folder, 'test'), { recursive: true })
  const beside = readdirSync(join(example, 'test')).filter((file) => !file.endsWith('.test.ts'))
  for (const file of ['index.ts', ...beside.map((file) => join('test', file))])
    writeFileSync(
      join(folder, file),
      readFileSync(join(example, file), 'utf8').replaceAll(SDK, "'@berth/sdk$1'"),
    )
  const manifest = JSON.parse(readFileSync(join(example, 'plugin.json'), 'utf8')) as object
  const named = { ...manifest, $schema: undefined, id: 'my-plugin', name: 'My plugin', version: '0.1.0' }
  writeFileSync(join(folder, 'plugin.json'), textOf(named))
  const [, about] = readFileSync(join(example, 'README.md'), 'utf8').split('\n\n')
  const readme = readFileSync(join(WITH_EXAMPLE, 'README.md'), 'utf8')
    .replace('$ABOUT', about!.replaceAll('\n', ' '))
    .replace('$KIND', kind.replaceAll('_', '-'))
  writeFileSync(join(folder, 'README.md'), readme)
  const script = join(example, 'test/conformance.ts')
  const { default: played } = (await import(pathToFileURL(script).href)) as { default: Conformance }
  writeFileSync(join(folder, 'dev.json'), textOf(devFileOf(played, kind)))
  // Their imports lead nowhere but in the new folder, so in the repository they are no code yet.
  for (const file of ['test/plugin.test.ts', ...(played.company ? ['test/company.ts'] : [])])
    copyFileSync(join(WITH_EXAMPLE, `${file}.template`), join(folder, file))
}

const SDK = /'(?:\.\.\/)+sdk(\/test-kit)?\/index\.ts'/g

const textOf = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** What the conformance kit plays is also what a developer begins with. */
function devFileOf(
  { settings, secrets, hosts = [], inputs = {} }: Conformance,
  kind: string,
): Partial<DevFile> {
  const first = Object.entries(inputs).map(([operation, given]) => [`${kind}.${operation}`, given[0]])
  return {
    settings: { ...settings, ...secrets },
    companies: Object.fromEntries(hosts.map((host) => [host, 'test/company.ts'])),
    inputs: Object.fromEntries(first) as DevFile['inputs'],
  }
}
