import module from 'node:module'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import type { WorkThreadData } from './work-thread.ts'

const { config, outbound, plugins } = workerData as WorkThreadData
// A thread does not share the compiled code of the process that it is part of, but it finds it in the same folder.
module.enableCompileCache(join(config.dataDir, 'cache', 'compile'))
const [{ createApp }, { pluginCallsOver }] = await Promise.all([
  import('../app.ts'),
  import('./plugin-port.ts'),
])

const app = await createApp(config, { role: 'work', mainPlugins: pluginCallsOver(plugins), outbound })
await app.start()
parentPort!.once('message', () => void app.stop().then(() => parentPort!.close()))
parentPort!.postMessage('ready')
