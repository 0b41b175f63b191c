import { checkTyped } from '../../records/index.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { secretFields } from '../manifest/read-manifest.ts'
import { TRUSTED_HOSTS, withoutTrusted } from './trusted-hosts.ts'

/**
 * By the manifest's schema. A secret that is set already need not be given again, and has no default: whoever wrote the
 * plugin would know it. The hosts that staff trust are none of the schema's.
 */
export function checkSettings(
  manifest: Manifest,
  values: Record<string, unknown>,
  kept: readonly string[],
): Record<string, unknown> {
  const schema = manifest.settings as Schema | undefined
  if (!schema) return {}
  const secrets = new Set(secretFields(schema))
  const given = Object.fromEntries(
    Object.entries(withoutTrusted(values)).filter(([key, value]) => !(secrets.has(key) && value === '')),
  )
  const required = (schema.required ?? []).filter((key) => !(kept.includes(key) && given[key] === undefined))
  return checkTyped({ ...schema, properties: ownFields(schema, secrets), required }, given)
}

interface Schema {
  properties?: Record<string, object>
  required?: string[]
  [key: string]: unknown
}

function ownFields({ properties = {} }: Schema, secrets: ReadonlySet<string>): Record<string, object> {
  const own = Object.entries(properties).filter(([name]) => name !== TRUSTED_HOSTS)
  const plain = (field: object) => ({ ...field, default: undefined })
  return Object.fromEntries(own.map(([name, field]) => [name, secrets.has(name) ? plain(field) : field]))
}
