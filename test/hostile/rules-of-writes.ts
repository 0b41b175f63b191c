import type { Rule } from './rules.ts'

const BROKER = 'core/plugins/broker'
const REQUESTS = 'core/plugins/requests'

/** Rules of what plugins ask core to write, each with the change that switches it off. */
export const rulesOfWrites: readonly Rule[] = [
  {
    off: 'an instance of one brand writes nothing of another',
    file: `${BROKER}/request-write.ts`,
    from: 'found.brandId !== null && isOfBrand(call, found)',
    to: 'found.brandId !== null',
    also: [
      {
        file: `${REQUESTS}/take-request.ts`,
        from: "brandIds: brandId === null ? 'all' : [brandId]",
        to: "brandIds: brandId === null ? 'all' : 'all'",
      },
    ],
    tests: ['write-other-brand'],
  },
  {
    off: 'reach "current" writes to the record of the call alone',
    file: `${BROKER}/request-write.ts`,
    from: "if (reach === 'all' || isCurrent(call, id, clientId))",
    to: "if (reach === 'all' || isCurrent(call, id, clientId) || true)",
    tests: ['write-forged-id'],
  },
  {
    off: 'each instance has a hold of its own',
    file: 'core/services/plugin-holds.ts',
    from: 'where service_id = ${service.id} and instance_id = ${actor.id}`)',
    to: 'where service_id = ${service.id}`)',
    tests: ['write-others-hold'],
  },
  {
    off: 'requests of a day are counted over all calls',
    file: `${REQUESTS}/caps.ts`,
    from: 'if ((row?.made ?? 0) >= most)',
    to: 'if ((row?.made ?? 0) < 0)',
    tests: ['write-flood'],
  },
  {
    off: 'amounts are above zero and have nine digits at most',
    file: 'sdk/writes.ts',
    from: "minor: Type.String({ pattern: '^[1-9]\\\\d{0,8}$' })",
    to: 'minor: Type.Any()',
    tests: ['write-odd-amount'],
  },
  {
    off: 'what goes through without a person has a cap for a day',
    file: `${REQUESTS}/caps.ts`,
    from: '<= BigInt(cap.day_minor)',
    to: '>= 0n',
    tests: ['write-over-cap'],
  },
  {
    off: 'what takes money waits for a person',
    file: `${REQUESTS}/take-request.ts`,
    from: 'if (WAITING_SCOPES.includes(row.scope) &&',
    to: 'if (WAITING_SCOPES.length === 0 &&',
    tests: ['write-without-staff'],
  },
  {
    off: 'a reference stands for one body',
    file: `${REQUESTS}/take-request.ts`,
    from: '|| known.body !== body)',
    to: '|| known.body === "")',
    tests: ['write-same-reference'],
  },
  {
    off: 'what a call that is over asked for is not begun',
    file: `${REQUESTS}/take-request.ts`,
    from: 'if (signal.aborted)',
    to: 'if (signal.aborted && false)',
    tests: ['write-after-call'],
  },
  {
    off: 'calls that only answer write nothing',
    file: `${BROKER}/request-write.ts`,
    from: 'if (call.readOnly !== undefined)',
    to: "if (call.readOnly === '')",
    tests: ['write-while-answering'],
  },
]
