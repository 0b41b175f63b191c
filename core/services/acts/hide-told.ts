import { maskedText } from '../call-provider.ts'
import type { ActOperation } from './acts.ts'
import type { ActVerdict } from './act-verdict.ts'

/** Shorter values would hide half of every sentence. */
const LEAST = 4

/** A verdict whose words repeat neither what the provider was told in confidence nor what looks like a secret. */
export function hideTold<T extends ActVerdict>(verdict: T, operation: ActOperation, told: object): T {
  if (!('message' in verdict) || verdict.message === undefined) return verdict
  const secrets = operation === 'run_action' || operation === 'change_password' ? textsIn(valuesOf(told)) : []
  // The longest first: one may be a part of another.
  const hidden = secrets
    .sort((a, b) => b.length - a.length)
    .reduce((text, secret) => text.replaceAll(secret, '(hidden)'), verdict.message)
  return { ...verdict, message: maskedText(hidden) }
}

/** Of a button of the plugin's own the form; its name is no secret. */
const valuesOf = (told: object): unknown => ('values' in told ? told.values : told)

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.length < LEAST ? [] : [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}
