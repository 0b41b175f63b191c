export const FACTUR_X_NAME = 'factur-x.xml'

/** Embeds the XML as the alternative of the page, and says in the metadata what it is. */
export function attachFacturX(doc: PDFKit.PDFDocument, xml: string, madeAt: Date): void {
  const writable = doc as unknown as Writable
  writable.file(Buffer.from(xml, 'utf8'), {
    ...{ name: FACTUR_X_NAME, type: 'text/xml', relationship: 'Alternative' },
    ...{ description: 'Factur-X', creationDate: madeAt, modifiedDate: madeAt },
  })
  writable.appendXML(METADATA)
}

/** Methods that the types of pdfkit do not know. */
interface Writable {
  file(bytes: Buffer, options: object): void
  appendXML(xml: string): void
}

const SPACE = 'urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#'

const property = (name: string, text: string): string => `
              <rdf:li rdf:parseType="Resource">
                <pdfaProperty:name>${name}</pdfaProperty:name>
                <pdfaProperty:valueType>Text</pdfaProperty:valueType>
                <pdfaProperty:category>external</pdfaProperty:category>
                <pdfaProperty:description>${text}</pdfaProperty:description>
              </rdf:li>`

/** The facts of the embedded file, and the extension schema by which PDF/A allows them. */
const METADATA = `
    <rdf:Description rdf:about="" xmlns:fx="${SPACE}">
      <fx:DocumentType>INVOICE</fx:DocumentType>
      <fx:DocumentFileName>${FACTUR_X_NAME}</fx:DocumentFileName>
      <fx:Version>1.0</fx:Version>
      <fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>
    </rdf:Description>
    <rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
      <pdfaExtension:schemas>
        <rdf:Bag>
          <rdf:li rdf:parseType="Resource">
            <pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>
            <pdfaSchema:namespaceURI>${SPACE}</pdfaSchema:namespaceURI>
            <pdfaSchema:prefix>fx</pdfaSchema:prefix>
            <pdfaSchema:property>
              <rdf:Seq>${property('DocumentFileName', 'Name of the embedded XML file')}${property('DocumentType', 'INVOICE')}${property('Version', 'Version of the XML schema')}${property('ConformanceLevel', 'Conformance level of the XML data')}
              </rdf:Seq>
            </pdfaSchema:property>
          </rdf:li>
        </rdf:Bag>
      </pdfaExtension:schemas>
    </rdf:Description>
`
