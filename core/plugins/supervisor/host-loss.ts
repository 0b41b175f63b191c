/** Why a host process ended: a name, which pages put into words, and the words of the log. */
export interface HostLoss {
  name: LossName
  says: string
}

const words = {
  ended: 'it ended by itself',
  not_started: 'it could not be started',
  pipe: 'its pipe broke',
  frame: 'it sent a frame of unknown shape',
  asks: 'it sent more questions than a call may ask',
  lines: 'it sent more log lines than a call may write',
  bytes: 'it sent more bytes than a call may',
  stray_frames: 'it sent frames that nothing had asked for',
  output: 'it wrote too much to its output',
  unread: 'it did not read what it was sent',
  silent: 'it was silent for 6 s',
  memory: 'it used too much memory',
  poisoned: 'an isolate could not be stopped',
  wall: 'a part of the wall around it is missing',
  calm: 'it had stepped back and is calm',
  unneeded: 'it is no longer needed',
  core_stops: 'core stops',
} as const
export type LossName = keyof typeof words

export const lossNames = Object.keys(words) as LossName[]

/** `says` where there is more to tell than the name does. */
export const lossOf = (name: LossName, says: string = words[name]): HostLoss => ({ name, says })
