import {
  kindTables,
  type ProviderKind,
  slotNames,
  type Static,
  type TOptional,
  type TProperties,
  Type,
} from '../../../sdk/index.ts'
import * as limits from '../limits.ts'
import { askableLimits, type AskableLimit, type LimitName } from './askable-limits.ts'

/**
 * What `plugin.json` may say. `plugin.schema.json` beside this file is generated from it by
 * `scripts/write-plugin-schema.ts`, for editors and plugin authors.
 */

const exact = <T extends TProperties>(properties: T, description?: string) =>
  Type.Object(properties, {
    additionalProperties: false,
    ...(description === undefined ? {} : { description }),
  })

const oneOf = (names: readonly string[]) => Type.Enum([...names])
const operationsOf = (table: object) =>
  Type.Array(oneOf(Object.keys(table)), { uniqueItems: true, minItems: 1 })

/** For each kind the operations that the plugin offers. */
const kindLists = Object.fromEntries(
  Object.entries(kindTables).map(([kind, table]) => [kind, Type.Optional(operationsOf(table))]),
) as Record<ProviderKind, TOptional<ReturnType<typeof operationsOf>>>

const SecretName = Type.String({
  pattern: '^(server\\.)?[a-z][a-z0-9_]*$',
  description: 'A setting marked secret; "server.x" is a setting of the server.',
})
const HostName = Type.String({
  pattern: '^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$',
  description: 'An exact host name in lower case, such as api.example.com. No wildcards.',
})
const Port = Type.Integer({ minimum: 1, maximum: 65_535 })
const SettingsSchema = Type.Record(Type.String(), Type.Unknown(), {
  description: 'A JSON Schema of type object. "secret": true marks a setting that is kept encrypted.',
})

const networkParts = {
  ports: Type.Optional(Type.Array(Port, { minItems: 1, description: 'Default: 443, or the port as typed.' })),
  secrets: Type.Optional(Type.Array(SecretName, { description: 'Secrets that may go to this host.' })),
  query_secrets: Type.Optional(
    Type.Array(SecretName, { description: 'Secrets that may stand in its URLs.' }),
  ),
  redirects: Type.Optional(Type.Boolean({ description: 'Follow at most 3 redirects to declared hosts.' })),
}

const FromConfig = Type.String({
  pattern: '^(server|settings)\\.[a-z][a-z0-9_]*$',
  description: 'The setting in which staff type the host, for instance "server.hostname".',
})
export const NetworkGrant = Type.Union([
  exact({ host: HostName, ...networkParts }),
  exact({
    fromConfig: FromConfig,
    ...networkParts,
  }),
])
export type NetworkGrant = Static<typeof NetworkGrant>

const tcpParts = {
  port: Port,
  secrets: Type.Optional(Type.Array(SecretName, { description: 'Secrets that may go over this line.' })),
}
export const TcpGrant = Type.Union([
  exact({ host: HostName, ...tcpParts }),
  exact({ fromConfig: FromConfig, ...tcpParts }),
])
export type TcpGrant = Static<typeof TcpGrant>

const SecretUse = Type.Union([Type.Literal('request'), Type.Literal('hmac'), Type.Literal('digest')])
export const SecretGrant = exact({
  name: SecretName,
  read: Type.Optional(Type.Boolean({ description: 'The plugin sees the value itself. Shown in red.' })),
  use: Type.Optional(Type.Union([SecretUse, Type.Array(SecretUse, { minItems: 1 })])),
})
export type SecretGrant = Static<typeof SecretGrant>

export const WebhookScheme = Type.Union([
  exact(
    {
      scheme: Type.Literal('hmac'),
      header: Type.String({ minLength: 1, description: 'The header that carries the signature.' }),
      algorithm: Type.Union([Type.Literal('sha1'), Type.Literal('sha256'), Type.Literal('sha512')]),
      encoding: Type.Optional(Type.Union([Type.Literal('hex'), Type.Literal('base64')])),
      signed: Type.String({
        pattern: '\\{body\\}',
        description: 'What is signed: {body}, {t} or any other field of the header, {header:Name}.',
      }),
      signature: Type.Optional(
        Type.String({
          description: 'Field of the header that is the signature, such as "v1". Absent: all of it.',
        }),
      ),
      tolerance: Type.Optional(Type.Integer({ minimum: 1, maximum: 3_600, description: 'Seconds.' })),
      secret: SecretName,
      event_id: Type.String({
        minLength: 1,
        description: 'Where the body has its id: "id", "data.id" or "/data/id".',
      }),
    },
    'Core checks an HMAC before it stores the event.',
  ),
  exact(
    { scheme: Type.Literal('none'), event_id: Type.Optional(Type.String({ minLength: 1 })) },
    'Core stores the event as unverified, under a quota.',
  ),
])
export type WebhookScheme = Static<typeof WebhookScheme>

const limitSchema = ({ least, usual, most, unit, says }: AskableLimit) =>
  Type.Optional(
    Type.Integer({
      ...{ minimum: least, maximum: most },
      description: `${says} From ${least} to ${most}${unit === 'count' ? '' : ` ${unitWords[unit]}`}; without it ${usual}.`,
    }),
  )
const unitWords = { ms: 'milliseconds', bytes: 'bytes', mb: 'megabytes' } as const

const Limits = exact(
  Object.fromEntries(
    Object.entries(askableLimits).map(([name, limit]) => [name, limitSchema(limit)]),
  ) as Record<LimitName, ReturnType<typeof limitSchema>>,
)

