// A client that orval made.

import { base64, document, item, pause, statement, token } from "./asked.js";
import {
  epcisCapture,
  epcisCaptureJob,
  epcisEvents,
  getBundle,
  getTrail,
  postStatements,
} from "./orval.js";

const options = { headers: { Authorization: `Bearer ${token}` } };
const id = encodeURIComponent(item);

const captured = await epcisCapture(document, options);
const captureID = captured.headers.get("location")?.split("/").at(-1) ?? "";
let job;
do {
  await pause();
  job = await epcisCaptureJob(captureID, options);
} while (job.status === 200 && job.data.running);

const found = await epcisEvents({
  MATCH_anyEPC: item,
  GE_eventTime: "2026-01-31T23:00:00.5-01:00",
});
const events =
  found.status === 200
    ? found.data.epcisBody.queryResults.resultsBody.eventList
    : [];
const bundle = await getBundle(id);
const trail = await getTrail(id);
const submitted = await postStatements({ statement });
const again = await postStatements({ statements: [statement] });
const missing = await getTrail(`${id}X`);

console.log(
  JSON.stringify({
    captured: captured.status,
    success: job.status === 200 && job.data.success,
    items: events.flatMap((event) => event.epcList ?? []),
    grades: events.map((event) => event["ex:grade"]),
    bundle: bundle.status === 200 ? await base64(bundle.data) : "",
    steps:
      trail.status === 200 ? trail.data.timeline.map((event) => event.step) : [],
    // orval has one of the statuses that are answered with the same type.
    outcome: "outcome" in submitted.data ? submitted.data.outcome : "",
    again:
      again.status === 207
        ? again.data.results.map((result) => result.outcome)
        : [],
    missing: missing.status === 404 ? missing.data.code : "",
  }),
);
