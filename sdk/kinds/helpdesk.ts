import { Type } from '../type.ts'
import {
  ClientSnapshot,
  ConnectionReport,
  Failed,
  IdempotencyKey,
  InstantText,
  Reference,
} from '../shapes.ts'
import { StoredEvent } from '../gateway.ts'
import type { KindOf, Operation } from './operation.ts'

const TicketStatus = Type.Enum(['open', 'answered', 'waiting', 'closed'])
const Ticket = Type.Object({
  reference: Reference,
  subject: Type.String(),
  status: TicketStatus,
  updated_at: InstantText,
})
const Message = Type.Object({
  reference: Reference,
  by: Type.Enum(['client', 'staff']),
  name: Type.String(),
  text: Type.String(),
  at: InstantText,
})
const Ticketed = Type.Union([Type.Object({ outcome: Type.Literal('done'), reference: Reference }), Failed])

/** A help desk elsewhere, whose tickets clients see in the portal. */
export const helpdeskOperations = {
  list_tickets: {
    input: Type.Object({ client: ClientSnapshot, cursor: Type.Optional(Type.String()) }),
    output: Type.Object({
      tickets: Type.Array(Ticket, { maxItems: 100 }),
      cursor: Type.Optional(Type.String()),
    }),
  },
  /** `absent` also for a ticket of somebody else. */
  read_ticket: {
    input: Type.Object({ client: ClientSnapshot, reference: Reference }),
    output: Type.Union([
      Type.Object({ outcome: Type.Literal('found'), ticket: Ticket, messages: Type.Array(Message) }),
      Type.Object({ outcome: Type.Literal('absent') }),
    ]),
  },
  open_ticket: {
    input: Type.Object({
      idempotency_key: IdempotencyKey,
      client: ClientSnapshot,
      subject: Type.String({ minLength: 1, maxLength: 200 }),
      text: Type.String({ minLength: 1 }),
      department: Type.Optional(Type.String()),
      service_id: Type.Optional(Type.String()),
    }),
    output: Ticketed,
    changes: true,
  },
  reply: {
    input: Type.Object({
      idempotency_key: IdempotencyKey,
      client: ClientSnapshot,
      reference: Reference,
      text: Type.String({ minLength: 1 }),
    }),
    output: Ticketed,
    changes: true,
  },
  set_status: {
    input: Type.Object({
      idempotency_key: IdempotencyKey,
      client: ClientSnapshot,
      reference: Reference,
      status: TicketStatus,
    }),
    output: Ticketed,
    changes: true,
  },
  handle_event: {
    input: StoredEvent,
    output: Type.Object({
      facts: Type.Array(
        Type.Object({
          fact: Type.Enum(['ticket_changed', 'staff_replied', 'ignored']),
          reference: Type.Optional(Reference),
          email: Type.Optional(Type.String()),
        }),
      ),
    }),
  },
  test_connection: { input: Type.Object({}), output: ConnectionReport },
} as const satisfies Record<string, Operation>

export type Helpdesk = KindOf<
  typeof helpdeskOperations,
  'list_tickets' | 'read_ticket' | 'open_ticket' | 'reply'
>
