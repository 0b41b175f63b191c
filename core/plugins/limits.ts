/** The defaults of what a plugin may use. Units are in the names: ms, bytes, mb (mebibytes of V8 heap). */
export const KIB = 1024
export const MIB = 1024 * 1024

export const FRAME_BYTES_MAX = 1.5 * MIB
export const MESSAGE_BYTES_MAX = 1 * MIB
/** Beside the questions of a call, each of which may have a whole message: its answer and its lines. */
export const CALL_BYTES = 8 * MIB
/** What a call is about. It crosses in messages, the longer ones in parts. */
export const INPUT_BYTES_MAX = 8 * MIB
export const BUNDLE_BYTES = 1 * MIB
export const BUNDLE_BYTES_CEILING = 4 * MIB
/** What a plugin runs in a browser. */
export const BROWSER_BYTES_MAX = 256 * KIB
/** The largest bundle, whose quotes take two characters each in JSON, with what stands beside it. */
export const PACKAGE_BYTES_MAX = 8 * MIB

export const SLICE_MS = 500
export const SLICE_MS_CEILING = 2_000
export const CPU_MS = 2_000
export const CPU_MS_CEILING = 10_000
export const START_MS = 2_000
export const START_MS_CEILING = 5_000
/** Deadlines of calls, by what waits for them: see deadlines.ts. */
export const PAGE_MS = 1_000
export const PAGE_MS_CEILING = 5_000
export const ACT_MS = 15_000
export const ACT_MS_CEILING = 30_000
export const JOB_MS = 60_000
export const JOB_MS_CEILING = 300_000
/** Covers a cold host process, whose start is paid by the first call that needs it. */
export const HOST_START_MS = 10_000
export const MEMORY_MB = 64
export const MEMORY_MB_CEILING = 128
export const HOST_MEMORY_MB = 256
export const HOST_MEMORY_PER_ISOLATE = 1.5
/** Priority of a host process, as `nice` counts it. */
export const HOST_NICE = 10
/** Of the session of a host that holds a processor, where the system shares processors among sessions: a quarter of one is left to it. */
export const SESSION_NICE = 5
/** Of one processor, between two looks: more than this, and without a word, holds it. */
export const HOLDING_SHARE = 0.25
/** Below this share for so long, a host that stepped back is calm. */
export const CALM_SHARE = 0.05
export const CALM_MS = 1_000

export const ISOLATES = 2
export const ISOLATES_CEILING = 4
export const QUEUE = 64
export const QUEUE_CEILING = 256
export const RECYCLE_CALLS = 5_000
export const RECYCLE_MS = 24 * 60 * 60_000
export const RECYCLE_HEAP = 0.7

export const ASKS = 200
export const ASKS_CEILING = 1_000
export const ASKS_AT_ONCE = 16
export const ASKS_AT_ONCE_CEILING = 32
export const TIMERS_AT_ONCE = 32

export const FETCHES = 50
export const FETCHES_CEILING = 200
export const FETCHES_AT_ONCE = 6
export const REQUEST_BYTES = 1 * MIB
export const REQUEST_BYTES_CEILING = 8 * MIB
export const RESPONSE_BYTES = 4 * MIB
export const RESPONSE_BYTES_CEILING = 16 * MIB
export const HEADER_BYTES = 32 * KIB
export const HEADER_BYTES_CEILING = 64 * KIB
/** TCP lines that one call may open, one after the other or at once. */
export const LINES_OPEN = 4
export const CONNECT_MS = 10_000
/** An answer that took longer is told as slow. */
export const SLOW_ANSWER_MS = 3_000
export const FETCH_MS = 30_000

export const STORAGE_VALUE_BYTES = 64 * KIB
export const STORAGE_BYTES = 1 * MIB
export const STORAGE_RECORD_BYTES_CEILING = 256 * KIB
export const STORAGE_KEY_LENGTH = 200

/** Requests that something be written: of one call, and of one instance within 24 hours. */
export const WRITES = 10
export const WRITES_CEILING = 100
export const WRITES_A_DAY = 200
export const WRITES_A_DAY_CEILING = 10_000
export const WRITES_AT_ONCE = 4
export const REFERENCE_LENGTH = 200

/** Keys and values of one instance that an upgrade may look at and write: all of it stays in core's memory until it is kept. */
export const STAGED_BYTES = 128 * MIB

export const LOG_LINES_PER_CALL = 50
export const LOG_LINES_PER_MINUTE = 300
export const LOG_LINE_LENGTH = 2_048
export const ERROR_MESSAGE_LENGTH = 2_000
export const REFUSAL_LENGTH = 500

/** Of a call. No more than 50 leave an isolate whose runtime is whole, and some counts of those that were dropped. */
export const LINES_FLOOD = 100
/** Frames that nothing had asked for, in the life of a host process: ours sends none. */
export const STRAY_FRAMES = 100
/** What waits in core until a host process reads it: all responses of a call at the ceiling, as base64, and a quarter more. */
export const QUEUED_BYTES = 160 * MIB
/** What a host process prints. The engine's last words have 3 KiB. */
export const OUTPUT_BYTES_PER_MINUTE = 32 * KIB
export const OUTPUT_CHUNKS_PER_MINUTE = 50
export const OUTPUT_BYTES_FLOOD = 1 * MIB

export const JSON_DEPTH = 32
export const JSON_NODES = 20_000

export const POISONED_AFTER_MS = 250
export const POISONED_DRAIN_MS = 2_000
export const PING_MS = 1_000
export const LOOK_MS = 250
export const SILENT_MS = 6_000
export const BACKOFF_FIRST_MS = 250
export const BACKOFF_LAST_MS = 60_000

export const FAULTS_TO_TRIP = 5
export const FAULTS_WINDOW_MS = 60_000
export const TRIPPED_FIRST_MS = 30_000
export const TRIPPED_LAST_MS = 15 * 60_000
export const SUSPECT_CALLS = 100
export const HOST_LOSSES_TO_DISABLE = 3
export const HOST_LOSSES_WINDOW_MS = 10 * 60_000
