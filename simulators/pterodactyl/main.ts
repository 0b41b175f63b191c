import { parseArgs } from 'node:util'
import { startPterodactyl } from './index.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'install-ms': { type: 'string', default: '30000' },
    'application-key': { type: 'string' },
    'client-key': { type: 'string' },
  },
})

const simulator = await startPterodactyl({
  port: Number(values.port),
  clock: () => Date.now(),
  installMs: Number(values['install-ms']),
  applicationKey: values['application-key'],
  clientKey: values['client-key'],
})

const { url, applicationKey, clientKey } = simulator
console.log(JSON.stringify({ url, applicationKey, clientKey }))

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.close())
