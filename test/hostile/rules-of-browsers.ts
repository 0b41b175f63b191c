import type { Change, Rule } from './rules.ts'

const FRAMES = 'core/http/system/embed-frames.ts'
const SANDBOX = 'sandbox allow-scripts allow-forms'
/** The element says it beside the document's own policy; either alone would do. */
const onElement = (more: string): Change => ({
  file: 'themes/default/components/embed.eta',
  from: 'sandbox="allow-scripts allow-forms"',
  to: `sandbox="allow-scripts allow-forms ${more}"`,
})
const tests = ['frame-escapes']

/** Rules that browsers keep for us in the frames of plugins, each with the change that switches it off. */
export const rulesOfBrowsers: readonly Rule[] = [
  {
    off: 'frames have no origin',
    ...{ file: FRAMES, from: SANDBOX, to: `${SANDBOX} allow-same-origin`, tests },
    also: [onElement('allow-same-origin')],
  },
  {
    off: 'frames open no windows',
    ...{ file: FRAMES, from: SANDBOX, to: `${SANDBOX} allow-popups`, tests },
    also: [onElement('allow-popups')],
  },
  {
    off: 'frames do not lead the page away',
    ...{ file: FRAMES, from: SANDBOX, to: `${SANDBOX} allow-top-navigation`, tests },
    also: [onElement('allow-top-navigation')],
  },
  {
    off: 'frames ask only declared hosts',
    ...{ file: FRAMES, from: '`connect-src ${listed(connect)}`', to: "'connect-src *'", tests },
  },
  {
    off: 'frames load only declared scripts',
    ...{ file: FRAMES, from: '`script-src ${listed([code, ...script])}`', to: "'script-src *'", tests },
  },
  {
    off: 'frames show only declared images',
    ...{ file: FRAMES, from: '`img-src ${listed(image)}`', to: "'img-src *'", tests },
  },
  {
    off: 'frames hold only declared pages',
    ...{ file: FRAMES, from: '`frame-src ${listed(frame)}`', to: "'frame-src *'", tests },
  },
  {
    off: 'frames go nowhere themselves',
    file: 'core/http/chain/security-headers.ts',
    ...{ from: `framed ? "'self'"`, to: `framed ? "'self' http:"`, tests },
    also: [{ file: FRAMES, from: `"form-action 'none'",`, to: `'form-action *',` }],
  },
  {
    off: 'addresses of frames are ours',
    ...{ file: FRAMES, from: 'openEmbed(ctx, instance, token)', to: "{ data: token, locale: 'en' }", tests },
  },
  {
    off: 'addresses of frames end',
    file: 'core/http/plugin-places/sealed-address.ts',
    ...{ from: 'found.until >= deps.clock.ms()', to: 'found.until > 0', tests },
  },
  {
    off: 'only the frame is heard',
    file: 'themes/default/assets/berth.js',
    ...{ from: 'one.contentWindow === source', to: 'one.contentWindow !== null || source', tests },
  },
]
