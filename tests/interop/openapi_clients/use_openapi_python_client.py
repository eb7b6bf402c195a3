"""A client that openapi-python-client made."""

import base64
import json
import os
import time
from datetime import datetime
from typing import Any

from made_client import AuthenticatedClient
from made_client.api.epcis import epcis_capture, epcis_capture_job, epcis_events
from made_client.api.read import get_bundle, get_trail
from made_client.api.write import post_statements
from made_client.models import EPCISDocument, ManyStatements, OneStatement

ITEM = os.environ["ITEM"]
STATEMENT = os.environ["STATEMENT"]
SINCE = datetime.fromisoformat("2026-01-31T23:00:00.5-01:00")
DOCUMENT: dict[str, Any] = {
    "@context": [
        "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
        {"ex": "https://ns.example/"},
    ],
    "type": "EPCISDocument",
    "schemaVersion": "2.0",
    "creationDate": "2026-02-01T10:00:00Z",
    "epcisBody": {
        "eventList": [
            {
                "type": "ObjectEvent",
                "action": "ADD",
                "bizStep": "commissioning",
                "eventTime": "2026-02-01T09:00:00Z",
                "eventTimeZoneOffset": "+00:00",
                "epcList": [ITEM],
                "ex:grade": "A",
            }
        ]
    },
}

client = AuthenticatedClient(
    base_url=os.environ["NODE_URL"], token=os.environ["NODE_TOKEN"]
)

captured = epcis_capture.sync_detailed(
    client=client, body=EPCISDocument.from_dict(DOCUMENT)
)
capture_id = captured.headers["location"].rpartition("/")[2]
while True:
    time.sleep(0.05)
    job = epcis_capture_job.sync(capture_id, client=client)
    if not job.running:
        break

found = epcis_events.sync(
    client=client, match_any_epc=ITEM, ge_event_time=SINCE
)
events = found.epcis_body.query_results.results_body.event_list
bundle = get_bundle.sync(ITEM, client=client)
trail = get_trail.sync(ITEM, client=client)
submitted = post_statements.sync(
    client=client, body=OneStatement(statement=STATEMENT)
)
again = post_statements.sync(
    client=client, body=ManyStatements(statements=[STATEMENT])
)
missing = get_trail.sync(f"{ITEM}X", client=client)

print(
    json.dumps(
        {
            "captured": captured.status_code,
            "success": job.success,
            "items": [item for event in events for item in event.epc_list],
            "grades": [event["ex:grade"] for event in events],
            "bundle": base64.b64encode(bundle.payload.read()).decode(),
            "steps": [event.step for event in trail.timeline],
            "outcome": submitted.outcome,
            "again": [result.outcome for result in again.results],
            "missing": missing.code,
        }
    )
)
