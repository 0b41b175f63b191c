import '../../core/app.ts'
import { sql } from '../../core/db/index.ts'
import {
  installPlugin,
  makeAuthorKey,
  permissionsAsked,
  readPackage,
  signPackage,
  writePackage,
} from '../../core/plugins/index.ts'
import { minimalManifest } from '../plugins/support/setup.ts'
import { makeDatabase, type Engine } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'

const keys = { author: makeAuthorKey(), stranger: makeAuthorKey() }
const BUNDLE = `var berthPlugin = { default: { gateway: () => ({}) } } // parcel says`

/** An installation into which packages are offered. Everything that a package asks for is granted unless said otherwise. */
export async function openRegistry(engine: Engine) {
  const { db, remove } = await makeDatabase(engine)
  const means = { ...testMeans(db), drain: () => undefined }
  const actor = staffActor(['plugin.*'])
  const asks = (text: string) => permissionsAsked(readPackage(text).manifest).map(({ key }) => key)
  const granted = (text: string): string[] => {
    try {
      return asks(text)
    } catch {
      return []
    }
  }
  return {
    db,
    asks,
    parcel(version: string, more: object = {}): string {
      const manifest = JSON.stringify({ ...minimalManifest('parcel'), version, ...more })
      return writePackage({ 'plugin.json': manifest, 'bundle.js': BUNDLE }, null)
    },
    signed: (text: string, by: keyof typeof keys = 'author') =>
      signPackage(readPackage(text), keys[by].privatePem),
    /** The same text with hashes that fit its files again, as whoever changed it would write them. */
    rehashed(text: string): string {
      const { files, signature } = JSON.parse(text) as Parsed
      return writePackage(files, signature)
    },
    install: (text: string, more: object = {}) =>
      installPlugin(means, { package: text, granted: granted(text), ...more }, actor),
    async installed(): Promise<string[]> {
      const rows = await db.all<{ id: string; version: string }>(sql`select id, version from plugins`)
      return rows.map(({ id, version }) => `${id} ${version}`)
    },
    /** A plugin that came along with Berth. */
    async bundled(id: string, version: string): Promise<void> {
      const at = means.business.now()
      const manifest = JSON.stringify({ ...minimalManifest(id), version })
      const facts = { bundle_sha256: '0', granted: '{}', status: 'enabled', source: 'bundled' }
      await db.insert('plugins', [{ id, version, manifest, installed_at: at, updated_at: at, ...facts }])
    },
    close: remove,
  }
}

interface Parsed {
  files: Record<string, string>
  signature: { key: string; value: string }
}
