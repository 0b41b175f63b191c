/** The tree that screen readers follow: each text belongs to an element, everything else is an artifact. */
export interface Structure {
  /** What `draw` draws belongs to one element: "Table", "TR", "P". */
  tag(type: string, draw: () => void): void
  /** Draws what a reader of the tree skips: rules, repeated heads, page numbers. */
  artifact(draw: () => void): void
  /** Draws one text into the open element. */
  content(draw: () => void): void
  end(): void
}

interface Branch {
  type: string
  element: ReturnType<PDFKit.PDFDocument['struct']>
}

export function createStructure(doc: PDFKit.PDFDocument): Structure {
  const root = doc.struct('Document')
  doc.addStructure(root)
  let open: Branch | null = { type: 'Document', element: root }

  return {
    tag(type, draw) {
      const parent = open
      if (!parent) return draw()
      const element = doc.struct(type)
      parent.element.add(element)
      open = { type, element }
      draw()
      element.end()
      open = parent
    },
    artifact(draw) {
      const parent = open
      if (!parent) return draw()
      open = null
      doc.markContent('Artifact', { type: 'Layout' })
      draw()
      doc.endMarkedContent()
      open = parent
    },
    content(draw) {
      if (!open) return draw()
      const content = doc.markStructureContent(open.type)
      draw()
      doc.endMarkedContent()
      open.element.add(content)
    },
    end: () => root.end(),
  }
}
