export type { CaughtAttachment, CaughtMessage } from './message.ts'
export { startMailCatcher, type MailCatcher, type MailCatcherOptions } from './start-mail-catcher.ts'
