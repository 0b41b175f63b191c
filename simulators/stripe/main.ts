import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { startStripe } from './start-stripe.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'secret-key': { type: 'string' },
    'webhook-url': { type: 'string' },
    'webhook-secret': { type: 'string' },
    seed: { type: 'string' },
    state: { type: 'string' },
  },
})

const { 'webhook-url': url, 'webhook-secret': secret, 'secret-key': secretKey, state } = values
if ((url === undefined) !== (secret === undefined)) {
  console.error('Give --webhook-url and --webhook-secret together.')
  process.exit(2)
}

const stripe = await startStripe({
  port: Number(values.port),
  clock: Date.now,
  // A new seed for each run keeps the ids of two runs apart in the books of one shop.
  seed: values.seed ?? randomBytes(4).toString('hex'),
  ...(secretKey === undefined ? {} : { secretKey }),
  ...(state === undefined ? {} : { stateFile: state }),
  ...(url === undefined || secret === undefined ? {} : { webhook: { url, secret } }),
})
console.log(JSON.stringify({ url: stripe.url, secret_key: stripe.secretKey }))

// A parent that opened a channel takes the simulator along when it ends, however it ends.
for (const end of ['SIGINT', 'SIGTERM', 'disconnect'] as const) {
  process.once(end, () => void stripe.close().then(() => process.exit(0)))
}
