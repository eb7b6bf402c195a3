// A client of openapi-fetch, with the types of openapi-typescript.

import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";
import { base64, document, item, pause, statement, token, url } from "./asked.js";

const client = createClient<paths>({ baseUrl: url });
const headers = { Authorization: `Bearer ${token}` };

const captured = await client.POST("/epcis/capture", {
  body: document,
  headers,
});
const captureID = captured.response.headers.get("location")?.split("/").at(-1);
let job: components["schemas"]["CaptureJob"] | undefined;
do {
  await pause();
  const asked = await client.GET("/epcis/capture/{captureID}", {
    params: { path: { captureID: captureID ?? "" } },
    headers,
  });
  job = asked.data;
} while (job?.running);

const found = await client.GET("/epcis/events", {
  params: {
    query: { MATCH_anyEPC: item, GE_eventTime: "2026-01-31T23:00:00.5-01:00" },
  },
});
const events = found.data?.epcisBody.queryResults.resultsBody.eventList ?? [];

const bundle = await client.GET("/v1/items/{item}/bundle", {
  params: { path: { item } },
  parseAs: "blob",
});
const trail = await client.GET("/v1/items/{item}/trail", {
  params: { path: { item } },
});
const submitted = await client.POST("/v1/statements", { body: { statement } });
const again = await client.POST("/v1/statements", {
  body: { statements: [statement] },
});
const missing = await client.GET("/v1/items/{item}/trail", {
  params: { path: { item: `${item}X` } },
});

console.log(
  JSON.stringify({
    captured: captured.response.status,
    success: job?.success,
    items: events.flatMap((event) => event.epcList ?? []),
    grades: events.map((event) => event["ex:grade"]),
    bundle: await base64(bundle.data as unknown as Blob),
    steps: trail.data?.timeline.map((event) => event.step),
    // One statement has a result, many have a list of them.
    outcome:
      submitted.data && "outcome" in submitted.data
        ? submitted.data.outcome
        : "",
    again:
      again.data && "results" in again.data
        ? again.data.results.map((result) => result.outcome)
        : [],
    missing: missing.error?.code,
  }),
);

// What is wrong is wrong for TypeScript.
// @ts-expect-error
void ((one: paths) => one["/v1/nothing"]);
// @ts-expect-error
const wrong: components["schemas"]["OneStatement"] = { statement: 7 };
void wrong;
