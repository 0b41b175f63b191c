import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../../..')

/** What a plugin's folder sees of this copy of Berth: the SDK, the types of Node, and the schema of plugin.json. */
const LINKS: Readonly<Record<string, string>> = {
  '@berth/sdk': 'sdk',
  '@berth/plugin.schema.json': 'core/plugins/manifest/plugin.schema.json',
  '@types/node': 'node_modules/@types/node',
}

/**
 * Links them into the folder's node_modules, where Node and editors look. Each command does it again, because a folder
 * that was cloned or moved has none or old ones.
 */
export function linkSdk(folder: string): void {
  for (const [name, target] of Object.entries(LINKS)) {
    const link = join(folder, 'node_modules', name)
    mkdirSync(join(link, '..'), { recursive: true })
    rmSync(link, { force: true, recursive: true })
    symlinkSync(join(ROOT, target), link)
  }
}
