"""The tea garden's story as EPCIS 1.2 told it, in XML.

Whatever version 1.2 added to 1.0 stands in an `extension` or `baseExtension`,
a TransformationEvent too.
"""

OLDER = """\
<?xml version="1.0" encoding="UTF-8"?>
<epcis:EPCISDocument
  xmlns:epcis="urn:epcglobal:epcis:xsd:1"
  xmlns:cbvmda="urn:epcglobal:cbv:mda"
  xmlns:tea="https://ns.teahouse.example/epcis/"
  schemaVersion="1.2" creationDate="2025-04-01T12:00:00Z">
 <EPCISBody>
  <EventList>
   <ObjectEvent>
    <eventTime>2025-03-20T07:30:00+08:00</eventTime>
    <recordTime>2025-03-20T07:31:10Z</recordTime>
    <eventTimeZoneOffset>+08:00</eventTimeZoneOffset>
    <baseExtension>
     <eventID>urn:uuid:0f2dc5a8-7a53-4b0e-9d36-0d6a4c1c2e01</eventID>
    </baseExtension>
    <epcList/>
    <action>ADD</action>
    <bizStep>urn:epcglobal:cbv:bizstep:creating_class_instance</bizStep>
    <disposition>urn:epcglobal:cbv:disp:active</disposition>
    <readPoint>
     <id>urn:epc:id:sgln:9506000.13501.0</id>
    </readPoint>
    <extension>
     <quantityList>
      <quantityElement>
       <epcClass>urn:epc:class:lgtin:9506000.013501.G25-03</epcClass>
       <quantity>240.5</quantity>
       <uom>KGM</uom>
      </quantityElement>
     </quantityList>
     <ilmd>
      <cbvmda:lotNumber>G25-03</cbvmda:lotNumber>
     </ilmd>
    </extension>
    <tea:pickers>14</tea:pickers>
   </ObjectEvent>
   <extension>
    <TransformationEvent>
     <eventTime>2025-03-21T15:00:00+08:00</eventTime>
     <eventTimeZoneOffset>+08:00</eventTimeZoneOffset>
     <inputQuantityList>
      <quantityElement>
       <epcClass>urn:epc:class:lgtin:9506000.013501.G25-03</epcClass>
       <quantity>12.5</quantity>
       <uom>KGM</uom>
      </quantityElement>
     </inputQuantityList>
     <outputEPCList>
      <epc>urn:epc:id:sgtin:9506000.013519.0007A</epc>
     </outputEPCList>
     <bizStep>urn:epcglobal:cbv:bizstep:commissioning</bizStep>
    </TransformationEvent>
   </extension>
   <AggregationEvent>
    <eventTime>2025-03-24T10:00:00+08:00</eventTime>
    <eventTimeZoneOffset>+08:00</eventTimeZoneOffset>
    <parentID>urn:epc:id:sscc:9506000.0000000247</parentID>
    <childEPCs>
     <epc>urn:epc:id:sgtin:9506000.013519.0007A</epc>
    </childEPCs>
    <action>ADD</action>
    <bizStep>urn:epcglobal:cbv:bizstep:packing</bizStep>
    <bizTransactionList>
     <bizTransaction type="urn:epcglobal:cbv:btt:po">urn:epcglobal:cbv:bt:9506000135335:PO-2025-118</bizTransaction>
    </bizTransactionList>
    <extension>
     <childQuantityList>
      <quantityElement>
       <epcClass>urn:epc:class:lgtin:9506000.013519.T2503</epcClass>
       <quantity>48</quantity>
      </quantityElement>
     </childQuantityList>
     <sourceList>
      <source type="urn:epcglobal:cbv:sdt:owning_party">urn:epc:id:pgln:9506000.13519</source>
     </sourceList>
    </extension>
   </AggregationEvent>
   <ObjectEvent>
    <eventTime>2025-03-24T16:40:00+08:00</eventTime>
    <eventTimeZoneOffset>+08:00</eventTimeZoneOffset>
    <baseExtension>
     <errorDeclaration>
      <declarationTime>2025-03-25T09:00:00+08:00</declarationTime>
      <reason>urn:epcglobal:cbv:er:incorrect_data</reason>
      <correctiveEventIDs>
       <correctiveEventID>urn:uuid:0f2dc5a8-7a53-4b0e-9d36-0d6a4c1c2e06</correctiveEventID>
      </correctiveEventIDs>
     </errorDeclaration>
    </baseExtension>
    <epcList>
     <epc>urn:epc:id:sscc:9506000.0000000247</epc>
    </epcList>
    <action>OBSERVE</action>
    <bizStep>urn:epcglobal:cbv:bizstep:departing</bizStep>
   </ObjectEvent>
  </EventList>
 </EPCISBody>
</epcis:EPCISDocument>
"""
"""The document, which has no fault."""
