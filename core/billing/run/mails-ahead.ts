import type { IsoDate } from '../../kernel/index.ts'
import type { PlannedInvoice } from '../plan-invoice.ts'
import type { ServiceAhead } from '../ports.ts'
import type { AskedAhead } from './dunning-ahead.ts'
import type { ServiceAct } from './sanctions-ahead.ts'
import type { ExpiringAhead } from './standing-ahead.ts'

/** A mail to a client. */
export interface MailAhead {
  on: IsoDate
  template: string
  clientId: string
  clientName: string
  /** What it is about: the number of a document, a service, a saved method. Null: a document that has no number yet. */
  about: string | null
}

export interface Told {
  /** Documents that will be issued. */
  papers: readonly PlannedInvoice[]
  asked: readonly AskedAhead[]
  expiring: readonly ExpiringAhead[]
  services: readonly ServiceAhead[]
  suspensions: readonly ServiceAct[]
  /** Terminated or ended. */
  gone: readonly ServiceAct[]
}

/**
 * Pure: the mails to clients that come of what runs do. Those that depend on the answer of a gateway are not foreseen; a
 * provider is expected to do what it is asked on the same day.
 */
export const mailsAhead = (told: Told): MailAhead[] => [
  ...told.papers.map(ofPaper),
  ...told.asked.flatMap(({ on, template, clientId, clientName, number: about }) =>
    template === null ? [] : [{ on, template, clientId, clientName, about }],
  ),
  ...told.expiring.map(({ on, clientId, clientName, label }) => ({
    ...{ on, template: 'method-expiring', clientId, clientName, about: label },
  })),
  ...told.services.flatMap(({ on, template, label, client_id: clientId, client_name: clientName }) =>
    template === null ? [] : [{ on, template, clientId, clientName, about: label }],
  ),
  ...ofActs('service-suspended', told.suspensions),
  ...ofActs('service-terminated', told.gone),
]

const ofPaper = ({ issuedOn, draft, buyer, proforma }: PlannedInvoice): MailAhead => ({
  on: issuedOn,
  template: proforma ? 'proforma-issued' : 'invoice-issued',
  ...{ clientId: draft.clientId, clientName: buyer.company ?? buyer.name, about: null },
})

const ofActs = (template: string, acts: readonly ServiceAct[]): MailAhead[] =>
  acts
    .filter(({ isTold }) => isTold)
    .map(({ on, clientId, clientName, label: about }) => ({ on, template, clientId, clientName, about }))
