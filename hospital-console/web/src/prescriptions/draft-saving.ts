import type { Api, Draft, Prescription } from "@yunzhen/client";
import { alike, Repeated } from "../common/repeat";

/** A draft on the relay: made by the first save, rewritten by the next ones. Knows nothing of React. */
export class DraftSaving {
  private readonly making: Repeated<Draft, Prescription>;
  private readonly rewriting: Repeated<{ id: string; version: number; draft: Draft }, Prescription>;

  constructor(
    api: Api,
    consultationId: string,
    private kept: Prescription | undefined,
    private readonly onSaved: (prescription: Prescription, made: boolean) => void,
  ) {
    this.making = new Repeated((draft, key) => api.consultations.createPrescription(consultationId, draft, key));
    this.rewriting = new Repeated(({ id, version, draft }, key) =>
      api.prescriptions.save(id, { ...draft, version }, key),
    );
  }

  /** As the relay holds it. */
  get stored(): Prescription | undefined {
    return this.kept;
  }

  async save(draft: Draft): Promise<void> {
    const known = this.kept;
    if (!known) {
      const heard = await this.making.repeat();
      const made = heard?.output ?? (await this.making.run(draft));
      this.keep(made, true);
      if (!heard || alike(heard.input, draft)) return;
      return this.rewrite(made, draft);
    }
    const heard = await this.rewriting.repeat();
    if (heard) this.keep(heard.output, false);
    if (heard && alike(heard.input.draft, draft)) return;
    return this.rewrite(heard?.output ?? known, draft);
  }

  private async rewrite({ id, version }: Prescription, draft: Draft): Promise<void> {
    this.keep(await this.rewriting.run({ id, version, draft }), false);
  }

  private keep(prescription: Prescription, made: boolean): void {
    this.kept = prescription;
    this.onSaved(prescription, made);
  }
}
