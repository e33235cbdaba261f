import type { Api, ConsultationNote } from "@yunzhen/client";
import { alike, Repeated } from "../common/repeat";

export interface NoteValue {
  text: string;
  diagnosis_code: string | undefined;
}

/** Saves the note on top of the version that this window knows. Knows nothing of React. */
export class NoteSaving {
  private readonly saving: Repeated<{ value: NoteValue; version: number }, ConsultationNote>;

  constructor(
    api: Api,
    consultationId: string,
    private version: number,
    private readonly onSaved: (note: ConsultationNote) => void,
  ) {
    this.saving = new Repeated(({ value, version }, key) =>
      api.consultations.saveNote(consultationId, { ...value, version }, key),
    );
  }

  async save(value: NoteValue): Promise<void> {
    const heard = await this.saving.repeat();
    if (heard) this.keep(heard.output);
    if (heard && alike(heard.input.value, value)) return;
    this.keep(await this.saving.run({ value, version: this.version }));
  }

  /** The person has seen the other window's note and goes on from there. */
  rebase(version: number): void {
    this.version = version;
  }

  private keep(note: ConsultationNote): void {
    this.version = note.version;
    this.onSaved(note);
  }
}
