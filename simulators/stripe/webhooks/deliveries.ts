import type { StripeEvent } from '../shapes.ts'
import type { World } from '../world.ts'
import { listeners } from './events.ts'
import { signPayload } from './sign.ts'

export interface Delivery {
  id: string
  event: string
  type: string
  endpoint: string
  url: string
  /** `queued` leaves after the answer; `held` waits for release; `retrying` waits for its next attempt. */
  status: 'queued' | 'held' | 'sending' | 'retrying' | 'delivered' | 'failed'
  attempts: { at: number; http_status: number | null; error: string | null }[]
}

export interface DeliveryPlan {
  /** Milliseconds between attempts; the list's end is the end of trying. */
  retryGapsMs: readonly number[]
  /** An attempt without an answer is given up after this long. */
  timeoutMs: number
}

/** Sends events to the webhook endpoints: after the answer, signed, again on refusal, or as the test orders. */
export class Deliveries {
  readonly all: Delivery[] = []
  /** How often each event is sent; more than 1 tests the receiver's dedupe. */
  copies = 1
  paused = false

  readonly #world: World
  readonly #plan: DeliveryPlan
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #running = new Set<Promise<void>>()
  readonly #closing = new AbortController()

  constructor(world: World, plan: DeliveryPlan) {
    this.#world = world
    this.#plan = plan
  }

  /** Lines an event up for every endpoint that wants it. Nothing leaves before `send`. */
  queue(event: StripeEvent, copies = this.copies): Delivery[] {
    const added = listeners(this.#world, event.type).flatMap((endpoint) =>
      Array.from({ length: copies }, () => this.#delivery(event, endpoint)),
    )
    this.all.push(...added)
    return added
  }

  /** Sends what is queued, in order but without waiting for one another. */
  send(): void {
    for (const delivery of this.all) if (delivery.status === 'queued') void this.#start(delivery)
  }

  /** Sends held deliveries one after another, each after the answer to the one before. */
  async release(held: Delivery[]): Promise<Delivery[]> {
    for (const delivery of held) await this.#start(delivery)
    return held
  }

  held(): Delivery[] {
    return this.all.filter((delivery) => delivery.status === 'held')
  }

  /** Sends what is queued and waits for the answers, but not for further attempts. */
  async sent(): Promise<void> {
    this.send()
    await Promise.all(this.#running)
  }

  /** Resolves when nothing is on its way or due for another attempt. */
  async settled(): Promise<void> {
    this.send()
    while (this.#running.size > 0 || this.all.some(({ status }) => status === 'retrying')) {
      await (this.#running.size > 0
        ? Promise.all(this.#running)
        : new Promise((resolve) => setTimeout(resolve, 5)))
      if (this.#closing.signal.aborted) return
    }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    for (const timer of this.#timers) clearTimeout(timer)
    await Promise.all(this.#running)
  }

  #delivery(event: StripeEvent, endpoint: string): Delivery {
    return {
      id: this.#world.nextId('whd'),
      event: event.id,
      type: event.type,
      endpoint,
      url: this.#world.webhookEndpoints.get(endpoint)?.url ?? '',
      status: this.paused ? 'held' : 'queued',
      attempts: [],
    }
  }

  #start(delivery: Delivery): Promise<void> {
    delivery.status = 'sending'
    const run = this.#attempt(delivery).finally(() => this.#running.delete(run))
    this.#running.add(run)
    return run
  }

  async #attempt(delivery: Delivery): Promise<void> {
    const at = this.#world.now()
    const answer = await this.#post(delivery, at)
    delivery.attempts.push({ at, ...answer })
    if (answer.http_status !== null && answer.http_status >= 200 && answer.http_status < 300) {
      delivery.status = 'delivered'
      return
    }
    const gap = this.#plan.retryGapsMs[delivery.attempts.length - 1]
    if (gap === undefined || this.#closing.signal.aborted) {
      delivery.status = 'failed'
      return
    }
    delivery.status = 'retrying'
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      void this.#start(delivery)
    }, gap)
    timer.unref()
    this.#timers.add(timer)
  }

  async #post(delivery: Delivery, t: number): Promise<{ http_status: number | null; error: string | null }> {
    const secret = this.#world.webhookSecrets.get(delivery.endpoint)
    const event = this.#world.events.get(delivery.event)
    if (secret === undefined || event === undefined) return { http_status: null, error: 'endpoint removed' }
    const body = JSON.stringify(event)
    try {
      const response = await fetch(delivery.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'stripe-signature': signPayload(body, secret, t),
          'user-agent': 'Stripe/1.0 (simulator)',
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(this.#plan.timeoutMs)]),
      })
      await response.arrayBuffer()
      return { http_status: response.status, error: null }
    } catch (error) {
      return { http_status: null, error: error instanceof Error ? error.message : String(error) }
    }
  }
}
