import { createHash } from 'node:crypto'
import { recordAudit } from '../audit/index.ts'
import { BerthError, type Actor } from '../kernel/index.ts'
import { refusedVerb, type Means, type RefusedVerb } from '../records/index.ts'
import { countAttempt, limits } from './rate-limit.ts'

/** Input that does not fit, and acts that the state of the books forbids. */
const REFUSALS = [409, 422]

/** Own passwords and sessions have limits and lines of their own; a form that is out of date is nobody's mistake. */
const LEFT_OUT = /^(user|session)\./
const OUT_OF_DATE = 'record.changed'

/**
 * Bad input leaves an entry that staff can find: who, which verb, which code and which fields, never what was typed. In a
 * transaction of its own, after that of the verb was undone. The same refusal once an hour, and so many of one actor: a
 * robot fills no log. What was refused before any verb was called stands there with the pattern of its address. Never
 * throws, for an answer waits for it.
 */
export async function recordRefusal(
  means: Means,
  error: unknown,
  actor: Actor,
  address?: string,
): Promise<void> {
  const from = refusedVerb(error) ?? atAddress(actor, address)
  if (!from || !(error instanceof BerthError) || !isNoted(from.verb, error)) return
  const { verb, subject } = from
  const fields = fieldsOf(error)
  const told = [actor.id, verb, error.code, subject, ...fields].join(' ')
  const same = createHash('sha256').update(told).digest('base64url')
  await means.db
    .transaction(async (trx) => {
      if ((await countAttempt(means, trx, [limits.sameRefusal, same])) !== null) return
      if ((await countAttempt(means, trx, [limits.refusals, actor.id])) !== null) return
      const after = { verb, code: error.code, ...(fields.length > 0 ? { fields } : {}) }
      await recordAudit(means, trx, actor, [{ action: 'act.refuse', subject, ...reachOf(actor), after }])
    })
    .catch((failure: unknown) =>
      means.log.error({ err: failure, verb, code: error.code }, 'refusal not recorded'),
    )
}

/** Forms of guests are checked before anybody knows who they are: sign-in, sign-up. */
const atAddress = ({ kind }: Actor, address: string | undefined): RefusedVerb | undefined =>
  address === undefined || kind === 'guest' ? undefined : { verb: address, subject: address }

/** Whose log it stands in: staff of one brand see what was refused in theirs. */
function reachOf({ kind, brandIds, grants }: Actor): { brandId: string | null; clientId: string | null } {
  const clients = new Set(kind === 'client' ? grants.map(({ clientId }) => clientId) : [])
  return {
    brandId: brandIds !== 'all' && brandIds.length === 1 ? brandIds[0]! : null,
    clientId: clients.size === 1 ? [...clients][0]! : null,
  }
}

const isNoted = (verb: string, { status, code }: BerthError): boolean =>
  REFUSALS.includes(status) && code !== OUT_OF_DATE && !LEFT_OUT.test(verb)

/** Names of fields that the verb has. One that it does not know was typed, and may say anything. */
function fieldsOf({ fields, params }: BerthError): string[] {
  const known = Object.entries(fields).filter(([, reason]) => reason !== 'is not known here')
  const limit = typeof params.field === 'string' ? [params.field] : []
  return [...known.map(([name]) => name), ...limit].filter((name) => NAME.test(name)).slice(0, FIELDS_MAX)
}

const NAME = /^[\w.]{1,80}$/
const FIELDS_MAX = 10
