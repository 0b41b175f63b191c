import { join, resolve } from 'node:path'
import type { Messages } from '../../i18n/index.ts'
import { createAssets, type Assets } from '../../render/index.ts'
import type { Wiring } from '../areas.ts'
import { words } from './words.ts'

const ROOT = resolve(import.meta.dirname, '../../..')

export interface Theme {
  /** The first folder that has a file wins: what stands in the data folder goes before what comes with Berth. */
  themeFolders: readonly string[]
  messages: Messages
  assets: Assets
}

/** What pages and mails are drawn with. */
export function openTheme({ config, means }: Pick<Wiring, 'config' | 'means'>): Theme {
  const themeFolders = [join(config.dataDir, 'themes', 'own'), join(ROOT, 'themes/default')]
  const messages = words()
  const assets = createAssets({
    themeFolders,
    cacheFolder: join(config.dataDir, 'cache/assets'),
    onTrouble: (error) => means.log.warn({ err: error }, 'a file of the theme stays at gzip'),
  })
  return { themeFolders, messages, assets }
}
