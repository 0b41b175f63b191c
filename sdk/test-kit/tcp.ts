import { connect } from 'node:net'
import { once } from 'node:events'
import type { Tcp } from '../plugin.ts'

/** Lines to simulators: `host:port` of `outbound` names where one listens, as `tcp://127.0.0.1:1234`, without TLS. */
export function testTcp(outbound: Record<string, string>, fillIn: (text: string) => string): Tcp {
  return {
    async open(host, port) {
      const target = outbound[`${host}:${port}`]
      if (target === undefined) throw new Error(`No simulator stands in for ${host}:${port}.`)
      const { hostname, port: at } = new URL(target)
      const socket = connect(Number(at), hostname)
      await once(socket, 'connect')
      return {
        async write(data, { framed = false } = {}) {
          const bytes = Buffer.from(typeof data === 'string' ? fillIn(data) : data)
          const length = Buffer.alloc(framed ? 4 : 0)
          if (framed) length.writeUInt32BE(4 + bytes.length)
          socket.write(Buffer.concat([length, bytes]))
        },
        async read(bytes) {
          for (;;) {
            const found = socket.read(bytes) as Buffer | null
            if (found !== null) return new Uint8Array(found)
            if (socket.readableEnded) return new Uint8Array()
            await Promise.race([once(socket, 'readable'), once(socket, 'end')])
          }
        },
        close: () => Promise.resolve(void socket.end()),
      }
    },
  }
}
