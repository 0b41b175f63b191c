/** Writes plugins/bundles.json: the hashes of the shipped plugins' bundles. Run after changing a plugin or the SDK. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundlePlugin, pluginFolders } from '../core/plugins/index.ts'

const root = fileURLToPath(new URL('../plugins', import.meta.url))
const cache = await mkdtemp(join(tmpdir(), 'berth-bundles-'))
const hashes: Record<string, string> = {}
for (const folder of pluginFolders(root)) hashes[basename(folder)] = (await bundlePlugin(folder, cache)).hash
await rm(cache, { recursive: true })
await writeFile(join(root, 'bundles.json'), `${JSON.stringify(hashes, null, 2)}\n`)
