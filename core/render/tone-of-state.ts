import type { Tone } from './frame.ts'

const STATES: Partial<Record<Tone, string>> = {
  good: 'paid active live succeeded accepted done enabled sent healthy answered',
  info: 'issued placed authorised open created',
  warn: 'overdue late ending held withheld needs_client partly_paid unpaid waiting degraded expired',
  bad: 'failed suspended declined rejected fraud dead bounced down unknown',
  busy: 'creating changing terminating payment_pending pending running queued',
  neutral: 'draft',
}

const tones = new Map(
  Object.entries(STATES).flatMap(([tone, states]) => states.split(' ').map((state) => [state, tone as Tone])),
)

/** The tone in which a state of ours is shown; what is over and gone is "off". */
export const toneOfState = (state: string): Tone => tones.get(state) ?? 'off'
