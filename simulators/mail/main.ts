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

// A parent that opened a channel takes the catcher along when it ends, however it ends.
for (const end of ['SIGINT', 'SIGTERM', 'disconnect'] as const)
  process.once(end, () => void catcher.close().then(() => process.exit(0)))
