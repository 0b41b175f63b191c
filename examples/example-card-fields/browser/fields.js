// Runs in the frame: the provider's script has drawn nothing yet, and knows no page but this one.
/* global CardFields, document, parent, ResizeObserver */
const { data, parent: origin } = document.body.dataset
const tell = (message) => parent.postMessage(message, origin)

document.body.style.margin = '0'
CardFields.mount(document.body, {
  key: data,
  locale: document.documentElement.lang,
  // Again with each change; empty while something is missing.
  onToken: (token) => tell({ token }),
})
new ResizeObserver(() => tell({ height: document.body.scrollHeight })).observe(document.body)
