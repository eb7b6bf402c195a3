// @ts-check
// Which kinds of event each role may sign: the table, as data. Mirrors
// provenance/claims/roles.py; `*` stands for every kind.

const CUSTODY = "custody_offered custody_accepted";
const SEEING = "observing sensor_reporting";
const MOVING = `accepting arriving departing loading receiving shipping
  staging_outbound transporting unloading void_shipping`;
const KEEPING = `cycle_counting holding packing picking removing repackaging
  replacing stock_taking stocking storing unpacking`;

/**
 * Role → the kinds of event that it may sign.
 * @type {ReadonlyMap<string, ReadonlySet<string>>}
 */
export const DEFAULT_ROLES = new Map(
  Object.entries({
    producer: `assembling collecting commissioning consigning
      creating_class_instance decommissioning destroying disassembling
      encoding inspecting installing killing recalled repairing sampling
      transforming ${CUSTODY} ${SEEING} ${MOVING} ${KEEPING}`,
    exporter: `consigning customs_declared ${CUSTODY} ${SEEING} ${MOVING}
      ${KEEPING}`,
    forwarder: `consigning customs_declared waybill_bound ${CUSTODY} ${SEEING}
      ${MOVING} ${KEEPING}`,
    carrier: `holding waybill_bound ${CUSTODY} ${SEEING} ${MOVING}`,
    warehouse: `bonded_entered bonded_left inspecting ${CUSTODY} ${SEEING}
      ${MOVING} ${KEEPING}`,
    customs: `customs_held customs_refused customs_released decommissioning
      destroying holding inspecting observing quarantine_cleared
      quarantine_sampled sampling tax_paid`,
    inspector: `decommissioning export_inspected inspecting quarantine_cleared
      quarantine_sampled sampling test_reported ${SEEING}`,
    importer: `accepting consigning customs_declared holding receiving recalled
      tax_paid ${CUSTODY} ${SEEING}`,
    platform: "observing order_bound recalled reserving retail_selling",
    "payment provider": "payment_bound",
    courier: `delivery_confirmed waybill_bound ${CUSTODY} ${SEEING} ${MOVING}`,
    retailer: `decommissioning dispensing order_bound recalled retail_selling
      reserving ${CUSTODY} ${SEEING} ${MOVING} ${KEEPING}`,
    auditor: "inspecting observing",
  }).map(([role, kinds]) => [role, new Set(kinds.split(/\s+/))]),
);
