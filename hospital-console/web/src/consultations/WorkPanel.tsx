import type { Consultation, Resident } from "@yunzhen/client";
import { PrescriptionPanel } from "../prescriptions/PrescriptionPanel";
import { PresentDoctors } from "../eligibility/PresentDoctors";
import { ReferralPanel } from "../referrals/ReferralPanel";
import { DiagnosisSearch } from "./DiagnosisSearch";
import { NoteEditor } from "./NoteEditor";
import { useNote } from "./useNote";

/** Note, diagnosis, prescriptions: all saved as they are typed. */
export function WorkPanel({ consultation, resident }: { consultation: Consultation; resident?: Resident }) {
  const note = useNote(consultation);
  const closed = consultation.state !== "in_progress";
  return (
    <>
      <NoteEditor note={note} readOnly={closed} />
      <DiagnosisSearch
        value={note.value.diagnosis_code}
        onChange={note.setDiagnosis}
        eligibility={resident?.eligibility ?? []}
        conditions={resident?.conditions ?? []}
        readOnly={closed}
      />
      <PresentDoctors consultation={consultation} closed={closed} />
      <PrescriptionPanel
        consultation={consultation}
        resident={resident}
        diagnosisCode={note.value.diagnosis_code}
        closed={closed}
      />
      <ReferralPanel consultation={consultation} diagnosisCode={note.value.diagnosis_code} />
    </>
  );
}
