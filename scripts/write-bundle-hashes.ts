/** Writes plugins/bundles.json: the hashes of the shipped plugins' bundles. Run after changing a plugin or the SDK. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundlePlugin, pluginFolders, readManifest } from '../core/plugins/index.ts'

const root = fileURLToPath(new URL('../plugins', import.meta.url))
const cache = await mkdtemp(join(tmpdir(), 'berth-bundles-'))
const hashes: Record<string, string> = {}
for (const folder of pluginFolders(root)) {
  const file = join(folder, 'plugin.json')
  const manifest = readManifest(await readFile(file, 'utf8'), file)
  hashes[basename(folder)] = (await bundlePlugin(folder, cache, manifest)).hash
}
await rm(cache, { recursive: true })
await writeFile(join(root, 'bundles.json'), `${JSON.stringify(hashes, null, 2)}\n`)
