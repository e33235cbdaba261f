/** What the relay calls in English what an invented record codes; what is not here is free text and stays as written. Test-only. */
const ALLERGENS: Readonly<Record<string, string>> = {
  青霉素: "Penicillins",
  青霉素类: "Penicillins",
  磺胺类: "Sulfonamides",
  阿司匹林: "Aspirin",
};

export const allergensEn = (allergies: readonly string[]): string[] => allergies.map((one) => ALLERGENS[one] ?? one);
