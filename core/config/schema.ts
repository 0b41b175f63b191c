/** Everything that an installation may be told from outside. What staff change at run time is a setting, not this. */
export interface Config {
  readonly port: number
  readonly host: string
  readonly dataDir: string
  readonly databaseUrl: string
  readonly sqliteSync: 'full' | 'normal' | 'off'
  readonly keys: string | null
  readonly wards: 1 | 3
  readonly pluginWall: 'auto' | 'strict' | 'off'
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
  readonly smtpUrl: string | null
  readonly url: string | null
  readonly outbound: Readonly<Record<string, string>>
  readonly proxies: readonly string[]
}

export type ConfigType =
  | { type: 'integer'; min: number; max: number }
  | { type: 'text' }
  | { type: 'choice'; of: readonly (string | number)[] }
  | { type: 'url'; protocols: readonly string[] }
  | { type: 'list' }
  | { type: 'map' }

export type ConfigKey = ConfigType & {
  /** Name in the environment; the file berth.yaml has the key of the list below. */
  env: string
  unit?: string
  /** Null: stays empty, or is worked out when it is read (see `why`). */
  preset: unknown
  /** Shown as "(hidden)" wherever the configuration is printed. */
  secret?: boolean
  why: string
}

export const configKeys: Readonly<Record<keyof Config, ConfigKey>> = {
  port: {
    env: 'PORT',
    type: 'integer',
    min: 0,
    max: 65_535,
    unit: 'TCP port',
    preset: 8080,
    why: 'Where the web server listens. 0 takes any free port.',
  },
  host: {
    env: 'HOST',
    type: 'text',
    preset: '127.0.0.1',
    why: 'Address to listen on. The preset is reached from this machine alone; a proxy in front adds TLS.',
  },
  dataDir: {
    env: 'BERTH_DATA_DIR',
    type: 'text',
    preset: './data',
    why: 'Folder of the SQLite file, keys, kept files, caches and berth.yaml. Only the environment can set it.',
  },
  databaseUrl: {
    env: 'DATABASE_URL',
    type: 'url',
    protocols: ['sqlite:', 'postgres:', 'postgresql:'],
    preset: null,
    secret: true,
    why: 'postgres://user:password@host/name, or sqlite:FILE. Empty: the file berth.db in the data folder.',
  },
  sqliteSync: {
    env: 'BERTH_SQLITE_SYNC',
    type: 'choice',
    of: ['full', 'normal', 'off'],
    preset: 'full',
    why: 'How surely SQLite has a commit on disk: full survives a power cut. The sample shop takes off, because nothing in it is real.',
  },
  keys: {
    env: 'BERTH_KEYS',
    type: 'text',
    preset: null,
    secret: true,
    why: 'Keys that seal secrets, name:base64 with commas between; the first seals. Empty: the file keys in the data folder, made at the first start.',
  },
  wards: {
    env: 'BERTH_WARDS',
    type: 'choice',
    of: [1, 3],
    unit: 'processes',
    preset: 1,
    why: 'Host processes of plugins. 3 keeps payment, provisioning and all other plugins apart.',
  },
  pluginWall: {
    env: 'BERTH_PLUGIN_WALL',
    type: 'choice',
    of: ['auto', 'strict', 'off'],
    preset: 'auto',
    why: 'Whether the system fences the plugin processes in: as far as it can, all of it or no start, or not at all.',
  },
  logLevel: {
    env: 'LOG_LEVEL',
    type: 'choice',
    of: ['debug', 'info', 'warn', 'error'],
    preset: 'info',
    why: 'The least important line that is still written to standard error.',
  },
  smtpUrl: {
    env: 'SMTP_URL',
    type: 'url',
    protocols: ['smtp:', 'smtps:'],
    preset: null,
    secret: true,
    why: 'smtp://user:password@host:587 for outgoing mail. Empty: mail waits until it is set.',
  },
  url: {
    env: 'BERTH_URL',
    type: 'url',
    protocols: ['http:', 'https:'],
    preset: null,
    why: 'Public address of the shop, for links in mails and the addresses of webhooks. Empty: what the browser asked for.',
  },
  outbound: {
    env: 'BERTH_OUTBOUND',
    type: 'map',
    preset: {},
    why: 'Hosts of outside companies that stand on this machine instead, host=origin with commas between. For sample and test installations; a real one does not start with it.',
  },
  proxies: {
    env: 'BERTH_PROXIES',
    type: 'list',
    preset: [],
    why: 'Addresses or networks of proxies whose X-Forwarded-For is believed, with commas between.',
  },
}
