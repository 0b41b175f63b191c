import { createServer, type AddressInfo } from 'node:net'
import type { Config } from '../config/index.ts'

/** Free ports of this machine. All are held at once, so that none is given twice. */
export async function freePorts(count: number, host = '127.0.0.1'): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer().once('error', reject)
          server.listen(0, host, () => resolve(server))
        }),
    ),
  )
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

/** Port 0 becomes a free one before anything is opened: links in mails and what the console prints name it. */
export async function withPort(config: Config): Promise<Config> {
  if (config.port !== 0) return config
  const [port = 0] = await freePorts(1, config.host)
  return { ...config, port }
}
