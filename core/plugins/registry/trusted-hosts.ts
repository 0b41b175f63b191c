import { Type } from '../../../sdk/index.ts'
import { checkInput } from '../../records/index.ts'
import type { TrustedHost } from '../ports.ts'

/** Stands among the settings, and is a name of ours: no schema of a plugin, no upgrade step and no file brings it. */
export const TRUSTED_HOSTS = 'trusted_hosts'

const Trusted = Type.Array(
  Type.Object(
    {
      host: Type.String({ minLength: 1, maxLength: 255 }),
      port: Type.Integer({ minimum: 1, maximum: 65_535 }),
      certificateSha256: Type.Optional(Type.String({ pattern: '^([0-9A-Fa-f]{2}:?){32}$' })),
    },
    { additionalProperties: false },
  ),
  { maxItems: 50 },
)

type Settings = Record<string, unknown>

/** Private addresses that staff allowed for this instance or server, one by one. */
export function trustedIn(settings: Settings): TrustedHost[] {
  return Array.isArray(settings[TRUSTED_HOSTS]) ? (settings[TRUSTED_HOSTS] as TrustedHost[]) : []
}

export function withoutTrusted(settings: Settings): Settings {
  const { [TRUSTED_HOSTS]: _, ...own } = settings
  return own
}

/** The settings with the hosts that staff gave with them; without any, those that there were. */
export function withTrusted(settings: Settings, given: Settings, before: Settings = {}): Settings {
  const hosts = given[TRUSTED_HOSTS] ?? before[TRUSTED_HOSTS]
  const own = withoutTrusted(settings)
  return hosts === undefined ? own : { ...own, [TRUSTED_HOSTS]: checkInput(Trusted, hosts) }
}
