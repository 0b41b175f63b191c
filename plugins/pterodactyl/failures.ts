import type { ProvisionOutcome } from '../../sdk/index.ts'
import { PanelRefusal, PanelSilent } from './panel.ts'
import { SettingsProblem } from './product.ts'

export type Failure = Extract<ProvisionOutcome, { outcome: 'failed' }>

export const permanent = (code: string, message: string): Failure => ({
  outcome: 'failed',
  code,
  message,
  kind: 'permanent',
})

export const transient = (code: string, message: string): Failure => ({
  outcome: 'failed',
  code,
  message,
  kind: 'transient',
})

export const absent = (externalId: string): Failure =>
  permanent('absent', `The panel has no server for ${externalId}.`)

/** What a failed call means for the service. Errors of any other making are thrown on. */
export function failureOf(error: unknown): Failure {
  if (error instanceof SettingsProblem) return permanent('invalid_settings', error.message)
  if (error instanceof PanelSilent) return transient('unreachable', error.message)
  if (error instanceof PanelRefusal) return refusalFailure(error)
  throw error
}

const FULL = ['NoViableNodeException', 'NoViableAllocationException']

function refusalFailure(refusal: PanelRefusal): Failure {
  const { status } = refusal
  if (FULL.some((code) => refusal.has(code)))
    return permanent('out_of_stock', 'No node of the chosen locations has room or a free port.')
  if (status >= 300 && status < 400)
    return permanent(
      'invalid_settings',
      'The panel redirects to another address. Enter the address it leads to.',
    )
  if (status === 401)
    return permanent('bad_credentials', 'The panel does not know the key. Make a new one and save it.')
  if (status === 403)
    return permanent(
      'bad_credentials',
      'The key may not do this, or not from this address. Check its permissions and allowed addresses.',
    )
  if (status === 409)
    return transient(
      'conflict',
      'The server is busy (moving, installing, restoring or its node in maintenance).',
    )
  if (status === 429) return transient('unreachable', slowDown(refusal.retryAfter))
  // Details of a 5xx may hold addresses and paths of the panel's machine.
  if (status >= 500)
    return transient('unreachable', `The panel or the node of the server does not work now (${status}).`)
  return permanent('invalid_settings', `The panel refuses: ${wordsOf(refusal)}`)
}

function slowDown(seconds: number | undefined): string {
  const wait = seconds === undefined ? '' : ` It asks to wait ${seconds} seconds.`
  return `The panel takes no more calls for the moment.${wait}`
}

function wordsOf({ complaints, message }: PanelRefusal): string {
  if (complaints.length === 0) return message
  return complaints
    .map(({ field, detail }) => (field === undefined ? detail : `${field}: ${detail}`))
    .join(' ')
}
