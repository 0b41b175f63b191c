import type { AccessDetail } from '../../sdk/index.ts'
import type { Panel } from './panel.ts'
import type { Allocation, Server } from './records.ts'

/** What the client needs: the panel's page of the server (there is no single sign-on), and where to connect. */
export function accessTo(panel: Panel, server: Server): AccessDetail[] {
  const allocation = server.relationships?.allocations?.data
    ?.map(({ attributes }) => attributes)
    .find(({ id }) => id === server.allocation)
  const user = server.relationships?.user?.attributes
  return [
    { label: 'Panel', value: `${panel.url}/server/${server.identifier}`, kind: 'url' },
    ...(allocation === undefined ? [] : [text('Address', addressOf(allocation))]),
    ...(user == null ? [] : [text('User name', user.username)]),
  ]
}

const text = (label: string, value: string): AccessDetail => ({ label, value, kind: 'text' })

function addressOf({ ip, alias, port }: Allocation): string {
  const host = alias ?? (ip.includes(':') ? `[${ip}]` : ip)
  return `${host}:${port}`
}
