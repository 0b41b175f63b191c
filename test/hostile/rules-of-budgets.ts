import type { Rule } from './rules.ts'

const ISOLATES = 'core/plugins/sandbox/isolates.ts'
const BUDGET = 'core/plugins/supervisor/host-budget.ts'
const OUTPUT = 'core/plugins/supervisor/host-output.ts'

/** What a call may take of the processor, and a host process of core, each with the change that switches it off. */
export const rulesOfBudgets: readonly Rule[] = [
  {
    off: 'a call has 2 s of CPU',
    file: ISOLATES,
    from: 'if (spentMs(room) > room.limits.cpuMs)',
    to: 'if (false)',
    tests: ['many-short-runs'],
  },
  {
    off: 'what is answered beside an isolate is CPU of its call',
    file: 'core/plugins/sandbox/cpu-meter.ts',
    from: 'besideMs += ms() - from',
    to: 'void from',
    tests: ['many-certificates'],
  },
  {
    off: 'a start is held to its time while it asks',
    file: ISOLATES,
    from: 'return spent > room.limits.startMs ? undefined : answer',
    to: 'return answer',
    tests: ['start-with-signatures'],
  },
  {
    off: 'a run that does not come back is held to its CPU',
    file: ISOLATES,
    from: 'if (spent > room.limits.cpuMs)',
    to: 'if (false)',
    tests: ['many-certificates'],
  },
  {
    off: 'keys are narrow enough to be checked in a moment',
    file: 'sdk/certificates/index.ts',
    from: 'modulusLength > KEY_BITS_MAX || publicExponent >= 1n << EXPONENT_BITS_MAX',
    to: 'modulusLength > Infinity || publicExponent < 0n',
    tests: ['wide-keys'],
  },
  {
    off: 'a host process asks no more than a call may',
    file: BUDGET,
    from: "--credit.asks < 0 ? 'asks' : undefined",
    to: 'undefined',
    also: [{ file: BUDGET, from: "if (credit.bytes < 0) return 'bytes'", to: '' }],
    tests: ['host-ask-flood'],
  },
  {
    off: 'a host process logs no more than a call may',
    file: BUDGET,
    from: "--credit.lines < 0 ? 'lines' : undefined",
    to: 'undefined',
    tests: ['host-line-flood'],
  },
  {
    off: 'a message of a host process has 1 MiB',
    file: 'core/plugins/supervisor/host.ts',
    from: 'Buffer.byteLength(body) > MESSAGE_BYTES_MAX',
    to: 'false',
    tests: ['host-large-message'],
  },
  {
    off: 'a call has 1 MiB for each question, and 8 MiB',
    file: BUDGET,
    from: "if (credit.bytes < 0) return 'bytes'",
    to: '',
    tests: ['host-byte-flood'],
  },
  {
    off: 'frames that nothing asked for end the process',
    file: BUDGET,
    from: '++strays > STRAY_FRAMES',
    to: 'strays > STRAY_FRAMES',
    tests: ['host-other-calls', 'host-pong-flood'],
  },
  {
    off: 'what waits for a host process is bounded',
    file: BUDGET,
    from: 'queued > QUEUED_BYTES',
    to: 'queued > Infinity',
    tests: ['host-reads-nothing'],
  },
  {
    off: 'a host process that prints without end is killed',
    file: OUTPUT,
    from: 'if (bytes > OUTPUT_BYTES_FLOOD) flood()',
    to: '',
    tests: ['host-output-flood'],
  },
]
