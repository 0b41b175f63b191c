import type { TObject } from '../../../../sdk/index.ts'
import {
  changeClient,
  changeClientCurrency,
  changeClientSwitches,
  closeClient,
  createClient,
  reinstateClient,
  reopenClient,
  suspendClient,
  type Client,
} from '../../../clients/index.ts'
import type { Verb } from '../../../records/index.ts'
import type { HttpDeps } from '../../deps.ts'
import { bodyOf, rulesOf, type Endpoint } from '../endpoint.ts'
import { clientDetail } from './client-resource.ts'

const path = '/clients/{client_id}'
const tag = 'clients'
const NO_STATE = 'Its state does not allow it.'

export const clientActEndpoints: readonly Endpoint[] = [
  {
    ...{ id: 'createClient', method: 'post', path: '/clients', tag },
    summary: 'Make a client; with `owner_email` that user owns it and is told by mail',
    ...rulesOf(createClient),
    body: bodyOf(createClient, []),
    status: 201,
    answer: { one: 'ClientDetail' },
    refusals: { 404: 'There is no such brand, or it is not yours.' },
    handle: async ({ deps, actor, body }) => clientDetail(await createClient(deps, body, actor)),
  },
  act('change', changeClient, {
    end: '',
    summary: 'Change who is billed; what is absent stays, and documents keep what they say',
    refused: 'The shop lets no client change this field.',
  }),
  act('set', changeClientCurrency, {
    id: 'setClientCurrency',
    end: '/currency',
    summary: 'Change the currency of a client who has no document yet',
    refused: 'Documents were issued in its currency.',
  }),
  act('set', changeClientSwitches, {
    id: 'setClientSwitches',
    end: '/switches',
    summary: 'Say what happens to a client by itself; what is absent stays',
  }),
  act('suspend', suspendClient, { summary: 'Suspend a client', refused: NO_STATE }),
  act('reinstate', reinstateClient, { summary: 'Take back the suspension of a client', refused: NO_STATE }),
  act('close', closeClient, {
    summary: 'Close a client; services are ended for themselves',
    refused: NO_STATE,
  }),
  act('reopen', reopenClient, { summary: 'Open a closed client again', refused: NO_STATE }),
]

interface Act {
  id?: string
  /** Of the path; absent: the name. */
  end?: string
  summary: string
  refused?: string
}

/** An act on one client, which answers the client as it is then. */
function act<S extends TObject>(
  name: string,
  verb: Verb<HttpDeps, S, Client>,
  { id = `${name}Client`, end = `/${name}`, summary, refused }: Act,
): Endpoint {
  return {
    ...{ id, method: 'post', path: `${path}${end}`, tag, summary },
    ...rulesOf(verb),
    body: bodyOf(verb, ['client_id']),
    status: 200,
    answer: { one: 'ClientDetail' },
    ...(refused ? { refusals: { 409: refused } } : {}),
    handle: async ({ deps, actor, params, body }) =>
      clientDetail(await verb(deps, { ...body, ...params }, actor)),
  }
}
