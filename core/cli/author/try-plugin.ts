import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Draft } from '../../app/develop/index.ts'
import type { Config } from '../../config/index.ts'
import { packFolder } from '../../plugins/index.ts'
import { readDevFile } from './dev-file.ts'
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
    const { settings, server, product, companies } = readDevFile(folder)
    const text = await packFolder(folder, join(dataDir, 'cache'))
    const shop = await openTestShop(config, { folder, companies, serves: false })
    try {
      const made = await shop.command('plugin.develop', { package: text, settings, server })
      say('It is installed in a test shop.')
      await shop.command('plugin.try', { ...(made as Draft), product }, say)
    } finally {
      await shop.stop()
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}