const HTTPS_HOST = '^https://[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+'
const Origins = (description: string) =>
  Type.Array(Type.String({ pattern: `${HTTPS_HOST}$` }), { maxItems: 10, uniqueItems: true, description })

const Browser = exact(
  {
    file: Type.String({
      pattern: '^browser/[a-z0-9][a-z0-9._-]{0,40}\\.(js|ts)$',
      description: 'The code of the plugin that runs in the frame, such as browser/fields.js.',
    }),
    scripts: Type.Optional(
      Type.Array(Type.String({ pattern: `${HTTPS_HOST}(/[\\w./~-]*)?$` }), {
        ...{ maxItems: 5, uniqueItems: true },
        description:
          'Scripts of the provider, loaded before the file; from their hosts more may be loaded. An address without a path is only permitted.',
      }),
    ),
    frames: Type.Optional(Origins('Hosts whose pages may stand in the frame.')),
    connections: Type.Optional(Origins('Hosts that scripts in the frame may ask.')),
    images: Type.Optional(Origins('Hosts of its images.')),
  },
  'A frame of its own beside a form, for card fields and bot checks.',
)
export type BrowserGrant = Static<typeof Browser>

const Minor = Type.String({ pattern: '^[1-9]\\d{0,8}$', description: 'Minor units: "1234" is 12.34 EUR.' })
const AutoApproval = exact(
  {
    scope: Type.String({ description: 'A scope of permissions.data whose requests wait for staff.' }),
    currency: Type.String({ pattern: '^[A-Z]{3}$' }),
    item_minor: Minor,
    day_minor: Minor,
  },
  'Requests up to item_minor each, and day_minor within 24 hours, go through without staff. Shown in red.',
)
export type AutoApproval = Static<typeof AutoApproval>

const Permissions = exact({
  network: Type.Optional(Type.Array(NetworkGrant)),
  tcp: Type.Optional(
    Type.Array(TcpGrant, { description: 'TLS connections for protocols that are no HTTP, such as EPP.' }),
  ),
  data: Type.Optional(
    Type.Array(Type.String({ pattern: '^[a-z_]+\\.[a-z_]+:[a-z_]+:(current|all)$' }), {
      description: 'noun.verb:fields:reach, for instance "invoice.read:summary:current".',
    }),
  ),
  auto_approval: Type.Optional(Type.Array(AutoApproval, { minItems: 1, maxItems: 20 })),
  secrets: Type.Optional(Type.Array(SecretGrant)),
  storage: Type.Optional(
    exact({
      bytes: Type.Integer({ minimum: 1, maximum: 64 * limits.MIB }),
      record_bytes: Type.Optional(
        Type.Integer({
          ...{ minimum: 1, maximum: limits.STORAGE_RECORD_BYTES_CEILING },
          description: 'What it may keep beside each record, besides.',
        }),
      ),
    }),
  ),
  schedules: Type.Optional(
    Type.Array(
      exact({
        name: Type.String({ pattern: '^[a-z][a-z0-9_]*$' }),
        every: Type.String({
          pattern: '^([5-9]|[1-9]\\d+)m$|^[1-9]\\d*[hd]$',
          description: '5m at least; 6h, 1d.',
        }),
      }),
    ),
  ),
  slots: Type.Optional(Type.Array(oneOf(slotNames), { uniqueItems: true })),
  browser: Type.Optional(Browser),
})

const HookName = Type.String({
  pattern: '^[a-z_]+\\.[a-z_]+(:check|:shape)?$',
  description:
    'An event such as "invoice.paid", a check such as "service.end:check", or a shape such as "mail.message:shape".',
})
export const HookEntry = Type.Union([
  HookName,
  exact({
    name: HookName,
    stage: Type.Enum(['early', 'normal', 'late'], {
      description: 'When among other plugins. Default: normal.',
    }),
  }),
])
export type HookEntry = Static<typeof HookEntry>

export const Manifest = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    id: Type.String({
      pattern: '^[a-z][a-z0-9-]{1,39}$',
      description: 'Lower case, also the name of the folder.',
    }),
    name: Type.String({ minLength: 1, maxLength: 60 }),
    version: Type.String({ pattern: '^\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?$' }),
    sdk: Type.String({
      pattern: '^[\\^~]?\\d+(\\.\\d+){0,2}$',
      description: 'SDK versions it works with, such as "1".',
    }),
    description: Type.String({ minLength: 1, maxLength: 300 }),
    kinds: exact(kindLists),
    hooks: Type.Optional(
      Type.Array(HookEntry, {
        maxItems: 100,
        description: 'Hooks that it answers; docs/hooks.md lists all.',
      }),
    ),
    upgrade: Type.Optional(
      Type.Boolean({
        description:
          'It moves the settings and storage of an older version before it serves (`upgrade.move`).',
      }),
    ),
    webhooks: Type.Optional(Type.Array(WebhookScheme, { maxItems: 4 })),
    permissions: Type.Optional(Permissions),
    settings: Type.Optional(SettingsSchema),
    server_settings: Type.Optional(SettingsSchema),
    product_settings: Type.Optional(SettingsSchema),
    limits: Type.Optional(Limits),
  },
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'plugin.json of a Berth plugin',
    additionalProperties: false,
  },
)
export type Manifest = Static<typeof Manifest>

/** The exact text of `plugin.schema.json`. */
export const manifestSchemaText = () => `${JSON.stringify(Manifest, null, 2)}\n`
