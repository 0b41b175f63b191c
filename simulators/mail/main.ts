import { parseArgs } from 'node:util'
import { startMailCatcher } from './index.ts'

const { values } = parseArgs({
  options: {
    'smtp-port': { type: 'string', default: '0' },
    'http-port': { type: 'string', default: '0' },
  },
})

const catcher = await startMailCatcher({
  smtpPort: Number(values['smtp-port']),
  httpPort: Number(values['http-port']),
})

console.log(JSON.stringify({ url: catcher.url, smtpPort: catcher.smtpPort }))

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void catcher.close())
