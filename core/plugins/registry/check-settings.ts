import { checkForm } from '../../records/index.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { secretFields } from '../manifest/read-manifest.ts'

/** By the manifest's schema. A secret that is set already need not be given again. */
export function checkSettings(
  manifest: Manifest,
  values: Record<string, unknown>,
  kept: readonly string[],
): Record<string, unknown> {
  const schema = manifest.settings as (Record<string, unknown> & { required?: string[] }) | undefined
  if (!schema) return {}
  const secrets = new Set(secretFields(schema))
  const given = Object.fromEntries(
    Object.entries(values).filter(([key, value]) => !(secrets.has(key) && value === '')),
  )
  const required = (schema.required ?? []).filter((key) => !(kept.includes(key) && given[key] === undefined))
  return checkForm({ ...schema, required }, given)
}
