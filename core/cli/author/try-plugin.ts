import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../../config/index.ts'
import { mapPlugin, packFolder } from '../../plugins/index.ts'
import { develop, readDevFile } from './dev-file.ts'
import { linesOf, sayLines } from './plugin-log.ts'
import { openTestShop } from './test-shop.ts'

type Say = (line: string) => void

/**
 * Packs a plugin's folder, installs it in a new test shop that is thrown away afterwards, and sells something with it:
 * a gateway ends with a paid invoice, a provisioner with a service that was delivered and removed again.
 */
export async function tryPlugin(given: Config, folder: string, say: Say): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'berth-try-'))
  const databaseUrl = `sqlite:${join(dataDir, 'berth.db')}`
  const config: Config = {
    ...given,
    ...{ dataDir, databaseUrl, sqliteSync: 'off', keys: null, logLevel: 'error', port: 0, smtpUrl: null },
  }
  try {
    const { settings, server, product, companies, inputs } = readDevFile(folder)
    const text = await packFolder(folder, join(dataDir, 'cache'))
    const shop = await openTestShop(config, { folder, companies, serves: false })
    try {
      const made = await develop(shop.command, folder, { package: text, settings, server })
      say('It is installed in a test shop.')
      try {
        await shop.command('plugin.try', { ...made, product, inputs }, say)
      } catch (error) {
        // What went wrong inside stands in the log, and the log is thrown away with the shop.
        await sayLines(await linesOf(shop.command, made.instance_id, 100), mapPlugin(folder), say)
        throw error
      }
    } finally {
      await shop.stop()
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}
