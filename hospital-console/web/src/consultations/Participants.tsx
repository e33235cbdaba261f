import { isBelowFull, type Participant } from "@yunzhen/client";
import { LinkWords, SignalWords } from "@yunzhen/client/ui";
import { Group, Text } from "@mantine/core";
import { IconMicrophoneOff, IconVideoOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./Participants.module.css";

/** Who is in the room, with sound, picture and link in words, and the radio signal of the home. */
export function Participants({ participants, you }: { participants: Participant[]; you?: string }) {
  const { t } = useTranslation("app");
  if (participants.length === 0) return null;
  return (
    <ul className={classes.list} aria-label={t("shared:call.participants")}>
      {participants.map((participant) => (
        <li key={participant.id} data-testid={`participant-${participant.kind}`}>
          <Group gap={6} wrap="nowrap">
            <Text size="sm" fw={500}>
              {participant.id === you ? t("shared:call.self") : participant.display_name}
            </Text>
            {participant.audio !== "on" && (
              <IconMicrophoneOff size={16} aria-label={t("shared:call.muted")} role="img" />
            )}
            {participant.video !== "on" && (
              <IconVideoOff
                size={16}
                role="img"
                aria-label={t("shared:call.cameraOff", { name: participant.display_name })}
              />
            )}
          </Group>
          {participant.id !== you && (
            <>
              <ParticipantLink participant={participant} />
              {/* A home whose box is away has said nothing of its signal since. */}
              {participant.link !== "lost" && <SignalWords signals={participant.signals} />}
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

/** The link in words; of a home whose picture is not the full one, what there is of it. */
function ParticipantLink({ participant: { link, rung } }: { participant: Participant }) {
  const { t } = useTranslation("shared");
  if (link === "good" && isBelowFull(rung)) return <LinkWords level="weak" words={t(`rungNow.${rung}`)} />;
  return <LinkWords level={link} words={t(`call.quality.${link}`)} />;
}
