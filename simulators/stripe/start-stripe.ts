import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { WebhookTarget } from './control/control.ts'
import { Control } from './control/control.ts'
import { Faults } from './control/faults.ts'
import { IdempotencyKeys } from './inbound/idempotency.ts'
import { loadWorld, saveWorld } from './keep.ts'
import { Later } from './later.ts'
import { makeServer } from './server.ts'
import { Deliveries } from './webhooks/deliveries.ts'
import type { FeeRates } from './world.ts'
import { World } from './world.ts'

export interface StripeOptions {
  /** 0 or left out: any free one. */
  port?: number
  /** Unix milliseconds. */
  clock: () => number
  secretKey?: string
  /** An address that hears every event, as if set up in the dashboard. */
  webhook?: WebhookTarget
  /** When disputes and pending refunds happen by themselves; null: only when the control says so. 1000 when left out. */
  settleAfterMs?: number | null
  /** Gaps between the attempts of a webhook; the list's end is the end of trying. */
  webhookRetryGapsMs?: readonly number[]
  /** Part of every id; give each run its own where ids must not come again. */
  seed?: string
  fees?: FeeRates
  /** File in which the state outlives this run: read at the start, written by `close`. */
  stateFile?: string
}

export interface StripeSimulator {
  /** Origin without a slash at its end. */
  url: string
  secretKey: string
  control: Control
  close(): Promise<void>
}

/** Starts a simulated Stripe on the loopback address. Its state lives in memory, between runs in `stateFile`. */
export async function startStripe(options: StripeOptions): Promise<StripeSimulator> {
  const secretKey = options.secretKey ?? 'sk_test_simulator'
  const later = new Later(options.settleAfterMs === undefined ? 1000 : options.settleAfterMs)
  const world = new World({
    clock: options.clock,
    seed: options.seed ?? '1',
    later,
    fees: options.fees ?? { basisPoints: 290, fixed: 30 },
  })
  if (options.stateFile !== undefined) loadWorld(world, options.stateFile)
  const deliveries = new Deliveries(world, {
    retryGapsMs: options.webhookRetryGapsMs ?? [500, 2000, 8000],
    timeoutMs: 10_000,
  })
  world.onEvent = (event) => deliveries.queue(event)
  later.onRun = () => deliveries.send()
  const faults = new Faults()
  const control = new Control({ world, faults, deliveries })
  if (options.webhook) control.setWebhook(options.webhook)
  const keys = new IdempotencyKeys(() => world.millis())
  const server = makeServer({ world, keys, faults, secretKey, control, deliveries })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  world.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = async () => {
    if (options.stateFile !== undefined) later.settle()
    later.close()
    await deliveries.close()
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
    if (options.stateFile !== undefined) saveWorld(world, options.stateFile)
  }
  return { url: world.url, secretKey, control, close }
}
