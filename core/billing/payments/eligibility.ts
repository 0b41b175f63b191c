import { setTimeout as wait } from 'node:timers/promises'
import { AskFirst, type Trx } from '../../db/index.ts'
import { defineError } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import { offers, snapshotOf, type GatewayInstance } from './gateway.ts'

/** The reason is for staff, who find it in the log: a payer is only asked to take another way. */
export const GatewayIneligible = defineError(
  'gateway.ineligible',
  409,
  (p: { gateway: string }) => `${p.gateway} is not offered for this payment. Choose another way to pay.`,
)

/** What somebody who is there wants to pay. */
export interface Paying {
  clientId: string
  currency: string
  amountMinor: bigint
}

type Asking = Pick<Means, 'db' | 'hooks' | 'log' | 'clock'>
type Offered = Pick<GatewayInstance, 'id' | 'name' | 'manifest'>
type Answer = { eligible: true } | { eligible: false; reason: string }

/** A page waits so long for all gateways together; who has not answered by then is offered. */
export const ELIGIBILITY_WAITS_MS = 500
/** An answer holds for so long: the page, its repeat and the start of the payment ask once. */
const KEPT_MS = 60_000
const KEPT_MAX = 1_000

interface Kept {
  until: number
  answer: Promise<Answer>
}

/** Of each process by itself: who forgets an answer asks again. */
const keptBy = new WeakMap<object, Map<string, Kept>>()

/**
 * Those gateways that take this payment by their own word. One that fails, or is late, is offered all the same: a plugin
 * must not stand between a client and paying, and the gateway itself refuses what it cannot take.
 */
export async function eligible<G extends Offered>(
  means: Asking,
  gateways: readonly G[],
  paying: Paying,
): Promise<G[]> {
  if (!gateways.some(asks)) return [...gateways]
  const client = await snapshotOf(means.db, paying.clientId)
  const amount = { minor: paying.amountMinor.toString(), currency: paying.currency }
  const input = { amount, client, present: true }
  const answers = await Promise.all(
    gateways.map((one) => (asks(one) ? inTime(answerOf(means, one, input)) : Promise.resolve(YES))),
  )
  return gateways.filter((_, i) => answers[i]!.eligible)
}

/**
 * Where the sum is not known yet: without those that take neither the least nor the most of it, nor what lies between.
 * What is chosen is asked about again when the payment starts.
 */
export async function eligibleBetween<G extends Offered>(
  means: Asking,
  gateways: readonly G[],
  {
    leastMinor,
    mostMinor,
    ...paying
  }: Omit<Paying, 'amountMinor'> & { leastMinor: bigint; mostMinor: bigint },
): Promise<G[]> {
  const asked = sumsBetween(leastMinor, mostMinor).map((amountMinor) =>
    eligible(means, gateways, { ...paying, amountMinor }),
  )
  const taking = new Set((await Promise.all(asked)).flat())
  return gateways.filter((gateway) => taking.has(gateway))
}

/** Both ends and three sums between, each larger than the one before by the same share. */
function sumsBetween(least: bigint, most: bigint): bigint[] {
  if (least <= 0n || most <= least) return [...new Set([least, most])]
  const share = (Number(most) / Number(least)) ** 0.25
  const between = [1, 2, 3].map((n) => BigInt(Math.round(Number(least) * share ** n)))
  return [...new Set([least, ...between, most])]
}

/** The same for the gateway that was chosen: a page may be older than the answer. */
export async function demandEligible(means: Asking, gateway: Offered, paying: Paying): Promise<void> {
  const [fits] = await eligible(means, [gateway], paying)
  if (!fits) throw GatewayIneligible({ gateway: gateway.name })
}

/** In a transaction, which is left for the question and begun anew, because the sum is decided in it. */
export function demandEligibleIn(means: Asking, trx: Trx, gateway: Offered, paying: Paying): void {
  if (!asks(gateway)) return
  const key = `gateway.eligibility ${gateway.id} ${paying.amountMinor} ${paying.currency}`
  if (!trx.answers.has(key))
    throw new AskFirst(new Map([[key, async () => (await eligible(means, [gateway], paying)).length > 0]]))
  if (trx.answers.get(key) === false) throw GatewayIneligible({ gateway: gateway.name })
}

const asks = (gateway: Offered): boolean => offers(gateway, 'eligibility')

const YES: Answer = { eligible: true }

/** The call goes on, and its answer is there for the next page. */
const inTime = (answer: Promise<Answer>): Promise<Answer> =>
  Promise.race([answer, wait(ELIGIBILITY_WAITS_MS, YES, { ref: false })])

function answerOf(means: Asking, { id }: Offered, input: object): Promise<Answer> {
  const kept = keptBy.get(means.hooks) ?? new Map<string, Kept>()
  keptBy.set(means.hooks, kept)
  const stamp = means.hooks.offering('gateway.eligibility').find(({ instance }) => instance === id)?.stamp
  const key = JSON.stringify([id, stamp ?? '', input])
  const found = kept.get(key)
  if (found && found.until > means.clock.ms()) return found.answer
  const answer = ask(means, id, input).catch((error: unknown) => {
    kept.delete(key)
    means.log.warn(
      { instance: id, error: String(error) },
      'a gateway was not asked whether it takes a payment',
    )
    return YES
  })
  if (kept.size >= KEPT_MAX) kept.delete(kept.keys().next().value!)
  kept.set(key, { until: means.clock.ms() + KEPT_MS, answer })
  return answer
}

async function ask(means: Asking, id: string, input: object): Promise<Answer> {
  const answer = (await means.hooks.ask(id, 'gateway', 'eligibility', input)) as Answer
  if (!answer.eligible)
    means.log.info({ instance: id, reason: answer.reason }, 'a gateway takes a payment not')
  return answer
}
