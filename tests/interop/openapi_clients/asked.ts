// What each client is asked to do, and the EPCIS document that it captures.

declare const process: { env: Record<string, string | undefined> };

function given(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

export const url = given("NODE_URL");
export const token = given("NODE_TOKEN");
export const item = given("ITEM");
export const statement = given("STATEMENT");

export const document = {
  "@context": [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    { ex: "https://ns.example/" },
  ],
  type: "EPCISDocument",
  schemaVersion: "2.0",
  creationDate: "2026-02-01T10:00:00Z",
  epcisBody: {
    eventList: [
      {
        type: "ObjectEvent",
        action: "ADD" as const,
        bizStep: "commissioning",
        eventTime: "2026-02-01T09:00:00Z",
        eventTimeZoneOffset: "+00:00",
        epcList: [item],
        "ex:grade": "A",
      },
    ],
  },
};

export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}

export async function base64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
