import { Button, Group, Modal, Text } from "@mantine/core";
import { IconCircle, IconCircleCheckFilled } from "@tabler/icons-react";
import type { ApiError, Conflict } from "@yunzhen/client";
import { Banner, ProblemAlert } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { asked, isDecided, linesOf, proposed, type Choices, type Side } from "./conflict";

const SIDES: readonly Side[] = ["mine", "theirs"];

/** Two people changed one record: she chooses field by field, and nothing is kept before she has. */
export function ConflictChoice({
  conflict,
  saving,
  error,
  onChoose,
  onClose,
}: {
  conflict: Conflict;
  saving: boolean;
  error: ApiError | null;
  onChoose: (choices: Choices) => void;
  onClose: () => void;
}) {
  const { t, i18n } = useTranslation();
  const [choices, setChoices] = useState(() => proposed(conflict));
  const decided = isDecided(conflict, choices);
  const words = {
    nothing: t("app:residents.conflict.nothing"),
    code: (key: string) => t(`app:residents.${key}`),
    english: i18n.language === "en",
  };
  return (
    <Modal opened onClose={onClose} title={t("app:residents.conflict.title")} size={960} closeOnClickOutside={false}>
      <div className="nurse-conflict">
        <Banner meaning="person" role="status">
          {t("app:residents.conflict.hint")}
        </Banner>
        {asked(conflict).map((field) => (
          <fieldset key={field.field} className="nurse-conflict-field">
            <legend>{t(`app:residents.field.${field.field}`)}</legend>
            <div className="nurse-conflict-sides">
              {SIDES.map((side) => {
                const chosen = choices[field.field] === side;
                const Glyph = chosen ? IconCircleCheckFilled : IconCircle;
                return (
                  <label key={side} className={`nurse-conflict-side ${chosen ? "nurse-conflict-chosen" : ""}`}>
                    <input
                      type="radio"
                      className="yz-visually-hidden"
                      name={field.field}
                      checked={chosen}
                      onChange={() => setChoices({ ...choices, [field.field]: side })}
                    />
                    <Glyph size={28} aria-hidden />
                    <span>
                      <span className="nurse-dim">{t(`app:residents.conflict.${side}`)}</span>
                      {linesOf(field.field, field[side], words).map((line, at) => (
                        <span className="nurse-conflict-value" key={at}>
                          {line}
                        </span>
                      ))}
                    </span>
                  </label>
                );
              })}
            </div>
          </fieldset>
        ))}
        {error && <ProblemAlert error={error} />}
        {!decided && <Text c="dimmed">{t("app:residents.conflict.undecided")}</Text>}
        <Group justify="flex-end">
          <Button variant="default" size="xl" onClick={onClose}>
            {t("app:residents.conflict.back")}
          </Button>
          <Button
            size="xl"
            className="nurse-primary"
            disabled={!decided}
            loading={saving}
            onClick={() => onChoose(choices)}
          >
            {t("app:residents.conflict.save")}
          </Button>
        </Group>
      </div>
    </Modal>
  );
}
