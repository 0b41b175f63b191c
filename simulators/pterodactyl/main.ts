import { parseArgs } from 'node:util'
import { startPterodactyl } from './index.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'install-ms': { type: 'string', default: '30000' },
    'application-key': { type: 'string' },
    'client-key': { type: 'string' },
    'calls-per-minute': { type: 'string' },
    state: { type: 'string' },
  },
})

const calls = values['calls-per-minute']

const simulator = await startPterodactyl({
  port: Number(values.port),
  clock: () => Date.now(),
  installMs: Number(values['install-ms']),
  applicationKey: values['application-key'],
  clientKey: values['client-key'],
  stateFile: values.state,
  ...(calls === undefined ? {} : { rateLimits: { application: Number(calls), client: Number(calls) } }),
})

const { url, applicationKey, clientKey } = simulator
console.log(JSON.stringify({ url, applicationKey, clientKey }))

// A parent that opened a channel takes the simulator along when it ends, however it ends.
for (const end of ['SIGINT', 'SIGTERM', 'disconnect'] as const)
  process.once(end, () => void simulator.close().then(() => process.exit(0)))
