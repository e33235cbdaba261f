/** All words of the console: one part per feature, Chinese the source, English of the same shape. */
import * as account from "../account/messages";
import * as administration from "../administration/messages";
import * as consultations from "../consultations/messages";
import * as deliveries from "../deliveries/messages";
import * as openId from "../openid/messages";
import * as observers from "../observers/messages";
import * as orders from "../orders/messages";
import * as prescriptions from "../prescriptions/messages";
import * as residents from "../residents/messages";
import * as reviews from "../reviews/messages";
import * as breakGlass from "../break-glass/messages";
import * as duplicates from "../duplicates/messages";
import * as duty from "../duty/messages";
import * as homes from "../homes/messages";
import * as pharmacies from "../pharmacies/messages";
import * as residentImports from "../resident-imports/messages";
import * as urgentCallDesk from "../urgent-call-desk/messages";
import * as appointments from "../appointments/messages";
import * as calendars from "../calendars/messages";
import * as eligibility from "../eligibility/messages";
import * as referrals from "../referrals/messages";
import * as prescribing from "../prescriptions/prescribing-messages";
import * as recalls from "../recalls/messages";
import * as refills from "../refills/messages";
import * as reminders from "../reminders/messages";
import * as rounds from "../rounds/messages";
import * as stock from "../stock/messages";
import * as schedule from "../schedule/messages";
import * as signingKeys from "../signing-keys/messages";
import * as urgentCalls from "../urgent-calls/messages";
import * as verification from "../verification/messages";
import * as visits from "../visits/messages";
import * as passwords from "../passwords/messages";
import * as safety from "../safety/messages";
import * as retention from "../retention/messages";
import * as pharmacySystems from "../pharmacy-systems/messages";
import * as app from "./messages";

const registry = { residentImports, duplicates, breakGlass, duty, homes, pharmacies, urgentCallDesk };
const parts = {
  account,
  openId,
  schedule,
  appointments,
  calendars,
  urgentCalls,
  reminders,
  rounds,
  eligibility,
  visits,
  referrals,
  recalls,
  refills,
  safety,
  retention,
  pharmacySystems,
  passwords,
  signingKeys,
  verification,
  app,
  consultations,
  residents,
  prescriptions,
  prescribing,
  reviews,
  orders,
  stock,
  deliveries,
  observers,
  administration,
  ...registry,
};
type Parts = typeof parts;

const pick = <L extends "zh" | "en">(language: L) =>
  Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part[language]])) as {
    [Name in keyof Parts]: Parts[Name]["zh"];
  };

export const zh = pick("zh");
export const en = pick("en");
