import { parentPort, workerData } from 'node:worker_threads'
import { createApp } from '../app.ts'
import { pluginCallsOver } from './plugin-port.ts'
import type { WorkThreadData } from './work-thread.ts'

const { config, outbound, plugins } = workerData as WorkThreadData

const app = await createApp(config, { role: 'work', mainPlugins: pluginCallsOver(plugins), outbound })
await app.start()
// Ends the thread alone, and also when something idle, such as a connection to the mail server, would keep it.
parentPort!.once('message', () => void app.stop().then(() => process.exit()))
parentPort!.postMessage('ready')
