import { getInstance, NoCertificate, trustInstance, type HostOwner } from '../../plugins/index.ts'
import { findServer, trustServer } from '../../services/index.ts'
import { countOf, textOf, ticked, type Asked, type Desk } from './desk.ts'
import type { Act, Section } from './pages.ts'
import { shownCertificate } from './views/shown-certificate.ts'
import { instancePage } from './views/plugins.ts'
import { serverPage } from './views/servers.ts'

/** Whose hosts are trusted: found again for each request. */
interface Owner {
  at: string
  name: string
  version: number
  settings: string
  of: HostOwner
}

/** Fetching the certificate of a host that stands in settings, and pinning it once its fingerprint was compared. */
export const trust: Section = {
  acts: [
    ...actsOf('/servers/:id', trustServer.permission, serverPage, {
      async find({ means }, { params }) {
        const { id, name, version, settings, instance_id } = await findServer(means, params.id!)
        const of = { instanceId: instance_id, serverId: id }
        return { at: `/admin/servers/${id}`, name, version, settings, of }
      },
      pin: ({ means, actor }, { params, version }, said) =>
        trustServer(means, { server_id: params.id, version, trust: [said] }, actor),
    }),
    ...actsOf('/plugins/instances/:id', trustInstance.permission, instancePage, {
      async find({ means }, { params }) {
        const { id, name, version, settings } = await getInstance(means.db, params.id!)
        return { at: `/admin/plugins/instances/${id}`, name, version, settings, of: { instanceId: id } }
      },
      pin: ({ means, actor }, { params, version }, said) =>
        trustInstance(means, { instance_id: params.id, version, trust: [said] }, actor),
    }),
  ],
}

interface Ways {
  find(desk: Desk, asked: Asked): Promise<Owner>
  pin(desk: Desk, asked: Asked, said: object): Promise<unknown>
}

function actsOf(
  path: string,
  permission: string,
  again: NonNullable<Act['again']>,
  { find, pin }: Ways,
): Act[] {
  const rules = { permission, again, confirmed: true }
  return [
    {
      ...rules,
      path: `${path}/certificate`,
      async act(desk, asked) {
        const { at, name, version, settings, of } = await find(desk, asked)
        const host = { host: asked.query.host ?? '', port: Number(asked.query.port) }
        const { hostCertificate } = desk.means.plugins
        if (!hostCertificate) throw NoCertificate({ ...host, reason: 'No plugins run in this process.' })
        const pem = await hostCertificate(of, host)
        const kept = JSON.parse(settings) as Record<string, unknown>
        const once = shownCertificate(desk, asked, { ...host, pem, name, at, version, settings: kept })
        return { href: at, once }
      },
    },
    {
      ...rules,
      path: `${path}/certificate/pin`,
      async act(desk, asked) {
        const { form } = asked
        const { at } = await find(desk, asked)
        const [host, certificate] = [textOf(form, 'host'), textOf(form, 'certificate')]
        const port = countOf(form, 'port')
        await pin(desk, asked, { host, port, inside: ticked(form, 'inside'), certificate })
        return { href: at, message: desk.t('trust.pinned', { host: `${host}:${port}` }) }
      },
    },
  ]
}
